/** The engine's door: what other rooms may use. */
export { age, humanDuration } from './api/age.ts';
export type { ApiRequest, ApiResponse, Watch, WatchEvent } from './api/http.ts';
export type * from './api/objects.ts';
export { meets, parseFieldSelector, parseLabelSelector } from './api/selectors.ts';
export { type ApiState, getObject, keyOf, objectsOf } from './api/storage.ts';
export { parseTimestamp, timestamp } from './api/time.ts';
export { watchEvents } from './api/watch.ts';
export type { Input, InputResult } from './inputs/index.ts';
export type { Failure, Origin } from './inputs/input.ts';
export type { Conntrack, Tuple } from './kernel/conntrack.ts';
export type { LinkAddress, Neighbour, NetLink, NetNamespace, NextHop, Route, Socket } from './kernel/namespace.ts';
export type * from './kernel/netfilter/types.ts';
export type * from './packet/trace.ts';
export type { Frame, JournalEntry, Sim } from './sim.ts';
export type { Cluster, DaemonState, Daemons, Host, Place, Ref, Segment, World } from './world.ts';
