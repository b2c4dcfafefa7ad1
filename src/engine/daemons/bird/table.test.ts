import { expect, it } from 'vitest';
import type { TableRoute } from './state.ts';
import { better } from './table.ts';

const judging = { protocols: new Map(), peerIds: new Map() };
const route = (protocol: string, preference: number): TableRoute => ({
  prefix: '10.49.0.0/16',
  protocol,
  id: '',
  source: 'static',
  destination: 'blackhole',
  preference,
  attributes: {},
  since: 0,
});

it('names the step that decides between two routes', () => {
  const own = route('static1', 200);
  const learned = route('Mesh_10_0_1_31', 100);
  expect(better(learned, own, judging)).toEqual({ best: own, by: 'preference' });
  expect(better(own, own, judging)).toBe(undefined);
});
