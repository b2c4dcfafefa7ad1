/**
 * Connections by tuple, both directions in one table: nf_conntrack_hash and its nf_conntrack_tuple_hash entries, Linux 6.x. Keys are
 * the numbers of a tuple, never text: every packet looks here. Grows with what it holds; leaves out deletion, as no walk deletes.
 */
import { hashWords } from '../net/flowhash.ts';

/** A tuple with addresses as numbers: what the packet path works with. */
export interface FlowTuple {
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly src: number;
  readonly dst: number;
  /** Port, or the ICMP id. */
  readonly sport: number;
  readonly dport: number;
}

/** One direction of a connection: what packets of that direction look like when they come in. */
export interface TupleHash<T> {
  readonly tuple: FlowTuple;
  readonly dir: 0 | 1;
  connection: T;
  readonly hash: number;
  next: TupleHash<T> | undefined;
}

function hashOf(t: FlowTuple): number {
  return hashWords(0, t.src, t.dst, (t.sport << 16) ^ t.dport);
}

function same(a: FlowTuple, b: FlowTuple): boolean {
  return a.sport === b.sport && a.src === b.src && a.dst === b.dst && a.dport === b.dport && a.proto === b.proto;
}

const SMALLEST = 16;

export class TupleTable<T extends { readonly expiresAt: number }> {
  /** A power of two of them. */
  #buckets: (TupleHash<T> | undefined)[] = new Array(SMALLEST).fill(undefined);
  #size = 0;
  /** The original direction of every connection, in the order they came. */
  readonly originals: TupleHash<T>[] = [];

  /** The direction of a connection that a tuple is; an original before a reply. `now`: expired connections count as absent. */
  find(tuple: FlowTuple, now = Number.NEGATIVE_INFINITY): TupleHash<T> | undefined {
    if (this.#size === 0) return undefined;
    const hash = hashOf(tuple);
    let reply: TupleHash<T> | undefined;
    for (let at = this.#buckets[hash & (this.#buckets.length - 1)]; at !== undefined; at = at.next) {
      if (at.hash !== hash || !same(at.tuple, tuple) || at.connection.expiresAt <= now) continue;
      if (at.dir === 0) return at;
      reply = at;
    }
    return reply;
  }

  /** Puts one direction of a connection there, in place of one that has the tuple. */
  put(tuple: FlowTuple, dir: 0 | 1, connection: T): void {
    const hash = hashOf(tuple);
    const bucket = hash & (this.#buckets.length - 1);
    for (let at = this.#buckets[bucket]; at !== undefined; at = at.next) {
      if (at.hash !== hash || at.dir !== dir || !same(at.tuple, tuple)) continue;
      at.connection = connection;
      return;
    }
    const made: TupleHash<T> = { tuple, dir, connection, hash, next: this.#buckets[bucket] };
    this.#buckets[bucket] = made;
    if (dir === 0) this.originals.push(made);
    if (++this.#size > this.#buckets.length) this.#grow();
  }

  #grow(): void {
    const buckets: (TupleHash<T> | undefined)[] = new Array(this.#buckets.length * 2).fill(undefined);
    for (const first of this.#buckets) {
      for (let at = first; at !== undefined; ) {
        const { next } = at;
        const bucket = at.hash & (buckets.length - 1);
        at.next = buckets[bucket];
        buckets[bucket] = at;
        at = next;
      }
    }
    this.#buckets = buckets;
  }
}
