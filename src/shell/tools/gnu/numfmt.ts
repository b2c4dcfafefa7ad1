/** numfmt: GNU coreutils 9.1 in a locale without grouping. Left out: --debug. */
import type { Invocation } from '../../bash/execution.ts';
import { stdin } from '../../bash/execution.ts';
import { readAll } from '../../bash/streams.ts';
import { fail, print } from '../tool.ts';
import { type Given, linesOf, quoted, readOptions, tryHelp } from './options.ts';

const POWERS = 'KMGTPEZY';
const SCALES = ['none', 'auto', 'si', 'iec', 'iec-i'];
const ROUNDINGS = ['up', 'down', 'from-zero', 'towards-zero', 'nearest'];
const INVALID = ['abort', 'fail', 'warn', 'ignore'];

/** top / bottom, exactly. */
interface Ratio {
  readonly top: bigint;
  readonly bottom: bigint;
}

interface Format {
  readonly before: string;
  readonly after: string;
  readonly zeros: boolean;
  readonly width: number;
  readonly precision: number | undefined;
}

interface Settings {
  readonly from: string;
  readonly to: string;
  readonly fromUnit: bigint;
  readonly toUnit: bigint;
  readonly rounding: string;
  readonly suffix: string;
  readonly padding: number;
  readonly format: Format;
  readonly delimiter: string | undefined;
  readonly invalid: string;
  readonly fields: (field: number) => boolean;
}

/** One of a list, by any beginning that says which. */
function among(name: string, value: string | undefined, list: readonly string[]): string | undefined | { readonly error: string } {
  if (value === undefined || list.includes(value)) return value;
  const near = list.filter((each) => each.startsWith(value));
  if (near.length === 1 && value !== '') return near[0];
  const lines = list.map((each) => `\n  - ${quoted(each)}`).join('');
  return { error: `invalid argument ${quoted(value)} for ${quoted(`--${name}`)}\nValid arguments are:${lines}` };
}

const FORMAT_RULE = "directive must be %[0]['][-][N][.][N]f";

function readFormat(text: string | undefined): Format | string {
  if (text === undefined) return { before: '', after: '', zeros: false, width: 0, precision: undefined };
  const found = /^((?:[^%]|%%)*)(%)?(0?)('?)(-?)(\d*)(?:\.(\d*))?(.?)([\s\S]*)$/.exec(text)!;
  const [, before, percent, zero, , minus, width, precision, letter, after] = found;
  if (!percent) return `format ${quoted(text)} has no % directive`;
  if (!letter && text.endsWith('%')) return `format ${quoted(text)} ends in %`;
  if (letter !== 'f') return `invalid format ${quoted(text)}, ${FORMAT_RULE}`;
  if (after!.replaceAll('%%', '').includes('%')) return `format ${quoted(text)} has too many % directives`;
  return {
    before: before!.replaceAll('%%', '%'),
    after: after!.replaceAll('%%', '%'),
    zeros: zero === '0',
    width: Number(width || 0) * (minus ? -1 : 1),
    precision: precision === undefined ? undefined : Number(precision || 0),
  };
}

function readFields(text: string | undefined): ((field: number) => boolean) | string {
  const ranges: (readonly [number, number])[] = [];
  for (const part of (text ?? '1').split(',')) {
    const found = /^(\d*)(-?)(\d*)$/.exec(part);
    if (!found || (part === '' && text !== undefined)) return `invalid field value ${quoted(text!)}`;
    const [, from, dash, to] = found;
    if (from === '0' || to === '0') return 'fields are numbered from 1';
    ranges.push([Number(from || 1), dash ? Number(to || Number.POSITIVE_INFINITY) : Number(from)]);
  }
  return (field) => ranges.some(([from, to]) => field >= from && field <= to);
}

function readUnit(text: string | undefined): bigint | undefined {
  const found = /^(\d+)(?:([KMGTPEZY])(i?))?$/.exec(text ?? '1');
  if (!found || found[1] === '0') return undefined;
  return BigInt(found[1]!) * (found[3] ? 1024n : 1000n) ** BigInt(found[2] ? POWERS.indexOf(found[2]) + 1 : 0);
}

function settingsOf(given: Given): Settings | { readonly error: string; readonly hint?: boolean } {
  const choices: Record<string, string | undefined> = {};
  for (const [name, letter, list] of [
    ['from', 'F', SCALES],
    ['to', 'T', SCALES.filter((each) => each !== 'auto')],
    ['round', 'R', ROUNDINGS],
    ['invalid', 'I', INVALID],
  ] as const) {
    const value = among(name, given.value(letter), list);
    if (typeof value === 'object') return { ...value, hint: true };
    choices[name] = value;
  }
  for (const letter of ['U', 'V']) {
    const text = given.value(letter);
    if (readUnit(text) === undefined) return { error: `invalid unit size: ${quoted(text!)}` };
  }
  const padding = given.value('p');
  if (padding !== undefined && !/^-?[1-9]\d*$/.test(padding)) return { error: `invalid padding value ${quoted(padding)}` };
  const fields = readFields(given.value('f'));
  if (typeof fields === 'string') return { error: fields, hint: true };
  const format = readFormat(given.value('m'));
  if (typeof format === 'string') return { error: format };
  const delimiter = given.value('d');
  if (delimiter !== undefined && [...delimiter].length > 1) return { error: 'the delimiter must be a single character' };
  const header = given.value('H');
  if (header !== undefined && !/^(?:|[1-9]\d*)$/.test(header)) return { error: `invalid header value ${quoted(header)}` };
  if (given.has('G') && choices.to !== undefined && choices.to !== 'none')
    return { error: 'grouping cannot be combined with --to' };
  return {
    from: choices.from ?? 'none',
    to: choices.to ?? 'none',
    fromUnit: readUnit(given.value('U'))!,
    toUnit: readUnit(given.value('V'))!,
    rounding: choices.round ?? 'from-zero',
    suffix: given.value('S') ?? '',
    padding: Number(padding ?? format.width),
    format,
    delimiter,
    invalid: choices.invalid ?? 'abort',
    fields,
  };
}

/** What a text says, and how many places it has after its point. */
function readNumber(text: string, { from, suffix }: Settings): { readonly value: Ratio; readonly places: number } | string {
  const bare = suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
  const found = /^[ \t]*(-?)(\d*)(?:\.(\d*))?([\s\S]*)$/.exec(bare)!;
  const [, sign, whole, part = '', rest] = found;
  if (whole + part === '' || (part === '' && found[3] !== undefined)) return `invalid number: ${quoted(bare)}`;
  if ((whole + part).length > 27) return `value too large to be converted: ${quoted(bare)}`;
  let scale = 1n;
  if (rest !== '') {
    const power = POWERS.indexOf(rest![0]!) + 1;
    if (power === 0) return `invalid suffix in input: ${quoted(bare)}`;
    if (from === 'none') return `rejecting suffix in input: ${quoted(bare)} (consider using --from)`;
    const binary = rest![1] === 'i' && (from === 'auto' || from === 'iec-i');
    if (from === 'iec-i' && !binary) return `missing 'i' suffix in input: ${quoted(bare)} (e.g Ki/Mi/Gi)`;
    const left = rest!.slice(binary ? 2 : 1);
    if (left !== '') return `invalid suffix in input ${quoted(bare)}: ${quoted(left)}`;
    scale = (from === 'si' || (from === 'auto' && !binary) ? 1000n : 1024n) ** BigInt(power);
  }
  const top = BigInt(whole + part) * scale * (sign ? -1n : 1n);
  return { value: { top, bottom: 10n ** BigInt(part.length) }, places: rest === '' ? part.length : 0 };
}

/** To a whole number. */
function rounded({ top, bottom }: Ratio, rounding: string): bigint {
  const negative = top < 0n;
  const size = negative ? -top : top;
  const floor = size / bottom;
  const rest = size % bottom;
  if (rest === 0n) return negative ? -floor : floor;
  const up =
    rounding === 'from-zero' || (rounding === 'up' && !negative) || (rounding === 'down' && negative)
      ? true
      : rounding === 'nearest'
        ? rest * 2n >= bottom
        : false;
  const result = up ? floor + 1n : floor;
  return negative ? -result : result;
}

/** A whole number of 10^-places as a decimal with `shown` places, halves to even. */
function decimal(value: bigint, places: number, shown: number): string {
  const negative = value < 0n;
  let size = negative ? -value : value;
  if (shown > places) size *= 10n ** BigInt(shown - places);
  else if (shown < places) {
    const unit = 10n ** BigInt(places - shown);
    const [floor, rest] = [size / unit, size % unit];
    size = rest * 2n > unit || (rest * 2n === unit && floor % 2n === 1n) ? floor + 1n : floor;
  }
  const digits = size.toString().padStart(shown + 1, '0');
  return `${negative ? '-' : ''}${shown === 0 ? digits : `${digits.slice(0, -shown)}.${digits.slice(-shown)}`}`;
}

function written(given: Ratio, places: number, { to, rounding, format }: Settings): string {
  if (to === 'none') {
    const shown = format.precision ?? places;
    return decimal(rounded({ top: given.top * 10n ** BigInt(shown), bottom: given.bottom }, rounding), shown, shown);
  }
  const base = to === 'si' ? 1000n : 1024n;
  const below = ({ top, bottom }: Ratio, limit: bigint) => (top < 0n ? -top : top) < bottom * limit;
  let value = given;
  let power = 0;
  for (; !below(value, base); power++) value = { top: value.top, bottom: value.bottom * base };
  const kept = format.precision !== undefined ? Math.min(power * 3, format.precision) : below(value, 10n) ? 1 : 0;
  let whole = rounded({ top: value.top * 10n ** BigInt(kept), bottom: value.bottom }, rounding);
  const unit = 10n ** BigInt(kept);
  const size = () => (whole < 0n ? -whole : whole);
  if (size() >= base * unit) {
    whole /= base;
    power++;
  }
  const shown = format.precision ?? (whole !== 0n && size() < 10n * unit && power > 0 ? 1 : 0);
  return `${decimal(whole, kept, shown)}${power > 0 ? POWERS[power - 1] : ''}${to === 'iec-i' && power > 0 ? 'i' : ''}`;
}

/** A field as it is printed, or what is wrong with it. */
function converted(text: string, field: number, settings: Settings): string | { readonly error: string } {
  const number = readNumber(text, settings);
  if (typeof number === 'string') return { error: number };
  const value = { top: number.value.top * settings.fromUnit, bottom: number.value.bottom * settings.toUnit };
  const { format, suffix } = settings;
  let shown = `${written(value, number.places, settings)}${suffix}`;
  if (format.zeros && settings.padding > 0) shown = shown.padStart(settings.padding, '0');
  // Where columns are made by blanks, a number keeps the width of its column.
  const blanks = /^[ \t]/.test(text) || field > 1;
  const padding = settings.padding !== 0 ? settings.padding : settings.delimiter === undefined && blanks ? text.length : 0;
  shown = padding < 0 ? shown.padEnd(-padding) : shown.padStart(padding);
  return `${format.before}${shown}${format.after}`;
}

function fieldsOf(line: string, delimiter: string | undefined): string[] {
  if (delimiter !== undefined) return delimiter === '' ? [line] : line.split(delimiter);
  const fields = line.match(/[ \t]*[^ \t]+/g) ?? [''];
  const end = /[ \t]+$/.exec(line)?.[0];
  const list = fields.map((field, at) => (at > 0 ? field.slice(1) : field));
  return end && fields[0] !== '' ? [...list, end.slice(1)] : list;
}

export async function numfmt(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'd:z',
    long: {
      'from=': 'F',
      'from-unit=': 'U',
      'to=': 'T',
      'to-unit=': 'V',
      'round=': 'R',
      'padding=': 'p',
      'suffix=': 'S',
      grouping: 'G',
      'delimiter=': 'd',
      'field=': 'f',
      'header=?': 'H',
      'format=': 'm',
      'invalid=': 'I',
      'zero-terminated': 'z',
    },
  });
  if (typeof given === 'number') return given;
  const settings = settingsOf(given);
  if ('error' in settings) return fail(invocation, `${settings.error}${settings.hint ? tryHelp(invocation) : ''}`);
  const end = given.has('z') ? '\0' : '\n';
  const source = stdin(invocation.x);
  const lines = given.operands.length > 0 ? given.operands : linesOf(source ? await readAll(source) : '', end);
  const header = given.operands.length > 0 || !given.has('H') ? 0 : Number(given.value('H') || 1);
  let status = 0;
  for (const [at, line] of lines.entries()) {
    if (at < header) {
      print(invocation, line + end);
      continue;
    }
    const joiner = settings.delimiter ?? ' ';
    for (const [place, text] of fieldsOf(line, settings.delimiter).entries()) {
      if (place > 0) print(invocation, joiner);
      const shown = settings.fields(place + 1) ? converted(text, place + 1, settings) : text;
      if (typeof shown === 'string') {
        print(invocation, shown);
        continue;
      }
      if (settings.invalid !== 'ignore') fail(invocation, shown.error);
      if (settings.invalid === 'abort') return 2;
      if (settings.invalid === 'fail') status = 2;
      print(invocation, text);
    }
    print(invocation, end);
  }
  return status;
}
