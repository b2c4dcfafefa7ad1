/** Text to bytes and back where Kubernetes wants base64 (Secret data). */

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

/** Text of standard base64. @throws Error for text that is none */
export function decodeBase64(encoded: string): string {
  const bytes: number[] = [];
  let [bits, count] = [0, 0];
  for (const [at, char] of [...encoded.replace(/=+$/, '')].entries()) {
    const value = ALPHABET.indexOf(char);
    if (value < 0) throw new Error(`base64 decode: illegal base64 data at input byte ${at}`);
    bits = (bits << 6) | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push((bits >> count) & 0xff);
    }
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
