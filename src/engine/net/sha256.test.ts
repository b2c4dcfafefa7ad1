import { expect, test } from 'vitest';
import { base32, base64url, sha224, sha256 } from './sha256.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const hex = (out: Uint8Array) => [...out].map((b) => b.toString(16).padStart(2, '0')).join('');

test('SHA-256 and SHA-224 give the digests of FIPS 180-4', () => {
  expect(hex(sha256(bytes('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(hex(sha256(bytes('')))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(hex(sha224(bytes('abc')))).toBe('23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7');
  const long = 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq';
  expect(hex(sha256(bytes(long)))).toBe('248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1');
});

test('base32 and base64url encode without padding', () => {
  expect(base32(bytes('foobar'))).toBe('MZXW6YTBOI');
  expect(base32(bytes('fooba'))).toBe('MZXW6YTB');
  expect(base64url(bytes('foobar~?'))).toBe('Zm9vYmFyfj8');
});
