/** What a scenario is: a journal to hold against the real kernel and the real BIRD, and what is asked of both sides. */
import type { FaultTarget, WorldSource } from '../../../src/engine/index.ts';

export interface Scenario {
  readonly name: string;
  readonly world: WorldSource;
  /** Typed on the bastion before the parts are built. */
  readonly lines: readonly string[];
  readonly probes: readonly Probe[];
  /** What happens after the parts were built and found alike, one after the other; each is compared anew. */
  readonly turns?: readonly Turn[];
  /** Also asked for every detail of protocols and routes. */
  readonly thorough?: boolean;
  /** Connections that must spread over all next hops. */
  readonly shares?: SharesOf;
  /** Services send a client to the same backend again and again, whichever came first. */
  readonly sticky?: boolean;
  /** In the sample of a short run. */
  readonly quick?: boolean;
}

/** Many connections from a host, whose hash takes the ports in. The program must see the node that forwarded it. */
export interface SharesOf {
  readonly from: string;
  readonly url: string;
}

/** Something happens on both sides, and time passes. */
export interface Turn {
  readonly name: string;
  /** Typed on the bastion of the simulation; the parts follow. */
  readonly lines?: readonly string[];
  /** Broken, or with `on: false` mended. A pod may be named by how its name begins: `{pod yaobank/customer}`. */
  readonly faults?: readonly (FaultTarget & { readonly fault: string; readonly on?: boolean })[];
  /** Asked of the bird of a host, on both sides. */
  readonly birdc?: readonly (readonly [host: string, command: string])[];
  /** Time that passes on both sides before they are compared, s: from what is done, or else from when the turn before was to be over. */
  readonly wait: number;
  /** Default: the scenario's own. */
  readonly probes?: readonly Probe[];
}

/** A request with curl, from a host or from the first pod whose name begins so. */
export interface Probe {
  /** `host1`, `pod/customer` */
  readonly from: string;
  /** May name a service's address: `http://{clusterIP yaobank/customer}/`, `http://10.0.1.20:{nodePort yaobank/customer}/`. */
  readonly url: string;
  /** Nobody may answer, and whether ICMP says so or time runs out is left to chance. */
  readonly unanswered?: boolean;
}
