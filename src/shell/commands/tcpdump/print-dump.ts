/** -A, -x, -X: the bytes of a packet. Models print-ascii.c of tcpdump 4.99. */
import type { Style } from './print.ts';

const PER_LINE = 16;

export function dumped(frame: Uint8Array, header: number, { as, withLink }: Style['dump']): string {
  const bytes = withLink ? frame : frame.subarray(header);
  if (as === 'none') return '';
  return as === 'ascii' ? `\n${ascii(bytes)}` : hex(bytes, as === 'both');
}

const isGraphic = (byte: number) => byte > 0x20 && byte < 0x7f;
const KEPT = new Set([0x09, 0x0a, 0x20]);

/** Line ends as they are, without their CR. */
function ascii(bytes: Uint8Array): string {
  let text = '';
  bytes.forEach((byte, i) => {
    if (byte === 0x0d) text += bytes[i + 1] === 0x0a ? '' : '.';
    else text += isGraphic(byte) || KEPT.has(byte) ? String.fromCharCode(byte) : '.';
  });
  return text;
}

function hex(bytes: Uint8Array, withText: boolean): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PER_LINE) {
    const row = bytes.subarray(at, at + PER_LINE);
    let words = '';
    row.forEach((byte, i) => {
      words += `${i % 2 === 0 ? ' ' : ''}${byte.toString(16).padStart(2, '0')}`;
    });
    const beside = withText ? `  ${Array.from(row, (byte) => (isGraphic(byte) ? String.fromCharCode(byte) : '.')).join('')}` : '';
    text += `\n\t0x${at.toString(16).padStart(4, '0')}: ${withText ? words.padEnd(40) : words}${beside}`;
  }
  return text;
}
