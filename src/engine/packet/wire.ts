/**
 * From one namespace to the next: ARP on a segment or a veth, and who gets the frame. Models neigh_resolve_output() and
 * arp_process(): any address of the other kernel is answered for (arp_ignore 0), and with proxy_arp what it would route elsewhere.
 * Leaves out the switch: a segment delivers to whoever owns the address.
 */
import { isLocal, lookup } from '../kernel/fib.ts';
import type { NetLink, NetNamespace } from '../kernel/namespace.ts';
import { ARP_FAILS_AFTER_MS, isValid, learned, neighbourState, used } from '../kernel/neighbour.ts';
import { confNumber, forwards } from '../kernel/sysctl.ts';
import { formatAddress, toNumber } from '../net/address.ts';
import type { Host, Place, World } from '../world.ts';
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
  const arrival = resolve(w.draft, w.at, link, target);
  const address = formatAddress(target);
  const known = w.recorder && noteNeighbour(w, link, address, arrival);
  if (known && known !== arrival?.mac) {
    const reason = () => `${placeWord(w)} still knows ${address} at ${known}, where nobody is any more.`;
    return { disposition: 'lost', reason };
  }
  if (arrival) return arrival;
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
function resolve(draft: Draft, at: NetnsDraft, link: NetLink, target: number): Arrival | undefined {
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

/** The hardware address of who answers ARP for an address on a link; undefined: nobody. */
export function answererOf(draft: Draft, { host, netns }: Place, dev: string, address: string): string | undefined {
  const at = draftOf(draft, host, netns);
  const link = at?.ns.links[dev];
  return at && link?.up ? resolve(draft, at, link, toNumber(address))?.mac : undefined;
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

/**
 * What the neighbour table makes of it: uses what it holds, or asks. Writes the entries of both ends, and the step.
 * @returns the hardware address the frame goes to without a question; undefined: it had to ask
 */
function noteNeighbour(w: Walk, link: NetLink, address: string, arrival: Arrival | undefined): string | undefined {
  const { at, draft } = w;
  const dev = link.name;
  const { now } = draft;
  const ref = { kind: 'neighbour', ...at.place, address } as const;
  const note = (action: string, text: string) => w.recorder?.step('neighbour', action, text, { ref });
  const old = currentNeighbour(at, dev, address);
  if (old?.mac !== undefined && isValid(old, now)) {
    const state = neighbourState(old, now);
    const next = used(old, now);
    if (next !== old) writeNeighbour(at, next);
    const doubt = state === 'REACHABLE' || state === 'PERMANENT' ? '' : ` (${state}: it will be asked about in a while)`;
    note(`${address} is at ${old.mac}`, `The neighbour table knows ${address} on ${dev}: ${old.mac}${doubt}.`);
    return old.mac;
  }
  if (!arrival) {
    // While a question is out, other packets wait for the same answer.
    const asking = old && neighbourState(old, now) === 'INCOMPLETE';
    if (!asking) writeNeighbour(at, { address, dev, state: 'INCOMPLETE', at: now });
    note(`${address} FAILED`, `ARP on ${dev} asks who has ${address}; nobody answers.`);
    return undefined;
  }
  writeNeighbour(at, { address, dev, mac: arrival.mac, state: 'REACHABLE', at: now });
  const asker = arpSource(at.ns, link, formatAddress(w.packet.src));
  if (asker !== undefined) {
    const before = currentNeighbour(arrival.at, arrival.dev, asker);
    const after = learned(before, { address: asker, dev: arrival.dev, mac: link.mac }, now);
    if (after !== before) writeNeighbour(arrival.at, after);
  }
  note(`${address} is at ${arrival.mac}`, `ARP on ${dev} asks who has ${address}; ${arrival.mac} answers.`);
  return undefined;
}

/** arp_solicit(): the packet's source if it is the host's own, else an address of the link, else of any. */
export function arpSource(ns: NetNamespace, out: NetLink, src: string | undefined): string | undefined {
  const own = [out, ...Object.values(ns.links)].flatMap((link) => link.addresses).filter(({ scope }) => scope === 'global');
  return (own.find(({ address }) => address === src) ?? own[0])?.address;
}
