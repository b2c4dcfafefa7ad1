/**
 * The multipath hash: which of several equal next hops a flow takes. Models fib_multipath_hash() of Linux 6.x for
 * net.ipv4.fib_multipath_hash_policy 0 (addresses), 1 (five-tuple) and 2 (inner addresses; nothing here is encapsulated, so the
 * outer ones). The kernel hashes with SipHash and a key drawn at boot; here it is a murmur3 finaliser with a seed per host and boot, so the
 * choice is as arbitrary as a real machine's, and repeatable.
 */

export interface FlowKey {
  readonly src: number;
  readonly dst: number;
  readonly sport: number;
  readonly dport: number;
  /** IP protocol number. */
  readonly proto: number;
}

export const PROTO_NUMBER = { icmp: 1, tcp: 6, udp: 17 } as const;

function mix(h: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const x = h ^ k;
  return (Math.imul((x << 13) | (x >>> 19), 5) + 0xe6546b64) | 0;
}

/** Unsigned 32-bit hash of numbers; the packet path's own keyed randomness (statistic rules, port choices). */
export function hashWords(seed: number, a: number, b: number, c = 0, d = 0, e = 0): number {
  let h = mix(mix(mix(mix(mix(seed, a), b), c), d), e);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The kernel's 31-bit multipath hash. Unknown policies count as 0. */
export function multipathHash(policy: number, seed: number, flow: FlowKey): number {
  const hash =
    policy === 1
      ? hashWords(seed, flow.src, flow.dst, (flow.sport << 16) | flow.dport, flow.proto)
      : hashWords(seed, flow.src, flow.dst);
  return hash >>> 1;
}

/**
 * Upper bound (inclusive) of each next hop's share of the 31-bit hash space, as fib_rebalance() sets them:
 * DIV_ROUND_CLOSEST(cumulated weight << 31, total) - 1. A next hop that may not be used has weight 0 and bound -1.
 */
export function upperBounds(weights: readonly number[]): number[] {
  let total = 0;
  for (const weight of weights) total += weight;
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return weight === 0 ? -1 : Math.floor((sum * 0x8000_0000) / total + 0.5) - 1;
  });
}
