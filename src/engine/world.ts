/**
 * The World: everything the simulation knows, as one immutable JSON value.
 *
 * Replaced by structural sharing, never mutated, frozen while developing. No Map, class, closure, Infinity or bigint lives here,
 * so a World can be kept, compared by identity, stored and sent. Three kinds of state, each with one door:
 * API objects (engine/api/storage.ts), host state (engine/kernel, engine/daemons), links (engine/faults).
 */
import type { ApiState } from './api/storage.ts';
import type { BirdState } from './daemons/bird/state.ts';
import type { ConfdState } from './daemons/confd/state.ts';
import type { FelixState } from './daemons/felix/state.ts';
import type { KubeProxyState } from './daemons/kube-proxy/state.ts';
import type { KubeletState } from './daemons/kubelet/state.ts';
import type { NetNamespace } from './kernel/namespace.ts';
import type { Trace } from './packet/trace.ts';

export interface World {
  /** Id of the starting world (`worlds/<id>`). */
  readonly id: string;
  /** Seed of every keyed random choice (engine/net/random.ts). */
  readonly seed: string;
  /** Virtual time, milliseconds since the Unix epoch. */
  readonly now: number;
  /** How many inputs were applied; the index in the journal of the input being applied is `inputs - 1`. */
  readonly inputs: number;
  readonly hosts: Readonly<Record<string, Host>>;
  /** Layer-2 broadcast domains by name. */
  readonly segments: Readonly<Record<string, Segment>>;
  readonly clusters: Readonly<Record<string, Cluster>>;
  /** The last flows that were walked, newest last, at most `MAX_FLOWS`. */
  readonly flows: readonly Trace[];
}

export const MAX_FLOWS = 100;

export interface Segment {
  readonly name: string;
  readonly cidr: string;
}

export interface Cluster {
  readonly name: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** Host that runs the API server; `https://<its address>:6443` is the cluster's URL. */
  readonly apiHost: string;
  /** Default AS number of the cluster's nodes when no BGPConfiguration sets one. */
  readonly asNumber: number;
  readonly api: ApiState;
  /**
   * Nodes whose kubelet the API server does not hear, and when it last did, ms. Stands for the Leases in kube-node-lease, which
   * change every 10 s and say nothing else; absent: all report.
   */
  readonly silentSince?: Readonly<Record<string, number>>;
}

/**
 * A simulated machine. `bastion`: outside the cluster, runs BIRD from its own bird.conf and holds the tools.
 * `node`: a member of a cluster. `gateway`: the network's default gateway: it forwards nothing and answers nothing but ARP and ping.
 */
export interface Host {
  readonly name: string;
  readonly kind: 'bastion' | 'node' | 'gateway';
  /** First address on its segment; what `ssh` and BGP peers use. */
  readonly address: string;
  /** Other names `ssh` and `/etc/hosts` know it by. */
  readonly aliases: readonly string[];
  /** Powered on. A host that is off answers nothing and its daemons stand still; its state is kept. */
  readonly up: boolean;
  /** When it was last switched on, ms. */
  readonly bootedAt: number;
  /** Cluster it is a Node of (its Node object has the host's name), or whose kubeconfig it holds. */
  readonly cluster?: string;
  /** Absolute path → text. Directories are implied by their files; an empty directory is a key that ends in `/`. */
  readonly files: Readonly<Record<string, string>>;
  /** Commands this host has beside the shell's own; undefined: all of them. */
  readonly commands?: readonly string[];
  /** '' is the host's own namespace; a pod's is `<namespace>/<pod>`. */
  readonly netns: Readonly<Record<string, NetNamespace>>;
  /** The API objects as this host's daemons last saw them: a reference, so a stale view costs nothing. */
  readonly apiView?: ApiState;
  readonly daemons: Daemons;
}

/** Processes on a host. Absent: not installed here. `running: false`: stopped; what it programmed stays behind. */
export interface Daemons {
  readonly kubelet?: KubeletState;
  readonly kubeProxy?: KubeProxyState;
  readonly felix?: FelixState;
  readonly confd?: ConfdState;
  readonly bird?: BirdState;
}

/** Common to every daemon's state. */
export interface DaemonState {
  readonly running: boolean;
  /** When it last started, ms. */
  readonly startedAt: number;
}

/** Where a process runs: a host and one of its network namespaces. */
export interface Place {
  readonly host: string;
  readonly netns: string;
}

/**
 * A pointer to the thing that decided something. Follow it with `origins(world, ref)` (engine/origin.ts):
 * FIB row ← BGP update ← bird.cfg line ← Service field ← journal entry.
 */
export type Ref =
  | { readonly kind: 'object'; readonly cluster: string; readonly resource: string; readonly key: string; readonly field?: string }
  | { readonly kind: 'file'; readonly host: string; readonly path: string; readonly line: number }
  | { readonly kind: 'bgp'; readonly host: string; readonly protocol: string; readonly prefix: string }
  | { readonly kind: 'route'; readonly host: string; readonly netns: string; readonly dst: string; readonly metric?: number }
  | {
      readonly kind: 'rule';
      readonly host: string;
      readonly netns: string;
      readonly table: string;
      readonly chain: string;
      readonly index: number;
    }
  | { readonly kind: 'conntrack'; readonly host: string; readonly netns: string; readonly id: string }
  | { readonly kind: 'neighbour'; readonly host: string; readonly netns: string; readonly address: string }
  | { readonly kind: 'sysctl'; readonly host: string; readonly netns: string; readonly name: string }
  | { readonly kind: 'input'; readonly index: number };

/** The world with one host replaced; the same world when nothing differs. */
export function withHost(world: World, host: Host): World {
  if (world.hosts[host.name] === host) return world;
  return { ...world, hosts: { ...world.hosts, [host.name]: host } };
}

/** The world with one host's namespace replaced. */
export function withNetns(world: World, place: Place, ns: NetNamespace): World {
  const host = world.hosts[place.host];
  if (!host || host.netns[place.netns] === ns) return world;
  return withHost(world, { ...host, netns: { ...host.netns, [place.netns]: ns } });
}

/** The world with one cluster's API state replaced. */
export function withApi(world: World, cluster: string, api: ApiState): World {
  const old = world.clusters[cluster];
  if (!old || old.api === api) return world;
  return { ...world, clusters: { ...world.clusters, [cluster]: { ...old, api } } };
}
