/** awk's printf and sprintf, as mawk 1.3.4 has them: integers are clipped, a text given to `%c` gives its first byte. */
import { formatFloat } from '../c-float.ts';
import { toInt, toNumber, toText, toUnsigned, type Value } from './values.ts';

/** What mawk says of a format or its arguments. */
export class FormatError extends Error {
  /** What was made before. */
  readonly before: string;
  constructor(message: string, before: string) {
    super(message);
    this.before = before;
  }
}

const MAX_WIDTH = 1_000_000;
const SPEC = /^%([-+ #0']*)(\*|\d+)?(?:(\.)(\*|\d+)?)?(?:hh?|ll?|L)?([a-zA-Z])/;

/** @param name `printf` or `sprintf`, for complaints */
export function formatText(name: string, format: string, args: readonly Value[], convfmt: string): string {
  let out = '';
  let used = 0;
  let conversions = 0;
  const take = (): Value => {
    if (used >= args.length) throw new FormatError(`not enough arguments passed to ${name}("${format}")`, out);
    return args[used++];
  };
  for (let at = 0; at < format.length; ) {
    const next = format.indexOf('%', at);
    if (next < 0) return out + format.slice(at);
    out += format.slice(at, next);
    at = next;
    if (format[at + 1] === '%') {
      out += '%';
      at += 2;
      continue;
    }
    conversions++;
    const spec = SPEC.exec(format.slice(at));
    if (!spec || !'cdiouxXeEfFgGs'.includes(spec[5]!)) {
      take();
      throw new FormatError(`improper conversion(number ${conversions}) in ${name}("${format}")`, out);
    }
    at += spec[0].length;
    out += convert(spec, take, convfmt);
  }
  return out;
}

function convert(spec: RegExpExecArray, take: () => Value, convfmt: string): string {
  const [, given, rawWidth, dot, rawPrecision] = spec;
  let flags = given!;
  let width = rawWidth === '*' ? toInt(toNumber(take())) : Number(rawWidth ?? 0);
  if (width < 0) {
    flags += '-';
    width = -width;
  }
  width = Math.min(width, MAX_WIDTH);
  let precision = dot ? (rawPrecision === '*' ? toInt(toNumber(take())) : Number(rawPrecision ?? 0)) : undefined;
  if (precision !== undefined) precision = precision < 0 ? undefined : Math.min(precision, MAX_WIDTH);
  const conversion = spec[5]!;
  const value = take();
  if (conversion === 's') return padded(toText(value, convfmt).slice(0, precision), width, flags, false);
  if (conversion === 'c') return padded(character(value, convfmt), width, flags, false);
  const number = toNumber(value);
  if ('eEfFgG'.includes(conversion))
    return padded(formatFloat(number, conversion, flags, precision), width, flags, Number.isFinite(number));
  return padded(integer(number, conversion, flags, precision), width, flags, precision === undefined);
}

function character(value: Value, convfmt: string): string {
  if (typeof value === 'number') return String.fromCharCode(toInt(value) & 255);
  const text = toText(value, convfmt);
  return text === '' ? '\0' : text[0]!;
}

function padded(text: string, width: number, flags: string, zeros: boolean): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!zeros || !flags.includes('0')) return text.padStart(width);
  const sign = /^(?:[-+ ]|0[xX])?/.exec(text)![0];
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

function integer(value: number, conversion: string, flags: string, precision: number | undefined): string {
  const decimal = conversion === 'd' || conversion === 'i';
  const whole = decimal ? toInt(value) : toUnsigned(value);
  const base = conversion === 'o' ? 8 : conversion.toLowerCase() === 'x' ? 16 : 10;
  let digits =
    precision === 0 && whole === 0
      ? ''
      : Math.abs(whole)
          .toString(base)
          .padStart(precision ?? 0, '0');
  if (flags.includes('#') && base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
  if (flags.includes('#') && base === 16 && whole !== 0) digits = `0x${digits}`;
  if (conversion === 'X') digits = digits.toUpperCase();
  if (!decimal) return digits;
  return (whole < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + digits;
}
