/** md5sum and its kin, cksum, sum: GNU coreutils 9.1. The hashes are @noble/hashes'. Leaves out SM3. */
import { blake2b } from '@noble/hashes/blake2.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Invocation } from '../../bash/execution.ts';
import { readAll } from '../../bash/streams.ts';
import { bytesOf } from '../../bytes.ts';
import { type Given, quoted, readOptions, tryHelp } from '../gnu/options.ts';
import { openOperand, shownName } from '../operands.ts';
import { fail, print } from '../tool.ts';
import { look } from './paths.ts';

interface Kind {
  readonly label: string;
  /** Hexadecimal digits. */
  readonly digits: number;
  readonly sum: (bytes: Uint8Array, bits?: number) => string;
}

const hashed = (label: string, digits: number, hash: (bytes: Uint8Array) => Uint8Array): Kind => ({
  label,
  digits,
  sum: (bytes) => bytesToHex(hash(bytes)),
});

const KINDS: Readonly<Record<string, Kind>> = {
  md5: hashed('MD5', 32, md5),
  sha1: hashed('SHA1', 40, sha1),
  sha224: hashed('SHA224', 56, sha224),
  sha256: hashed('SHA256', 64, sha256),
  sha384: hashed('SHA384', 96, sha384),
  sha512: hashed('SHA512', 128, sha512),
  b2: { label: 'BLAKE2b', digits: 128, sum: (bytes, bits = 512) => bytesToHex(blake2b(bytes, { dkLen: bits / 8 })) },
};

const LONG = {
  binary: 'b',
  check: 'c',
  'ignore-missing': 'missing',
  quiet: 'quiet',
  status: 'status',
  strict: 'strict',
  tag: 'tag',
  text: 't',
  warn: 'w',
  zero: 'z',
} as const;

async function bytesAt(invocation: Invocation, name: string, says?: (why: string) => string): Promise<Uint8Array | undefined> {
  const source = openOperand(invocation, name, says);
  return source && bytesOf(await readAll(source));
}

/** Names with a backslash or a newline are written with escapes, and the line says so at its start. */
function escapedName(name: string): { readonly mark: string; readonly text: string } {
  const text = name.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\r/g, '\\r');
  return { mark: text === name ? '' : '\\', text };
}

export async function digest(invocation: Invocation): Promise<number> {
  const kind = KINDS[invocation.name.replace(/sum$/, '')]!;
  const sized = kind === KINDS.b2;
  const given = readOptions(invocation, {
    short: `bctwz${sized ? 'l:' : ''}`,
    long: { ...LONG, ...(sized && { 'length=': 'l' }) },
  });
  if (typeof given === 'number') return given;
  const refuse = (message: string) => fail(invocation, message + tryHelp(invocation));
  const bits = given.value('l');
  if (bits !== undefined && !/^\d+$/.test(bits)) return fail(invocation, `invalid length: ${quoted(bits)}`);
  if (bits !== undefined && Number(bits) % 8 !== 0)
    return fail(invocation, `invalid length: ${quoted(bits)}\n${invocation.name}: length is not a multiple of 8`);
  if (given.has('c')) {
    if (given.has('tag')) return refuse('the --tag option is meaningless when verifying checksums');
    if (given.has('z')) return refuse('the --zero option is not supported when verifying checksums');
    return check(invocation, given, kind);
  }
  for (const [letter, name] of [
    ['missing', 'ignore-missing'],
    ['status', 'status'],
    ['w', 'warn'],
    ['quiet', 'quiet'],
    ['strict', 'strict'],
  ] as const)
    if (given.has(letter)) return refuse(`the --${name} option is meaningful only when verifying checksums`);
  let status = 0;
  for (const name of given.operands.length > 0 ? given.operands : ['-']) {
    const bytes = await bytesAt(invocation, name);
    if (!bytes) {
      status = 1;
      continue;
    }
    const sum = kind.sum(bytes, Number(bits ?? 512) || 512);
    const { mark, text } = given.has('z') ? { mark: '', text: name } : escapedName(name);
    const label = kind.label + (bits !== undefined && bits !== '512' && bits !== '0' ? `-${bits}` : '');
    print(
      invocation,
      given.has('tag') ? `${mark}${label} (${text}) = ${sum}` : `${mark}${sum} ${given.has('b') ? '*' : ' '}${text}`,
    );
    print(invocation, given.has('z') ? '\0' : '\n');
  }
  return status;
}

interface Listed {
  readonly sum: string;
  readonly name: string;
}

function readLine(line: string, { label, digits }: Kind): Listed | undefined {
  const escaped = line.startsWith('\\');
  const text = escaped ? line.slice(1) : line;
  const plainName = (name: string) =>
    escaped ? name.replace(/\\(.)/g, (_all, char: string) => ({ n: '\n', r: '\r' })[char] ?? char) : name;
  const tagged = new RegExp(`^ *${label}(?:-\\d+)? ?\\((.*)\\) ?= ?([0-9a-fA-F]+)$`).exec(text);
  if (tagged) return { sum: tagged[2]!, name: plainName(tagged[1]!) };
  const plain = /^ *([0-9a-fA-F]+) [ *](.+)$/.exec(text);
  if (!plain || (label === 'BLAKE2b' ? plain[1]!.length % 2 : plain[1]!.length !== digits)) return undefined;
  return { sum: plain[1]!, name: plainName(plain[2]!) };
}

async function check(invocation: Invocation, given: Given, kind: Kind): Promise<number> {
  let status = 0;
  for (const list of given.operands.length > 0 ? given.operands : ['-']) {
    const source = openOperand(invocation, list);
    if (!source || !(await checkList(invocation, given, kind, list, await readAll(source)))) status = 1;
  }
  return status;
}

const counted = (count: number, one: string, many: string) => (count === 1 ? `1 ${one}` : `${count} ${many}`);

async function checkList(invocation: Invocation, given: Given, kind: Kind, list: string, text: string): Promise<boolean> {
  const quiet = given.has('status');
  const shownList = list === '-' ? "'standard input'" : shownName(list);
  const [counts, say] = [
    { bad: 0, wrong: 0, unread: 0, read: 0, verified: 0 },
    (line: string) => !quiet && print(invocation, line),
  ];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const [at, line] of lines.entries()) {
    if (line.startsWith('#')) continue;
    const entry = readLine(line.replace(/\r$/, ''), kind);
    if (!entry) {
      counts.bad++;
      if (given.has('w')) fail(invocation, `${list}: ${at + 1}: improperly formatted ${kind.label} checksum line`);
      continue;
    }
    counts.read++;
    const shown = entry.name.includes('\n') ? escapedName(entry.name) : { mark: '', text: entry.name };
    const found = look(invocation, entry.name);
    if (given.has('missing') && found === 'No such file or directory') continue;
    const bytes = await bytesAt(invocation, entry.name);
    if (!bytes) {
      counts.unread++;
      say(`${shown.mark}${shown.text}: FAILED open or read\n`);
      continue;
    }
    const matches = kind.sum(bytes, entry.sum.length * 4) === entry.sum.toLowerCase();
    if (matches) counts.verified++;
    else counts.wrong++;
    if (!matches || !given.has('quiet')) say(`${shown.mark}${shown.text}: ${matches ? 'OK' : 'FAILED'}\n`);
  }
  return summed(invocation, given, shownList, counts);
}

function summed(
  invocation: Invocation,
  given: Given,
  list: string,
  {
    bad,
    wrong,
    unread,
    read,
    verified,
  }: { readonly bad: number; readonly wrong: number; readonly unread: number; readonly read: number; readonly verified: number },
): boolean {
  if (read === 0) {
    fail(invocation, `${list}: no properly formatted checksum lines found`);
    return false;
  }
  const warn = (message: string) => {
    if (!given.has('status')) fail(invocation, `WARNING: ${message}`);
  };
  if (bad > 0) warn(counted(bad, 'line is improperly formatted', 'lines are improperly formatted'));
  if (unread > 0) warn(counted(unread, 'listed file could not be read', 'listed files could not be read'));
  if (wrong > 0) warn(counted(wrong, 'computed checksum did NOT match', 'computed checksums did NOT match'));
  if (given.has('missing') && verified === 0 && wrong === 0 && !given.has('status'))
    fail(invocation, `${list}: no file was verified`);
  return wrong === 0 && unread === 0 && !(given.has('missing') && verified === 0) && !(given.has('strict') && bad > 0);
}

/** POSIX's CRC of the bytes and then of their number. */
function crc(bytes: Uint8Array): number {
  let sum = 0;
  const feed = (byte: number) => {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  };
  for (const byte of bytes) feed(byte);
  for (let length = bytes.length; length > 0; length = Math.floor(length / 256)) feed(length & 255);
  return ~sum >>> 0;
}

function bsd(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = ((sum >> 1) + ((sum & 1) << 15) + byte) & 0xffff;
  return sum;
}

function sysv(bytes: Uint8Array): number {
  const sum = bytes.reduce((total, byte) => (total + byte) >>> 0, 0);
  const folded = (sum & 0xffff) + (sum >>> 16);
  return (folded & 0xffff) + (folded >>> 16);
}

const ALGORITHMS = ['bsd', 'sysv', 'crc', 'md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'blake2b', 'sm3'];

export async function cksum(invocation: Invocation): Promise<number> {
  const isSum = invocation.name === 'sum';
  const given = readOptions(
    invocation,
    isSum
      ? { short: 'rs', long: { sysv: 's' } }
      : { short: 'a:cl:wz', long: { ...LONG, 'algorithm=': 'a', 'length=': 'l', untagged: 'untagged', debug: 'debug' } },
  );
  if (typeof given === 'number') return given;
  const asked = given.value('a');
  const algorithm = isSum
    ? given.order.at(-1) === 's'
      ? 'sysv'
      : 'bsd'
    : asked === undefined
      ? 'crc'
      : ALGORITHMS.find((each) => each.startsWith(asked));
  if (algorithm === undefined)
    return fail(
      invocation,
      `invalid argument ${quoted(asked!)} for ${quoted('--algorithm')}\nValid arguments are:\n${ALGORITHMS.map((each) => `  - ${quoted(each)}\n`).join('')}${tryHelp(invocation).slice(1)}`,
    );
  if (algorithm === 'sm3' || given.has('c'))
    return fail(invocation, `${given.has('c') ? '--check' : 'sm3'}: not simulated in this lab`);
  const kind = KINDS[algorithm === 'blake2b' ? 'b2' : algorithm];
  let status = 0;
  for (const name of given.operands.length > 0 ? given.operands : ['-']) {
    const bytes = await bytesAt(invocation, name);
    const tail = given.operands.length > 0 ? ` ${name}` : '';
    if (!bytes) status = 1;
    else if (kind)
      print(invocation, given.has('untagged') ? `${kind.sum(bytes)}  ${name}\n` : `${kind.label} (${name}) = ${kind.sum(bytes)}\n`);
    else if (algorithm === 'crc') print(invocation, `${crc(bytes)} ${bytes.length}${tail}\n`);
    else if (algorithm === 'sysv') print(invocation, `${sysv(bytes)} ${Math.ceil(bytes.length / 512)}${tail}\n`);
    else print(invocation, `${String(bsd(bytes)).padStart(5, '0')} ${String(Math.ceil(bytes.length / 1024)).padStart(5)}${tail}\n`);
  }
  return status;
}
