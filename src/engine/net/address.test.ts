import { expect, test } from 'vitest';
import {
  comparePrefixes,
  containsPrefix,
  formatAddress,
  formatPrefix,
  isInside,
  lastAddress,
  networkOf,
  parseAddress,
  parseMaskedPrefix,
  parsePrefix,
  toNumber,
  toPrefix,
} from './address.ts';

test('a dotted quad becomes an unsigned number and back', () => {
  expect(['0.0.0.0', '10.49.50.18', '192.168.1.1', '255.255.255.255'].map((text) => [parseAddress(text), toNumber(text)])).toEqual([
    [0, 0],
    [0x0a313212, 0x0a313212],
    [0xc0a80101, 0xc0a80101],
    [0xffffffff, 0xffffffff],
  ]);
  expect([0, 0x0a313212, 0xffffffff].map(formatAddress)).toEqual(['0.0.0.0', '10.49.50.18', '255.255.255.255']);
});

test('what is not a whole dotted quad is no address', () => {
  const wrong = [
    '',
    '10',
    '10.0.0',
    '10.0.0.0.1',
    '1.2.3.256',
    '010.0.0.1',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1..2.3',
    '-1.2.3.4',
    '0x1.2.3.4',
    '::1',
    'a.b.c.d',
  ];
  expect(wrong.map(parseAddress)).toEqual(wrong.map(() => undefined));
});

test('a prefix keeps its host bits when parsed and loses them when read from the world', () => {
  expect(parsePrefix('10.50.0.10/24')).toEqual({ address: toNumber('10.50.0.10'), length: 24 });
  expect(toPrefix('10.50.0.10/24')).toEqual({ address: toNumber('10.50.0.0'), length: 24 });
  expect(parsePrefix('10.50.0.10')).toEqual({ address: toNumber('10.50.0.10'), length: 32 });
  expect(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', '/8', '10.0.0/8'].map(parsePrefix)).toEqual(
    Array(6).fill(undefined),
  );
  expect([parseMaskedPrefix('10.50.0.10/24'), parseMaskedPrefix('10.50.0.0/24')]).toEqual([undefined, toPrefix('10.50.0.0/24')]);
});

test('prefixes contain and order as the routing table has them', () => {
  const texts = ['10.49.50.18/32', '10.49.0.0/16', '0.0.0.0/0', '10.48.128.128/26', '10.48.128.128/32', '172.17.0.0/16'];
  expect(texts.map(toPrefix).sort(comparePrefixes).map(formatPrefix)).toEqual([
    '0.0.0.0/0',
    '10.48.128.128/32',
    '10.48.128.128/26',
    '10.49.0.0/16',
    '10.49.50.18/32',
    '172.17.0.0/16',
  ]);
  expect(containsPrefix(toPrefix('10.49.0.0/16'), toPrefix('10.49.50.18/32'))).toBe(true);
  expect(containsPrefix(toPrefix('10.49.50.18/32'), toPrefix('10.49.0.0/16'))).toBe(false);
  expect([
    isInside('10.49.255.255', '10.49.0.0/16'),
    isInside('10.50.0.0', '10.49.0.0/16'),
    isInside('1.2.3.4', '0.0.0.0/0'),
  ]).toEqual([true, false, true]);
  expect([networkOf('10.0.1.30', 24), formatAddress(lastAddress(toPrefix('10.0.1.0/24')))]).toEqual(['10.0.1.0/24', '10.0.1.255']);
});
