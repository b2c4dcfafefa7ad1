/**
 * The text of `kubectl describe`: indented lines whose tabs become columns (Go's text/tabwriter, padding 2), and the blocks that many
 * kinds share (labels, annotations, taints, tolerations, events). Models k8s.io/kubectl/pkg/describe.
 */

import { humanDuration } from '../duration.ts';
import { escapeTerminal } from '../printers/columns.ts';
import { formatLabels } from '../printers/table.ts';
import { TabWriter } from '../printers/tabwriter.ts';
import { byBytes, dig, items, number, sortedKeys, strings, text, type Value } from '../value.ts';

const MAX_ANNOTATION = 140;
const SKIPPED = new Set(['kubectl.kubernetes.io/last-applied-configuration']);

export class Description {
  readonly #writer = new TabWriter({ minWidth: 0, padding: 2, remember: false });
  #done = '';
  #raw = '';
  readonly now: number;

  constructor(now: number) {
    this.now = now;
  }

  /** Writes as it stands, `level` indents before it. */
  write(level: number, line: string): void {
    const text = escapeTerminal('  '.repeat(level) + line);
    this.#raw += text;
    this.#writer.write(text);
  }

  /** `Name:\tvalue` and a newline. */
  field(name: string, value: string | number, level = 0): void {
    this.write(level, `${name}:\t${value}\n`);
  }

  /** Columns begin anew after this. */
  flush(): void {
    this.#done += this.#writer.flush();
  }

  /** What was written, its tabs left as they are. */
  raw(): string {
    return this.#raw;
  }

  toString(): string {
    this.flush();
    return this.#done;
  }

  /** How long ago, as an age. */
  since(timestamp: string): string {
    return timestamp === '' ? '<unknown>' : humanDuration(this.now - Date.parse(timestamp));
  }
}

/** `Tue, 17 Jun 2025 11:16:00 +0000` (Go's RFC1123Z in UTC). */
export function rfc1123(timestamp: string): string {
  if (timestamp === '') return 'Mon, 01 Jan 0001 00:00:00 +0000';
  return new Date(Date.parse(timestamp)).toUTCString().replace('GMT', '+0000');
}

export function orNone(value: string): string {
  return value === '' ? '<none>' : value;
}

export function goBool(value: Value | undefined): string {
  return value === true ? 'True' : 'False';
}

/** A map, one pair a line. */
export function labels(d: Description, title: string, map: Readonly<Record<string, string>>, indent = ''): void {
  d.write(0, `${indent}${title}:\t`);
  const keys = sortedKeys(map);
  if (keys.length === 0) d.write(0, '<none>\n');
  keys.forEach((key, index) => {
    d.write(0, `${index > 0 ? `${indent}\t` : ''}${key}=${map[key]}\n`);
  });
}

export function annotations(d: Description, title: string, map: Readonly<Record<string, string>>): void {
  d.write(0, `${title}:\t`);
  const keys = sortedKeys(map).filter((key) => !SKIPPED.has(key));
  if (keys.length === 0) d.write(0, '<none>\n');
  keys.forEach((key, index) => {
    const value = map[key]!.replace(/\n$/, '');
    if (index > 0) d.write(0, '\t');
    if (value.length + key.length + 2 > MAX_ANNOTATION || value.includes('\n')) {
      d.write(0, `${key}:\n`);
      for (const line of value.split('\n')) {
        const max = MAX_ANNOTATION - 2;
        d.write(0, `\t  ${line.length > max ? `${line.slice(0, max)}...` : line}\n`);
      }
    } else d.write(0, `${key}: ${value}\n`);
  });
}

/** Labels and annotations of an object. */
export function metadata(d: Description, object: Value): void {
  labels(d, 'Labels', strings(object, 'metadata', 'labels'));
  annotations(d, 'Annotations', strings(object, 'metadata', 'annotations'));
}

export function head(d: Description, object: Value): void {
  d.field('Name', text(object, 'metadata', 'name'));
  d.field('Namespace', text(object, 'metadata', 'namespace'));
}

function lines(d: Description, title: string, list: readonly string[]): void {
  d.write(0, `${title}:\t`);
  if (list.length === 0) d.write(0, '<none>\n');
  list.forEach((line, index) => {
    d.write(0, `${index > 0 ? '\t' : ''}${line}\n`);
  });
}

export function taintText(taint: Value): string {
  const [key, value, effect] = [text(taint, 'key'), text(taint, 'value'), text(taint, 'effect')];
  if (effect === '') return value === '' ? key : `${key}=${value}:`;
  return value === '' ? `${key}:${effect}` : `${key}=${value}:${effect}`;
}

export function taints(d: Description, list: readonly Value[]): void {
  const sorted = [...list].sort((a, b) =>
    byBytes(`${text(a, 'effect')},${text(a, 'key')}`, `${text(b, 'effect')},${text(b, 'key')}`),
  );
  lines(d, 'Taints', sorted.map(taintText));
}

function tolerationText(toleration: Value): string {
  const [key, value, effect] = [text(toleration, 'key'), text(toleration, 'value'), text(toleration, 'effect')];
  let out = key;
  if (value !== '') out += `=${value}`;
  if (effect !== '') out += `:${effect}`;
  if (text(toleration, 'operator') === 'Exists' && value === '') out += key !== '' || effect !== '' ? ' op=Exists' : 'op=Exists';
  if (dig(toleration, 'tolerationSeconds') !== undefined) out += ` for ${number(toleration, 'tolerationSeconds')}s`;
  return out;
}

export function tolerations(d: Description, list: readonly Value[], title = 'Tolerations'): void {
  const sorted = [...list].sort((a, b) => byBytes(text(a, 'key'), text(b, 'key')));
  lines(d, title, sorted.map(tolerationText));
}

/** Conditions of controllers: type, status, reason. */
export function conditions(d: Description, list: readonly Value[]): void {
  if (list.length === 0) return;
  d.write(0, 'Conditions:\n  Type\tStatus\tReason\n');
  d.write(1, '----\t------\t------\n');
  for (const one of list) d.write(1, `${text(one, 'type')} \t${text(one, 'status')}\t${text(one, 'reason')}\n`);
}

/** A LabelSelector as text: `app=customer,tier in (a,b)`. */
export function selectorText(selector: Value | undefined): string {
  const terms = Object.entries(strings(selector, 'matchLabels')).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  for (const expression of items(selector, 'matchExpressions')) {
    const [key, operator] = [text(expression, 'key'), text(expression, 'operator')];
    const values = items(expression, 'values').map(String).sort(byBytes).join(',');
    if (operator === 'In') terms.push({ key, text: `${key} in (${values})` });
    else if (operator === 'NotIn') terms.push({ key, text: `${key} notin (${values})` });
    else terms.push({ key, text: operator === 'Exists' ? key : `!${key}` });
  }
  return terms
    .sort((a, b) => byBytes(a.key, b.key))
    .map((term) => term.text)
    .join(',');
}

export function controllerOf(object: Value): string {
  const owner = items(object, 'metadata', 'ownerReferences').find((one) => dig(one, 'controller') === true);
  return owner === undefined ? '' : `${text(owner, 'kind')}/${text(owner, 'name')}`;
}

export function controlledBy(d: Description, object: Value): void {
  const owner = controllerOf(object);
  if (owner !== '') d.field('Controlled By', owner);
}

function interval(d: Description, event: Value): string {
  const time = text(event, 'eventTime');
  const first = d.since(time === '' ? text(event, 'firstTimestamp') : time);
  if (dig(event, 'series') !== undefined && dig(event, 'series') !== null) {
    return `${d.since(text(event, 'series', 'lastObservedTime'))} (x${number(event, 'series', 'count')} over ${first})`;
  }
  const count = number(event, 'count');
  return count > 1 ? `${d.since(text(event, 'lastTimestamp'))} (x${count} over ${first})` : first;
}

/** The Events table, oldest last seen first. undefined: events were not asked for. */
export function events(d: Description, list: readonly Value[] | undefined): void {
  if (list === undefined) return;
  if (list.length === 0) {
    d.write(0, 'Events:\t<none>\n');
    return;
  }
  d.flush();
  d.write(0, 'Events:\n  Type\tReason\tAge\tFrom\tMessage\n');
  d.write(1, '----\t------\t----\t----\t-------\n');
  const seen = (event: Value) => Date.parse(text(event, 'lastTimestamp') || '1970-01-01T00:00:00Z');
  for (const event of [...list].sort((a, b) => seen(a) - seen(b))) {
    const source = text(event, 'source', 'component') || text(event, 'reportingComponent');
    d.write(
      1,
      `${text(event, 'type')}\t${text(event, 'reason')}\t${interval(d, event)}\t${source}\t${text(event, 'message').trim()}\n`,
    );
  }
}

export { formatLabels };
