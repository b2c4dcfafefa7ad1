/** printf's formats and echo -e's escapes. */
import { bytesOf, textOfBytes } from '../../bytes.ts';
import { formatDate } from '../../tools/dates.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/** Where escapes stand: `echo -e` wants a zero before octal digits, printf's `%b` takes it, a format counts it as a digit. */
type Place = 'echo' | '%b' | 'format';

const OCTAL: Readonly<Record<Place, RegExp>> = {
  echo: /^0([0-7]{0,3})/,
  '%b': /^(?:0([0-7]{0,3})|([1-7][0-7]{0,2}))/,
  format: /^0?([0-7]{1,3})/,
};

/** Backslash escapes; `\c` stops everything. */
export function unescapeText(text: string, place: Place): { text: string; stop: boolean } {
  let out = '';
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\\' || at + 1 >= text.length) {
      out += text[at];
      continue;
    }
    const rest = text.slice(at + 1);
    const octal = OCTAL[place].exec(rest);
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest) ?? /^u([0-9a-fA-F]{1,4})/.exec(rest) ?? /^U([0-9a-fA-F]{1,8})/.exec(rest);
    if (rest[0] === 'c' && place !== 'format') return { text: joined(out), stop: true };
    if (octal) {
      out += byte(Number.parseInt(octal[1] || octal[2] || '0', 8) & 255);
      at += octal[0].length;
    } else if (hex) {
      const code = Number.parseInt(hex[1]!, 16);
      if (hex[0][0] === 'x') out += byte(code);
      else out += code <= 0x10ffff ? String.fromCodePoint(code) : '';
      at += hex[0].length;
    } else if (Object.hasOwn(SIMPLE, rest[0]!)) {
      out += SIMPLE[rest[0]!];
      at++;
    } else if (place === 'format' && (rest[0] === '"' || rest[0] === "'")) {
      out += rest[0];
      at++;
    } else out += '\\';
  }
  return { text: joined(out), stop: false };
}

/** A byte by its number; bytes that make a character are one again when all are there. */
const byte = (code: number): string => (code < 0x80 ? String.fromCharCode(code) : String.fromCharCode(0xdc00 + code));
const joined = (text: string): string => (/[\udc80-\udcff]/.test(text) ? textOfBytes(bytesOf(text)) : text);

const SPEC = /^%([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d+)?)?(\([^)]*\))?[hlLqjzt]*(?![hlLqjzt])([a-zA-Z%])/;

/** The format is used again as long as arguments remain, as printf(1) does. */
export function formatPrintf(
  format: string,
  values: readonly string[],
  now: number,
): { text: string; errors: string[]; warnings: string[] } {
  const errors: string[] = [];
  const left = [...values];
  const warnings: string[] = [];
  let text = '';
  do {
    const before = left.length;
    let stop = false;
    for (let at = 0; at < format.length && !stop; ) {
      const char = format[at]!;
      if (char === '\\') {
        const piece = /^\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|[\s\S])?/.exec(format.slice(at))![0];
        if (piece === '\\x') warnings.push('missing hex digit for \\x');
        const done = unescapeText(piece, 'format');
        text += done.text;
        stop = done.stop;
        at += piece.length;
      } else if (char === '%') {
        // A length modifier `q` would swallow %q: look at the plain form first.
        const spec = /^%([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d+)?)?()([qQ])/.exec(format.slice(at)) ?? SPEC.exec(format.slice(at));
        if (!spec) {
          const bad = format.slice(at).match(/^%[-+ #0'\d.*]*[hlLqjzt]*[\s\S]?/)![0];
          const end = at + bad.length >= format.length && /[%\d.*#' +-]$/.test(bad);
          errors.push(end ? `\`${bad}': missing format character` : `\`${bad.at(-1)}': invalid format character`);
          return { text: joined(text), errors, warnings };
        }
        const piece = convert(spec, left, errors, now, warnings);
        text += piece.text;
        stop = piece.stop;
        if (piece.bad) return { text: joined(text), errors, warnings };
        at += spec[0].length;
      } else {
        text += char;
        at++;
      }
    }
    if (stop || left.length === before) break;
  } while (left.length > 0);
  return { text: joined(text), errors, warnings };
}

function convert(
  spec: RegExpExecArray,
  left: string[],
  errors: string[],
  now: number,
  warnings: string[],
): { text: string; stop: boolean; bad?: boolean } {
  const [, flags, rawWidth, rawPrecision, dateFormat, conversion] = spec;
  const hasPrecision = /\.(\*|-?\d*)/.test(spec[0].replace(dateFormat ?? '', ''));
  const take = () => left.shift();
  let width = rawWidth === '*' ? Number(take() ?? 0) : Number(rawWidth ?? 0);
  const leftAligned = flags!.includes('-') || width < 0;
  width = Math.min(Math.abs(width), 1_000_000);
  const precision = hasPrecision ? (rawPrecision === '*' ? Number(take() ?? 0) : Number(rawPrecision || 0)) : undefined;
  const pad = (text: string, zero = false) => {
    if (leftAligned) return text.padEnd(width);
    if (!zero || !flags!.includes('0')) return text.padStart(width);
    const sign = /^[-+ ]|^0[xX]/.exec(text)?.[0] ?? '';
    return sign + text.slice(sign.length).padStart(width - sign.length, '0');
  };
  switch (conversion) {
    case '%':
      return { text: '%', stop: false };
    case 's':
      return { text: pad((take() ?? '').slice(0, precision)), stop: false };
    case 'c':
      return { text: pad((take() ?? '').slice(0, 1) || '\0'), stop: false };
    case 'q':
    case 'Q':
      return { text: pad(quoteShell(take() ?? '')), stop: false };
    case 'b': {
      const done = unescapeText(take() ?? '', '%b');
      return { text: pad(done.text.slice(0, precision)), stop: done.stop };
    }
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
      return {
        text: pad(integer(numberOf(take(), errors, warnings), conversion, flags!, precision), precision === undefined),
        stop: false,
      };
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': {
      const given = take() ?? '';
      const value = /^["']./.test(given) ? given.codePointAt(1)! : Number.parseFloat(given || '0');
      if (given !== '' && !/^\s*["']|^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$|^[-+]?(0x[\da-f]+|inf(inity)?|nan)$/i.test(given))
        errors.push(`${given}: invalid number`);
      return { text: pad(float(Number.isNaN(value) ? 0 : value, conversion, flags!, precision ?? 6), true), stop: false };
    }
    case 'T': {
      const at = take();
      const ms = at === undefined || at === '-1' || at === '-2' ? now : Number(at) * 1000;
      return { text: pad(formatDate(ms, dateFormat?.slice(1, -1) || '%X')), stop: false };
    }
    default:
      errors.push(`\`${conversion}': invalid format character`);
      return { text: '', stop: true, bad: true };
  }
}

const MAX_INTEGER = 2n ** 63n - 1n;

function numberOf(text: string | undefined, errors: string[], warnings: string[]): bigint {
  if (text === undefined || text === '') return 0n;
  if (/^["']./.test(text)) return BigInt(text.codePointAt(1)!);
  const match = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]+|\d+)/.exec(text);
  if (!match || match[0].length !== text.length) errors.push(`${text}: invalid number`);
  if (!match) return 0n;
  const digits = match[2]!;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const signed = match[1] === '-' ? -value : value;
  if (signed > MAX_INTEGER || signed < -MAX_INTEGER - 1n) {
    warnings.push(`warning: ${text}: Numerical result out of range`);
    return signed > 0n ? MAX_INTEGER : -MAX_INTEGER - 1n;
  }
  return signed;
}

function integer(value: bigint, conversion: string, flags: string, precision: number | undefined): string {
  const unsigned = 'xXou'.includes(conversion);
  const bits = unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
  const base = conversion === 'o' ? 8 : conversion.toLowerCase() === 'x' ? 16 : 10;
  let digits = (bits < 0n ? -bits : bits).toString(base).padStart(precision ?? 0, '0');
  if (conversion === 'X') digits = digits.toUpperCase();
  if (flags.includes('#') && bits !== 0n && base !== 10) digits = (base === 8 ? '0' : `0${conversion}`) + digits;
  if (bits < 0n) return `-${digits}`;
  return unsigned ? digits : flags.includes('+') ? `+${digits}` : flags.includes(' ') ? ` ${digits}` : digits;
}

/** As C rounds: the exact binary value, halves to even (2.5 is 2, 0.125 with two places 0.12). */
export function fixed(size: number, places: number): string {
  const text = size.toFixed(places);
  if (places > 20 || !Number.isFinite(size) || size >= 1e15) return text;
  const half = size * 10 ** places;
  if (half % 1 !== 0.5 || (half * 2) % 1 !== 0 || half / 10 ** places !== size) return text;
  // toFixed rounds an exact half up; is the digit before it odd, that was right.
  return Math.floor(half) % 2 === 0 ? (Math.floor(half) / 10 ** places).toFixed(places) : text;
}

/** `%a` of a long double: four bits stand before the point. */
function hexadecimal(size: number): string {
  if (size === 0) return '0x0p+0';
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--;
  const digits = BigInt(Math.round((size / 2 ** exponent) * 2 ** 52)) << 11n;
  const hex = digits.toString(16).padStart(16, '0').replace(/0+$/, '');
  const power = exponent - 3;
  return `0x${hex[0]}${hex.length > 1 ? `.${hex.slice(1)}` : ''}p${power < 0 ? '-' : '+'}${Math.abs(power)}`;
}

function float(value: number, conversion: string, flags: string, precision: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const size = Math.abs(value);
  const exponential = (digits: number) => size.toExponential(digits).replace(/e([-+])(\d)$/, 'e$10$2');
  const kind = conversion.toLowerCase();
  let text: string;
  if (kind === 'a') text = hexadecimal(size);
  else if (kind === 'f') text = fixed(size, Math.min(precision, 100));
  else if (kind === 'e') text = exponential(Math.min(precision, 100));
  else {
    const digits = precision === 0 ? 1 : precision;
    const exponent = size === 0 ? 0 : Math.floor(Math.log10(size));
    text = exponent < -4 || exponent >= digits ? exponential(digits - 1) : size.toFixed(Math.max(0, digits - 1 - exponent));
    if (!flags.includes('#'))
      text = text.includes('e') ? text.replace(/\.?0+e/, 'e') : text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  }
  return sign + (conversion === kind ? text : text.toUpperCase());
}

/** `printf %q`: backslashes, or `$'…'` where control characters are. */
export function quoteShell(text: string): string {
  if (text === '') return "''";
  if (/[\x00-\x1f\x7f]/.test(text)) {
    const escaped = text.replace(/[\\']/g, '\\$&').replace(/[\x00-\x1f\x7f]/g, (char) => {
      const named = Object.entries(SIMPLE).find(([name, value]) => value === char && name !== 'e')?.[0];
      return named ? `\\${named}` : char === '\x1b' ? '\\E' : `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;
    });
    return `$'${escaped}'`;
  }
  return text.replace(/[^\w@%+=:./\u0080-\u{10ffff}-]/gu, '\\$&').replace(/^~/, '\\~');
}
