/**
 * Can a TCP connection be made? A yes or no without side effects, for BGP sessions and for reaching the API server: the same walk
 * there and back as exchange.ts, unrecorded.
 *
 * Fifty nodes have more than a thousand sessions, so answers are remembered: any answer for as long as the hosts are the same objects, a
 * yes for as long as every namespace on the way is.
 */
import type { NetNamespace } from '../kernel/namespace.ts';
import type { Place, World } from '../world.ts';
import { createDraft, type Draft } from './draft.ts';
import { exchangeOn } from './exchange.ts';

interface Way {
  readonly place: Place;
  readonly ns: NetNamespace;
}

interface Answer {
  hosts: World['hosts'];
  readonly yes: boolean;
  readonly passed: readonly Way[];
}

const answers = new WeakMap<NetNamespace, Map<string, Answer>>();

function standsStill(world: World, passed: readonly Way[]): boolean {
  for (const { place, ns } of passed) {
    const host = world.hosts[place.host];
    if (!host?.up || host.netns[place.netns] !== ns) return false;
  }
  return true;
}

function ask(world: World, from: Place, dst: string, port: number): { readonly yes: boolean; readonly draft: Draft } {
  const draft = createDraft(world);
  const done = exchangeOn(draft, { from, proto: 'tcp', dst, dport: port }, '', false);
  const yes = done?.first.ending.disposition === 'delivered' && done.back?.ending.disposition === 'delivered';
  return { yes, draft };
}

/** Would a SYN from `from` to `dst:port` be answered by a SYN-ACK? */
export function canReach(world: World, from: Place, dst: string, port: number): boolean {
  const ns = world.hosts[from.host]?.netns[from.netns];
  if (!ns) return false;
  let known = answers.get(ns);
  if (!known) {
    known = new Map();
    answers.set(ns, known);
  }
  const key = `${from.host} ${dst} ${port}`;
  const old = known.get(key);
  if (old && (old.hosts === world.hosts || (old.yes && standsStill(world, old.passed)))) {
    old.hosts = world.hosts;
    return old.yes;
  }
  const { yes, draft } = ask(world, from, dst, port);
  const passed = yes ? draft.touched.map((at) => ({ place: at.place, ns: at.ns })) : [];
  known.set(key, { hosts: world.hosts, yes, passed });
  return yes;
}
