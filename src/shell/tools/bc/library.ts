/**
 * What `bc -l` adds: s, c, a, l, e, j, worked out with the same series and the same spare places as bc's own library, so that the last
 * digits are the same.
 */
import type { Steps } from '../awk/code.ts';
import {
  add,
  compare,
  type Decimal,
  decimal,
  divide,
  lengthOf,
  modulo,
  multiply,
  negate,
  ONE,
  raise,
  squareRoot,
  subtract,
  wholeOf,
  ZERO,
} from './decimal.ts';

/** Called at each turn of a series with how much work it is: what to wait for now and then. */
export type Turn = (weight?: number) => Promise<unknown> | undefined;

const TWO = decimal(2n);
const FIFTH = decimal(2n, 1);
/** arctan 1 and arctan 0.2 to 60 places, for those who ask for no more. */
const ARCTAN_ONE = decimal(785398163397448309615660845819875721049292349843776455243736n, 60);
const ARCTAN_FIFTH = decimal(197395559849880758370049765194790293447585103787852101517688n, 60);
/** How many whole places a scale given as a decimal means. */
const places = (number: Decimal): number => Number(wholeOf(number));

function* exponential(given: Decimal, scale: number, turn: Turn): Steps<Decimal> {
  const negative = given.value < 0n;
  let x = negative ? negate(given) : given;
  const spare = places(add(decimal(6 + scale), multiply(decimal(44n, 2), x, scale)));
  let halvings = 0;
  for (let s = x.scale + 1; compare(x, ONE) > 0; s++) {
    halvings++;
    x = divide(x, TWO, s);
  }
  let sum = add(ONE, x);
  let power = x;
  let factorial = ONE;
  for (let i = 2n; ; i++) {
    const wait = turn(1 + scale / 20);
    if (wait) yield wait;
    power = multiply(power, x, spare);
    factorial = multiply(factorial, decimal(i), spare);
    const term = divide(power, factorial, spare);
    if (term.value === 0n) break;
    sum = add(sum, term);
  }
  for (; halvings > 0; halvings--) sum = multiply(sum, sum, spare);
  return negative ? divide(ONE, sum, scale) : divide(sum, ONE, scale);
}

function* logarithm(given: Decimal, scale: number, turn: Turn): Steps<Decimal> {
  if (given.value <= 0n) return divide(subtract(ONE, raise(decimal(10n), BigInt(scale), scale)), ONE, scale);
  const spare = scale + 6;
  let x = given;
  let factor = TWO;
  while (compare(x, TWO) >= 0 || compare(x, decimal(5n, 1)) <= 0) {
    const wait = turn(1 + scale / 20);
    if (wait) yield wait;
    factor = multiply(factor, TWO, spare);
    x = squareRoot(x, spare);
  }
  let power = divide(subtract(x, ONE), add(x, ONE), spare);
  let sum = power;
  const square = multiply(power, power, spare);
  for (let i = 3n; ; i += 2n) {
    const wait = turn(1 + scale / 20);
    if (wait) yield wait;
    power = multiply(power, square, spare);
    const term = divide(power, decimal(i), spare);
    if (term.value === 0n) break;
    sum = add(sum, term);
  }
  return divide(multiply(factor, sum, spare), ONE, scale);
}

function* arctangent(given: Decimal, scale: number, turn: Turn): Steps<Decimal> {
  const sign = given.value < 0n ? decimal(-1n) : ONE;
  let x = given.value < 0n ? negate(given) : given;
  if (scale <= 60 && compare(x, ONE) === 0) return divide(ARCTAN_ONE, sign, scale);
  if (scale <= 60 && compare(x, FIFTH) === 0) return divide(ARCTAN_FIFTH, sign, scale);
  const fifth = compare(x, FIFTH) > 0 ? yield* arctangent(FIFTH, scale + 5, turn) : ZERO;
  const spare = scale + 3;
  let times = 0n;
  while (compare(x, FIFTH) > 0) {
    times++;
    x = divide(subtract(x, FIFTH), add(ONE, multiply(x, FIFTH, spare)), spare);
  }
  let sum = x;
  let power = x;
  const square = multiply(negate(x), x, spare);
  for (let i = 3n; ; i += 2n) {
    const wait = turn(1 + scale / 20);
    if (wait) yield wait;
    power = multiply(power, square, spare);
    const term = divide(power, decimal(i), spare);
    if (term.value === 0n) break;
    sum = add(sum, term);
  }
  return divide(add(multiply(decimal(times), fifth, scale), sum), sign, scale);
}

function* sine(given: Decimal, scale: number, turn: Turn): Steps<Decimal> {
  const spare = places(add(multiply(decimal(11n, 1), decimal(scale), scale), TWO));
  const quarter = yield* arctangent(ONE, spare, turn);
  const negative = given.value < 0n;
  let x = negative ? negate(given) : given;
  const turns = divide(add(divide(x, quarter, 0), TWO), decimal(4n), 0);
  x = subtract(x, multiply(multiply(decimal(4n), turns, 0), quarter, 0));
  if (modulo(turns, TWO, 0).value !== 0n) x = negate(x);
  const within = scale + 2;
  let sum = x;
  let term = x;
  const square = multiply(negate(x), x, within);
  for (let i = 3n; ; i += 2n) {
    const wait = turn(1 + scale / 20);
    if (wait) yield wait;
    term = multiply(term, divide(square, decimal(i * (i - 1n)), within), within);
    if (term.value === 0n) break;
    sum = add(sum, term);
  }
  return divide(negative ? negate(sum) : sum, ONE, scale);
}

function* cosine(x: Decimal, scale: number, turn: Turn): Steps<Decimal> {
  const spare = places(multiply(decimal(scale), decimal(12n, 1), scale));
  const half = multiply(yield* arctangent(ONE, spare, turn), TWO, spare);
  return divide(yield* sine(add(x, half), spare, turn), ONE, scale);
}

/** Bessel's function of a whole order. */
function* bessel(order: Decimal, x: Decimal, scale: number, turn: Turn): Steps<Decimal> {
  let n = divide(order, ONE, 0);
  let negative = false;
  if (n.value < 0n) {
    n = negate(n);
    negative = n.value % 2n === 1n;
  }
  let factor = ONE;
  for (let i = 2n; i <= n.value; i++) {
    const wait = turn(1 + scale / 20);
    if (wait) yield wait;
    factor = multiply(factor, decimal(i), 0);
  }
  const half = places(multiply(decimal(15n, 1), decimal(scale), scale));
  factor = divide(divide(raise(x, n.value, half), raise(TWO, n.value, half), half), factor, half);
  let sum = ONE;
  let term = ONE;
  const square = divide(multiply(negate(x), x, half), decimal(4n), half);
  const spare = half + lengthOf(factor) - factor.scale;
  for (let i = 1n; ; i++) {
    const wait = turn(1 + scale / 20);
    if (wait) yield wait;
    term = divide(divide(multiply(term, square, spare), decimal(i), spare), add(n, decimal(i)), spare);
    if (term.value === 0n) break;
    sum = add(sum, term);
  }
  return divide(multiply(negative ? negate(factor) : factor, sum, scale), ONE, scale);
}

/** Name → how many arguments, and the function. */
export const library: Readonly<
  Record<string, { readonly count: number; readonly run: (args: readonly Decimal[], scale: number, turn: Turn) => Steps<Decimal> }>
> = {
  a: { count: 1, run: ([x], scale, turn) => arctangent(x!, scale, turn) },
  c: { count: 1, run: ([x], scale, turn) => cosine(x!, scale, turn) },
  e: { count: 1, run: ([x], scale, turn) => exponential(x!, scale, turn) },
  j: { count: 2, run: ([n, x], scale, turn) => bessel(n!, x!, scale, turn) },
  l: { count: 1, run: ([x], scale, turn) => logarithm(x!, scale, turn) },
  s: { count: 1, run: ([x], scale, turn) => sine(x!, scale, turn) },
};
