/**
 * Time: let it run, hold it, how fast it goes, what it waits for; every command so far as a mark on a line that can be gone back to,
 * and the branches that were left.
 */
import clsx from 'clsx';
import { FastForward, GitBranch, Pause, Play, Undo2 } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import type { Branch } from '../../engine/index.ts';
import { SOON_MS, time } from '../clock.ts';
import button from '../parts/Button.module.css';
import { Menu, type MenuItem } from '../parts/Menu.tsx';
import { currentClock } from '../store/lab.ts';
import { compareWith, goToBranch, showCommand, undo } from '../store/run.ts';
import { SPEEDS, screen } from '../store/screen.ts';
import { useRun, useScreen } from '../store/use.ts';
import { clockText } from './clockText.ts';
import styles from './Timeline.module.css';

export function Timeline() {
  const paused = useScreen((state) => state.paused);
  const speed = useScreen((state) => state.speed);
  return (
    <section className={styles.timeline} aria-label="Timeline">
      <button
        type="button"
        className={clsx(button.button, button.square)}
        aria-label={paused ? 'Let time run' : 'Pause time'}
        title={paused ? 'Let time run' : 'Pause time'}
        aria-pressed={paused}
        onClick={() => screen.setState({ paused: !paused })}
      >
        {paused ? <Play size="0.8125rem" /> : <Pause size="0.8125rem" />}
      </button>
      <Menu
        label={`Speed of time: ${speed}×`}
        className={button.button!}
        items={SPEEDS.map((each) => ({ label: `${each}×`, checked: each === speed, act: () => screen.setState({ speed: each }) }))}
      >
        <span className={styles.speed}>{speed}×</span>
      </Menu>
      <Undo />
      <Track />
      <Branches />
      <WorldClock />
    </section>
  );
}

function Undo() {
  const last = useRun((state) => state.timeline.commands.at(-1)?.by.line);
  return (
    <button
      type="button"
      className={clsx(button.button, button.square)}
      aria-label="Take back the last command"
      title={last === undefined ? 'Nothing to take back' : `Take back: ${last}`}
      disabled={last === undefined}
      onClick={undo}
    >
      <Undo2 size="0.8125rem" />
    </button>
  );
}

/** The start and the commands from left to right; the last one is now. A click shows the world as it stood after one. */
function Track() {
  const commands = useRun((state) => state.timeline.commands);
  const shown = useRun((state) => state.shownCommand);
  const list = useRef<HTMLOListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new mark is what scrolls the line to its end
  useEffect(() => {
    list.current?.scrollTo({ left: list.current.scrollWidth });
  }, [commands.length]);
  const marks: readonly Moment[] = commands.length
    ? [
        { id: 0, label: 'the start' },
        ...commands.map(({ id, by, start }) => ({ id, label: `${clockText(start.world.now)}  ${by.line}` })),
      ]
    : [];
  const current = shown ?? 0;
  const move = (event: KeyboardEvent) => {
    const at = marks.findIndex((each) => each.id === current);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: marks.length - 1 }[event.key];
    const mark = next === undefined ? undefined : marks[next];
    if (!mark) return;
    event.preventDefault();
    showCommand(mark.id);
    list.current?.querySelectorAll('button')[next!]?.focus();
  };
  return (
    <ol ref={list} className={styles.track} aria-label="Commands that changed the world" onKeyDown={move}>
      {marks.map((each, index) => (
        <li key={each.id} data-later={index > marks.findIndex(({ id }) => id === current) || undefined}>
          <button
            type="button"
            className={clsx(styles.mark, each.id === 0 && styles.start)}
            aria-pressed={each.id === current}
            // One stop for the Tab key; arrows move along the line.
            tabIndex={each.id === current ? 0 : -1}
            title={each.label}
            aria-label={each.label}
            onClick={() => showCommand(each.id)}
          />
        </li>
      ))}
      <li className={styles.now} aria-hidden="true" />
    </ol>
  );
}

interface Moment {
  readonly id: number;
  readonly label: string;
}

/** Lines of events that were left: each can be gone over to, or compared with what is shown. */
function Branches() {
  const branches = useRun((state) => state.timeline.branches);
  if (!branches.length) return null;
  const items = branches.flatMap((each): readonly MenuItem[] => {
    const name = nameOf(each);
    return [
      { label: `Go over to ${name}`, hint: clockText(each.end.world.now), act: () => goToBranch(each.id) },
      { label: `Compare with ${name}`, act: () => compareWith(each.id) },
    ];
  });
  return (
    <Menu label={`Other branches: ${branches.length}`} items={items} className={button.button!}>
      <GitBranch size="0.8125rem" aria-hidden="true" />
      <span>{branches.length}</span>
    </Menu>
  );
}

const MAX_NAME = 48;

/** A branch goes by its last command. */
function nameOf({ id, commands }: Branch): string {
  const line = commands.at(-1)?.by.line ?? 'the start';
  return `${id}: ${line.length > MAX_NAME ? `${line.slice(0, MAX_NAME - 1)}…` : line}`;
}

/** What is further off than this is not worth a button. */
const FAR_MS = 600_000;

function WorldClock() {
  const { now, due, waiting } = useStore(time);
  const ready = useRun((state) => state.phase === 'ready');
  const paused = useScreen((state) => state.paused);
  if (!ready) return <span className={styles.clock}>setting up the world…</span>;
  const until = waiting?.until ?? due;
  const left = until === undefined ? undefined : Math.max(0, until - now);
  const state = waiting ? `${waiting.why}, ${duration(left!)} left` : stateText(left);
  const offer = left !== undefined && (waiting !== undefined || (left > 1500 && left < FAR_MS));
  return (
    <>
      {offer && (
        <button type="button" className={clsx(button.button, styles.skip)} onClick={() => void currentClock()?.skip()}>
          <FastForward size="0.8125rem" aria-hidden="true" />
          Skip ahead
        </button>
      )}
      <span className={styles.clock} data-testid="world-clock">
        <span className={styles.state}>{paused ? 'held' : state}</span>
        <time>{clockText(now)}</time>
        <i
          data-state={paused ? 'held' : left === undefined || (!waiting && left > SOON_MS) ? 'settled' : 'moving'}
          aria-hidden="true"
        />
      </span>
    </>
  );
}

function stateText(left: number | undefined): string {
  if (left === undefined) return 'settled';
  if (left > FAR_MS) return 'settled';
  return left > SOON_MS ? `settled, next in ${duration(left)}` : 'settling';
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
