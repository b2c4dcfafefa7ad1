/**
 * What one kernel does with a packet: sends its own (ip_route_output, ip_local_out), takes one in (ip_rcv, ip_route_input), delivers it to
 * a socket or forwards it. Models net/ipv4 of Linux 6.x as far as unicast goes; leaves out fragments, redirects, options and multicast.
 */
import type { Lookup } from '../kernel/fib.ts';
import { findSocket } from '../kernel/socket.ts';
import { confNumber, forwards, sysctlNumber } from '../kernel/sysctl.ts';
import { formatAddress } from '../net/address.ts';
import type { Arrival } from './draft.ts';
import { afterRouting, beforeDelivery, beforeRouting, filterForward, filterLocal, placeWord } from './hooks.ts';
import { ICMP_TIME_EXCEEDED, ICMP_UNREACHABLE } from './packet.ts';
import { tupleOf } from './tracking.ts';
import type { Answer, Ending, Outcome, Walk } from './walker.ts';
import { hasEnded } from './walker.ts';
import { transmit } from './wire.ts';
import { ecmpChoice, ecmpSentence, endpoint, kindWord, noWaySentence, routeSentence } from './words.ts';

type Unicast = Extract<Lookup, { type: 'unicast' }>;

/** Looks the packet's destination up. */
function find(w: Walk): Lookup {
  return w.at.fib.lookup(w.packet.dst, w);
}

function noteRoute(w: Walk, way: Lookup): void {
  const { recorder, packet, at } = w;
  if (!recorder) return;
  const dst = formatAddress(packet.dst);
  if (way.type === 'local') {
    recorder.step('route', 'local', `${dst} is an address of ${placeWord(w)} itself: the packet stays here.`);
  } else if (way.type === 'broadcast') {
    recorder.step('route', 'broadcast', `${dst} is the broadcast address of ${way.dev}.`);
  } else if (way.type === 'none') {
    recorder.step('route', 'no route', `No route of ${placeWord(w)} holds ${dst}.`);
  } else if ('route' in way) {
    const { route } = way;
    const ref = {
      kind: 'route',
      ...at.place,
      dst: route.dst,
      ...(route.metric === undefined ? {} : { metric: route.metric }),
    } as const;
    const text = way.type === 'unicast' ? routeSentence(route, packet.dst, way.via, way.dev) : noWaySentence(route, packet.dst);
    if (way.type === 'unicast' && way.choice) {
      recorder.step(
        'route',
        `matched ${route.dst}`,
        `The longest prefix that holds ${dst} is ${route.dst} (proto ${route.proto}).`,
        { ref },
      );
      const ecmp = ecmpChoice(way.choice, packet);
      const action = `hash 0x${ecmp.hash.toString(16).padStart(8, '0')} → ${ecmp.buckets[ecmp.chosen]!.via || way.dev}`;
      recorder.step('ecmp', action, ecmpSentence(ecmp), { ref, ecmp });
    } else {
      recorder.step('route', `matched ${route.dst}`, text, { ref });
    }
  }
}

const LOCAL_ERRORS = {
  none: ['no-route', 'ENETUNREACH'],
  broadcast: ['prohibited', 'EACCES'],
  blackhole: ['blackhole', 'EINVAL'],
  unreachable: ['no-route', 'EHOSTUNREACH'],
  prohibit: ['prohibited', 'EACCES'],
} as const;

/** Why a local sender's own kernel refuses; undefined: there is a way. */
function refusal(w: Walk, way: Lookup): Ending | undefined {
  if (way.type === 'local' || way.type === 'unicast') return undefined;
  const [disposition, errno] = LOCAL_ERRORS[way.type];
  const dst = formatAddress(w.packet.dst);
  const reason = () =>
    'route' in way
      ? `${placeWord(w)} has a ${way.type} route for ${dst} (${way.route.dst}).`
      : way.type === 'none'
        ? `${placeWord(w)} has no route to ${dst}.`
        : `${dst} is a broadcast address.`;
  return { disposition, errno, reason };
}

/** The source connect() gives a packet without one; 0: none to be had. */
function sourceFor(w: Walk, way: Lookup): number {
  if (way.type === 'local') return w.packet.dst;
  if (way.type !== 'unicast') return 0;
  return way.src || w.at.fib.source(way.dev, way.via || w.packet.dst);
}

/** A packet of a local process: routed, through OUTPUT, rerouted if NAT or a mark changed it, through POSTROUTING and out. */
export function output(w: Walk): Outcome {
  const { packet } = w;
  w.recorder?.enter(w.at.place);
  let way = find(w);
  if (packet.src === 0) {
    packet.src = sourceFor(w, way);
    // connect() looks up again with the source it got (ip_route_connect): the multipath hash needs it.
    if (way.type === 'unicast' && way.route.nexthops.length > 1) way = find(w);
  }
  w.sent = tupleOf(packet);
  noteRoute(w, way);
  const refused = refusal(w, way);
  if (refused) return refused;
  const dev = (way as Unicast).dev;
  const { dst, mark } = packet;
  const before = beforeRouting(w, 'OUTPUT', way.type === 'local' ? 'lo' : dev);
  if (before) return before;
  if (packet.dst !== dst || packet.mark !== mark) {
    way = find(w);
    if (packet.dst !== dst) noteRoute(w, way);
    const lost = refusal(w, way);
    if (lost) return lost;
  }
  const out = way.type === 'local' ? 'lo' : (way as Unicast).dev;
  const filtered = filterLocal(w, 'OUTPUT', out);
  if (filtered) return filtered;
  return send(w, way, out);
}

function send(w: Walk, way: Lookup, dev: string): Outcome {
  const gateway = (way.type === 'unicast' && way.via) || w.packet.dst;
  return afterRouting(w, dev, gateway) ?? transmit(w, dev, gateway);
}

/** A packet that came in by a link. */
export function input(w: Walk, arrival: Arrival): Outcome {
  const { packet } = w;
  const looped = arrival.dev === 'lo';
  w.at = arrival.at;
  if (!looped) {
    w.attached = undefined;
    packet.mark = 0;
    w.recorder?.enter(w.at.place, arrival.dev);
  } else {
    w.recorder?.enter(w.at.place, 'lo');
  }
  if (w.at.host.kind === 'gateway') return atGateway(w);
  const before = beforeRouting(w, 'PREROUTING', arrival.dev);
  if (before) return before;
  const martian = looped ? undefined : martianCheck(w, arrival.dev);
  if (martian) return martian;
  const way = find(w);
  if (way.type === 'local') {
    noteRoute(w, way);
    return deliver(w, arrival.dev);
  }
  return forward(w, arrival.dev, way);
}

/** The network's gateway: what is beyond it is not part of the world. */
function atGateway(w: Walk): Ending {
  const { packet, at } = w;
  if (!at.fib.isLocal(packet.dst)) {
    const dst = formatAddress(packet.dst);
    w.recorder?.step(
      'route',
      'left the network',
      `The gateway takes the packet for ${dst} out of the lab's network; no answer ever comes back.`,
    );
    return {
      disposition: 'left-network',
      reason: () => `It left by the default gateway ${at.host.name}; nobody out there answers for ${dst}.`,
    };
  }
  if (packet.kind === 'echo') return { disposition: 'delivered', reason: () => `${at.host.name} answers pings.`, received: { at } };
  return { disposition: 'dropped', reason: () => `${at.host.name} answers nothing but ARP and ping.` };
}

/** ip_route_input_slow()'s martians, and reverse-path filtering. */
function martianCheck(w: Walk, dev: string): Ending | undefined {
  const { packet, at } = w;
  const drop = (action: string, text: string): Ending => {
    w.recorder?.step('route', action, text);
    return { disposition: 'dropped', reason: () => text };
  };
  const localnet = () => confNumber(at.ns, dev, 'route_localnet') !== 0;
  if ((packet.dst >>> 24 === 127 || packet.src >>> 24 === 127) && !localnet()) {
    return drop('martian', `${placeWord(w)} drops a loopback address that came in by ${dev} (route_localnet is 0).`);
  }
  if (at.fib.isLocal(packet.src) && confNumber(at.ns, dev, 'accept_local') === 0) {
    return drop(
      'martian source',
      `${placeWord(w)} drops a packet from outside that carries its own address ${formatAddress(packet.src)} as source.`,
    );
  }
  const mode = confNumber(at.ns, dev, 'rp_filter');
  if (mode === 0 || reversePath(w, dev, mode)) return undefined;
  return drop(
    'rp_filter',
    `${placeWord(w)} would not answer ${formatAddress(packet.src)} by ${dev}: rp_filter ${mode} drops the packet.`,
  );
}

/** Would the way back to the source leave by `dev` (mode 1), or anywhere at all (mode 2)? */
export function reversePath(w: Walk, dev: string, mode: number): boolean {
  const way = w.at.fib.lookup(w.packet.src);
  if (way.type !== 'unicast') return false;
  return mode === 2 || way.route.nexthops.some((hop) => hop.dev === dev);
}

function deliver(w: Walk, dev: string): Ending {
  const filtered = filterLocal(w, 'INPUT', dev) ?? beforeDelivery(w, dev);
  if (filtered) return filtered;
  return w.expects ? deliverAnswer(w) : deliverRequest(w);
}

function deliverAnswer(w: Walk): Ending {
  const { packet: p, at } = w;
  const { place, sent } = w.expects!;
  const about = p.inner ?? { src: p.dst, dst: p.src, sport: p.dport, dport: p.sport };
  const fits =
    at.place.host === place.host &&
    at.place.netns === place.netns &&
    about.src === sent.src &&
    about.dst === sent.dst &&
    (sent.proto === 'icmp' || (about.sport === sent.sport && about.dport === sent.dport));
  if (fits) {
    w.recorder?.step('socket', 'delivered', `The ${kindWord(p)} reaches the process that waits for it on ${placeWord(w)}.`);
    return { disposition: 'delivered', reason: () => `The answer reached ${placeWord(w)}.`, received: { at } };
  }
  w.recorder?.step(
    'socket',
    'no such connection',
    `Nothing on ${placeWord(w)} waits for a ${kindWord(p)} from ${endpoint(p.src, p.sport)}.`,
  );
  return {
    disposition: 'dropped',
    reason: () => `The answer reached ${placeWord(w)}, where nothing waits for it from ${endpoint(p.src, p.sport)}.`,
  };
}

function deliverRequest(w: Walk): Ending {
  const { packet: p, at } = w;
  if (p.proto === 'icmp') {
    if (sysctlNumber(at.ns, 'net.ipv4.icmp_echo_ignore_all') !== 0) {
      return { disposition: 'dropped', reason: () => `${placeWord(w)} ignores pings (icmp_echo_ignore_all).` };
    }
    w.recorder?.step('socket', 'echo', `The kernel of ${placeWord(w)} answers the ping itself.`);
    return { disposition: 'delivered', reason: () => `${placeWord(w)} answers pings.`, received: { at } };
  }
  const socket = findSocket(at.ns, p.proto, p.dst, p.dport);
  if (socket) {
    w.recorder?.step(
      'socket',
      socket.process,
      `${socket.process} listens on port ${p.dport} of ${placeWord(w)} and sees the source ${endpoint(p.src, p.sport)}.`,
    );
    return {
      disposition: 'delivered',
      reason: () => `${socket.process} on ${placeWord(w)} received it.`,
      received: { at, process: socket.process },
    };
  }
  const how = p.proto === 'tcp' ? 'answers with RST' : 'answers with ICMP port unreachable';
  const text = `Nothing listens on ${p.proto} port ${p.dport} of ${placeWord(w)}: the kernel ${how}.`;
  w.recorder?.step('socket', 'refused', text);
  const answer: Answer = {
    from: at,
    kind: p.proto === 'tcp' ? 'rst' : 'icmp-error',
    icmpType: ICMP_UNREACHABLE,
    src: p.dst,
    ...(w.attached ? { about: w.attached } : {}),
  };
  return { disposition: 'refused', reason: () => text, answer };
}

const FORWARD_ERRORS = {
  none: 'no-route',
  broadcast: 'dropped',
  blackhole: 'blackhole',
  unreachable: 'no-route',
  prohibit: 'prohibited',
} as const;

function forward(w: Walk, dev: string, way: Lookup): Outcome {
  const { packet, at, recorder } = w;
  if (!forwards(at.ns)) {
    const text = `${formatAddress(packet.dst)} is not an address of ${placeWord(w)}, and ip_forward is 0: it forwards nothing.`;
    recorder?.step('route', 'not forwarding', text, { ref: { kind: 'sysctl', ...at.place, name: 'net.ipv4.ip_forward' } });
    return { disposition: 'dropped', reason: () => text };
  }
  noteRoute(w, way);
  const complain = (icmpType: number): { readonly answer: Answer } => ({
    answer: { from: at, kind: 'icmp-error', icmpType, src: 0, ...(w.attached ? { about: w.attached } : {}) },
  });
  if (way.type !== 'unicast') {
    const disposition = FORWARD_ERRORS[way.type as keyof typeof FORWARD_ERRORS];
    const dst = formatAddress(packet.dst);
    const reason = () =>
      'route' in way
        ? `${placeWord(w)} has a ${way.type} route for ${dst} (${way.route.dst}).`
        : `${placeWord(w)} has no route to ${dst}.`;
    // A blackhole swallows; the others tell the sender.
    return { disposition, reason, ...(way.type === 'blackhole' || way.type === 'broadcast' ? {} : complain(ICMP_UNREACHABLE)) };
  }
  if (packet.ttl <= 1) {
    const text = `The packet's TTL is used up on ${placeWord(w)}: it is thrown away.`;
    recorder?.step('route', 'TTL exceeded', text);
    return { disposition: 'ttl-exceeded', reason: () => text, ...complain(ICMP_TIME_EXCEEDED) };
  }
  packet.ttl--;
  return filterForward(w, dev, way.dev) ?? send(w, way, way.dev);
}

/** Runs the packet to its end, from its sender on. TTL bounds loops; local ones by the number of hops. */
export function run(w: Walk): Ending {
  let outcome = output(w);
  for (let hops = 0; !hasEnded(outcome); hops++) {
    if (hops > 300) return { disposition: 'ttl-exceeded', reason: () => 'The packet went round in circles.' };
    outcome = input(w, outcome);
  }
  return outcome;
}
