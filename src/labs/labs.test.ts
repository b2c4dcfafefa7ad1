/**
 * Proves every lab: before, every check is red; after each step's solution its checks are green and no later step's were needed;
 * near misses stay red; alternatives turn green. Generated from the lab files.
 */
import { describe, expect, it } from 'vitest';
import { loadWorld, type Sim, type World } from '../engine/index.ts';
import { testSession } from '../shell/testing.ts';
import { fill } from '../tutor/expressions.ts';
import { type Lab, type LabStep, loadLab, missing, type Ticked, tick } from '../tutor/index.ts';
import { worlds } from '../worlds/index.ts';
import { labTexts } from './index.ts';

const scripts = import.meta.glob<string>('./*/{near-misses,alternatives}/*.sh', { query: '?raw', import: 'default', eager: true });

interface Run {
  readonly sim: Sim;
  /** Types lines as a learner would; the ticks are taken after each, as the screen does. */
  type(lines: readonly string[]): Promise<void>;
  readonly ticked: () => Ticked;
}

/** Worlds by id, booted once. */
const booted: Record<string, World> = {};

function begin(lab: Lab): Run {
  booted[lab.world] ??= loadWorld(worlds[lab.world]!).world();
  const sim = loadWorld(worlds[lab.world]!, booted[lab.world]);
  const session = testSession(sim, lab.host);
  let ticked: Ticked = new Set();
  return {
    sim,
    async type(lines) {
      for (const line of lines) {
        await session.type(fill(line, sim.world()));
        sim.settle();
        ticked = tick(lab, sim.world(), ticked);
      }
    },
    ticked: () => ticked,
  };
}

const keysOf = (step: LabStep) => step.checks.map((check) => `${step.id}/${check.id}`);
const stillMissing = (run: Run, step: LabStep) =>
  Object.fromEntries(step.checks.map((check) => [check.id, missing(run.sim.world(), check)]));

/** The script's step, and its lines below the first. */
function read(script: string): { stepId: string; text: string } {
  const head = /^# step: (\S+)\n/.exec(script);
  if (!head) throw new Error('a script begins with "# step: <id>"');
  return { stepId: head[1]!, text: script.slice(head[0].length).trimEnd() };
}

async function upTo(lab: Lab, stepId: string): Promise<Run> {
  const run = begin(lab);
  for (const step of lab.steps) {
    if (step.id === stepId) return run;
    await run.type(step.solution);
  }
  throw new Error(`${lab.id} has no step ${stepId}`);
}

describe.each(Object.entries(labTexts))('lab %s', (id, text) => {
  const lab = loadLab(id, text);

  it('begins with every check red', () => {
    const run = begin(lab);
    const green = lab.steps.flatMap((step) =>
      step.checks.filter((check) => missing(run.sim.world(), check) === undefined).map((c) => `${step.id}/${c.id}`),
    );
    expect(green).toEqual([]);
  });

  it('is finished by its solutions, step by step', async () => {
    const run = begin(lab);
    for (const step of lab.steps) {
      expect(
        [...run.ticked()].filter((key) => keysOf(step).includes(key)).length < step.checks.length || step.checks.length === 0,
        step.id,
      ).toBe(true);
      await run.type(step.solution);
      expect({ step: step.id, open: keysOf(step).filter((key) => !run.ticked().has(key)), missing: {} }).toEqual({
        step: step.id,
        open: [],
        missing: {},
      });
    }
  });

  for (const [path, script] of Object.entries(scripts).filter(([p]) => p.startsWith(`./${id}/near-misses/`))) {
    it(`near miss ${path.split('/').at(-1)} leaves its step open`, async () => {
      const { stepId, text: lines } = read(script);
      const run = await upTo(lab, stepId);
      await run.type([lines]);
      const step = lab.steps.find((s) => s.id === stepId)!;
      expect(Object.values(stillMissing(run, step)).filter((why) => why !== undefined).length).toBeGreaterThan(0);
    });
  }

  for (const [path, script] of Object.entries(scripts).filter(([p]) => p.startsWith(`./${id}/alternatives/`))) {
    it(`alternative ${path.split('/').at(-1)} closes its step`, async () => {
      const { stepId, text: lines } = read(script);
      const run = await upTo(lab, stepId);
      await run.type([lines]);
      const step = lab.steps.find((s) => s.id === stepId)!;
      expect(stillMissing(run, step)).toEqual(Object.fromEntries(step.checks.map((check) => [check.id, undefined])));
    });
  }
});
