/** How calicoctl prints resources: tables of Go's tabwriter, JSON, YAML, templates. Models commands/common/printer.go of v3.30. */
import { structType, type TypeRef } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import { parseGoTemplate } from '../kubectl/printers/gotemplate.ts';
import { toYaml } from '../kubectl/printers/yaml.ts';
import type { Value } from '../kubectl/value.ts';
import { kindNamed, type Resource, type Setting } from './kinds.ts';

/** Prints resources; a string is what is wrong instead. */
export type Printer = (resources: readonly Resource[]) => string | undefined;

const MIN_WIDTH = 5;
const PADDING = 3;

/** Go's tabwriter where every cell ends in a tab: all columns, the last too, are padded. */
export function tabulate(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? MIN_WIDTH, [...cell].length + PADDING);
    });
  return rows.map((row) => `${row.map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - [...cell].length)).join('')}\n`).join('');
}

function printTable(
  resource: Resource,
  headings: readonly string[] | undefined,
  wide: boolean,
  withNamespace: boolean,
  setting: Setting,
): string {
  const isList = resource.kind.endsWith('List') && Array.isArray(resource.items);
  const kind = kindNamed(isList ? resource.kind.slice(0, -4) : resource.kind);
  if (!kind) return '';
  const chosen = headings ?? (wide ? kind.wide : kind.columns);
  const columns = withNamespace && headings === undefined && kind.cells.NAMESPACE ? ['NAMESPACE', ...chosen] : chosen;
  const bad = columns.find((heading) => !kind.cells[heading]);
  if (bad !== undefined) throw new Error(`Unknown heading ${bad}, valid values are: ${Object.keys(kind.cells).join(', ')}`);
  const items = isList ? (resource.items as readonly Resource[]) : [resource];
  const rows = items.map((item) => columns.map((heading) => kind.cells[heading]?.(item, setting) ?? ''));
  return `${tabulate([columns, ...rows])}\n`;
}

/** `-o yaml` and `-o json` order and omit as the seed's transcript shows it: a BGPConfiguration has no creationTimestamp. */
function document(resource: Resource): Resource {
  if (Array.isArray(resource.items)) return { ...resource, items: (resource.items as readonly Resource[]).map(document) };
  if (resource.kind !== 'BGPConfiguration') return resource;
  const { creationTimestamp, ...metadata } = resource.metadata;
  return { ...resource, metadata: creationTimestamp === null ? { ...metadata, creationTimestamp } : metadata };
}

/** Fields that Go prints though they are empty, and that are not required for that. */
const ALWAYS: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  'calico.FelixConfigurationSpec': { bpfLogLevel: '' },
  'calico.KubeControllersConfiguration': { status: { runningConfig: { controllers: {} } } },
};

/** An object as Go's struct holds it: fields in the order of the type, what it always prints filled in. */
function inOrder(value: Value, type: TypeRef | undefined): Value {
  if (Array.isArray(value)) return value.map((item) => inOrder(item, type?.is === 'list' ? type.of : undefined)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Readonly<Record<string, Value>>;
  if (type?.is !== 'struct') {
    const inner = type?.is === 'map' ? type.of : undefined;
    const keys = Object.keys(fields).sort();
    return Object.fromEntries(keys.map((key) => [key, inOrder(fields[key] ?? null, inner)]));
  }
  const known = structType(type.name)?.fields;
  const full = { ...ALWAYS[type.name], ...fields };
  const order = [...(known?.keys() ?? [])];
  const rank = (key: string) => order.indexOf(key) + 1 || order.length + 1;
  const keys = Object.keys(full).sort((a, b) => rank(a) - rank(b));
  return Object.fromEntries(keys.map((key) => [key, inOrder(full[key] ?? null, known?.get(key)?.type)]));
}

const METADATA = ['name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp', 'labels', 'annotations'];

/** A resource in Go's order: kind and apiVersion, metadata, the rest by its type. */
function ordered(resource: Resource): Value {
  const { kind, apiVersion, metadata, items, ...rest } = resource;
  const known = metadata as Readonly<Record<string, Value>>;
  const head = Object.fromEntries(
    METADATA.filter((key) => Object.hasOwn(known, key)).map((key) => [key, inOrder(known[key] ?? null, undefined)]),
  );
  if (Array.isArray(items))
    return { kind, apiVersion, metadata: head, items: (items as readonly Resource[]).map(ordered) } as Value;
  const body = inOrder(rest as Value, { is: 'struct', name: `calico.${kind}` }) as object;
  return { kind, apiVersion, metadata: head, ...body } as Value;
}

/** One resource by itself, several as a list; none is Go's nil. */
function single(resources: readonly Resource[]): Value {
  const [first, ...more] = resources.map((resource) => ordered(document(resource)));
  if (first === undefined) return null;
  return more.length === 0 ? first : [first, ...more];
}

/** The printer of `--output`; a string is the complaint about it. */
export function printerFor(process: Process, output: string, withNamespace: boolean, setting: Setting): Printer | string {
  const table =
    (headings: readonly string[] | undefined, wide: boolean): Printer =>
    (resources) => {
      for (const resource of resources) {
        try {
          process.out(printTable(resource, headings, wide, withNamespace, setting));
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
      }
      return undefined;
    };
  const print =
    (make: (resources: readonly Resource[]) => string): Printer =>
    (resources) => {
      process.out(make(resources));
      return undefined;
    };
  if (output === 'yaml' || output === 'yml') return print((resources) => toYaml(single(resources)));
  if (output === 'json') return print((resources) => `${JSON.stringify(single(resources), undefined, 2)}\n`);
  if (output === 'ps') return table(undefined, false);
  if (output === 'wide') return table(undefined, true);
  const [key = '', ...rest] = output.split('=');
  const value = rest.join('=');
  if (key === 'custom-columns') return value === '' ? 'need to specify at least one column' : table(value.split(','), false);
  if (key === 'go-template') return value === '' ? 'need to specify a template' : template(process, value);
  if (key === 'go-template-file') {
    if (value === '') return 'need to specify a template file';
    const text = process.files.read(value);
    return text === undefined ? `open ${value}: no such file or directory` : template(process, text);
  }
  return `unrecognized output format '${output}'`;
}

/** The template's name is `get`, and what it is run on is a slice. */
const inGet = (message: string): string =>
  message
    .replace('template: output:', 'template: get:')
    .replace('executing "output"', 'executing "get"')
    .replace('in type interface {}', 'in type []runtime.Object');

/** Go's templates see the Go fields: `.Spec.CIDR`, `.ObjectMeta.Name`. The common ones are offered under both names. */
function template(process: Process, text: string): Printer {
  return (resources) => {
    try {
      process.out(parseGoTemplate(text, true)(resources.map(goView) as Value));
      return undefined;
    } catch (error) {
      return error instanceof Error ? inGet(error.message) : String(error);
    }
  };
}

const GO_NAMES: Readonly<Record<string, string>> = {
  cidr: 'CIDR',
  peerIP: 'PeerIP',
  asNumber: 'ASNumber',
  natOutgoing: 'NATOutgoing',
  ipipMode: 'IPIPMode',
  vxlanMode: 'VXLANMode',
  uid: 'UID',
  metadata: 'ObjectMeta',
  bgp: 'BGP',
  ipv4Address: 'IPv4Address',
};

function goView(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(goView);
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const seen = goView(item);
    out[key] = seen;
    out[GO_NAMES[key] ?? `${key[0]?.toUpperCase()}${key.slice(1)}`] = seen;
  }
  return out;
}
