/**
 * SHA-256 and SHA-224 of a text, synchronous, with the two encodings that Kubernetes and Calico name things by.
 * Models FIPS 180-4; base32 after RFC 4648 without padding, base64 URL-safe without padding.
 */

const SHA256_START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
const SHA224_START = [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4];

/** Fractional parts of the cube roots of the first 64 primes. */
const ROUND_CONSTANTS = (() => {
  const constants = new Int32Array(64);
  for (let candidate = 2, count = 0; count < 64; candidate++) {
    let prime = true;
    for (let d = 2; d * d <= candidate; d++) if (candidate % d === 0) prime = false;
    if (prime) constants[count++] = (Math.cbrt(candidate) % 1) * 0x1_0000_0000;
  }
  return constants;
})();

export function sha256(bytes: Uint8Array): Uint8Array {
  return digest(bytes, SHA256_START, 32);
}

export function sha224(bytes: Uint8Array): Uint8Array {
  return digest(bytes, SHA224_START, 28);
}

/** RFC 4648 base32, upper case, no padding. */
export function base32(bytes: Uint8Array): string {
  return encode(bytes, 5, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567');
}

/** URL-safe base64, no padding. */
export function base64url(bytes: Uint8Array): string {
  return encode(bytes, 6, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
}

function encode(bytes: Uint8Array, width: number, alphabet: string): string {
  let text = '';
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= width) {
      bits -= width;
      text += alphabet[(pending >> bits) & ((1 << width) - 1)];
    }
    pending &= (1 << bits) - 1;
  }
  if (bits > 0) text += alphabet[(pending << (width - bits)) & ((1 << width) - 1)];
  return text;
}

/** Scratch of one digest; nothing here runs while another does. */
const schedule = new Int32Array(64);

function digest(bytes: Uint8Array, start: readonly number[], length: number): Uint8Array {
  const words = padded(bytes);
  const state = start.map((word) => word | 0);
  for (let block = 0; block < words.length; block += 16) compress(state, words, block);
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) out[i] = (state[i >> 2] as number) >>> (24 - (i & 3) * 8);
  return out;
}

/** The message as big-endian words: its bytes, one set bit, zeroes, its length in bits. */
function padded(bytes: Uint8Array): Int32Array {
  const words = new Int32Array(((bytes.length + 72) >> 6) << 4);
  for (let i = 0; i < bytes.length; i++) words[i >> 2] = (words[i >> 2] as number) | ((bytes[i] as number) << (24 - (i & 3) * 8));
  const end = bytes.length;
  words[end >> 2] = (words[end >> 2] as number) | (0x80 << (24 - (end & 3) * 8));
  words[words.length - 2] = Math.floor(end / 0x2000_0000);
  words[words.length - 1] = end << 3;
  return words;
}

function compress(state: number[], words: Int32Array, block: number): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) w[i] = words[block + i] as number;
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15] as number;
    const y = w[i - 2] as number;
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (ROUND_CONSTANTS[i] as number) + (w[i] as number)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  const sums = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i++) state[i] = ((state[i] as number) + (sums[i] as number)) | 0;
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}
