/** Answers to predictions: the question's lines are run on a copy of the world, in the lazy shell chunk. */
import { type LabStep, rightAnswers } from '../../tutor/index.ts';
import { currentLab } from './lab.ts';
import { presentMoment } from './run.ts';

/** @returns the right options. @throws Error when the lines cannot be run */
export async function answerPrediction(step: LabStep): Promise<readonly string[]> {
  const lab = currentLab();
  if (!lab || !step.predict) return [];
  const [{ createSession, headlessClock }, { simFrom }] = await Promise.all([
    import('../../shell/index.ts'),
    import('./engine.ts'),
  ]);
  // Worlds are values: what happens to the copy never reaches the learner's.
  const copy = simFrom(presentMoment());
  copy.settle();
  const session = createSession({
    sim: copy,
    place: { host: lab.host, netns: '' },
    clock: headlessClock(copy),
    settle: true,
    id: 'prediction',
    write: () => {},
  });
  for (const line of step.predict.after) await session.run(line);
  copy.settle();
  return rightAnswers(step.predict, copy.world());
}
