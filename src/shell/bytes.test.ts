import { expect, test } from 'vitest';
import { bytesOf, textOfBytes } from './bytes.ts';

test('any bytes survive as text, and UTF-8 reads as it is', () => {
  const samples = [
    [...Array(256).keys()],
    [0xc3, 0xa9, 0xff, 0x61],
    [0xed, 0xa0, 0x80, 0xf0, 0x9f, 0x98, 0x80],
    [0xc0, 0x80, 0xe2, 0x82],
    [0xef, 0xbb, 0xbf, 0x61],
    // What an escaped byte itself would look like in UTF-8.
    [0xed, 0xb2, 0x80],
  ];
  expect(samples.map((sample) => [...bytesOf(textOfBytes(Uint8Array.from(sample)))])).toEqual(samples);
  expect([textOfBytes(Uint8Array.of(0xc3, 0xa9, 0xff)), bytesOf('é😀').length]).toEqual(['é\udcff', 6]);
});
