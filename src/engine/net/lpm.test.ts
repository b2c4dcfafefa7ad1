import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { contains, masked, type Prefix } from './address.ts';
import { createLpm, matchLpm } from './lpm.ts';

const address = fc.integer({ min: 0, max: 0xffffffff });
/** Prefixes that meet often: few high bits vary. */
const prefix = fc.tuple(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 32 })).map(([bits, length]): Prefix => {
  const spread = ((bits << 24) | (bits << 11) | bits) >>> 0;
  return { address: masked(spread, length), length };
});

test.prop([
  fc.array(prefix, { maxLength: 40 }),
  fc.array(
    fc.oneof(
      address,
      prefix.map((p) => p.address),
    ),
    { minLength: 1, maxLength: 20 },
  ),
])('the longest prefix that holds an address is found, as by looking at every one', (prefixes, addresses) => {
  const lpm = createLpm(prefixes.map((p, index) => [p, index] as const));
  for (const a of addresses) {
    let best: number | undefined;
    prefixes.forEach((p, index) => {
      if (contains(p, a) && (best === undefined || p.length >= prefixes[best]!.length)) best = index;
    });
    expect(matchLpm(lpm, a)).toBe(best);
  }
});

test.prop([fc.array(prefix, { maxLength: 20 }), address])(
  'a value that is not accepted gives way to a shorter prefix',
  (prefixes, a) => {
    const lpm = createLpm(prefixes.map((p) => [p, p.length] as const));
    const lengths = prefixes.filter((p) => contains(p, a) && p.length % 2 === 0).map((p) => p.length);
    expect(matchLpm(lpm, a, (length) => length % 2 === 0)).toBe(lengths.length === 0 ? undefined : Math.max(...lengths));
  },
);
