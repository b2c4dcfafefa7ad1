/** Floating-point numbers as C's printf writes them: exact, halves to even, any number of digits. */

/** value = mantissa · 2^exponent, for a finite value that is not negative. */
function partsOf(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const raw = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  return raw === 0 ? { mantissa: fraction, exponent: -1074 } : { mantissa: fraction | (1n << 52n), exponent: raw - 1075 };
}

/** value · 10^places, rounded, halves to even. */
function scaled(value: number, places: number): bigint {
  const { mantissa, exponent } = partsOf(value);
  let top = mantissa;
  let bottom = 1n;
  if (places >= 0) top *= 10n ** BigInt(places);
  else bottom *= 10n ** BigInt(-places);
  if (exponent >= 0) top <<= BigInt(exponent);
  else bottom <<= BigInt(-exponent);
  const quotient = top / bottom;
  const twice = (top % bottom) * 2n;
  return twice > bottom || (twice === bottom && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

function plain(value: number, places: number): string {
  const digits = scaled(value, places)
    .toString()
    .padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** Digits before the exponent without their point, and the exponent. */
function significant(value: number, places: number): { readonly digits: string; readonly exponent: number } {
  if (value === 0) return { digits: '0'.repeat(places + 1), exponent: 0 };
  const exponent = Number(value.toExponential(20).split('e')[1]);
  const digits = scaled(value, places - exponent).toString();
  return digits.length > places + 1 ? { digits: digits.slice(0, places + 1), exponent: exponent + 1 } : { digits, exponent };
}

function exponential(value: number, places: number, alternate: boolean): string {
  const { digits, exponent } = significant(value, places);
  const point = places > 0 ? `.${digits.slice(1)}` : alternate ? '.' : '';
  return `${digits[0]}${point}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function general(value: number, precision: number, alternate: boolean): string {
  const wanted = precision === 0 ? 1 : precision;
  const { exponent } = significant(value, wanted - 1);
  const bare = (text: string) => (alternate || !text.includes('.') ? text : text.replace(/\.?0+$/, ''));
  if (exponent >= -4 && exponent < wanted) return bare(plain(value, wanted - 1 - exponent));
  const [digits, power] = exponential(value, wanted - 1, alternate).split('e');
  return `${bare(digits!)}e${power}`;
}

/** Digits that are written at most. */
const MAX_PLACES = 1100;

/** @param conversion one of eEfFgG; `flags` of `-+ #0'`, of which the sign and `#` matter here */
export function formatFloat(value: number, conversion: string, flags: string, precision = 6): string {
  const negative = value < 0 || Object.is(value, -0);
  const sign = negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const upper = conversion === conversion.toUpperCase();
  // What arithmetic gives is a NaN with its sign set, on x86.
  if (Number.isNaN(value)) return upper ? '-NAN' : '-nan';
  if (!Number.isFinite(value)) return sign + (upper ? 'INF' : 'inf');
  const size = Math.abs(value);
  const places = Math.min(precision, MAX_PLACES);
  const kind = conversion.toLowerCase();
  const text =
    kind === 'f'
      ? plain(size, places) + (places === 0 && flags.includes('#') ? '.' : '')
      : kind === 'e'
        ? exponential(size, places, flags.includes('#'))
        : general(size, places, flags.includes('#'));
  return sign + (upper ? text.toUpperCase() : text);
}
