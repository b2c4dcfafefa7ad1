/**
 * Keyed randomness: a hash of (seed, purpose, key), never a stream, so one more call somewhere reshuffles nothing.
 * Models nothing upstream; FNV-1a with a murmur3 finaliser, chosen for being short and well spread.
 */

/** Unsigned 32-bit hash of the parts. */
export function hash32(...parts: readonly (string | number)[]): number {
  let h = 0x811c9dc5;
  for (const part of parts) {
    const text = String(part);
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ 0x1f, 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A number in [0, 1). */
export function random(...parts: readonly (string | number)[]): number {
  return hash32(...parts) / 0x1_0000_0000;
}

/** `length` characters of `alphabet`. */
export function randomText(length: number, alphabet: string, ...parts: readonly (string | number)[]): string {
  let text = '';
  for (let i = 0; i < length; i++) text += alphabet[hash32(...parts, i) % alphabet.length];
  return text;
}

/** The alphabet of generated Kubernetes names (k8s.io/apimachinery/pkg/util/rand: no vowels, no look-alikes). */
export const KUBE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** A version-4 UUID. */
export function uuid(...parts: readonly (string | number)[]): string {
  const hex = randomText(32, '0123456789abcdef', 'uuid', ...parts);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${'89ab'[hash32('variant', ...parts) % 4]}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
