/**
 * How a packet is shown to travel: a trace and the positions of things become a list of legs, rewrites and an end. Pure: no clock, no DOM.
 * Every leg is a hop the packet took; nothing is drawn that no packet did.
 */
import type { Disposition, Header, Hop, Place, Trace } from '../../engine/index.ts';
import { curve, line, portOf } from './paths.ts';
import type { Point, Positions } from './types.ts';

export interface Leg {
  readonly d: string;
  readonly from: Point;
  readonly to: Point;
  readonly fromHost: string;
  readonly toHost: string;
  /** Between two machines, as opposed to into or out of a pod. */
  readonly wire: boolean;
}

export type Field = 'src' | 'dst' | 'sport' | 'dport';

export type Keyframe =
  | { readonly type: 'move'; readonly leg: Leg; readonly ms: number; readonly header: Header; readonly reply: boolean }
  | {
      readonly type: 'rewrite';
      readonly at: Point;
      readonly before: Header;
      readonly after: Header;
      readonly changed: readonly Field[];
      readonly text: string;
      readonly ms: number;
      readonly reply: boolean;
    }
  | { readonly type: 'end'; readonly at: Point; readonly disposition: Disposition; readonly reason: string; readonly ms: number };

const MS = { wire: 850, veth: 380, rewrite: 800, end: 600 } as const;

/** What a server asks others before it answers goes by quicker, the more there is of it. */
const NESTED_PACE = 0.8;

const FIELDS: readonly Field[] = ['src', 'dst', 'sport', 'dport'];

export function changedFields(before: Header, after: Header): readonly Field[] {
  return FIELDS.filter((field) => before[field] !== after[field]);
}

function podPoint(positions: Positions, place: Place): Point | undefined {
  const chip = positions.pods[`${place.host} ${place.netns}`];
  return chip && { x: chip.x + 2, y: chip.y + chip.h / 2 };
}

/** Where a place is; the inside of its host's card when the pod is not drawn. */
function pointOf(positions: Positions, place: Place): Point {
  const port = portOf(positions, place.host, 'data');
  if (place.netns === '') return port;
  const box = positions.hosts[place.host];
  return podPoint(positions, place) ?? (box ? { x: box.x + box.w / 2, y: box.y + box.h / 2 } : port);
}

/** The row of the routing table that decided on this hop, when the card shows it. */
function rowPoint(positions: Positions, hop: Hop): Point | undefined {
  for (const step of hop.steps) {
    if (step.ref?.kind === 'route' && step.ref.netns === '') return positions.rows[`${step.ref.host} ${step.ref.dst}`];
  }
  return undefined;
}

function legBetween(positions: Positions, a: Hop, b: Hop): Leg {
  const wire = a.place.host !== b.place.host;
  const from = (wire && rowPoint(positions, a)) || pointOf(positions, a.place);
  const to = pointOf(positions, b.place);
  return {
    d: wire ? curve(positions, from, a.place.host, to, b.place.host) : line(from, to),
    from,
    to,
    fromHost: a.place.host,
    toHost: b.place.host,
    wire,
  };
}

const ENDS_ON_WIRE: readonly Trace['disposition'][] = ['left-network', 'neighbour-unreachable', 'lost'];

/** Out onto the wire and no further: nobody answers there, or it leaves our network. */
function lastLeg(trace: Trace, positions: Positions): Leg | undefined {
  const hop = trace.hops.at(-1);
  if (!hop || !ENDS_ON_WIRE.includes(trace.disposition)) return undefined;
  const from = rowPoint(positions, hop) ?? pointOf(positions, hop.place);
  const away = trace.disposition === 'left-network' && positions.gateway;
  const to = away || { x: positions.busX, y: from.y };
  const d = away ? `M${from.x} ${from.y} C${to.x} ${from.y} ${to.x} ${from.y} ${to.x} ${to.y}` : line(from, to);
  return { d, from, to, fromHost: hop.place.host, toHost: hop.place.host, wire: true };
}

/** The legs of one direction, in order. */
export function pathOf(trace: Trace, positions: Positions): readonly Leg[] {
  const legs: Leg[] = [];
  for (let i = 1; i < trace.hops.length; i++) {
    const a = trace.hops[i - 1]!;
    const b = trace.hops[i]!;
    if (a.place.host === b.place.host && a.place.netns === b.place.netns) continue;
    legs.push(legBetween(positions, a, b));
  }
  const last = lastLeg(trace, positions);
  return last ? [...legs, last] : legs;
}

/** A hop's rewrites as one: what came in, what goes on, why. */
export function rewriteOf(hop: Hop): { readonly before: Header; readonly after: Header; readonly text: string } | undefined {
  const steps = hop.steps.filter((step) => step.before && step.after && changedFields(step.before, step.after).length > 0);
  const before = steps[0]?.before;
  const after = steps.at(-1)?.after;
  if (!before || !after || changedFields(before, after).length === 0) return undefined;
  return { before, after, text: steps.map((step) => step.text).join(' ') };
}

function direction(trace: Trace, positions: Positions, reply: boolean): Keyframe[] {
  const frames: Keyframe[] = [];
  let header = trace.sent;
  trace.hops.forEach((hop, index) => {
    const before = trace.hops[index - 1];
    if (before && (before.place.host !== hop.place.host || before.place.netns !== hop.place.netns)) {
      const leg = legBetween(positions, before, hop);
      frames.push({ type: 'move', leg, ms: leg.wire ? MS.wire : MS.veth, header, reply });
    }
    const rewrite = rewriteOf(hop);
    if (!rewrite) return;
    header = rewrite.after;
    const changed = changedFields(rewrite.before, rewrite.after);
    frames.push({ type: 'rewrite', at: pointOf(positions, hop.place), ...rewrite, changed, ms: MS.rewrite, reply });
  });
  const last = lastLeg(trace, positions);
  if (last) frames.push({ type: 'move', leg: last, ms: MS.wire, header, reply });
  return frames;
}

function endOf(trace: Trace, positions: Positions): Keyframe {
  const last = trace.hops.at(-1);
  const at = lastLeg(trace, positions)?.to ?? (last ? pointOf(positions, last.place) : { x: positions.busX, y: 0 });
  return { type: 'end', at, disposition: trace.disposition, reason: trace.reason, ms: MS.end };
}

/** There, and back when something came back. A packet that was not delivered ends where that happened, with its reason. */
export function flight(trace: Trace, positions: Positions, asked: readonly Trace[] = []): readonly Keyframe[] {
  const there = direction(trace, positions, false);
  const pace = NESTED_PACE / Math.max(1, asked.length);
  const nested = asked.flatMap((each) => flight(each, positions).map((frame) => ({ ...frame, ms: Math.round(frame.ms * pace) })));
  const answered = trace.reverse !== undefined && trace.disposition === 'delivered';
  const back = trace.reverse ? direction(trace.reverse, positions, true) : [];
  const end = answered && trace.reverse ? endOf(trace.reverse, positions) : endOf(trace, positions);
  return [...there, ...nested, ...(answered ? back : []), end, ...(answered ? [] : back)];
}

/** Traces of one request as a tree of depth one: those that start in the place the first was delivered to, directly or further on. */
export function nest(traces: readonly Trace[]): readonly { readonly trace: Trace; readonly asked: readonly Trace[] }[] {
  const roots: { trace: Trace; asked: Trace[] }[] = [];
  const sorted = [...traces];
  const reached = (trace: Trace) => trace.received && `${trace.received.place.host} ${trace.received.place.netns}`;
  const start = (trace: Trace) => `${trace.flow.from.host} ${trace.flow.from.netns}`;
  const targets = new Set(sorted.flatMap((trace) => reached(trace) ?? []));
  for (const trace of sorted) {
    if (!targets.has(start(trace))) roots.push({ trace, asked: [] });
  }
  if (!roots.length) return sorted.map((trace) => ({ trace, asked: [] }));
  for (const trace of sorted) {
    if (roots.some((root) => root.trace === trace)) continue;
    const root =
      roots.find((each) => reached(each.trace) === start(trace)) ?? roots.find((each) => each.asked.length > 0) ?? roots[0]!;
    root.asked.push(trace);
  }
  return roots;
}
