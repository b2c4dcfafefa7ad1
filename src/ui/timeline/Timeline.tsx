/** Time: let it run, hold it, how fast it goes, what it waits for, and every command so far as a mark on a line. */
import clsx from 'clsx';
import { FastForward, Pause, Play } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { SOON_MS, time } from '../clock.ts';
import button from '../parts/Button.module.css';
import { Menu } from '../parts/Menu.tsx';
import { currentClock } from '../store/lab.ts';
import { type CommandMark, showCommand } from '../store/run.ts';
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
      <Track />
      <WorldClock />
    </section>
  );
}

/** Commands from left to right; the last one is now. A click shows again what one changed. */
function Track() {
  const commands = useRun((state) => state.commands);
  const shown = useRun((state) => state.shownCommand);
  const list = useRef<HTMLOListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new mark is what scrolls the line to its end
  useEffect(() => {
    list.current?.scrollTo({ left: list.current.scrollWidth });
  }, [commands.length]);
  return (
    <ol ref={list} className={styles.track} aria-label="Commands that changed the world">
      {commands.map((each) => (
        <li key={each.id}>
          <Mark mark={each} on={each.id === shown} />
        </li>
      ))}
      <li className={styles.now} aria-hidden="true" />
    </ol>
  );
}

function Mark({ mark, on }: { readonly mark: CommandMark; readonly on: boolean }) {
  return (
    <button
      type="button"
      className={styles.mark}
      aria-pressed={on}
      title={`${clockText(mark.at)}  ${mark.line}`}
      aria-label={`${clockText(mark.at)} ${mark.line}`}
      onClick={() => showCommand(mark.id)}
    />
  );
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
