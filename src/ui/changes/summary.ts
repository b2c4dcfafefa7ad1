/** Changes gathered into the few words of a strip. Pure. */
import { groupBy } from '../model/group.ts';
import { printedDst } from '../model/routes.ts';
import type { Change, Sign } from './diff.ts';

export interface Summary {
  readonly id: string;
  readonly sign: Sign;
  /** `+1`, `−2`, `~3`. */
  readonly mark: string;
  readonly text: string;
  readonly code?: string;
  readonly title: string;
  /** What a click opens. */
  readonly change: Change;
}

const MINUS = '−';
const mark = (sign: Sign, n: number) => `${sign === '-' ? MINUS : sign}${n}`;
const plural = (n: number, word: string) => (n === 1 ? word : `${word}s`);

/** @param nameOf name of the host with an address */
export function summarise(changes: readonly Change[], nameOf: (address: string) => string | undefined): readonly Summary[] {
  return [
    ...machines(changes),
    ...packets(changes),
    ...objects(changes),
    ...routes(changes, nameOf),
    ...updates(changes),
    ...rules(changes),
  ];
}

const of = <K extends Change['kind']>(changes: readonly Change[], kind: K) =>
  changes.filter((change): change is Extract<Change, { kind: K }> => change.kind === kind);

function machines(changes: readonly Change[]): Summary[] {
  return of(changes, 'host').map((change) => ({
    id: `host ${change.host} ${change.text}`,
    sign: '~',
    mark: '!',
    text: `${change.host} ${change.text}`,
    title: `${change.host}: ${change.text}`,
    change,
  }));
}

function packets(changes: readonly Change[]): Summary[] {
  const all = of(changes, 'flow');
  return [...groupBy(all, (change) => change.disposition).values()].map((group) => {
    const [first] = group;
    const good = first.disposition === 'delivered';
    return {
      id: `flow ${first.disposition}`,
      sign: good ? '+' : '-',
      mark: good ? '✓' : '✕',
      text: `${group.length === 1 ? 'packet' : `${group.length} packets`} ${first.disposition.replaceAll('-', ' ')}`,
      ...(group.length === 1 ? { code: first.text } : {}),
      title: group.map((each) => `${each.text}: ${each.reason}`).join('\n'),
      change: first,
    };
  });
}

/** Singular as kubectl prints it: `service/customer`. */
export function objectName(resource: string, key: string): string {
  const plural = resource.split('.')[0]!;
  const singular = plural.endsWith('ies') ? `${plural.slice(0, -3)}y` : plural === 'endpoints' ? plural : plural.replace(/s$/, '');
  return `${singular}/${key.split('/').at(-1)}`;
}

function objects(changes: readonly Change[]): Summary[] {
  const asked = of(changes, 'object').filter((change) => change.resource !== 'endpoints');
  if (asked.length > 3) {
    const groups = groupBy(asked, (change) => `${change.sign} ${change.resource}`);
    return [...groups.values()].map((group) => {
      const [first] = group;
      const word = group.length === 1 ? objectName(first.resource, first.key) : first.resource.split('.')[0]!;
      const title = group.map((each) => objectName(each.resource, each.key)).join('\n');
      return {
        id: `objects ${first.sign} ${first.resource}`,
        sign: first.sign,
        mark: mark(first.sign, group.length),
        text: word,
        title,
        change: first,
      };
    });
  }
  return asked.map((change) => {
    const field = change.fields[0];
    const name = objectName(change.resource, change.key);
    const code = field && change.fields.length === 1 ? `${field.path.split('.').at(-1)} → ${field.after || 'none'}` : undefined;
    return {
      id: `object ${change.resource} ${change.key}`,
      sign: change.sign,
      mark: change.sign === '-' ? MINUS : change.sign,
      text: name,
      ...(code ? { code: code.length > 48 ? `${code.slice(0, 47)}…` : code } : {}),
      title: change.fields.map((each) => `${each.path}: ${each.before || 'none'} → ${each.after || 'none'}`).join('\n') || name,
      change,
    };
  });
}

function routes(changes: readonly Change[], nameOf: (address: string) => string | undefined): Summary[] {
  const all = of(changes, 'route');
  return [...groupBy(all, (change) => `${change.sign} ${change.host}`).values()].map((group) => {
    const [first] = group;
    const only = group.length === 1;
    const vias = [...first.text.matchAll(/via (\S+)/g)].map((found) => nameOf(found[1]!) ?? found[1]!);
    const through = vias.length > 2 ? `${vias.length} nodes` : vias.join(', ');
    const code = only ? `${printedDst(first.dst)}${through && first.sign !== '-' ? ` via ${through}` : ''}` : undefined;
    return {
      id: `route ${first.sign} ${first.host}`,
      sign: first.sign,
      mark: mark(first.sign, group.length),
      text: `${plural(group.length, 'route')} on ${first.host}`,
      ...(code ? { code } : {}),
      title: group.map((each) => each.text).join('\n'),
      change: first,
    };
  });
}

function updates(changes: readonly Change[]): Summary[] {
  const all = of(changes, 'bgp');
  return [...groupBy(all, (change) => change.sign).values()].map((group) => {
    const [first] = group;
    const nodes = [...new Set(group.map((each) => each.node))];
    const what = first.sign === '+' ? 'BGP update' : 'BGP withdrawal';
    return {
      id: `bgp ${first.sign}`,
      sign: first.sign,
      mark: mark(first.sign, group.length),
      text: `${plural(group.length, what)} from ${nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(', ')}`,
      title: group.map((each) => `${each.sign} ${each.node} ${each.prefix}`).join('\n'),
      change: first,
    };
  });
}

function rules(changes: readonly Change[]): Summary[] {
  const all = of(changes, 'nat');
  const [first] = all;
  if (!first) return [];
  const counts = new Set(all.map((each) => Math.max(each.added, each.removed)));
  const sign: Sign = all.every((each) => each.sign === first.sign) ? first.sign : '~';
  const n = counts.size === 1 ? [...counts][0]! : all.reduce((sum, each) => sum + Math.max(each.added, each.removed), 0);
  const where =
    all.length === 1 ? `on ${first.host}` : counts.size === 1 ? `on each of ${all.length} nodes` : `on ${all.length} nodes`;
  const title = all.map((each) => `${each.host}: +${each.added} −${each.removed} in ${each.chains.join(', ')}`).join('\n');
  return [{ id: 'nat', sign, mark: mark(sign, n), text: `NAT ${plural(n, 'rule')} ${where}`, title, change: first }];
}
