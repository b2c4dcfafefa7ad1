/** How calicoctl prints resources: tables of Go's tabwriter, JSON, YAML, templates. Models commands/common/printer.go of v3.30. */
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
  const columns = withNamespace && kind.cells.NAMESPACE ? ['NAMESPACE', ...chosen] : chosen;
  const bad = columns.find((heading) => !kind.cells[heading]);
  if (bad !== undefined) throw new Error(`Unknown heading ${bad}, valid values are: ${Object.keys(kind.cells).join(', ')}`);
  const items = isList ? (resource.items as readonly Resource[]) : [resource];
  const rows = items.map((item) => columns.map((heading) => kind.cells[heading]?.(item, setting) ?? ''));
  return `${tabulate([columns, ...rows])}\n`;
}

/** `-o yaml` and `-o json` order and omit as the seed's transcript shows it: a BGPConfiguration has no creationTimestamp. */
function document(resource: Resource): Value {
  if (Array.isArray(resource.items))
    return { ...resource, items: (resource.items as readonly Resource[]).map(document) } as unknown as Value;
  if (resource.kind !== 'BGPConfiguration') return resource as unknown as Value;
  const { creationTimestamp, ...metadata } = resource.metadata;
  return { ...resource, metadata: creationTimestamp === null ? { ...metadata, creationTimestamp } : metadata } as unknown as Value;
}

/** encoding/json sorts nothing in structs, but prints apiVersion and kind first and the rest in the order of the type. */
function inOrder(value: Value): Value {
  if (Array.isArray(value)) return value.map(inOrder) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Readonly<Record<string, Value>>;
  const rank = [
    'kind',
    'apiVersion',
    'metadata',
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'creationTimestamp',
    'labels',
    'annotations',
    'spec',
    'status',
    'items',
  ];
  const keys = Object.keys(fields).sort((a, b) => (rank.indexOf(a) + 1 || 99) - (rank.indexOf(b) + 1 || 99));
  return Object.fromEntries(keys.map((key) => [key, inOrder(fields[key] ?? null)]));
}

const single = (resources: readonly Resource[]): Value =>
  (resources.length === 1 && resources[0] ? document(resources[0]) : resources.map(document)) as Value;

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
  if (output === 'json') return print((resources) => `${JSON.stringify(inOrder(single(resources)), undefined, 2)}\n`);
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

/** Go's templates see the Go fields: `.Spec.CIDR`, `.ObjectMeta.Name`. The common ones are offered under both names. */
function template(process: Process, text: string): Printer {
  return (resources) => {
    try {
      process.out(parseGoTemplate(text, true)(resources.map(goView) as Value));
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
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
