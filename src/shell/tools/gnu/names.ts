/** basename, dirname, realpath, base64 and base32: GNU coreutils 9.1. */

import type { Invocation } from '../../bash/execution.ts';
import { parentOf, resolvePath } from '../../bash/files.ts';
import { bytesOf, textOfBytes } from '../../bytes.ts';
import { fail, print } from '../tool.ts';
import { quoted, readInputs, readOptions, tryHelp } from './options.ts';

const lastOf = (path: string) => path.replace(/\/+$/, '').replace(/^.*\//s, '') || (path.startsWith('/') ? '/' : '');

export function basename(invocation: Invocation): number {
  const given = readOptions(invocation, { short: 'as:z', long: { multiple: 'a', 'suffix=': 's', zero: 'z' } });
  if (typeof given === 'number') return given;
  const { operands } = given;
  if (operands.length === 0) return fail(invocation, `missing operand${tryHelp(invocation)}`);
  const several = given.has('a') || given.has('s');
  if (!several && operands.length > 2) return fail(invocation, `extra operand ${quoted(operands[2]!)}${tryHelp(invocation)}`);
  const suffix = given.value('s') ?? (several ? undefined : operands[1]);
  for (const path of several ? operands : operands.slice(0, 1)) {
    const name = lastOf(path);
    const short = suffix && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
    print(invocation, short + (given.has('z') ? '\0' : '\n'));
  }
  return 0;
}

export function dirname(invocation: Invocation): number {
  const given = readOptions(invocation, { short: 'z', long: { zero: 'z' } });
  if (typeof given === 'number') return given;
  if (given.operands.length === 0) return fail(invocation, `missing operand${tryHelp(invocation)}`);
  for (const path of given.operands) {
    const bare = path.replace(/\/+$/, '');
    const name = bare === '' ? (path === '' ? '.' : '/') : bare.includes('/') ? bare.replace(/\/+[^/]*$/, '') || '/' : '.';
    print(invocation, name + (given.has('z') ? '\0' : '\n'));
  }
  return 0;
}

export function realpath(invocation: Invocation): number {
  const given = readOptions(invocation, {
    short: 'eLmPqsz',
    long: {
      'canonicalize-existing': 'e',
      logical: 'L',
      'canonicalize-missing': 'm',
      physical: 'P',
      quiet: 'q',
      strip: 's',
      'no-symlinks': 's',
      zero: 'z',
    },
  });
  if (typeof given === 'number') return given;
  if (given.operands.length === 0) return fail(invocation, `missing operand${tryHelp(invocation)}`);
  const { files } = invocation.x.platform;
  let status = 0;
  for (const name of given.operands) {
    const plain = resolvePath(invocation.x.shell.cwd, name);
    const path = given.has('s') || given.has('m') ? plain : (files.real(plain) ?? plain);
    const needed = given.has('e') ? path : parentOf(path);
    if (name === '' || (!given.has('m') && !files.stat(needed))) {
      status = 1;
      if (!given.has('q')) fail(invocation, `${name || "''"}: ${name === '' ? 'No such file or directory' : files.missing(path)}`);
    } else print(invocation, path + (given.has('z') ? '\0' : '\n'));
  }
  return status;
}

const ALPHABETS = {
  base64: { letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', bits: 6, group: 4 },
  base32: { letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', bits: 5, group: 8 },
} as const;

export async function base(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, { short: 'diw:', long: { decode: 'd', 'ignore-garbage': 'i', 'wrap=': 'w' } });
  if (typeof given === 'number') return given;
  const wrap = given.value('w') ?? '76';
  if (!/^\d+$/.test(wrap)) return fail(invocation, `invalid wrap size: ${quoted(wrap)}`);
  if (given.operands.length > 1) return fail(invocation, `extra operand ${quoted(given.operands[1]!)}${tryHelp(invocation)}`);
  const { inputs, failed } = await readInputs(invocation, given.operands);
  if (failed) return 1;
  const alphabet = ALPHABETS[invocation.name === 'base32' ? 'base32' : 'base64'];
  if (given.has('d')) {
    const { bytes, whole } = decode(inputs[0]!.text, alphabet, given.has('i'));
    print(invocation, textOfBytes(Uint8Array.from(bytes)));
    return whole ? 0 : fail(invocation, 'invalid input');
  }
  const text = encode(bytesOf(inputs[0]!.text), alphabet);
  const width = Number(wrap);
  if (text === '') return 0;
  print(invocation, width === 0 ? text : `${(text.match(new RegExp(`.{1,${Math.min(width, 60_000)}}`, 'g')) ?? []).join('\n')}\n`);
  return 0;
}

type Alphabet = (typeof ALPHABETS)[keyof typeof ALPHABETS];

function encode(bytes: Uint8Array, { letters, bits, group }: Alphabet): string {
  const out: string[] = [];
  let held = 0;
  let count = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    count += 8;
    while (count >= bits) {
      count -= bits;
      out.push(letters[(held >> count) & ((1 << bits) - 1)]!);
    }
  }
  if (count > 0) out.push(letters[(held << (bits - count)) & ((1 << bits) - 1)]!);
  while (out.length % group !== 0) out.push('=');
  return out.join('');
}

function decode(
  text: string,
  { letters, bits, group }: Alphabet,
  lenient: boolean,
): { readonly bytes: number[]; readonly whole: boolean } {
  const bytes: number[] = [];
  let held = 0;
  let count = 0;
  let seen = 0;
  for (const char of text) {
    if (char === '\n') continue;
    const value = letters.indexOf(char);
    if (value < 0) {
      if (char === '=' && seen % group > 1) {
        seen++;
        continue;
      }
      if (lenient) continue;
      return { bytes, whole: false };
    }
    seen++;
    held = ((held << bits) | value) & 0xffff;
    count += bits;
    if (count < 8) continue;
    count -= 8;
    bytes.push((held >> count) & 255);
  }
  return { bytes, whole: seen % group === 0 };
}
