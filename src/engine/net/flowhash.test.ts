import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { multipathHash, upperBounds } from './flowhash.ts';

test('three equal next hops share the 31-bit hash space by thirds, rounded as the kernel rounds', () => {
  expect(upperBounds([1, 1, 1])).toEqual([715827882, 1431655764, 2147483647]);
});

test('weights move the bounds, and a next hop that may not be used has none', () => {
  expect(upperBounds([2, 1, 1])).toEqual([1073741823, 1610612735, 2147483647]);
  expect(upperBounds([1, 0, 1])).toEqual([1073741823, -1, 2147483647]);
  expect(upperBounds([0, 0])).toEqual([-1, -1]);
});

test('policy 0 looks at addresses alone, policy 1 at the ports too', () => {
  const flow = { src: 1, dst: 2, sport: 1000, dport: 80, proto: 6 };
  const other = { ...flow, sport: 1001 };
  expect(multipathHash(0, 7, flow)).toBe(multipathHash(0, 7, other));
  expect(multipathHash(1, 7, flow)).not.toBe(multipathHash(1, 7, other));
  expect(multipathHash(0, 7, flow)).not.toBe(multipathHash(0, 8, flow));
});

property.prop([fc.integer(), fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 2, maxLength: 6 })])(
  'over many flows each next hop gets its share by weight',
  (seed, weights) => {
    const bounds = upperBounds(weights);
    const counts = weights.map(() => 0);
    const flows = 4000;
    for (let i = 0; i < flows; i++) {
      const hash = multipathHash(1, seed, { src: 0x0a00010a, dst: 0x0a313212, sport: 32768 + i, dport: 80, proto: 6 });
      counts[bounds.findIndex((bound) => hash <= bound)]!++;
    }
    const total = weights.reduce((a, b) => a + b, 0);
    weights.forEach((weight, i) => {
      expect(Math.abs(counts[i]! / flows - weight / total)).toBeLessThan(0.05);
    });
  },
);
