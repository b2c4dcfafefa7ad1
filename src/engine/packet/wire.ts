/**
 * From one namespace to the next: ARP on a segment or a veth, and who gets the frame. Models neigh_resolve_output() and
 * arp_process(): any address of the other kernel is answered for (arp_ignore 0), and with proxy_arp what it would route elsewhere.
 * Leaves out the switch: a segment delivers to whoever owns the address.
 */
import { isLocal, lookup } from '../kernel/fib.ts';
import type { NetLink, NetNamespace } from '../kernel/namespace.ts';
import { ARP_FAILS_AFTER_MS, neighbourState } from '../kernel/neighbour.ts';
import { confNumber, forwards } from '../kernel/sysctl.ts';
import { formatAddress } from '../net/address.ts';
import type { Host, World } from '../world.ts';
import { type Arrival, currentNeighbour, type Draft, draftOf, type NetnsDraft, writeNeighbour } from './draft.ts';
import { placeWord } from './hooks.ts';
import { ICMP_UNREACHABLE } from './packet.ts';
import type { Step } from './trace.ts';
import type { Ending, Outcome, Walk } from './walker.ts';

interface Owner {
  readonly host: string;
  readonly link: NetLink;
}

const owners = new WeakMap<World['hosts'], Map<string, Map<number, Owner | null>>>();

function linkOn(host: Host, segment: string): NetLink | undefined {
  for (const link of Object.values(host.netns['']?.links ?? {})) {
    if (link.segment === segment && link.up && link.carrier) return link;
  }
  return undefined;
}

/** Which running host answers ARP for an address on a segment. */
export function segmentOwner(hosts: World['hosts'], segment: string, address: number): Owner | undefined {
  let known = owners.get(hosts);
  if (!known) {
    known = new Map();
    owners.set(hosts, known);
  }
  let here = known.get(segment);
  if (!here) {
    here = new Map();
    known.set(segment, here);
  }
  let owner = here.get(address);
  if (owner === undefined) {
    owner = findOwner(hosts, segment, address);
    here.set(address, owner);
  }
  return owner ?? undefined;
}

function findOwner(hosts: World['hosts'], segment: string, address: number): Owner | null {
  for (const host of Object.values(hosts)) {
    const root = host.netns[''];
    if (!host.up || !root || address >>> 24 === 127 || !isLocal(root, address)) continue;
    const link = linkOn(host, segment);
    if (link) return { host: host.name, link };
  }
  return null;
}

/** Does the far end of a veth answer ARP for the address? */
function answersArp(ns: NetNamespace, dev: string, address: number): boolean {
  if (isLocal(ns, address)) return true;
  if (confNumber(ns, dev, 'proxy_arp') === 0 || !forwards(ns)) return false;
  const way = lookup(ns, address);
  return way.type === 'unicast' && way.dev !== dev;
}

/** Sends the packet out of `dev` towards `target` (the gateway, or the destination on the link). */
export function transmit(w: Walk, dev: string, target: number): Outcome {
  const link = w.at.ns.links[dev]!;
  w.recorder?.leave(dev);
  if (link.type === 'loopback') return { at: w.at, dev, mac: link.mac };
  const arrival = resolve(w, link, target);
  noteNeighbour(w, dev, target, arrival?.mac);
  if (arrival) return arrival;
  const address = formatAddress(target);
  const seconds = ARP_FAILS_AFTER_MS / 1000;
  const why = link.carrier
    ? `nobody answers ARP for ${address} on ${dev}`
    : `${dev} has no carrier, so ARP for ${address} gets no answer`;
  const reason = () => `${placeWord(w)} finds that ${why}: host unreachable after ${seconds} s.`;
  return unreachable(w, reason);
}

function unreachable(w: Walk, reason: () => string): Ending {
  const end: Ending = { disposition: 'neighbour-unreachable', reason };
  const { packet } = w;
  if (w.at.fib.isLocal(packet.src)) return { ...end, errno: 'EHOSTUNREACH' };
  return { ...end, answer: { from: w.at, kind: 'icmp-error', icmpType: ICMP_UNREACHABLE, src: 0, about: w.attached } };
}

/** Who answers ARP for `target` on a link: asked once in a draft. */
function resolve({ at, draft }: Walk, link: NetLink, target: number): Arrival | undefined {
  let wire = at.wires.get(link.name);
  if (!wire) {
    wire = new Map();
    at.wires.set(link.name, wire);
  }
  let arrival = wire.get(target | 0);
  if (arrival === undefined) {
    arrival = (link.type === 'veth' ? overVeth(draft, at, link, target) : overSegment(draft, link, target)) ?? null;
    wire.set(target | 0, arrival);
  }
  return arrival ?? undefined;
}

function overVeth(draft: Draft, from: NetnsDraft, link: NetLink, target: number): Arrival | undefined {
  if (!link.peer || !link.carrier) return undefined;
  const at = draftOf(draft, from.place.host, link.peer.netns);
  const far = at?.ns.links[link.peer.link];
  if (!at || !far?.up || !answersArp(at.ns, far.name, target)) return undefined;
  return { at, dev: far.name, mac: far.mac };
}

function overSegment(draft: Draft, link: NetLink, target: number): Arrival | undefined {
  if (link.segment === undefined || !link.carrier) return undefined;
  const owner = segmentOwner(draft.world.hosts, link.segment, target);
  const at = owner && draftOf(draft, owner.host, '');
  return at && { at, dev: owner.link.name, mac: owner.link.mac };
}

/** Whether a step of a trace sent ARP requests. */
export const asksForNeighbour = ({ at, text }: Step): boolean => at === 'neighbour' && text.startsWith('ARP on');

/** Writes the neighbour entry and the step. A fresh REACHABLE entry is left as it is. */
function noteNeighbour(w: Walk, dev: string, target: number, mac: string | undefined): void {
  const { at, draft, recorder } = w;
  if (!recorder) return;
  const address = formatAddress(target);
  const old = currentNeighbour(at, dev, address);
  const known = old && neighbourState(old, draft.now) === 'REACHABLE' && old.mac === mac;
  if (old?.state !== 'PERMANENT' && !known) {
    writeNeighbour(
      at,
      mac ? { address, dev, mac, state: 'REACHABLE', at: draft.now } : { address, dev, state: 'FAILED', at: draft.now },
    );
  }
  const ref = { kind: 'neighbour', ...at.place, address } as const;
  const text = mac
    ? known
      ? `The neighbour table knows ${address} on ${dev}: ${mac}.`
      : `ARP on ${dev} asks who has ${address}; ${mac} answers.`
    : `ARP on ${dev} asks who has ${address}; nobody answers.`;
  recorder.step('neighbour', mac ? `${address} is at ${mac}` : `${address} FAILED`, text, { ref });
}
