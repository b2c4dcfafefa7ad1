/** A question before the command: answered here or by picking hosts on the map; the engine knows the right answer. */
import clsx from 'clsx';
import { useEffect, useState } from 'react';
import { filledQuestion, type LabStep, type Prediction } from '../../tutor/index.ts';
import { answerPrediction } from '../store/predict.ts';
import { pick, screen } from '../store/screen.ts';
import { useRun, useScreen } from '../store/use.ts';
import styles from './Lesson.module.css';
import { Line } from './Prose.tsx';

interface Props {
  readonly step: LabStep;
  readonly prediction: Prediction;
  readonly done: boolean;
}

type Verdict = { readonly right: readonly string[]; readonly said: readonly string[] } | { readonly failed: string };

export function PredictionCard({ step, prediction, done }: Props) {
  const world = useRun((state) => state.world);
  const picking = useScreen((state) => state.picking);
  const [own, setOwn] = useState<readonly string[]>([]);
  const [verdict, setVerdict] = useState<Verdict | undefined>();
  const [busy, setBusy] = useState(false);
  const onMap = prediction.options.every((option) => world?.hosts[option]);
  const question = world ? filledQuestion(prediction, world) : prediction.question;
  const mine = picking?.options === prediction.options;
  const picked = mine ? picking.picked : own;
  useEffect(() => () => release(prediction), [prediction]);
  if (done && !verdict) return null;

  const choose = (option: string) => {
    if (onMap) {
      if (!mine) screen.setState({ picking: { options: prediction.options, picked: own } });
      pick(option);
      setOwn(screen.getState().picking?.picked ?? []);
    } else setOwn(own.includes(option) ? [] : [option]);
  };
  const answer = async () => {
    setBusy(true);
    try {
      setVerdict({ right: await answerPrediction(step), said: picked });
    } catch (error) {
      setVerdict({ failed: error instanceof Error ? error.message : String(error) });
    }
    setBusy(false);
    release(prediction);
  };
  return (
    <section className={styles.predict} aria-label={`Before you press Enter: ${step.title}`} data-testid={`predict-${step.id}`}>
      <h4>Before you press Enter</h4>
      <p>
        <Line content={question} /> {onMap && !verdict && <span className={styles.aside}>Click them here or on the map.</span>}
      </p>
      <div className={styles.options}>
        {prediction.options.map((option) => (
          <Option key={option} option={option} picked={picked.includes(option)} verdict={verdict} choose={() => choose(option)} />
        ))}
        {!verdict && (
          <button type="button" className={styles.answer} disabled={!picked.length || busy} onClick={answer}>
            {busy ? 'Working it out…' : 'That is my answer'}
          </button>
        )}
      </div>
      {verdict && <Outcome verdict={verdict} />}
    </section>
  );
}

function release(prediction: Prediction): void {
  if (screen.getState().picking?.options === prediction.options) screen.setState({ picking: undefined });
}

interface OptionProps {
  readonly option: string;
  readonly picked: boolean;
  readonly verdict: Verdict | undefined;
  choose(): void;
}

function Option({ option, picked, verdict, choose }: OptionProps) {
  const right = verdict && 'right' in verdict ? verdict.right.includes(option) : undefined;
  const said = verdict && 'said' in verdict ? verdict.said.includes(option) : picked;
  return (
    <button
      type="button"
      className={clsx(styles.option, right === true && styles.right, right === false && said && styles.wrong)}
      aria-pressed={said}
      disabled={verdict !== undefined}
      onClick={choose}
    >
      {option}
      {right === true && ' ✓'}
      {right === false && said && ' ✗'}
    </button>
  );
}

function Outcome({ verdict }: { readonly verdict: Verdict }) {
  if ('failed' in verdict) return <p role="status">The answer could not be worked out: {verdict.failed}</p>;
  const { right, said } = verdict;
  const same = right.length === said.length && right.every((each) => said.includes(each));
  const answer = right.length ? right.join(', ') : 'none of them';
  return (
    <p role="status" className={same ? styles.rightText : styles.wrongText}>
      {same ? 'Just so. Now run it and watch.' : `The engine says ${answer}. Run it and look at why.`}
    </p>
  );
}
