/** Text to bytes and back where Kubernetes wants base64 (Secret data). */
import { decodeBase64 } from './printers/gotemplate.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Standard base64 of the text's UTF-8 bytes. */
export function encodeBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const chunk = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const left = bytes.length - at;
    out += ALPHABET[(chunk >> 18) & 63]! + ALPHABET[(chunk >> 12) & 63]!;
    out += (left > 1 ? ALPHABET[(chunk >> 6) & 63] : '=')! + (left > 2 ? ALPHABET[chunk & 63] : '=')!;
  }
  return out;
}

export { decodeBase64 };
