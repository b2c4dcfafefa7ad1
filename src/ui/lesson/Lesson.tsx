/** The lesson: one document, its steps ticking by themselves from the state of the world. */
import clsx from 'clsx';
import { ArrowDown, Check } from 'lucide-react';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import type { World } from '../../engine/index.ts';
import { type Block, filledBody, hintsNow, type Lab, type StepProgress } from '../../tutor/index.ts';
import { useRun } from '../store/use.ts';
import { CommandBlock } from './CommandBlock.tsx';
import styles from './Lesson.module.css';
import { PredictionCard } from './PredictionCard.tsx';
import { Line, Text } from './Prose.tsx';

export function Lesson() {
  const lab = useRun((state) => state.lab);
  const progress = useRun((state) => state.progress);
  const world = useRun((state) => state.world);
  const scroller = useRef<HTMLElement>(null);
  return (
    <section ref={scroller} className={styles.lesson} aria-label="Lesson" id="lesson">
      {lab && world ? (
        <div className={styles.sheet}>
          <Opening lab={lab} />
          <Steps lab={lab} progress={progress} world={world} />
          <Finish lab={lab} progress={progress} />
        </div>
      ) : (
        <Waiting />
      )}
      <Next progress={progress} scroller={scroller} />
    </section>
  );
}

function Waiting() {
  return (
    <div className={styles.waiting} aria-busy="true">
      <i />
      <i />
      <i />
      <span className="visually-hidden">The lab is being set up</span>
    </div>
  );
}

function Opening({ lab }: { readonly lab: Lab }) {
  return (
    <header className={styles.opening}>
      <h1>{lab.title}</h1>
      <p>{lab.summary}</p>
      {lab.goals.length > 0 && (
        <ul>
          {lab.goals.map((goal) => (
            <li key={goal}>{goal}</li>
          ))}
        </ul>
      )}
    </header>
  );
}

interface StepsProps {
  readonly lab: Lab;
  readonly progress: readonly StepProgress[];
  readonly world: World;
}

function Steps({ lab, progress, world }: StepsProps) {
  const now = progress.find((each) => each.state === 'open')?.step.id;
  return progress.map((each, index) => (
    <div key={each.step.id}>
      {each.step.part !== progress[index - 1]?.step.part && <h2 className={styles.part}>{each.step.part}</h2>}
      <Step lab={lab} progress={each} world={world} number={index + 1} now={each.step.id === now} />
    </div>
  ));
}

interface StepProps {
  readonly lab: Lab;
  readonly progress: StepProgress;
  readonly world: World;
  readonly number: number;
  readonly now: boolean;
}

function Step({ lab, progress, world, number, now }: StepProps) {
  const { step, state, checks } = progress;
  const body = useSteady(filledBody(step, world));
  const done = state === 'done';
  // The question comes before the first command: afterwards the terminal would have told.
  const first = step.predict ? body.findIndex((block) => block.type === 'command') : -1;
  const ahead = first < 0 ? body.length : first;
  return (
    <article
      id={`step-${step.id}`}
      className={clsx(styles.step, now && styles.now)}
      data-testid={`step-${step.id}`}
      data-state={state}
      aria-current={now ? 'step' : undefined}
    >
      <h3>
        <span className={styles.number} data-state={state}>
          {done ? <Check size="0.8125rem" strokeWidth={3} aria-label="done" /> : number}
        </span>
        {step.title}
      </h3>
      <Body body={body.slice(0, ahead)} home={lab.host} />
      {step.predict && <PredictionCard key={step.id} step={step} prediction={step.predict} done={done} />}
      <Body body={body.slice(ahead)} home={lab.host} />
      {checks.length > 0 && <Checks progress={progress} />}
      {!done && <Help progress={progress} world={world} home={lab.host} />}
    </article>
  );
}

/** The same value while its content is the same, so that time passing does not draw the text again. */
function useSteady<T>(value: T): T {
  const kept = useRef<{ readonly key: string; readonly value: T } | undefined>(undefined);
  const key = JSON.stringify(value);
  if (kept.current?.key !== key) kept.current = { key, value };
  return kept.current!.value;
}

const Body = memo(function Body({ body, home }: { readonly body: readonly Block[]; readonly home: string }) {
  return body.map((block, index) =>
    block.type === 'prose' ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a step never change places
      <Text key={index} content={block.content} />
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a step never change places
      <CommandBlock key={index} line={block.line} host={block.host ?? home} home={home} />
    ),
  );
});

function Checks({ progress }: { readonly progress: StepProgress }) {
  return (
    <ul className={styles.checks} aria-label="What must be true">
      {progress.checks.map(({ check, done }) => (
        <li key={check.id} data-state={done ? 'done' : 'open'} data-testid={`check-${progress.step.id}-${check.id}`}>
          <span className={styles.tick} aria-hidden="true">
            <Check size="0.6875rem" strokeWidth={3.5} />
          </span>
          <span>
            <Line content={check.text} />
            <span className="visually-hidden">{done ? ' (done)' : ' (open)'}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

interface HelpProps {
  readonly progress: StepProgress;
  readonly world: World;
  readonly home: string;
}

function Help({ progress, world, home }: HelpProps) {
  const [shown, setShown] = useState(0);
  const [solution, setSolution] = useState(false);
  const hints = useSteady(hintsNow(progress.step, world));
  const lines = useSteady(
    useMemo(
      () => filledBody({ ...progress.step, body: progress.step.solution.map((line) => ({ type: 'command', line })) }, world),
      [progress.step, world],
    ),
  );
  const missing = progress.checks.find((each) => !each.done && each.why);
  if (!hints.length && !lines.length) return null;
  return (
    <div className={styles.help}>
      {shown > 0 && (
        <ol className={styles.hints}>
          {hints.slice(0, shown).map((hint) => (
            <li key={JSON.stringify(hint.text)}>
              <Line content={hint.text} />
            </li>
          ))}
          {shown >= hints.length && missing?.why && <li className={styles.missing}>Still missing: {missing.why}</li>}
        </ol>
      )}
      {solution && (
        <div data-solution>
          <Body body={lines} home={home} />
        </div>
      )}
      <div className={styles.helpButtons}>
        {shown < hints.length && (
          <button type="button" onClick={() => setShown(shown + 1)}>
            {hints.length > 1 ? `Hint ${shown + 1} of ${hints.length}` : 'Hint'}
          </button>
        )}
        {lines.length > 0 && (
          <button type="button" aria-expanded={solution} onClick={() => setSolution(!solution)}>
            {solution ? 'Hide the solution' : 'Show solution'}
          </button>
        )}
      </div>
    </div>
  );
}

/** After a step is done: the way on, until it is taken. */
function Next({
  progress,
  scroller,
}: {
  readonly progress: readonly StepProgress[];
  readonly scroller: React.RefObject<HTMLElement | null>;
}) {
  const now = progress.find((each) => each.state === 'open')?.step;
  const last = useRef<string | undefined>(undefined);
  const [offer, setOffer] = useState<{ readonly done: string; readonly id: string; readonly title: string } | undefined>();
  useEffect(() => {
    const before = progress.find((each) => each.step.id === last.current);
    if (before?.state === 'done' && now) setOffer({ done: before.step.title, id: now.id, title: now.title });
    if (!now) setOffer(undefined);
    last.current = now?.id;
  }, [now, progress]);
  if (!offer) return null;
  const go = () => {
    const target = scroller.current?.querySelector(`#${CSS.escape(`step-${offer.id}`)}`);
    target?.scrollIntoView({
      behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth',
      block: 'start',
    });
    setOffer(undefined);
  };
  return (
    <div className={styles.next} role="status">
      <span className={styles.number} data-state="done">
        <Check size="0.8125rem" strokeWidth={3} aria-hidden="true" />
      </span>
      <span className={styles.nextText}>
        <b>Done</b>
        <span className="visually-hidden">: {offer.done}</span>
      </span>
      <button type="button" onClick={go}>
        <span>{offer.title}</span>
        <ArrowDown size="0.8125rem" aria-hidden="true" />
      </button>
    </div>
  );
}

function Finish({ lab, progress }: { readonly lab: Lab; readonly progress: readonly StepProgress[] }) {
  const commands = useRun((state) => state.timeline.commands.length);
  if (!progress.length || progress.some((each) => each.state === 'open')) return null;
  return (
    <section className={styles.finish} aria-label="Lab finished" data-testid="finish">
      <svg viewBox="0 0 320 72" fill="none" aria-hidden="true">
        <path className={styles.fan} d="M8 36h78C140 36 150 10 206 10h96" />
        <path className={styles.fan} d="M8 36h78C140 36 150 62 206 62h96" />
        <path className={styles.way} d="M8 36h294" />
        <circle cx="308" cy="36" r="6" />
      </svg>
      <h2>Every step of “{lab.title}” holds.</h2>
      <p>
        {progress.length} steps, {commands} {commands === 1 ? 'command' : 'commands'} that changed something. The cluster is yours
        now: break something on the map, and see what the packets do.
      </p>
    </section>
  );
}
