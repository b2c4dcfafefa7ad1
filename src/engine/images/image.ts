/**
 * What a container image is to the simulation: which sockets its process opens, what it logs, what it answers, what `exec` finds in it.
 *
 * One file per family of images in this folder, a line in registry.ts. Models the images' own programs as far as a learner meets
 * them over the network; file systems and real processes are left out.
 */
import type { Container, Pod } from '../api/objects.ts';
import type { Host, Place, World } from '../world.ts';

export interface Image {
  /** Family: what `Socket.app` says of its servers. */
  readonly name: string;
  /** Full names without tag: `docker.io/library/nginx`. */
  readonly repositories: readonly string[];
  /** Tags the registry has; absent: any that looks like one. */
  readonly tags?: RegExp;
  /** Compressed size, bytes: how long a pull takes. */
  readonly bytes: number;
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  /** Programs that `exec` finds in it beside a shell's builtins. Empty: not even a shell. */
  readonly commands: readonly string[];
  /** What the process does when it starts. `argv`: entrypoint and arguments as the pod's spec overrides them. */
  start(launch: Launch): Program;
  /** Answers an HTTP request on one of its sockets; absent: it speaks no HTTP. */
  http?(call: HttpCall): HttpAnswer;
  /** Answers a DNS question on one of its sockets. */
  dns?(question: DnsQuestion, host: Host): DnsAnswer;
  /** Ports on which it speaks TLS only. */
  readonly tls?: readonly number[];
}

export interface Launch {
  readonly argv: readonly string[];
  readonly container: Container;
  readonly pod: Pod;
  readonly host: Host;
}

/** A started process, as the kubelet and the kernel see it. */
export interface Program {
  readonly sockets: readonly Listening[];
  /** Lines it writes at its start. */
  readonly lines: readonly string[];
  /** It ends by itself after so many ms; absent: it runs on. */
  readonly exit?: { readonly afterMs: number; readonly code: number };
  /** What SIGTERM does: most end at once; a process 1 without a handler does not hear it. */
  readonly sigterm: 'exits' | 'ignores';
  /** It could not even be started: the container runtime's words. */
  readonly failure?: string;
}

export interface Listening {
  readonly proto: 'tcp' | 'udp';
  readonly port: number;
  /** Default any. */
  readonly address?: string;
  /** Process name as `ss -p` shows it. */
  readonly process: string;
}

export interface HttpRequest {
  readonly method: string;
  /** `http://customer.yaobank/path?query`; a missing scheme is http. */
  readonly url: string;
  /** As sent, in order; `Host` is added when missing. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  /** Default 1.1. */
  readonly version?: '1.0' | '1.1';
}

export interface HttpResponse {
  readonly version: '1.0' | '1.1';
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** The program writes each line of the head by itself, and then the body; absent: all in one write. */
  readonly unbuffered?: boolean;
}

/** A request as a server sees it. */
export interface HttpCall {
  readonly world: World;
  /** Where the server runs. */
  readonly place: Place;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** HTTP version the client speaks; absent: 1.1. */
  readonly version?: '1.0' | '1.1';
  /** The client's address and port as the packet says. */
  readonly client: { readonly address: string; readonly port: number };
  /** The server's own address and port. */
  readonly server: { readonly address: string; readonly port: number };
  /** The server's name: a pod's, or its host's. */
  readonly hostname: string;
  /** The server's arguments: what its start was given. */
  readonly argv: readonly string[];
  /** A request of the server's own, from its place. */
  fetch(world: World, request: HttpRequest): { readonly world: World; readonly response?: HttpResponse; readonly tookMs: number };
}

export interface HttpAnswer {
  readonly world: World;
  /** Absent: it closes the connection without a word. */
  readonly response?: HttpResponse;
  /** Lines for its log. */
  readonly lines?: readonly string[];
  /** Time it needed because of others, ms. */
  readonly tookMs?: number;
}

export interface DnsQuestion {
  /** Without the final dot, lower case. */
  readonly name: string;
  readonly type: string;
  /** Who asks. */
  readonly client: string;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly value: string;
}

export interface DnsAnswer {
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  /** The zone's SOA, beside an answer without records. */
  readonly authority?: readonly DnsRecord[];
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number) => String(value).padStart(2, '0');

/** `Tue, 17 Jun 2025 14:02:00 GMT` */
export function httpDate(ms: number): string {
  const at = new Date(ms);
  const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':');
  return `${DAYS[at.getUTCDay()]}, ${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()} ${time} GMT`;
}

/** `17/Jun/2025:14:02:00 +0000`, as access logs write it; `separator` stands between date and time. */
export function logDate(ms: number, separator = ':'): string {
  const at = new Date(ms);
  const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':');
  return `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}${separator}${time}`;
}

/** The value of a header, whatever the case of its name. */
export function header(headers: readonly (readonly [string, string])[], name: string): string | undefined {
  const lower = name.toLowerCase();
  return headers.find(([key]) => key.toLowerCase() === lower)?.[1];
}

/** Length of a text on the wire, bytes. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The program of a plain server: it opens these ports and runs on. */
export function server(process: string, ports: readonly (number | Listening)[], lines: readonly string[] = []): Program {
  const sockets = ports.map((port): Listening => (typeof port === 'number' ? { proto: 'tcp', port, process } : port));
  return { sockets, lines, sigterm: 'exits' };
}
