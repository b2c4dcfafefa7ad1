/** Going back in time: exact, losing nothing, and still a journal that replays. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { worlds } from '../worlds/index.ts';
import type { Input } from './inputs/index.ts';
import { loadWorld } from './load/load.ts';
import { replay } from './replay.ts';
import { goBack, NEW_TIMELINE, record, switchTo } from './timeline.ts';

const start = loadWorld(worlds.yaobank!).world();

const policy = (value: string): Input => ({
  type: 'api',
  cluster: 'kubernetes',
  request: {
    method: 'PATCH',
    path: '/api/v1/namespaces/yaobank/services/customer',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({ spec: { externalTrafficPolicy: value } }),
  },
});

function recorded() {
  const sim = replay(start, []);
  let timeline = NEW_TIMELINE;
  let serial = 0;
  sim.subscribe((frame) => {
    timeline = record(timeline, frame);
  });
  const type = (value: string, ms = 5000) => {
    serial++;
    sim.dispatch(policy(value), { session: 'host1', line: `policy ${value}`, serial });
    sim.advance(ms);
  };
  const lines = () => timeline.commands.map((each) => `${each.id} ${each.by.line}`);
  return {
    sim,
    type,
    lines,
    get timeline() {
      return timeline;
    },
    go(next: ReturnType<typeof goBack>) {
      timeline = next.timeline;
      sim.seek(next.moment);
    },
  };
}

it('a command is recorded once, however many inputs it gives; the same line again is another', () => {
  const run = recorded();
  run.type('Local');
  run.sim.dispatch(policy('Cluster'), { session: 'host1', line: 'policy Local', serial: 1 });
  run.type('Local');
  run.sim.dispatch(policy('Cluster'));
  expect(run.lines()).toEqual(['1 policy Local', '2 policy Local']);
});

it('going back restores the world and keeps what came after as a branch', () => {
  const run = recorded();
  run.type('Local');
  const after = run.sim.world();
  run.type('Cluster');
  const left = run.sim.world();
  run.go(goBack(run.timeline, 1, run.sim.moment()));
  expect(run.sim.world()).toBe(after);
  expect(run.lines()).toEqual(['1 policy Local']);
  expect(run.timeline.branches.map((each) => each.commands.map((command) => command.id))).toEqual([[1, 2]]);

  run.type('Local');
  const other = run.sim.world();
  run.go(switchTo(run.timeline, run.timeline.branches[0]!.id, run.sim.moment()));
  expect(run.sim.world()).toBe(left);
  expect(run.lines()).toEqual(['1 policy Local', '2 policy Cluster']);
  run.go(switchTo(run.timeline, run.timeline.branches[0]!.id, run.sim.moment()));
  expect(run.sim.world()).toBe(other);
});

it('back to the start, and forward again along the branch, leaves no branch behind', () => {
  const run = recorded();
  run.type('Local');
  const left = run.sim.world();
  run.go(goBack(run.timeline, 0, run.sim.moment()));
  expect([run.sim.world().inputs, run.lines()]).toEqual([0, []]);
  run.go(switchTo(run.timeline, run.timeline.branches[0]!.id, run.sim.moment()));
  expect([run.sim.world() === left, run.timeline.branches]).toEqual([true, []]);
});

it('a branch that goes on from another is kept once', () => {
  const run = recorded();
  for (const value of ['Local', 'Cluster', 'Local']) run.type(value);
  run.go(goBack(run.timeline, 2, run.sim.moment()));
  run.go(goBack(run.timeline, 1, run.sim.moment()));
  expect(run.timeline.branches.map((each) => each.commands.map((command) => command.id))).toEqual([[1, 2, 3]]);
});

it('unknown moments and branches change nothing', () => {
  const run = recorded();
  run.type('Local');
  const { timeline } = run;
  const now = run.sim.moment();
  expect(switchTo(timeline, 99, now)).toEqual({ timeline, moment: now });
  expect(goBack(timeline, 1, now)).toEqual({ timeline, moment: now });
});

it('a fork made at any moment, settled or not, has a journal that replays to it', () => {
  const step = fc.record({ value: fc.constantFrom('Local', 'Cluster'), ms: fc.integer({ min: 1, max: 4000 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 5 }), fc.nat(), fc.array(step, { maxLength: 3 }), (first, back, then) => {
      const run = recorded();
      for (const { value, ms } of first) run.type(value, ms);
      run.go(goBack(run.timeline, back % first.length, run.sim.moment()));
      for (const { value, ms } of then) run.type(value, ms);
      const again = replay(start, JSON.parse(JSON.stringify(run.sim.journal())), run.sim.world().now);
      expect(again.world()).toEqual(run.sim.world());
    }),
    { numRuns: 15 },
  );
});
