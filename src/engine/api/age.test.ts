import { expect, test } from 'vitest';
import { age, humanDuration } from './age.ts';
import { parseTimestamp, timestamp } from './time.ts';

const S = 1000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

const cases: readonly [ms: number, text: string][] = [
  [-5 * S, '<invalid>'],
  [-900, '0s'],
  [0, '0s'],
  [119 * S, '119s'],
  [2 * M, '2m'],
  [2 * M + 5 * S, '2m5s'],
  [9 * M + 59 * S, '9m59s'],
  [10 * M + 30 * S, '10m'],
  [166 * M, '166m'],
  [3 * H, '3h'],
  [3 * H + 7 * M, '3h7m'],
  [8 * H + 7 * M, '8h'],
  [47 * H, '47h'],
  [2 * D, '2d'],
  [2 * D + 4 * H, '2d4h'],
  [8 * D + 4 * H, '8d'],
  [729 * D, '729d'],
  [2 * 365 * D, '2y'],
  [2 * 365 * D + 3 * D, '2y3d'],
  [9 * 365 * D + 3 * D, '9y'],
];

test.each(cases)('%d ms is %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

test('an age counts from a timestamp, unknown without one', () => {
  const now = Date.UTC(2026, 10, 23, 12);
  expect([age(timestamp(now - 90 * S), now), age(undefined, now), age('yesterday', now)]).toEqual([
    '90s',
    '<unknown>',
    '<unknown>',
  ]);
});

test('timestamps survive the way through text', () => {
  const now = Date.UTC(2026, 10, 23, 12, 34, 56);
  expect([timestamp(now), parseTimestamp(timestamp(now)), parseTimestamp('2026-11-23')]).toEqual([
    '2026-11-23T12:34:56Z',
    now,
    undefined,
  ]);
});
