/** A packet as a readable list: every hop, every decision, the row that made it, the header before and after. */
import clsx from 'clsx';
import { useState } from 'react';
import type { EcmpChoice, Header, Hop, Place, Step, Trace, World } from '../../engine/index.ts';
import { podsOf } from '../model/pods.ts';
import { hostAt } from '../model/routes.ts';
import { focusTrace } from '../store/screen.ts';
import { useScreen } from '../store/use.ts';
import { changedFields, type Field } from '../topology/flight.ts';
import styles from './Inspector.module.css';
import { Why } from './Why.tsx';

export function PacketTab({ world }: { readonly world: World }) {
  const focus = useScreen((state) => state.focus);
  const flows = world.flows;
  const trace = (focus.kind === 'trace' && flows.find((each) => each.id === focus.id)) || flows.at(-1);
  if (!trace) return <Empty />;
  return (
    <>
      <FlowPicker flows={flows} shown={trace} />
      <Summary trace={trace} world={world} attempt={attemptOf(flows, trace)} />
      <Hops trace={trace} world={world} />
      {trace.reverse && <Answer trace={trace.reverse} world={world} />}
    </>
  );
}

function Empty() {
  return (
    <div className={styles.empty}>
      <b>No packet yet</b>
      <p>Send one with curl or ping. Every hop it takes is listed here, with the row of the table that decided.</p>
    </div>
  );
}

const port = (proto: string, n: number) => (proto === 'icmp' ? '' : `:${n}`);

export function flowTitle(trace: Trace): string {
  const { proto, dst, dport } = trace.flow;
  return `${proto} ${dst}${port(proto, dport)}`;
}

/** Which SYN of its connection a packet is: 1, and more where nobody answered the ones before. */
export function attemptOf(flows: readonly Trace[], trace: Trace): number {
  const { sent, conversation } = trace;
  if (sent.proto !== 'tcp' || conversation?.resumed) return 1;
  const same = flows
    .slice(0, flows.indexOf(trace))
    .filter(
      (each) =>
        each.sent.proto === 'tcp' &&
        each.sent.src === sent.src &&
        each.sent.sport === sent.sport &&
        each.sent.dst === sent.dst &&
        each.sent.dport === sent.dport &&
        each.flow.from.host === trace.flow.from.host &&
        !each.reverse,
    );
  return same.length + 1;
}

const ORDINALS = ['', '', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

function FlowPicker({ flows, shown }: { readonly flows: readonly Trace[]; readonly shown: Trace }) {
  if (flows.length < 2) return null;
  return (
    <label className={styles.picker}>
      <span className="visually-hidden">Packet</span>
      <select value={shown.id} onChange={(event) => focusTrace(event.target.value)}>
        {flows.toReversed().map((each) => (
          <option key={each.id} value={each.id}>
            {`${each.flow.from.netns || each.flow.from.host} → ${flowTitle(each)} · ${each.disposition.replaceAll('-', ' ')}${attemptOf(flows, each) > 1 ? ` · SYN ${attemptOf(flows, each)}` : ''}`}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A place in a learner's words: a host's name, or the pod's title. */
export function placeName(world: World, place: Place): string {
  if (place.netns === '') return place.host;
  return podsOf(world).find((pod) => pod.key === place.netns)?.title ?? place.netns;
}

interface SummaryProps {
  readonly trace: Trace;
  readonly world: World;
  readonly attempt: number;
}

function Summary({ trace, world, attempt }: SummaryProps) {
  const good = trace.disposition === 'delivered';
  const way = trace.hops.map((hop) => placeName(world, hop.place)).filter((name, index, all) => name !== all[index - 1]);
  return (
    <header className={styles.summary}>
      <p className={styles.flow}>
        <code>{flowTitle(trace)}</code>
        <span className={good ? styles.good : styles.bad}>
          {good ? '✓' : '✕'} {trace.disposition.replaceAll('-', ' ')}
        </span>
      </p>
      <p className={styles.muted}>
        {way.join(' → ')}
        {trace.reverse && good ? ', and back' : ''}
      </p>
      {attempt > 1 && (
        <p className={styles.muted}>
          The {ORDINALS[attempt] ?? 'last'} SYN of the same connection: nobody answered the one before.
        </p>
      )}
      {!good && <p className={styles.reason}>{trace.reason}</p>}
      {good && trace.received && trace.received.header.src !== trace.sent.src && (
        <p className={styles.muted}>
          The receiver sees <code>{trace.received.header.src}</code>
          {hostAt(world, trace.received.header.src) ? ` (${hostAt(world, trace.received.header.src)})` : ''}, not{' '}
          <code>{trace.sent.src}</code>.
        </p>
      )}
    </header>
  );
}

function Hops({ trace, world }: { readonly trace: Trace; readonly world: World }) {
  let number = 0;
  return (
    <ol className={styles.hops}>
      {trace.hops.map((hop, index) => {
        const first = number + 1;
        number += hop.steps.length;
        // biome-ignore lint/suspicious/noArrayIndexKey: a packet may pass the same place twice; its place in the row is what it is
        return <HopItem key={index} hop={hop} first={first} world={world} />;
      })}
    </ol>
  );
}

/** A rule that was looked at and decided nothing a learner asks about: folded away. */
export function isDetail(step: Step): boolean {
  if (!/^(raw|mangle|filter|nat) /.test(step.at)) return false;
  if (step.before && step.after && changedFields(step.before, step.after).length > 0) return false;
  return !/^(DROP|REJECT|KUBE-(SVC|SVL|EXT|SEP|FW)-)/.test(step.action);
}

function HopItem({ hop, first, world }: { readonly hop: Hop; readonly first: number; readonly world: World }) {
  const [all, setAll] = useState(false);
  const details = hop.steps.filter(isDetail).length;
  const links = [hop.in && `in ${hop.in}`, hop.out && `out ${hop.out}`].filter(Boolean).join(', ');
  return (
    <li>
      <h3 className={styles.hop}>
        {placeName(world, hop.place)}
        <span>{links}</span>
      </h3>
      <ol className={styles.steps} start={first}>
        {hop.steps.map((step, index) =>
          all || !isDetail(step) ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps of a walk are known by their order
            <StepItem key={index} step={step} number={first + index} world={world} />
          ) : null,
        )}
      </ol>
      {details > 0 && (
        <button type="button" className={styles.more} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Hide the rules that only passed it on' : `${details} more ${details === 1 ? 'rule' : 'rules'} passed it on`}
        </button>
      )}
    </li>
  );
}

function StepItem({ step, number, world }: { readonly step: Step; readonly number: number; readonly world: World }) {
  const changed = step.before && step.after ? changedFields(step.before, step.after) : [];
  return (
    <li className={styles.step} value={number}>
      <span className={styles.stepNumber}>{number}</span>
      <div>
        <p>{step.text}</p>
        <p className={styles.row}>
          <span className={styles.at}>
            {step.chain && step.chain !== step.at.split(' ')[1] ? `${step.at} ${step.chain}` : step.at}
          </span>
          <code>{step.action}</code>
        </p>
        {changed.length > 0 && <HeaderChange before={step.before!} after={step.after!} changed={changed} />}
        {step.ecmp && <Buckets choice={step.ecmp} world={world} />}
        {step.ref && <Why world={world} target={step.ref} />}
      </div>
    </li>
  );
}

function HeaderChange({
  before,
  after,
  changed,
}: {
  readonly before: Header;
  readonly after: Header;
  readonly changed: readonly Field[];
}) {
  const side = (header: Header, end: 'src' | 'dst') =>
    `${header[end]}${port(header.proto, end === 'src' ? header.sport : header.dport)}`;
  const ends = (['src', 'dst'] as const).filter(
    (end) => changed.includes(end) || changed.includes(end === 'src' ? 'sport' : 'dport'),
  );
  return ends.map((end) => (
    <p key={end} className={styles.rewrite}>
      <span>{end}</span> {side(before, end)} → <b>{side(after, end)}</b>
    </p>
  ));
}

/** The kernel's choice among equal next hops: what was hashed, and in whose bucket the hash fell. */
function Buckets({ choice, world }: { readonly choice: EcmpChoice; readonly world: World }) {
  const top = choice.buckets.at(-1)?.upper || 1;
  let from = 0;
  const bars = choice.buckets.map((bucket, index) => {
    const start = from;
    from = bucket.upper;
    return { ...bucket, start: start / top, width: (bucket.upper - start) / top, on: index === choice.chosen };
  });
  return (
    <figure className={styles.buckets}>
      <div className={styles.bar} aria-hidden="true">
        {bars.map((bar) => (
          <i key={bar.via} className={clsx(bar.on && styles.on)} style={{ width: `${bar.width * 100}%` }}>
            {hostAt(world, bar.via) ?? bar.via}
          </i>
        ))}
        <b style={{ left: `${(choice.hash / top) * 100}%` }} />
      </div>
      <figcaption>
        hash of {choice.inputs.join(', ')} = 0x{choice.hash.toString(16)}, policy {choice.policy}
      </figcaption>
    </figure>
  );
}

function Answer({ trace, world }: { readonly trace: Trace; readonly world: World }) {
  const [open, setOpen] = useState(false);
  return (
    <section className={styles.answer}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span aria-hidden="true">{open ? '▾' : '▸'}</span> The answer:{' '}
        {trace.hops.map((hop) => placeName(world, hop.place)).join(' → ')}
      </button>
      {open && <Hops trace={trace} world={world} />}
    </section>
  );
}
