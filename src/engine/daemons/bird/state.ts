/**
 * What bird keeps between rounds on one host: the configuration it has loaded, one session per BGP protocol, its table.
 *
 * Plain JSON. The parsed configuration and everything else that follows from these fields is derived (config/parse.ts), never kept.
 */
import type { DaemonState, Ref } from '../../world.ts';

export interface BirdState extends DaemonState {
  /** How it stopped last: a clean stop says Cease to its peers and leaves the kernel alone only with `persist`; killed says nothing. */
  readonly stopped?: 'clean' | 'killed';
  /** The configuration in force, as read; absent before the first load. */
  readonly loaded?: LoadedConfig;
  /** The one before, for `birdc configure undo`. */
  readonly previous?: LoadedConfig;
  readonly loadedAt?: number;
  /** Somebody (confd, SIGHUP) wants the files read again. */
  readonly reload?: boolean;
  /** Why the last load failed; such a bird runs on with what it had, or exits when it had nothing. */
  readonly loadError?: string;
  readonly protocols: Readonly<Record<string, ProtocolState>>;
  /** The last of each peer's `sent` that was taken in, by the protocol that holds its session. */
  readonly received: Readonly<Record<string, Sent>>;
  readonly table: Table;
  /** What each BGP protocol sends: shared between protocols that send alike. */
  readonly sent: Readonly<Record<string, Sent>>;
  /** Networks the kernel protocol put into the kernel, so that a withdrawal takes exactly these away. */
  readonly kernel: readonly string[];
  /** Started to recover from a crash (`bird -R`): until then the kernel keeps what an earlier bird put there. */
  readonly recoveryUntil?: number;
  /** Sessions a configuration change took away: neighbour → when and with which Cease. */
  readonly farewells: Readonly<Record<string, { readonly at: number; readonly subcode: number }>>;
  /** The last lines of its log, oldest first. */
  readonly log: readonly LogLine[];
}

export interface LoadedConfig {
  readonly path: string;
  /** Every file it consists of. */
  readonly files: Readonly<Record<string, string>>;
}

export interface LogLine {
  readonly at: number;
  readonly level: string;
  readonly text: string;
  /** Who wrote it, when not the bird itself: the supervisor writes into the same journal. */
  readonly by?: 'systemd' | 'birdc';
  /** When the process that wrote it was started, ms: tells several runs apart. */
  readonly startedAt?: number;
}

export const MAX_LOG_LINES = 200;

export interface ProtocolState {
  readonly state: 'down' | 'start' | 'up';
  /** When `state` last changed, ms. */
  readonly since: number;
  /** `birdc disable`. */
  readonly disabled: boolean;
  readonly session?: Session;
}

export type SessionPhase = 'Idle' | 'Connect' | 'Active' | 'OpenSent' | 'OpenConfirm' | 'Established';

/** One BGP session, seen from this side. Times are ms of virtual time. */
export interface Session {
  readonly phase: SessionPhase;
  /** Accepts a connection from this moment (after an error it waits). */
  readonly readyAt: number;
  /** An own attempt to connect; the next follow every `attemptEvery` ms. Absent: passive. */
  readonly attemptAt?: number;
  readonly attemptEvery?: number;
  /** Since when a connection would succeed; it does at the first attempt after. */
  readonly possibleSince?: number;
  /** Seconds the next error will make it wait; grows with each. */
  readonly startupDelay: number;
  readonly lastErrorAt?: number;
  readonly error?: SessionError;
  /** Of the connection that is, or was last, established. */
  readonly establishedAt?: number;
  readonly peerId?: string;
  /** When the path to the peer broke while established: silence from then on. */
  readonly silentSince?: number;
  /** What this side said goodbye with. */
  readonly closed?: { readonly at: number; readonly code: number; readonly subcode: number };
  /** Until when the routes of a peer that went away without a word are kept. */
  readonly staleUntil?: number;
}

export interface SessionError {
  readonly class: 'Socket' | 'Received' | 'BGP Error' | 'Error';
  readonly text: string;
}

/** An UPDATE's content for one path. */
export interface Path {
  readonly prefix: string;
  /** Add-path identifier: which of the sender's routes it is. */
  readonly id: string;
  readonly attributes: Attributes;
}

/** All paths a protocol sends, by prefix. */
export interface Sent {
  readonly paths: Readonly<Record<string, readonly Path[]>>;
}

export const NOTHING_SENT: Sent = { paths: {} };

/** Route attributes: BGP's, and the kernel's that filters can see. */
export interface Attributes {
  /** 0 IGP, 1 EGP, 2 incomplete. */
  readonly origin?: number;
  readonly asPath?: readonly number[];
  readonly nextHop?: string;
  readonly med?: number;
  readonly localPref?: number;
  readonly communities?: readonly string[];
  readonly largeCommunities?: readonly string[];
  readonly originatorId?: string;
  readonly clusterList?: readonly string[];
  readonly krtSource?: number;
  readonly krtMetric?: number;
  readonly krtScope?: number;
  readonly krtPrefsrc?: string;
  readonly krtTunnel?: string;
}

export type RouteSource = 'static' | 'inherit' | 'device' | 'static-device' | 'BGP';
export type Destination = 'router' | 'device' | 'blackhole' | 'unreachable' | 'prohibit' | 'multipath';

/** A route in the table. */
export interface TableRoute {
  readonly prefix: string;
  readonly protocol: string;
  /** Tells several paths of one protocol apart (add paths). */
  readonly id: string;
  readonly source: RouteSource;
  readonly destination: Destination;
  readonly gateway?: string;
  readonly device?: string;
  readonly nexthops?: readonly { readonly gateway: string; readonly device: string; readonly weight: number }[];
  /** Who told it, when that is not the gateway. */
  readonly from?: string;
  readonly preference: number;
  readonly attributes: Attributes;
  /** Recursive: the cost of reaching the next hop, 0 when it is on a connected network, undefined for other routes. */
  readonly igpMetric?: number | 'unknown';
  /** Came in before this moment of last change, ms. */
  readonly since: number;
  /** Kept only because its session is restarting. */
  readonly stale?: boolean;
  /** Refused by the import filter but kept (`import keep filtered`). */
  readonly filtered?: boolean;
  readonly ref?: Ref;
}

/** Networks → routes, the best first. */
export type Table = Readonly<Record<string, readonly TableRoute[]>>;

/** A bird that has just been started and has read nothing yet. */
export function freshBird(now: number): BirdState {
  return { running: true, startedAt: now, protocols: {}, received: {}, table: {}, sent: {}, kernel: [], farewells: {}, log: [] };
}

/** A session holds what its peer sent while it is established, and while it waits for the peer to come back. */
const holdsRoutes = (session: Session | undefined): boolean =>
  session !== undefined && (session.phase === 'Established' || session.staleUntil !== undefined);

/** The state with other protocols: what a session received goes when the session no longer holds it. */
export function withProtocols(state: BirdState, protocols: BirdState['protocols'], received = state.received): BirdState {
  const held = Object.entries(received).filter(([name]) => holdsRoutes(protocols[name]?.session));
  return { ...state, protocols, received: held.length === Object.keys(received).length ? received : Object.fromEntries(held) };
}
