/** Archives of tar: GNU's format of 1.34, with POSIX's ustar prefixes read as well. */
import { bytesOf, textOfBytes } from '../../bytes.ts';

export interface Member {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symbolic' | 'hard';
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  /** ms since the epoch. */
  readonly modifiedAt: number;
  readonly bytes: Uint8Array;
  /** What a link leads to. */
  readonly target: string;
}

const BLOCK = 512;
/** Archives end on a whole record. */
const RECORD = 20 * BLOCK;
const NAME = 100;
const TYPES: Readonly<Record<Member['type'], string>> = { file: '0', directory: '5', symbolic: '2', hard: '1' };
const IDS: Readonly<Record<string, number>> = { root: 0, ubuntu: 1000 };

function header(fields: {
  readonly name: string;
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  readonly size: number;
  readonly seconds: number;
  readonly type: string;
  readonly target: string;
}): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string, size: number) => block.set(bytesOf(text).subarray(0, size), at);
  const octal = (at: number, value: number, digits: number) =>
    put(at, `${Math.max(0, value).toString(8).padStart(digits, '0')}\0`, digits + 1);
  put(0, fields.name, NAME);
  octal(100, fields.mode & 0o7777, 7);
  octal(108, IDS[fields.owner] ?? 1000, 7);
  octal(116, IDS[fields.group] ?? 1000, 7);
  octal(124, fields.size, 11);
  octal(136, fields.seconds, 11);
  put(148, '        ', 8);
  put(156, fields.type, 1);
  put(157, fields.target, NAME);
  put(257, 'ustar  \0', 8);
  put(265, fields.owner, 31);
  put(297, fields.group, 31);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `, 8);
  return block;
}

function padded(bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(Math.ceil(bytes.length / BLOCK) * BLOCK);
  block.set(bytes);
  return block;
}

/** A name too long for its field goes before, as a member of its own. */
function longName(text: string, type: 'L' | 'K'): Uint8Array[] {
  const bytes = bytesOf(`${text}\0`);
  if (bytes.length - 1 <= NAME) return [];
  const common = { name: '././@LongLink', mode: 0o644, owner: 'root', group: 'root', seconds: 0, target: '' };
  return [header({ ...common, size: bytes.length, type }), padded(bytes)];
}

export function writeArchive(members: readonly Member[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const member of members) {
    const { name, mode, owner, group, bytes, target } = member;
    const size = member.type === 'file' ? bytes.length : 0;
    pieces.push(...longName(target, 'K'), ...longName(name, 'L'));
    pieces.push(
      header({ name, mode, owner, group, size, seconds: Math.floor(member.modifiedAt / 1000), type: TYPES[member.type], target }),
    );
    if (size > 0) pieces.push(padded(bytes));
  }
  const used = pieces.reduce((sum, { length }) => sum + length, 0);
  const all = new Uint8Array(Math.ceil((used + 2 * BLOCK) / RECORD) * RECORD);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

export interface Archive {
  readonly members: readonly Member[];
  /** It is no archive, or ends in the middle of a member. */
  readonly fault?: 'no archive' | 'cut';
}

export function readArchive(bytes: Uint8Array): Archive {
  const members: Member[] = [];
  let [longTitle, longTarget]: [string | undefined, string | undefined] = [undefined, undefined];
  for (let at = 0; at < bytes.length; ) {
    const block = bytes.subarray(at, at + BLOCK);
    if (block.length < BLOCK) return { members, fault: members.length === 0 ? 'no archive' : 'cut' };
    if (block.every((byte) => byte === 0)) return { members };
    const text = (from: number, size: number) => textOfBytes(block.subarray(from, from + size)).replace(/\0.*$/s, '');
    const octal = (from: number, size: number) => Number.parseInt(text(from, size).trim() || '0', 8);
    const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
    if (octal(148, 8) !== sum) return { members, fault: 'no archive' };
    const size = octal(124, 12);
    const body = bytes.subarray(at + BLOCK, at + BLOCK + size);
    const letter = text(156, 1) || '0';
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (letter === 'L') longTitle = textOfBytes(body).replace(/\0.*$/s, '');
    else if (letter === 'K') longTarget = textOfBytes(body).replace(/\0.*$/s, '');
    else if ('0125'.includes(letter)) {
      if (body.length < size) return { members, fault: 'cut' };
      const prefix = text(257, 6) === 'ustar' && block[262] === 0 ? text(345, 155) : '';
      members.push({
        name: longTitle ?? (prefix === '' ? '' : `${prefix}/`) + text(0, NAME),
        type: ({ 1: 'hard', 2: 'symbolic', 5: 'directory' } as const)[letter as '1'] ?? 'file',
        mode: octal(100, 8) & 0o7777,
        owner: text(265, 32) || String(octal(108, 8)),
        group: text(297, 32) || String(octal(116, 8)),
        modifiedAt: octal(136, 12) * 1000,
        bytes: body,
        target: longTarget ?? text(157, NAME),
      });
      longTitle = undefined;
      longTarget = undefined;
    }
  }
  return { members };
}
