/**
 * What of a configuration that was read again is as it was. Models the comparisons of proto_reconfigure() (nest/proto.c) and of the
 * protocols' own reconfigure hooks, BIRD 1.6.8.
 *
 * A protocol that says the same stays the same object. Of one that says something else, parts may still be as they were; a token
 * stands for each part, and what was worked out from the part is kept by it. So a new export filter costs the routes that go out, and
 * neither those that came in nor anybody else.
 */
import { remember, sameMembers } from '../../../memo.ts';
import type { BirdConfig, FilterRef, ProtocolConfig } from './types.ts';

type Field = keyof Fields;
type Fields = Readonly<Record<string, unknown>>;

/** What tells people something, and where it stands. */
const REMARKS: ReadonlySet<Field> = new Set(['file', 'line', 'description', 'debug']);
/** What is taken over without a restart. */
const SOFT: ReadonlySet<Field> = new Set([
  ...REMARKS,
  'importFilter',
  'exportFilter',
  'keepFiltered',
  'importLimit',
  'exportLimit',
  'receiveLimit',
]);
/** What comes in does not depend on what goes out. */
const OUTGOING: ReadonlySet<Field> = new Set([...REMARKS, 'exportFilter', 'importLimit', 'exportLimit', 'receiveLimit']);
const NOTHING: ReadonlySet<Field> = new Set();

/** Protocols that compare and take over everything but these themselves. */
const SELF_RECONFIGURING: ReadonlySet<string> = new Set(['static', 'device', 'direct', 'kernel']);
const FIXED: readonly Field[] = ['type', 'name', 'preference', 'table'];

const isFilter = (value: unknown): value is FilterRef => typeof value === 'object' && value !== null && 'kind' in value;

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  // A program is as long as the routes it lets through, and its key says all.
  if (isFilter(a) && isFilter(b))
    return a.kind === 'program' && b.kind === 'program' ? a.key === b.key && a.name === b.name : a.kind === b.kind;
  return JSON.stringify(a) === JSON.stringify(b);
}

function agree(was: ProtocolConfig, now: ProtocolConfig, except: ReadonlySet<Field>): boolean {
  if (was === now) return true;
  if (was.type !== now.type) return false;
  const [a, b] = [was as unknown as Fields, now as unknown as Fields];
  // Protocols of a type have the same fields (defaults.ts).
  for (const field of Object.keys(b)) if (!except.has(field) && !sameValue(a[field], b[field])) return false;
  return true;
}

/** Whether a protocol has to be taken down and up again. */
export function needsRestart(was: ProtocolConfig, now: ProtocolConfig): boolean {
  if (was.type === now.type && SELF_RECONFIGURING.has(now.type)) {
    const [a, b] = [was as unknown as Fields, now as unknown as Fields];
    return FIXED.some((field) => a[field] !== b[field]);
  }
  return !agree(was, now, SOFT);
}

const incoming = new WeakMap<ProtocolConfig, object>();
const sessions = new WeakMap<ProtocolConfig, object>();

/** Stands for what a protocol makes of the routes that come in. */
export const incomingOf = (protocol: ProtocolConfig): object => incoming.get(protocol) ?? protocol;

/** Stands for all of a protocol but what is taken over without a restart. */
const sessionOf = (protocol: ProtocolConfig): object => sessions.get(protocol) ?? protocol;

/** A list whose identity stands for its members. */
export type Face = readonly unknown[];

const faces = new WeakMap<BirdConfig, Face>();

const lookAt = ({ routerId, listen, protocols }: BirdConfig): Face => [
  routerId,
  listen.address,
  listen.port,
  ...protocols.map(sessionOf),
];

/** All of a configuration that a peer can notice, and that routes are compared by: everything but the filters. */
export const faceOf = (config: BirdConfig): Face => remember(faces, config, () => lookAt(config));

/** The configuration with all that is as it was in the one before. */
export function reconfigured(old: BirdConfig | undefined, fresh: BirdConfig): BirdConfig {
  // Another router id is another router: nothing stays.
  if (!old || old.routerId !== fresh.routerId) return fresh;
  const before = new Map(old.protocols.map((protocol) => [protocol.name, protocol]));
  const protocols = fresh.protocols.map((now) => {
    const was = before.get(now.name);
    if (!was) return now;
    if (agree(was, now, NOTHING)) return was;
    if (agree(was, now, OUTGOING)) incoming.set(now, incomingOf(was));
    if (!needsRestart(was, now)) sessions.set(now, sessionOf(was));
    return now;
  });
  const config = sameMembers(protocols, fresh.protocols) ? fresh : { ...fresh, protocols };
  const [was, now] = [faceOf(old), lookAt(config)];
  faces.set(config, sameMembers(was, now) ? was : now);
  return config;
}
