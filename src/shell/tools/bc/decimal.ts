/** Decimals of any length with bc's rules for how many places a result keeps. Results are cut off, never rounded. */

/** value / 10^scale */
export interface Decimal {
  readonly value: bigint;
  readonly scale: number;
}

/** Division by zero and its like, in bc's words. */
export class ArithmeticError extends Error {}
/** A number too long for one program here. */
export class TooLong extends Error {}

const MAX_DIGITS = 50_000;
const MAX_BITS = 170_000n;

export const tens = (count: number): bigint => {
  if (count > MAX_DIGITS) throw new TooLong();
  return 10n ** BigInt(count);
};

const LARGEST = tens(MAX_DIGITS);

export const decimal = (value: bigint | number, scale = 0): Decimal => ({ value: BigInt(value), scale });
export const ZERO = decimal(0n);
export const ONE = decimal(1n);

/** The digits at another scale; what does not fit is cut off. */
export function rescale({ value, scale }: Decimal, to: number): bigint {
  return to >= scale ? value * tens(to - scale) : value / tens(scale - to);
}

export const truncated = (number: Decimal, scale: number): Decimal =>
  number.scale <= scale ? number : { value: rescale(number, scale), scale };

/** Without what stands after the point. */
export const wholeOf = (number: Decimal): bigint => rescale(number, 0);

export function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [rescale(a, scale), rescale(b, scale)];
  return left < right ? -1 : left > right ? 1 : 0;
}

export const negate = ({ value, scale }: Decimal): Decimal => ({ value: -value, scale });

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { value: rescale(a, scale) + rescale(b, scale), scale };
}

export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, negate(b));

export function multiply(a: Decimal, b: Decimal, scale: number): Decimal {
  const full = { value: a.value * b.value, scale: a.scale + b.scale };
  if (full.value > LARGEST || -full.value > LARGEST) throw new TooLong();
  return truncated(full, Math.max(scale, a.scale, b.scale));
}

export function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  if (b.value === 0n) throw new ArithmeticError('Divide by zero');
  return { value: (a.value * tens(scale + b.scale)) / (b.value * tens(a.scale)), scale };
}

export function modulo(a: Decimal, b: Decimal, scale: number): Decimal {
  if (b.value === 0n) throw new ArithmeticError('Modulo by zero');
  const places = Math.max(a.scale, b.scale + scale);
  const quotient = divide(a, b, scale);
  const product = truncated({ value: quotient.value * b.value, scale: quotient.scale + b.scale }, places);
  const rest = subtract(a, product);
  return { value: rescale(rest, places), scale: places };
}

/** @param exponent whole */
export function raise(base: Decimal, exponent: bigint, scale: number): Decimal {
  if (exponent === 0n) return ONE;
  const size = exponent < 0n ? -exponent : exponent;
  if (base.value === 0n) {
    if (exponent < 0n) throw new ArithmeticError('divide by zero');
    return { value: 0n, scale: Math.min(Number(size) * base.scale, Math.max(scale, base.scale)) };
  }
  if (size > 9_223_372_036n) throw new ArithmeticError('exponent too large in raise');
  const bits = BigInt((base.value < 0n ? -base.value : base.value).toString(16).length * 4);
  if (size * bits > MAX_BITS * 4n && base.value !== 1n && base.value !== -1n) throw new TooLong();
  const power = { value: base.value ** size, scale: base.scale * Number(size) };
  if (exponent < 0n) return divide(ONE, power, scale);
  return truncated(power, Math.max(scale, base.scale));
}

export function squareRoot(number: Decimal, scale: number): Decimal {
  if (number.value < 0n) throw new ArithmeticError('Square root of a negative number');
  if (number.value === 0n) return ZERO;
  if (compare(number, ONE) === 0) return ONE;
  const places = Math.max(scale, number.scale);
  const target = rescale(number, places * 2);
  // Newton's method from above; the first guess has half the digits.
  let root = 1n << BigInt(Math.ceil(target.toString(2).length / 2) + 1);
  for (let next = (root + target / root) >> 1n; next < root; next = (root + target / root) >> 1n) root = next;
  return { value: root, scale: places };
}

/** Digits that count. */
export function lengthOf({ value, scale }: Decimal): number {
  const digits = (value < 0n ? -value : value).toString().length;
  return Math.max(digits, scale) || 1;
}

/** In base ten. */
export function decimalText({ value, scale }: Decimal): string {
  if (value === 0n) return '0';
  const digits = (value < 0n ? -value : value).toString().padStart(scale, '0');
  const whole = digits.slice(0, digits.length - scale);
  return (value < 0n ? '-' : '') + (scale === 0 ? whole : `${whole}.${digits.slice(digits.length - scale)}`);
}

/** A number as it is written in a program, in a base from 2 to 16. A digit too big counts as the biggest, but for one that stands alone. */
export function readNumber(text: string, base: number): Decimal {
  const [whole = '', part = ''] = text.split('.');
  const digit = (char: string, alone = false) => {
    const value = char >= 'A' ? char.charCodeAt(0) - 55 : Number(char);
    return alone ? value : Math.min(value, base - 1);
  };
  if (text.length > MAX_DIGITS) throw new TooLong();
  const alone = whole.length === 1 && part === '';
  if (base === 10) {
    const shown = [...whole, ...part].map((char) => digit(char, alone)).join('');
    return { value: BigInt(shown || '0'), scale: part.length };
  }
  let value = 0n;
  for (const char of whole) value = value * BigInt(base) + BigInt(digit(char, alone));
  if (part === '') return { value, scale: 0 };
  let fraction = 0n;
  for (const char of part) fraction = fraction * BigInt(base) + BigInt(digit(char));
  const places = divide({ value: fraction, scale: 0 }, { value: BigInt(base) ** BigInt(part.length), scale: 0 }, part.length);
  return add({ value, scale: 0 }, places);
}

/** In any base from 2 on; beyond 16 each digit is a number of its own. */
export function baseText(number: Decimal, base: number): string {
  if (base === 10) return decimalText(number);
  if (number.value === 0n) return '0';
  const size = { value: number.value < 0n ? -number.value : number.value, scale: number.scale };
  const width = String(base - 1).length;
  const digit = (value: bigint, spaced: boolean) =>
    base <= 16 ? value.toString(16).toUpperCase() : `${spaced ? ' ' : ''}${value.toString().padStart(width, '0')}`;
  let out = '';
  for (let whole = wholeOf(size); whole > 0n; whole /= BigInt(base)) out = digit(whole % BigInt(base), true) + out;
  if (number.value < 0n) out = `-${out}`;
  if (number.scale === 0) return out;
  out += '.';
  const limit = tens(number.scale);
  let fraction = size.value % limit;
  let first = true;
  for (let reached = 1n; reached.toString().length <= number.scale; reached *= BigInt(base)) {
    fraction *= BigInt(base);
    out += digit(fraction / limit, !first);
    fraction %= limit;
    first = false;
  }
  return out;
}
