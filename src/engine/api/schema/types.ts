/**
 * The compact schema: one line a type, from which strict decoding, strategic merge, server-side apply, OpenAPI and explain are derived.
 *
 *   ServicePort: name string, protocol string(SCTP|TCP|UDP) =TCP, port! int32, targetPort intOrString, nodePort int32
 *
 * After the name: `kind` for a top-level object (apiVersion and kind are implied), `atomic` for one that is replaced as a whole.
 * A field: its name, `!` when required, its type (`[]` list of, `{}` map to, `string(A|B)` an enum (`_` a space), a capital: another type, with its
 * package unless the same), then `&key` merged by that key under strategic merge (`&` alone: as a set), `~` retainKeys,
 * `#a+b` a map-list with these keys, `set`, `atomic` under server-side apply, `=x` the default, `*` a pointer in Go: "absent" and zero differ,
 * `@n` its protobuf number where it is not one more than the last (`2.1`: field 1 of the embedded message 2). A line that begins with
 * spaces goes on.
 */
import { ADMISSIONREGISTRATION_TYPES } from './admission.ts';
import { AUTOSCALING_TYPES, AUTOSCALING_V2_TYPES } from './autoscaling.ts';
import { CALICO_TYPES } from './calico.ts';
import { CORE_TYPES } from './core.ts';
import {
  APPS_TYPES,
  AUTHENTICATION_TYPES,
  AUTHORIZATION_TYPES,
  BATCH_TYPES,
  CERTIFICATES_TYPES,
  COORDINATION_TYPES,
  DISCOVERY_TYPES,
  EVENTS_TYPES,
  NETWORKING_TYPES,
  NODE_TYPES,
  POLICY_TYPES,
  SCHEDULING_TYPES,
} from './groups.ts';
import { META_TYPES } from './meta.ts';
import { POD_TYPES } from './pod.ts';
import { PERSISTENT_VOLUME_TYPES, STORAGE_TYPES } from './volumes.ts';

export type TypeRef =
  | { readonly is: 'scalar'; readonly name: string; readonly enum?: readonly string[] }
  | { readonly is: 'list'; readonly of: TypeRef }
  | { readonly is: 'map'; readonly of: TypeRef }
  | { readonly is: 'struct'; readonly name: string };

export interface Field {
  readonly name: string;
  readonly type: TypeRef;
  readonly required: boolean;
  /** Strategic merge: undefined replaces; '' merges a list of scalars as a set; else the merge key. */
  readonly mergeKey?: string;
  readonly retainKeys: boolean;
  readonly listType?: 'map' | 'set' | 'atomic';
  /** Keys of a map-list under server-side apply. */
  readonly keys: readonly string[];
  readonly default?: string;
  /** Absent and zero differ: a pointer in Go. */
  readonly pointer: boolean;
  /** Protobuf number; `2.1` is field 1 of the message that is field 2. */
  readonly number: string;
}

export interface StructType {
  /** `core.ServicePort` */
  readonly name: string;
  /** `ServicePort` */
  readonly short: string;
  readonly pack: string;
  /** A top-level object. */
  readonly kind: boolean;
  readonly atomic: boolean;
  readonly fields: ReadonlyMap<string, Field>;
}

const PACKAGES: Readonly<Record<string, string>> = {
  meta: META_TYPES,
  core: CORE_TYPES + POD_TYPES + PERSISTENT_VOLUME_TYPES,
  apps: APPS_TYPES,
  batch: BATCH_TYPES,
  coordination: COORDINATION_TYPES,
  networking: NETWORKING_TYPES,
  discovery: DISCOVERY_TYPES,
  events: EVENTS_TYPES,
  authentication: AUTHENTICATION_TYPES,
  authorization: AUTHORIZATION_TYPES,
  autoscaling: AUTOSCALING_TYPES,
  autoscalingv2: AUTOSCALING_V2_TYPES,
  policy: POLICY_TYPES,
  admissionregistration: ADMISSIONREGISTRATION_TYPES,
  certificates: CERTIFICATES_TYPES,
  node: NODE_TYPES,
  scheduling: SCHEDULING_TYPES,
  storage: STORAGE_TYPES,
  calico: CALICO_TYPES,
};

function typeRef(text: string, pack: string): TypeRef {
  if (text.startsWith('[]')) return { is: 'list', of: typeRef(text.slice(2), pack) };
  if (text.startsWith('{}')) return { is: 'map', of: typeRef(text.slice(2), pack) };
  if (/^[A-Z]/.test(text)) return { is: 'struct', name: `${pack}.${text}` };
  if (text.includes('.')) return { is: 'struct', name: text };
  const open = text.indexOf('(');
  if (open < 0) return { is: 'scalar', name: text };
  return {
    is: 'scalar',
    name: text.slice(0, open),
    enum: text
      .slice(open + 1, -1)
      .replaceAll('_', ' ')
      .split('|'),
  };
}

function field(text: string, pack: string, before: string): Field {
  const [first, type, ...marks] = text.trim().split(' ');
  const mark = (start: string) => marks.find((it) => it.startsWith(start))?.slice(1);
  const keys = mark('#');
  const listType = keys !== undefined ? 'map' : marks.includes('set') ? 'set' : marks.includes('atomic') ? 'atomic' : undefined;
  return {
    name: first!.replace('!', ''),
    type: typeRef(type!, pack),
    required: first!.endsWith('!'),
    mergeKey: mark('&'),
    retainKeys: marks.includes('~'),
    listType,
    keys: keys ? keys.split('+') : [],
    default: mark('='),
    pointer: marks.includes('*'),
    number: mark('@') ?? before.replace(/\d+$/, (last) => String(Number(last) + 1)),
  };
}

const plainField = (name: string): Field => ({
  name,
  type: { is: 'scalar', name: 'string' },
  required: false,
  retainKeys: false,
  keys: [],
  pointer: false,
  number: '0',
});

function struct(line: string, pack: string): StructType {
  const colon = line.indexOf(':');
  const [short, ...flags] = line.slice(0, colon).split(' ');
  const kind = flags.includes('kind');
  const own: Field[] = [];
  for (const part of line.slice(colon + 1).split(', ')) {
    if (part.trim() !== '') own.push(field(part, pack, own.at(-1)?.number ?? '0'));
  }
  const fields = kind ? [plainField('apiVersion'), plainField('kind'), ...own] : own;
  return {
    name: `${pack}.${short}`,
    short: short!,
    pack,
    kind,
    atomic: flags.includes('atomic'),
    fields: new Map(fields.map((it) => [it.name, it])),
  };
}

function parsePackage(pack: string): ReadonlyMap<string, StructType> {
  const lines = (PACKAGES[pack] ?? '').replace(/\n +/g, ' ').split('\n');
  const types = lines.filter((line) => line !== '').map((line) => struct(line, pack));
  return new Map(types.map((type) => [type.name, type]));
}

const parsed = new Map<string, ReadonlyMap<string, StructType>>();

/** Every type of a package: `core`, `apps`, `calico`. */
export function typesOf(pack: string): ReadonlyMap<string, StructType> {
  let types = parsed.get(pack);
  if (!types) {
    types = parsePackage(pack);
    parsed.set(pack, types);
  }
  return types;
}

/** A type by its name: `core.Service`. Undefined when there is none. */
export function structType(name: string): StructType | undefined {
  return typesOf(name.slice(0, name.indexOf('.'))).get(name);
}
