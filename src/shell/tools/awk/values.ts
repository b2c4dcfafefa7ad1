/** awk's values: numbers, texts, what has not been set yet, and input that may be a number. */
import { formatFloat } from '../c-float.ts';

/** A field or another piece of input: compared as a number when it looks like one. */
export class Input {
  readonly text: string;
  private known: number | undefined;
  private looks: boolean | undefined;
  constructor(text: string) {
    this.text = text;
  }
  get number(): number {
    this.known ??= numberOf(this.text);
    return this.known;
  }
  get numeric(): boolean {
    this.looks ??= LOOKS_NUMERIC.test(this.text);
    return this.looks;
  }
}

/** undefined: never set. */
export type Value = number | string | Input | undefined;

const LOOKS_NUMERIC = /^[ \t\n\v\f\r]*[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|0[xX][\da-fA-F]*\d)[ \t\n\v\f\r]*$/;
const LEADING = /^[ \t\n\v\f\r]*([-+]?)(?:(0[xX][\da-fA-F]+)|((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(inf)|(nan))/i;

/** strtod(3) */
function numberOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const found = LEADING.exec(text);
  if (!found) return 0;
  const [, sign, hex, decimal, infinite] = found;
  const size = hex || decimal ? Number(hex ?? decimal) : infinite ? Number.POSITIVE_INFINITY : Number.NaN;
  return sign === '-' ? -size : size;
}

export function toNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  return typeof value === 'string' ? numberOf(value) : value.number;
}

/** mawk's own largest integer. */
export const MAX_INT = 2_147_483_647;

/** Nearest integer towards zero that fits. */
export function toInt(value: number): number {
  if (Number.isNaN(value)) return -MAX_INT - 1;
  return value >= MAX_INT ? MAX_INT : value > -MAX_INT ? Math.trunc(value) : -MAX_INT;
}

const MAX_UNSIGNED = 4_294_967_295;
export const toUnsigned = (value: number): number => (value >= MAX_UNSIGNED ? MAX_UNSIGNED : value > 0 ? Math.trunc(value) : 0);

/** @param format OFMT or CONVFMT, for what is no integer */
export function numberText(value: number, format: string): string {
  if (toInt(value) === value) return String(value === 0 ? 0 : value);
  const found = /^%(?:\.(\d+))?([eEfFgG])$/.exec(format);
  return found ? formatFloat(value, found[2]!, '', found[1] === undefined ? 6 : Number(found[1])) : formatFloat(value, 'g', '', 6);
}

export function toText(value: Value, format: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value, format);
  return value === undefined ? '' : value.text;
}

export function isTrue(value: Value): boolean {
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  if (value === undefined) return false;
  return value.numeric ? value.number !== 0 : value.text !== '';
}

/** @returns less than 0, 0, more than 0, or NaN */
export function compare(left: Value, right: Value, format: string): number {
  const numeric = (value: Value) => typeof value === 'number' || value === undefined || (value instanceof Input && value.numeric);
  if (numeric(left) && numeric(right)) {
    const [a, b] = [toNumber(left), toNumber(right)];
    return a === b ? 0 : a < b ? -1 : a > b ? 1 : Number.NaN;
  }
  const [a, b] = [toText(left, format), toText(right, format)];
  return a < b ? -1 : a > b ? 1 : 0;
}
