/**
 * What interfaces count: every packet of a trace on each link that it left and entered by, and the ARP frames it took to get there.
 * Models rtnl_link_stats64 as a veth and loopback fill it: whole Ethernet frames (loopback: IP packets), a broadcast at everybody on the segment. Counts the
 * packets that traces record, which are those tcpdump shows; what daemons say to each other all day is left out.
 */
import type { LinkStats, NetNamespace } from '../kernel/namespace.ts';
import { findNeighbour, neighbourState } from '../kernel/neighbour.ts';
import { remember } from '../memo.ts';
import { type Place, type World, withNetns } from '../world.ts';
import { packetLength } from './packet.ts';
import { START, segmentBytes, segmentsOf } from './segments.ts';
import type { Conversation, Hop, Trace } from './trace.ts';
import { asksForNeighbour } from './wire.ts';

/** Packets that went one way, and their bytes from the IP header on. */
export interface Load {
  readonly packets: number;
  readonly bytes: number;
}

const ETHERNET_HEADER = 14;
const ARP_BYTES = 28;
const ARP_REQUESTS = 3;
/** ICMP errors quote so much of what they are about that they stay within 576 bytes. */
const QUOTED_BYTES = 576 - 28;
const ICMP_ERROR_HEADERS = 28;
const SYN_BYTES = 60;
const RST_BYTES = 40;

export const NO_STATS: LinkStats = { rxPackets: 0, rxBytes: 0, txPackets: 0, txBytes: 0 };

/** What a link has counted since it was made. */
export function linkStats(ns: NetNamespace, link: string): LinkStats {
  return ns.linkStats && Object.hasOwn(ns.linkStats, link) ? ns.linkStats[link]! : NO_STATS;
}

const negative = ({ packets, bytes }: Load): Load => ({ packets: -packets, bytes: -bytes });
const times = (count: number, bytes: number): Load => ({ packets: count, bytes: count * bytes });

/** Additions, kept until all are known. */
class Tally {
  readonly #places = new Map<string, { readonly place: Place; readonly links: Map<string, Record<keyof LinkStats, number>> }>();

  add(place: Place, link: string, way: 'rx' | 'tx', { packets, bytes }: Load): void {
    const { links } = remember(this.#places, `${place.host} ${place.netns}`, () => ({ place, links: new Map() }));
    const stats = remember(links, link, () => ({ ...NO_STATS }));
    stats[`${way}Packets`] += packets;
    // Loopback has taken the header off before it counts (loopback_xmit).
    stats[`${way}Bytes`] += bytes + (link === 'lo' ? 0 : packets * ETHERNET_HEADER);
  }

  applied(start: World): World {
    let world = start;
    for (const { place, links } of this.#places.values()) {
      const ns = world.hosts[place.host]?.netns[place.netns];
      if (!ns) continue;
      const counted: Record<string, LinkStats> = { ...ns.linkStats };
      for (const [link, more] of links) {
        const { rxPackets, rxBytes, txPackets, txBytes } = linkStats(ns, link);
        counted[link] = {
          rxPackets: rxPackets + more.rxPackets,
          rxBytes: rxBytes + more.rxBytes,
          txPackets: txPackets + more.txPackets,
          txBytes: txBytes + more.txBytes,
        };
      }
      world = withNetns(world, place, { ...ns, linkStats: counted });
    }
    return world;
  }
}

/** One way of a trace. Without an answer to ARP the packet itself never leaves. */
function addWay(tally: Tally, { hops, disposition }: Trace, load: Load): void {
  if (load.packets === 0 && load.bytes === 0) return;
  hops.forEach((hop, index) => {
    const stuck = disposition === 'neighbour-unreachable' && index === hops.length - 1;
    if (hop.in !== undefined) tally.add(hop.place, hop.in, 'rx', load);
    if (hop.out !== undefined && !stuck) tally.add(hop.place, hop.out, 'tx', load);
  });
}

function addArp(tally: Tally, before: World, { host, netns }: Place, hop: Hop): void {
  const asked = hop.steps.find(asksForNeighbour);
  const asker = before.hosts[host]?.netns[netns];
  const out = hop.out === undefined ? undefined : asker?.links[hop.out];
  if (!asked || !asker || !out || asked.ref?.kind !== 'neighbour') return;
  const answered = asked.action.includes(' is at ');
  const old = findNeighbour(asker, out.name, asked.ref.address);
  // While one asks in vain, other packets begin no questions of their own.
  const asking = !answered && old !== undefined && neighbourState(old, before.now) === 'INCOMPLETE';
  const requests = times(asking ? 0 : answered ? 1 : ARP_REQUESTS, ARP_BYTES);
  const answers = times(answered ? 1 : 0, ARP_BYTES);
  tally.add(hop.place, out.name, 'tx', requests);
  tally.add(hop.place, out.name, 'rx', answers);
  if (out.peer) {
    const peer = { host, netns: out.peer.netns };
    tally.add(peer, out.peer.link, 'rx', requests);
    tally.add(peer, out.peer.link, 'tx', answers);
    return;
  }
  for (const other of Object.values(before.hosts)) {
    for (const link of Object.values(other.netns['']?.links ?? {})) {
      const hears = other.up && other.name !== host && link.segment !== undefined && link.segment === out.segment;
      if (!hears || !link.up || !link.carrier) continue;
      const place = { host: other.name, netns: '' };
      tally.add(place, link.name, 'rx', requests);
      if (asked.action.endsWith(` is at ${link.mac}`)) tally.add(place, link.name, 'tx', answers);
    }
  }
}

/** The packet of a trace, on the wire. */
function firstLoad({ flow }: Trace): Load {
  if (flow.proto === 'tcp') return times(1, SYN_BYTES);
  return times(1, packetLength(flow.proto, flow.length ?? (flow.proto === 'icmp' ? 56 : 0)));
}

/** What answers it: a reply of the same length, a RST, or an error that quotes it. */
function answerLoad(trace: Trace, reverse: Trace): Load {
  if (reverse.sent.proto === 'tcp') return times(1, RST_BYTES);
  const { bytes } = firstLoad(trace);
  const isError = reverse.sent.proto === 'icmp' && !(trace.sent.proto === 'icmp' && trace.disposition === 'delivered');
  return times(1, isError ? ICMP_ERROR_HEADERS + Math.min(bytes, QUOTED_BYTES) : bytes);
}

/** arp_error_report(): a kernel tells its own sockets of a neighbour that does not answer by ICMP, over loopback. */
function addOwnError(tally: Tally, trace: Trace): void {
  const { bytes } = firstLoad(trace);
  const error = times(1, ICMP_ERROR_HEADERS + Math.min(bytes, QUOTED_BYTES));
  for (const way of ['rx', 'tx'] as const) tally.add(trace.flow.from, 'lo', way, error);
}

const NO_WAY = { there: 0, back: 0, thinking: 0 };
const NOTHING: Load = { packets: 0, bytes: 0 };

function loadOf(conversation: Conversation | undefined, end: 'client' | 'server'): Load {
  if (!conversation) return NOTHING;
  const sent = segmentsOf(conversation, START, NO_WAY).segments.filter(({ by }) => by === end);
  return { packets: sent.length, bytes: sent.reduce((bytes, segment) => bytes + segmentBytes(segment), 0) };
}

/**
 * The world in which links have counted a trace and its answer; of a connection that stands only its ARP, its segments come with what
 * it carries (`countConversation`).
 * @param before the world that the trace began in: whom its neighbour tables knew
 */
export function countTrace(before: World, world: World, trace: Trace, stands: boolean): World {
  const tally = new Tally();
  const { reverse } = trace;
  for (const hop of [...trace.hops, ...(reverse?.hops ?? [])]) addArp(tally, before, hop.place, hop);
  if (!stands) {
    addWay(tally, trace, firstLoad(trace));
    if (reverse) addWay(tally, reverse, answerLoad(trace, reverse));
    if (trace.disposition === 'neighbour-unreachable' && trace.errno !== undefined) addOwnError(tally, trace);
  }
  return tally.applied(world);
}

/** The world in which links have counted what a connection carried beyond what it was known to carry (`trace.conversation`). */
export function countConversation(world: World, trace: Trace, conversation: Conversation): World {
  const tally = new Tally();
  const { reverse } = trace;
  addWay(tally, trace, loadOf(conversation, 'client'));
  addWay(tally, trace, negative(loadOf(trace.conversation, 'client')));
  if (reverse) {
    addWay(tally, reverse, loadOf(conversation, 'server'));
    addWay(tally, reverse, negative(loadOf(trace.conversation, 'server')));
  }
  return tally.applied(world);
}

/** The world in which links have counted that an answer was longer or shorter than its question. */
export function countAnswer(world: World, { reverse }: Trace, extraBytes: number): World {
  if (!reverse || extraBytes === 0) return world;
  const tally = new Tally();
  addWay(tally, reverse, { packets: 0, bytes: extraBytes });
  return tally.applied(world);
}
