/**
 * ARP on the wire, where a step of a trace asked for a neighbour: the request with its answer, or without one and asked again. Models
 * arp_solicit() and neigh_timer_handler(): three requests a second apart (mcast_solicit, retrans_time_ms); while they last no packet
 * begins new ones. Everybody on a segment sees a request; only the two ends see the answer.
 */
import { arpSource, asksForNeighbour, type Hop, type NetLink, type Place, type Trace, type World } from '../../../engine/index.ts';
import type { Captured } from './capture.ts';
import { arp, ETHERTYPE } from './headers.ts';

/** Place, link and address asked for → when the asking ends, ms. */
export type Unanswered = Map<string, number>;

const REQUESTS = 3;
/** A second, and what the kernel's ticks add to it. */
const RETRANSMIT_MS = 1012;
const ANSWER_MS = 0.05;
const BROADCAST = 'ff:ff:ff:ff:ff:ff';

export function arpSeen(world: World, here: Place, hop: Hop, trace: Trace, at: number, asking: Unanswered): readonly Captured[] {
  const asked = hop.steps.find(asksForNeighbour);
  if (!asked || hop.out === undefined || asked.ref?.kind !== 'neighbour') return [];
  const asker = world.hosts[hop.place.host]?.netns[hop.place.netns];
  const out = asker?.links[hop.out];
  const seenBy = out && watcher(world, here, hop.place, out);
  if (!asker || !out || !seenBy) return [];
  const { address } = asked.ref;
  const sender = [out.mac, arpSource(asker, out, asked.before?.src) ?? trace.sent.src] as const;
  const isAsker = seenBy === out;
  const on = { dev: seenBy.name, index: seenBy.index, loopback: false, ethertype: ETHERTYPE.arp } as const;
  const request = (time: number): Captured => ({
    ...on,
    at: time,
    direction: isAsker ? 'Out' : 'In',
    macs: [out.mac, BROADCAST],
    packet: arp(true, sender, ['', address]),
  });
  const mac = / is at (\S+)$/.exec(asked.action)?.[1];
  if (mac === undefined) {
    const key = `${hop.place.host} ${hop.place.netns} ${hop.out} ${address}`;
    if ((asking.get(key) ?? 0) > at) return [];
    asking.set(key, at + REQUESTS * RETRANSMIT_MS);
    return Array.from({ length: REQUESTS }, (_, i) => request(at + i * RETRANSMIT_MS));
  }
  if (!isAsker && seenBy.mac !== mac) return [request(at)];
  const reply: Captured = {
    ...on,
    at: at + ANSWER_MS,
    direction: isAsker ? 'In' : 'Out',
    macs: [mac, out.mac],
    packet: arp(false, [mac, address], sender),
  };
  return [request(at), reply];
}

/** The link by which a place sees what is broadcast on another's. */
function watcher(world: World, here: Place, { host, netns }: Place, out: NetLink): NetLink | undefined {
  if (here.host === host && here.netns === netns) return out;
  const links = world.hosts[here.host]?.netns[here.netns]?.links ?? {};
  if (out.peer) return here.host === host && here.netns === out.peer.netns ? links[out.peer.link] : undefined;
  return Object.values(links).find((link) => link.up && link.carrier && out.segment !== undefined && link.segment === out.segment);
}
