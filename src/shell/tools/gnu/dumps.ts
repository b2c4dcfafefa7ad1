/** od (coreutils 9.1), xxd (vim 9.0), hexdump and hd (util-linux 2.38): bytes made visible. */
import type { Invocation } from '../../bash/execution.ts';
import { bytesOf, textOfBytes } from '../../bytes.ts';
import { fail, print } from '../tool.ts';
import { quoted, readInputs, readOptions, tryHelp } from './options.ts';

interface Format {
  /** Columns one item takes. */
  readonly width: number;
  readonly size: number;
  readonly text: (value: bigint) => string;
  /** `z`: the row as text behind it. */
  readonly trail: boolean;
}

const CONTROL: Readonly<Record<number, string>> = {
  0: '\\0',
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
};
const NAMES =
  'nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp'.split(
    ' ',
  );

const octal = (value: bigint, digits: number) => value.toString(8).padStart(digits, '0');
const character = (value: bigint) =>
  CONTROL[Number(value)] ?? (value >= 32n && value < 127n ? String.fromCharCode(Number(value)) : octal(value, 3));
const named = (value: bigint) => {
  const code = Number(value & 127n);
  return NAMES[code] ?? (code === 127 ? 'del' : String.fromCharCode(code));
};

const WIDTHS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  x: { 1: 2, 2: 4, 4: 8, 8: 16 },
  o: { 1: 3, 2: 6, 4: 11, 8: 22 },
  u: { 1: 3, 2: 5, 4: 10, 8: 20 },
  d: { 1: 4, 2: 6, 4: 11, 8: 20 },
};
const SIZES: Readonly<Record<string, number>> = { C: 1, S: 2, I: 4, L: 8 };

/** One `-t` string: `x1z`, `c`, `d4x2`. @returns GNU's complaint when it is none */
function readTypes(text: string): readonly Format[] | string {
  const formats: Format[] = [];
  for (let rest = text; rest !== ''; ) {
    const found = /^([acdoux])(\d+|[CSIL])?(z?)/.exec(rest);
    if (!found) return `invalid character '${rest[0]}' in type string ${quoted(text)}`;
    rest = rest.slice(found[0].length);
    const [, kind, given, trail] = found as unknown as [string, string, string | undefined, string];
    if (kind === 'a' || kind === 'c') {
      formats.push({ width: 3, size: 1, text: kind === 'a' ? named : character, trail: trail === 'z' });
      continue;
    }
    const size = given === undefined ? 4 : (SIZES[given] ?? Number(given));
    const width = WIDTHS[kind]![size];
    if (width === undefined)
      return `invalid type string ${quoted(text)};\nthis system doesn't provide a ${given}-byte integral type`;
    const shown = (value: bigint) =>
      kind === 'x'
        ? value.toString(16).padStart(width, '0')
        : kind === 'o'
          ? octal(value, width)
          : String(kind === 'd' ? BigInt.asIntN(size * 8, value) : value);
    formats.push({ width, size, text: shown, trail: trail === 'z' });
  }
  return formats;
}

const SHORTHANDS: Readonly<Record<string, string>> = {
  a: 'a',
  b: 'o1',
  c: 'c',
  d: 'u2',
  o: 'o2',
  s: 'd2',
  x: 'x2',
  i: 'd4',
  l: 'd8',
};

export async function od(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'A:abcdfilosxj:N:S:t:vw:',
    long: {
      'address-radix=': 'A',
      'skip-bytes=': 'j',
      'read-bytes=': 'N',
      'format=': 't',
      'output-duplicates': 'v',
      'width=?': 'w',
    },
  });
  if (typeof given === 'number') return given;
  const radix = given.value('A') ?? 'o';
  if (!/^[doxn]/.test(radix))
    return fail(invocation, `invalid output address radix '${radix}'; it must be one character from [doxn]${tryHelp(invocation)}`);
  const formats: Format[] = [];
  let nth = 0;
  for (const letter of given.order) {
    const text = letter === 't' ? given.values('t')[nth++]! : SHORTHANDS[letter];
    if (text === undefined) continue;
    const types = readTypes(text);
    if (typeof types === 'string') return fail(invocation, types);
    formats.push(...types);
  }
  if (formats.length === 0) formats.push(...(readTypes('o2') as readonly Format[]));
  for (const [letter, name] of [
    ['j', 'skip-bytes'],
    ['N', 'read-bytes'],
    ['w', 'width'],
  ] as const)
    for (const value of given.values(letter))
      if (!/^(0x[\da-f]+|\d+)$/i.test(value))
        return fail(
          invocation,
          `invalid -${letter} argument '${value}'`.replace(`-${letter}`, letter === 'w' ? `--${name}` : `-${letter}`),
        );
  const { inputs, failed } = await readInputs(invocation, given.operands);
  if (failed && inputs.length === 0) return 1;
  const skip = Number(given.value('j') ?? 0);
  const all = bytesOf(inputs.map(({ text }) => text).join(''));
  const bytes = all.slice(skip, given.has('N') ? skip + Number(given.value('N')) : undefined);
  print(invocation, dump(bytes, skip, formats, { radix: radix[0]!, row: Number(given.value('w') || 16), all: given.has('v') }));
  return failed ? 1 : 0;
}

function dump(
  bytes: Uint8Array,
  skip: number,
  formats: readonly Format[],
  { radix, row, all }: { readonly radix: string; readonly row: number; readonly all: boolean },
): string {
  const address = (at: number) =>
    radix === 'n' ? '' : at.toString(radix === 'd' ? 10 : radix === 'x' ? 16 : 8).padStart(radix === 'x' ? 6 : 7, '0');
  // Several formats stand under each other: each item as wide as the widest needs it.
  const perByte = Math.max(...formats.map(({ width, size }) => (width + 1) / size));
  let out = '';
  let before: string | undefined;
  let starred = false;
  for (let at = 0; at < bytes.length; at += row) {
    const line = bytes.slice(at, at + row);
    const same = line.length === row && !all && line.join() === before;
    before = line.join();
    if (same) {
      if (!starred) out += '*\n';
      starred = true;
      continue;
    }
    starred = false;
    formats.forEach((format, index) => {
      let text = '';
      for (let from = 0; from < line.length; from += format.size) {
        let value = 0n;
        for (let place = format.size - 1; place >= 0; place--) value = (value << 8n) | BigInt(line[from + place] ?? 0);
        text += format.text(value).padStart(Math.max(format.width + 1, Math.ceil(perByte * format.size)));
      }
      const full = Math.ceil(row / format.size) * Math.max(format.width + 1, Math.ceil(perByte * format.size));
      const trail = format.trail ? `${' '.repeat(full - text.length)}  >${printable(line)}<` : '';
      out += `${index === 0 ? address(skip + at) : ' '.repeat(address(0).length)}${text}${trail}\n`;
    });
  }
  return radix === 'n' ? out : `${out}${address(skip + bytes.length)}\n`;
}

const printable = (bytes: Uint8Array) =>
  [...bytes].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');

export async function xxd(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, { short: 'abc:eg:il:o:prs:u', long: {} });
  if (typeof given === 'number') return given;
  const { inputs, failed } = await readInputs(invocation, given.operands.slice(0, 1));
  if (failed) return 2;
  if (given.has('r')) {
    print(invocation, fromDump(inputs[0]!.text, given.has('p')));
    return 0;
  }
  const all = bytesOf(inputs[0]!.text);
  const seek = Number(given.value('s') ?? 0);
  const from = seek < 0 ? Math.max(0, all.length + seek) : seek;
  const bytes = all.slice(from, given.has('l') ? from + Number(given.value('l')) : undefined);
  const hex = (byte: number) => (given.has('u') ? byte.toString(16).toUpperCase() : byte.toString(16)).padStart(2, '0');
  if (given.has('p')) {
    const columns = Number(given.value('c') ?? 30);
    const text = [...bytes].map(hex).join('');
    print(
      invocation,
      (columns === 0 ? [text] : (text.match(new RegExp(`.{1,${columns * 2}}`, 'g')) ?? [])).map((line) => `${line}\n`).join(''),
    );
    return 0;
  }
  if (given.has('i')) {
    const columns = Number(given.value('c') ?? 12);
    const rows: string[] = [];
    for (let at = 0; at < bytes.length; at += columns)
      rows.push(`  ${[...bytes.slice(at, at + columns)].map((byte) => `0x${hex(byte)}`).join(', ')}`);
    const name = given.operands[0]?.replace(/\W/g, '_');
    const body = `${rows.join(',\n')}\n`;
    print(
      invocation,
      name === undefined ? body : `unsigned char ${name}[] = {\n${body}};\nunsigned int ${name}_len = ${bytes.length};\n`,
    );
    return 0;
  }
  const binary = given.has('b');
  const columns = Number(given.value('c') ?? (binary ? 6 : 16));
  const group = Number(given.value('g') ?? (binary ? 1 : 2)) || columns;
  const show = (byte: number) => (binary ? byte.toString(2).padStart(8, '0') : hex(byte));
  const width = columns * (binary ? 8 : 2) + Math.ceil(columns / group) - 1;
  let out = '';
  for (let at = 0; at < bytes.length; at += columns) {
    const line = bytes.slice(at, at + columns);
    let text = '';
    line.forEach((byte, place) => {
      text += (place > 0 && place % group === 0 ? ' ' : '') + show(byte);
    });
    out += `${(from + at).toString(16).padStart(8, '0')}: ${text.padEnd(width)}  ${printable(line)}\n`;
  }
  print(invocation, out);
  return 0;
}

function fromDump(text: string, plain: boolean): string {
  const digits = plain
    ? text.replace(/[^0-9a-f]/gi, '')
    : text
        .split('\n')
        .map((line) => /^[0-9a-f]+:\s((?:[0-9a-f]{2,} ?)*)/i.exec(line)?.[1]?.replace(/ /g, '') ?? '')
        .join('');
  return textOfBytes(Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
}

export async function hexdump(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'bcCdn:os:vx',
    long: { canonical: 'C', 'length=': 'n', 'skip=': 's', 'no-squeezing': 'v' },
  });
  if (typeof given === 'number') return given;
  const { inputs, failed } = await readInputs(invocation, given.operands);
  if (failed && inputs.length === 0) return fail(invocation, 'all input file arguments failed');
  const skip = Number(given.value('s') ?? 0);
  const bytes = bytesOf(inputs.map(({ text }) => text).join('')).slice(
    skip,
    given.has('n') ? skip + Number(given.value('n')) : undefined,
  );
  const canonical = given.has('C') || invocation.name === 'hd';
  const hex = (byte: number) => byte.toString(16).padStart(2, '0');
  let out = '';
  let before: string | undefined;
  let starred = false;
  for (let at = 0; at < bytes.length; at += 16) {
    const line = bytes.slice(at, at + 16);
    const same = line.length === 16 && !given.has('v') && line.join() === before;
    before = line.join();
    if (same) {
      if (!starred) out += '*\n';
      starred = true;
      continue;
    }
    starred = false;
    const address = (skip + at).toString(16).padStart(canonical ? 8 : 7, '0');
    if (canonical) {
      const half = (part: Uint8Array) => [...part].map((byte) => ` ${hex(byte)}`).join('');
      out += `${address} ${`${half(line.slice(0, 8)).padEnd(24)} ${half(line.slice(8))}`.padEnd(50)} |${printable(line)}|\n`;
    } else if (given.has('c') || given.has('b'))
      out += `${address}${[...line]
        .map((byte) => (given.has('c') ? character(BigInt(byte)) : octal(BigInt(byte), 3)).padStart(4))
        .join('')
        .padEnd(64)}\n`;
    else {
      let text = '';
      for (let place = 0; place < line.length; place += 2) text += ` ${hex(line[place + 1] ?? 0)}${hex(line[place]!)}`;
      out += `${address}${text.padEnd(40)}\n`;
    }
  }
  if (bytes.length > 0) out += `${(skip + bytes.length).toString(16).padStart(canonical ? 8 : 7, '0')}\n`;
  print(invocation, out);
  return failed ? 1 : 0;
}
