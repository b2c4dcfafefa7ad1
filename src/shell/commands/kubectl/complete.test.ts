/**
 * Tab completion beside the real one: recorded-completions.json holds what kubectl v1.32.5 `__completeNoDesc` offered for these words
 * on the served yaobank world, as sets; it is locked.
 */
import { expect, test } from 'vitest';
import { loadWorld } from '../../../engine/index.ts';
import { worlds } from '../../../worlds/index.ts';
import recorded from './recorded-completions.json';
import { bench, NO_SERVER } from './testbed.ts';

const sim = loadWorld(worlds.yaobank!);
const cluster = Object.keys(sim.world().clusters)[0]!;
const kubectl = bench({ ...NO_SERVER, request: (request) => sim.ask({ type: 'api', cluster, request }) }, sim);

/** The last five characters of a pod's name are drawn. */
const masked = (names: readonly string[]) => names.map((name) => name.replace(/-[a-z0-9]{5}$/, '-*****')).sort();

test.each(recorded)('kubectl $words', ({ words, offered }) => {
  expect(masked([...kubectl.complete(words)])).toEqual(masked(offered));
});

test('contexts are those of the kubeconfig', () => {
  expect(kubectl.complete(['config', 'use-context', ''])).toEqual(['lab']);
});
