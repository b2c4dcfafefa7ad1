/**
 * Packets and BGP messages in the air. Each moves along the lines of the map by CSS offset-path and the Web Animations API, so that
 * nothing runs when nothing flies; where motion is not wanted the way is shown standing still.
 */
import { ViewportPortal } from '@xyflow/react';
import clsx from 'clsx';
import { useEffect, useRef, useState } from 'react';
import type { Frame, Header, Trace } from '../../engine/index.ts';
import { bgpChanges, routeChangesOf } from '../changes/diff.ts';
import { sessionsOf } from '../model/bgp.ts';
import { groupBy } from '../model/group.ts';
import { onFrame, run } from '../store/run.ts';
import { focusTrace, screen } from '../store/screen.ts';
import { useRun, useScreen } from '../store/use.ts';
import { Markers } from './edges.tsx';
import styles from './Flights.module.css';
import { type Field, flight, type Keyframe, type Leg, nest } from './flight.ts';
import { CARD } from './layout.ts';
import { badgePoint, curve, portOf, throughGap } from './paths.ts';
import type { Positions } from './types.ts';

const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
const MAX_WAITING = 3;
const MAX_PILLS = 12;

interface Waiting {
  readonly trace: Trace;
  readonly asked: readonly Trace[];
}

export function Flights({ positions }: { readonly positions: Positions }) {
  const [waiting, setWaiting] = useState<readonly Waiting[]>([]);
  const [pills, setPills] = useState<readonly Pill[]>([]);
  const at = useRef(positions);
  at.current = positions;
  useEffect(
    () =>
      onFrame((frame) => {
        if (run.getState().past) return;
        const traces = newTraces(frame);
        if (traces.length) {
          const flights = nest(traces);
          focusTrace(flights.at(-1)!.trace.id);
          if (!still()) setWaiting((queue) => [...queue, ...flights].slice(-MAX_WAITING));
        }
        const learned = newPrefix(frame);
        if (learned) screen.setState({ focus: { kind: 'prefix', ...learned } });
        const sent = newPills(frame, at.current);
        if (sent.length && !still() && screen.getState().layers.control)
          setPills((flying) => [...flying, ...sent].slice(-MAX_PILLS));
      }),
    [],
  );
  const first = waiting[0];
  return (
    <ViewportPortal>
      <Markers />
      <div className={styles.layer} aria-hidden="true">
        {pills.map((pill) => (
          <FlyingPill key={pill.id} pill={pill} done={() => setPills((flying) => flying.filter((each) => each !== pill))} />
        ))}
        {first ? (
          <Packet
            key={first.trace.id}
            frames={flight(first.trace, positions, first.asked)}
            positions={positions}
            done={() => setWaiting((queue) => queue.filter((each) => each !== first))}
          />
        ) : (
          <Resting positions={positions} />
        )}
      </div>
    </ViewportPortal>
  );
}

/** Flows this frame added; nothing when the world was replaced (reload, rewind). */
function newTraces(frame: Frame): readonly Trace[] {
  const { before, world, entry } = frame;
  if (!entry || before.flows === world.flows || entry.by.session === 'system') return [];
  const known = new Set(before.flows.map((trace) => trace.id));
  return world.flows.filter((trace) => !known.has(trace.id));
}

/** The most specific prefix that a bastion has learned, or learned to reach otherwise, in this round: it is lit. */
function newPrefix(frame: Frame): { readonly host: string; readonly dst: string } | undefined {
  if (!frame.agents) return undefined;
  const bastions = new Set(Object.values(frame.world.hosts).flatMap((host) => (host.kind === 'bastion' ? host.name : [])));
  let best: { readonly host: string; readonly dst: string } | undefined;
  const length = (dst: string) => Number(dst.split('/')[1]);
  for (const change of routeChangesOf(frame.before, frame.world)) {
    if (change.sign === '-' || !bastions.has(change.host)) continue;
    if (!best || length(change.dst) > length(best.dst)) best = { host: change.host, dst: change.dst };
  }
  return best;
}

interface Pill {
  readonly id: string;
  readonly d: string;
  readonly text: string;
  readonly gone: boolean;
  readonly delay: number;
}

let pillSerial = 0;

/** UPDATEs and withdrawals that this round brought a bastion, from the node they come from. */
function newPills(frame: Frame, positions: Positions): readonly Pill[] {
  if (!frame.agents) return [];
  const changes = bgpChanges(frame.before, frame.world);
  const byNode = groupBy(changes, (change) => `${change.node} ${change.sign}`);
  return [...byNode.values()].flatMap((group, index) => {
    const [{ node, prefix, sign }] = group;
    const session =
      sessionsOf(frame.world).find((each) => each.peer === node && positions.facesRight.has(each.host)) ??
      sessionsOf(frame.world).find((each) => each.peer === node);
    const bastion = session && positions.hosts[session.host];
    if (!bastion || !positions.hosts[node]) return [];
    const to = {
      x: bastion.x + (positions.facesRight.has(session.host) ? bastion.w : 0),
      y: bastion.y + bastion.h - CARD.birdRow / 2,
    };
    pillSerial++;
    return {
      id: `pill ${pillSerial}`,
      d: curve(positions, portOf(positions, node, 'control'), node, to, session.host),
      text: `${sign === '+' ? '+' : '−'} ${group.length > 1 ? `${group.length} prefixes` : prefix}`,
      gone: sign === '-',
      delay: Math.min(index, 6) * 90,
    };
  });
}

function FlyingPill({ pill, done }: { readonly pill: Pill; done(): void }) {
  const ref = useRef<HTMLDivElement>(null);
  const finish = useRef(done);
  finish.current = done;
  useEffect(() => {
    const animation = ref.current!.animate(
      [
        { offsetDistance: '0%', opacity: 0 },
        { offsetDistance: '8%', opacity: 1, offset: 0.1 },
        { offsetDistance: '94%', opacity: 1, offset: 0.92 },
        { offsetDistance: '100%', opacity: 0 },
      ],
      { duration: 1100 / screen.getState().speed, delay: pill.delay, easing: 'cubic-bezier(.4,0,.3,1)', fill: 'both' },
    );
    animation.finished.then(() => finish.current()).catch(() => {});
    return () => animation.cancel();
  }, [pill]);
  return (
    <div ref={ref} className={clsx(styles.pill, pill.gone && styles.gone)} style={{ offsetPath: `path("${pill.d}")` }}>
      {pill.text}
    </div>
  );
}

interface Shown {
  readonly header: Header;
  readonly changed: readonly Field[];
  readonly reply: boolean;
}

interface Flying {
  readonly frames: readonly Keyframe[];
  readonly positions: Positions;
  done(): void;
}

function Packet({ frames, positions, done }: Flying) {
  const dot = useRef<HTMLDivElement>(null);
  const badge = useRef<HTMLDivElement>(null);
  const finish = useRef(done);
  finish.current = done;
  const plan = useRef({ frames, positions });
  const [shown, setShown] = useState<Shown | undefined>();
  useEffect(() => {
    const running = new Set<Animation>();
    let live = true;
    const play = async (element: HTMLElement, keyframes: Keyframe_[], ms: number) => {
      const { speed, paused } = screen.getState();
      const animation = element.animate(keyframes, { duration: ms, easing: 'cubic-bezier(.45,.05,.3,1)', fill: 'forwards' });
      animation.playbackRate = speed;
      if (paused) animation.pause();
      running.add(animation);
      await animation.finished;
      running.delete(animation);
    };
    const follow = screen.subscribe(({ paused, speed }) => {
      for (const animation of running) {
        animation.playbackRate = speed;
        if (paused) animation.pause();
        else animation.play();
      }
    });
    const fly = async () => {
      for (const frame of plan.current.frames) {
        if (!live) return;
        const carry = (leg: Leg) => badgeFrames(leg, plan.current.positions);
        await show(frame, { dot: dot.current!, badge: badge.current!, carry, setShown, play });
      }
      if (live) finish.current();
    };
    fly().catch(() => {});
    return () => {
      live = false;
      follow();
      for (const animation of running) animation.cancel();
    };
  }, []);
  return (
    <>
      <div
        ref={badge}
        className={clsx(styles.badge, throughGap(positions) && styles.gap)}
        data-hidden={!shown || undefined}
        data-testid="packet-badge"
      >
        {shown && <Badge {...shown} />}
      </div>
      <div ref={dot} className={clsx(styles.packet, shown?.reply && styles.reply)} data-testid="packet" />
    </>
  );
}

type Keyframe_ = globalThis.Keyframe;
type Play = (element: HTMLElement, keyframes: Keyframe_[], ms: number) => Promise<void>;

const SAMPLES = 16;

/** The badge's way beside a leg: the same pace, but where it hides no card. */
function badgeFrames(leg: Leg, positions: Positions): Keyframe_[] {
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', leg.d);
  const length = path.getTotalLength();
  return Array.from({ length: SAMPLES + 1 }, (_, i) => {
    const { x, y } = badgePoint(positions, path.getPointAtLength((length * i) / SAMPLES));
    return { translate: `${x}px ${y}px` };
  });
}

interface Stage {
  readonly dot: HTMLElement;
  readonly badge: HTMLElement;
  carry(leg: Leg): Keyframe_[];
  setShown(shown: Shown): void;
  play: Play;
}

async function show(frame: Keyframe, { dot, badge, carry, setShown, play }: Stage): Promise<void> {
  if (frame.type === 'move') {
    dot.style.offsetPath = `path("${frame.leg.d}")`;
    setShown({ header: frame.header, changed: [], reply: frame.reply });
    const along = [{ offsetDistance: '0%' }, { offsetDistance: '100%' }];
    await Promise.all([play(dot, along, frame.ms), play(badge, carry(frame.leg), frame.ms)]);
  } else if (frame.type === 'rewrite') {
    setShown({ header: frame.after, changed: frame.changed, reply: frame.reply });
    await play(dot, [{ boxShadow: '0 0 0 0 var(--nat)' }, { boxShadow: '0 0 0 12px transparent' }], frame.ms);
  } else {
    const colour = frame.disposition === 'delivered' ? 'var(--ok)' : 'var(--bad)';
    await play(dot, [{ boxShadow: `0 0 0 0 ${colour}` }, { boxShadow: '0 0 0 16px transparent' }], frame.ms);
  }
}

function Badge({ header, changed, reply }: Shown) {
  const mark = (...fields: readonly Field[]) => (fields.some((field) => changed.includes(field)) ? styles.rewritten : undefined);
  const port = (n: number) => (header.proto === 'icmp' ? '' : `:${n}`);
  return (
    <>
      <span className={mark('src')} key={`${header.src} src`}>
        {header.src}
        {reply ? port(header.sport) : ''}
      </span>
      <span className={mark('dst', 'dport')} key={`${header.dst} dst`}>
        <i>→</i> {header.dst}
        {reply ? '' : port(header.dport)}
      </span>
    </>
  );
}

/** The chosen packet after it has landed (or where motion is off): where it was rewritten, and where it ended if it did not arrive. */
function Resting({ positions }: { readonly positions: Positions }) {
  const focus = useScreen((state) => state.focus);
  const world = useRun((state) => state.world);
  const shown = useScreen((state) => state.layers.data);
  const trace = focus.kind === 'trace' && shown ? world?.flows.find((each) => each.id === focus.id) : undefined;
  if (!trace) return null;
  const frames = flight(trace, positions);
  const end = frames.find((frame) => frame.type === 'end');
  const failed = trace.disposition !== 'delivered';
  return (
    <>
      {frames.map((frame, index) =>
        frame.type === 'rewrite' && !frame.reply ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: a packet's rewrites never change order
          <div key={index} className={styles.rewrite} style={{ left: frame.at.x, top: frame.at.y }}>
            {frame.changed.includes('dst') && <span>dst → {frame.after.dst}</span>}
            {frame.changed.includes('src') && <span>src → {frame.after.src}</span>}
          </div>
        ) : null,
      )}
      {failed && end && (
        <div className={styles.end} style={{ left: end.at.x, top: end.at.y }} data-testid="packet-end">
          <i>✕</i>
          <b>{trace.disposition.replaceAll('-', ' ')}</b>
        </div>
      )}
    </>
  );
}
