/**
 * Bytes in texts. A shell's files and pipes are texts; bytes that are not UTF-8 stand in them as lone surrogates U+DC80–U+DCFF, one each
 * (PEP 383's surrogateescape), so that a binary file survives being kept, copied and piped.
 */

const ESCAPE = 0xdc00;

/** The bytes a text stands for. */
export function bytesOf(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/.test(text)) return new TextEncoder().encode(text);
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else if (code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff) bytes.push(code - ESCAPE);
    else bytes.push(...encoder.encode(char));
  }
  return Uint8Array.from(bytes);
}

/** The bytes a text stands for, a character a byte. */
export const latin1Of = (text: string): string => {
  let latin1 = '';
  for (const byte of bytesOf(text)) latin1 += String.fromCharCode(byte);
  return latin1;
};

/** Whether every character is one byte. */
export const isAscii = (text: string): boolean => !/[^\x00-\x7f]/.test(text);

/** The text that stands for bytes: what is UTF-8 as it reads, every other byte escaped. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let text = '';
    for (let i = 0; i < bytes.length; ) {
      const length = sequenceAt(bytes, i);
      text += length === 0 ? String.fromCharCode(ESCAPE + bytes[i]!) : decoder.decode(bytes.subarray(i, i + length));
      i += length || 1;
    }
    return text;
  }
}

/** Smallest code point that needs so many bytes: shorter ones may not be written so long. */
const SMALLEST = [0, 0, 0x80, 0x800, 0x1_0000];

/** Length of the UTF-8 sequence at `start`; 0: there is none. */
function sequenceAt(bytes: Uint8Array, start: number): number {
  const first = bytes[start]!;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
  if (length === 0 || first > 0xf4 || start + length > bytes.length) return 0;
  let code = first & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const next = bytes[start + i]!;
    if ((next & 0xc0) !== 0x80) return 0;
    code = (code << 6) | (next & 0x3f);
  }
  const valid = code >= SMALLEST[length]! && code <= 0x10_ffff && !(code >= 0xd800 && code <= 0xdfff);
  return valid ? length : 0;
}
