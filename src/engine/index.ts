/** The engine's door: what other rooms may use. */
export type { ApiRequest, ApiResponse, Watch, WatchEvent } from './api/http.ts';
export { convertUid } from './api/kinds/calico-crd.ts';
export { asNumberOf, NODE_ANNOTATIONS } from './api/kinds/calico-node.ts';
export { type CalicoFault, calicoErrorText, validateCalico } from './api/kinds/calico-validation.ts';
export { formatQuantity, parseQuantity } from './api/kinds/quantity.ts';
export type * from './api/objects.ts';
export { difference as fieldsWithout, fromFieldsV1, toFieldsV1, union as fieldsTogether } from './api/patch/fieldset.ts';
export { decodeProtobuf, PROTOBUF } from './api/rest/protobuf.ts';
export { checkObject, type Faults } from './api/schema/check.ts';
export { type Field, structType, type TypeRef } from './api/schema/types.ts';
export { meets, parseLabelSelector } from './api/selectors.ts';
export { type ApiState, getObject, objectsOf } from './api/storage.ts';
export { bookmarkOf, watchEvents } from './api/watch.ts';
export { expandCommand as expandBirdc, helpAfter as birdcHelp, wordsAfter as birdcWords } from './daemons/bird/cli/commands.ts';
export { protocolRows } from './daemons/bird/cli/protocols.ts';
export { isReadOnly as isReadOnlyBirdc } from './daemons/bird/cli/run.ts';
export { configOf, loadConfig as loadBirdConfig } from './daemons/bird/config/parse.ts';
export { type BgpConnection, bgpConnections } from './daemons/bird/connections.ts';
export { bgpProtocols, birdPid, failureText as birdFailureText } from './daemons/bird/control.ts';
export type { BirdState, LogLine, TableRoute } from './daemons/bird/state.ts';
export { hostInterface } from './daemons/cni/index.ts';
export type { Fault, FaultTarget } from './faults/fault.ts';
export { faults } from './faults/index.ts';
export type { DnsOutcome, Resolution } from './images/dns.ts';
export { containerEnv } from './images/environment.ts';
export { closesAfter, type HttpResult, httpWrites } from './images/http.ts';
export type { DnsAnswer, DnsRecord, HttpCall, HttpRequest, HttpResponse } from './images/image.ts';
export { hostsFile, podAt, resolvConf } from './images/place.ts';
export { type Found, findImage, imageNamed } from './images/registry.ts';
export type { DaemonAction, DaemonName } from './inputs/daemon.ts';
export type { Input, InputResult } from './inputs/index.ts';
export type { Failure, Origin } from './inputs/input.ts';
export type { Conntrack, Tuple } from './kernel/conntrack.ts';
export { type Errno, errorText, isKernelError, type KernelError } from './kernel/errno.ts';
export { type Lookup, lookup, selectSource } from './kernel/fib.ts';
export { type RoutePattern, sameRoute } from './kernel/fib-edit.ts';
export { globalAddress, operstate } from './kernel/link.ts';
export type { LinkAddress, Neighbour, NetLink, NetNamespace, NextHop, Route, Socket } from './kernel/namespace.ts';
export { neighbourState } from './kernel/neighbour.ts';
export { saveText, TABLE_ORDER as NETFILTER_TABLES } from './kernel/netfilter/print.ts';
export type * from './kernel/netfilter/types.ts';
export { allSysctls, getSysctl } from './kernel/sysctl.ts';
export { loadWorld } from './load/load.ts';
export { WorldError } from './load/parse.ts';
export type { WorldSource } from './load/source.ts';
export * from './net/address.ts';
export { PROTO_NUMBER } from './net/flowhash.ts';
export { random, uuid } from './net/random.ts';
export { sha256 } from './net/sha256.ts';
export { origins } from './origin.ts';
export { packStart, unpackStart } from './pack.ts';
export { createDraft } from './packet/draft.ts';
export { exchange } from './packet/exchange.ts';
export { type Outcome, outcomeOf } from './packet/outcome.ts';
export { multipathSeed } from './packet/seed.ts';
export { type Position, START, segmentsOf, type TcpSegment } from './packet/segments.ts';
export type * from './packet/trace.ts';
export { linkStats } from './packet/traffic.ts';
export { walkFirst } from './packet/walk.ts';
export { arpSource, asksForNeighbour } from './packet/wire.ts';
export { readJournal, replay } from './replay.ts';
export { createSim, type Frame, type JournalEntry, type Moment, type Sim, type Start, simFrom } from './sim.ts';
export { rehearse } from './step.ts';
export {
  type Branch,
  type Command,
  endOf,
  goBack,
  NEW_TIMELINE,
  record,
  switchTo,
  type Timeline,
} from './timeline.ts';
export { VERSIONS } from './versions.ts';
export type { Cluster, DaemonState, Daemons, Host, Place, Ref, Segment, World } from './world.ts';
