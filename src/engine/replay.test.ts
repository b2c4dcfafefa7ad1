/** Property: a journal replays to the identical world, however time was cut into pieces while it was made. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { worlds } from '../worlds/index.ts';
import type { Input } from './inputs/index.ts';
import { loadWorld } from './load/load.ts';
import { readJournal, replay } from './replay.ts';

const start = loadWorld(worlds.yaobank!).world();

const patch = (path: string, body: unknown): Input => ({
  type: 'api',
  cluster: 'kubernetes',
  request: { method: 'PATCH', path, headers: { 'content-type': 'application/merge-patch+json' }, body: JSON.stringify(body) },
});
const service = '/api/v1/namespaces/yaobank/services/customer';
const deployment = '/apis/apps/v1/namespaces/yaobank/deployments/customer';

const input: fc.Arbitrary<Input> = fc.oneof(
  fc.constantFrom('Local', 'Cluster').map((policy) => patch(service, { spec: { externalTrafficPolicy: policy } })),
  fc.integer({ min: 0, max: 4 }).map((replicas) => patch(deployment, { spec: { replicas } })),
  fc.constantFrom(null, ['10.50.0.10']).map((externalIPs) => patch(service, { spec: { externalIPs } })),
  fc
    .tuple(fc.constantFrom('worker1', 'worker2', 'control1'), fc.boolean())
    .map(([host, on]): Input => ({ type: 'fault', fault: 'host-down', host, on })),
  fc.constant(patch(service, { spec: { nonsense: { __proto__: 1 } } })),
);

it('a journal replays to the identical world', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(input, fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1, max: 3 })), { maxLength: 8 }),
      (inputs) => {
        const sim = replay(start, []);
        for (const [given, ms, pieces] of inputs) {
          sim.dispatch(given);
          for (let i = 0; i < pieces; i++) sim.advance(Math.ceil(ms / pieces));
        }
        const again = replay(start, JSON.parse(JSON.stringify(sim.journal())), sim.world().now);
        expect(again.world()).toEqual(sim.world());
      },
    ),
    { numRuns: 15 },
  );
});

it.each([
  ['not a list', {}],
  ['an unknown input', [{ at: 1, input: { type: 'toString' }, by: { session: 's', line: 'l' } }]],
  [
    'time that goes back',
    [
      { at: 5, input: { type: 'fault' }, by: { session: 's', line: 'l' } },
      { at: 4, input: { type: 'fault' }, by: { session: 's', line: 'l' } },
    ],
  ],
  ['null', [null]],
])('refuses %s as a journal', (_, value) => {
  expect(() => readJournal(value)).toThrow(TypeError);
});
