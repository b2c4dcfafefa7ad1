/**
 * How far a learner is: every check of every step, judged against the world. A check that once held stays ticked, since a later
 * step may rightly undo an earlier one's work; Reset starts over.
 */
import * as v from 'valibot';
import type { World } from '../engine/index.ts';
import { checkKinds } from './checks/index.ts';
import { fillAll } from './expressions.ts';
import type { Block, Check, CheckResult, Hint, Lab, LabStep, Prediction, StepProgress } from './lab.ts';
import type { Inline } from './markdown.ts';

/** Ids of the checks that have held, as `step/check`: what is saved. */
export type Ticked = ReadonlySet<string>;

/** Judges one predicate now. @returns undefined when it holds, else what is missing */
export function missing(world: World, { type, params }: Pick<Check, 'type' | 'params'>): string | undefined {
  const kind = checkKinds.find((k) => k.name === type);
  if (!kind) return `no check of type ${type}`;
  const parsed = v.safeParse(kind.params, fillAll(params, world));
  return parsed.success ? kind.missing(world, parsed.output) : 'what it looks for is not there';
}

/** The ticked set with all that holds now added; the same set when nothing is new. */
export function tick(lab: Lab, world: World, ticked: Ticked): Ticked {
  const fresh: string[] = [];
  for (const step of lab.steps) {
    for (const check of step.checks) {
      const key = `${step.id}/${check.id}`;
      if (!ticked.has(key) && missing(world, check) === undefined) fresh.push(key);
    }
  }
  return fresh.length === 0 ? ticked : new Set([...ticked, ...fresh]);
}

/** Every step with its checks. A step without checks (a recap) is done when all before it are. */
export function progress(lab: Lab, world: World, ticked: Ticked): readonly StepProgress[] {
  let allBefore = true;
  return lab.steps.map((step) => {
    const checks = step.checks.map((check) => judge(world, step, check, ticked));
    const done = step.checks.length > 0 ? checks.every((result) => result.done) : allBefore;
    allBefore &&= done;
    return { step, state: done ? 'done' : 'open', checks };
  });
}

function judge(world: World, step: LabStep, check: Check, ticked: Ticked): CheckResult {
  const shown = { ...check, text: fillAll(check.text, world) };
  if (ticked.has(`${step.id}/${check.id}`)) return { check: shown, done: true };
  const why = missing(world, check);
  return why === undefined ? { check: shown, done: true } : { check: shown, done: false, why };
}

/** A step's text with its expressions filled in. */
export function filledBody(step: LabStep, world: World): readonly Block[] {
  return fillAll(step.body, world);
}

export const filledQuestion = (prediction: Prediction, world: World): readonly Inline[] => fillAll(prediction.question, world);

/** The hints that fit the present state. */
export function hintsNow(step: LabStep, world: World): readonly Hint[] {
  return step.hints
    .filter(({ when }) => !when || (missing(world, when) === undefined) !== (when.not ?? false))
    .map((hint) => ({ ...hint, text: fillAll(hint.text, world) }));
}
