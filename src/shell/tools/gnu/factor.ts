/** factor: GNU coreutils 9.1. Numbers of up to 40 digits; longer ones are not taken apart here. */
import { type Invocation, stdin, throwIfInterrupted } from '../../bash/execution.ts';
import { readAll } from '../../bash/streams.ts';
import { fail, print } from '../tool.ts';
import { quoted, readOptions } from './options.ts';

const MAX_DIGITS = 40;

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Miller and Rabin's test, with enough bases for numbers of this size. */
function isPrime(number: bigint): boolean {
  const bases = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n];
  if (number < 2n) return false;
  for (const base of bases) if (number % base === 0n) return number === base;
  let odd = number - 1n;
  let twos = 0;
  for (; odd % 2n === 0n; odd /= 2n) twos++;
  return bases.every((base) => {
    let value = power(base, odd, number);
    if (value === 1n || value === number - 1n) return true;
    for (let i = 1; i < twos; i++) {
      value = (value * value) % number;
      if (value === number - 1n) return true;
    }
    return false;
  });
}

function common(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}

/** A divisor of a number that is not prime, by Pollard's rho. */
async function divisorOf(number: bigint, breathe: () => Promise<void>): Promise<bigint> {
  for (let c = 1n; ; c++) {
    let [slow, fast, product] = [2n, 2n, 1n];
    for (let turn = 1; ; turn++) {
      slow = (slow * slow + c) % number;
      fast = (fast * fast + c) % number;
      fast = (fast * fast + c) % number;
      const difference = slow > fast ? slow - fast : fast - slow;
      if (difference === 0n) break;
      product = (product * difference) % number;
      if (turn % 64 === 0 || product === 0n) {
        const found = common(product === 0n ? difference : product, number);
        if (found > 1n && found < number) return found;
        product = 1n;
      }
      if (turn % 4096 === 0) await breathe();
      if (turn < 64) {
        const found = common(difference, number);
        if (found > 1n && found < number) return found;
      }
    }
  }
}

async function factorsOf(number: bigint, breathe: () => Promise<void>): Promise<bigint[]> {
  const factors: bigint[] = [];
  let rest = number;
  for (let small = 2n; small < 5000n && small * small <= rest; small += small === 2n ? 1n : 2n)
    for (; rest % small === 0n; rest /= small) factors.push(small);
  const open = rest > 1n ? [rest] : [];
  while (open.length > 0) {
    const next = open.pop()!;
    if (isPrime(next)) factors.push(next);
    else {
      const divisor = await divisorOf(next, breathe);
      open.push(divisor, next / divisor);
    }
  }
  return factors.sort((a, b) => (a < b ? -1 : 1));
}

export async function factor(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, { short: '', long: {} });
  if (typeof given === 'number') return given;
  const { x } = invocation;
  const breathe = async () => {
    await x.platform.clock.breathe();
    throwIfInterrupted(x);
  };
  const source = stdin(x);
  const words =
    given.operands.length > 0 ? given.operands : source ? (await readAll(source)).split(/\s+/).filter((word) => word !== '') : [];
  let status = 0;
  for (const word of words) {
    const digits = /^\s*\+?(\d+)\s*$/.exec(word)?.[1];
    if (digits === undefined) status = fail(invocation, `${quoted(word)} is not a valid positive integer`);
    else if (digits.length > MAX_DIGITS) status = fail(invocation, `${digits}: numbers of that size are not simulated in this lab`);
    else {
      const number = BigInt(digits);
      const factors = await factorsOf(number, breathe);
      print(invocation, `${number}:${factors.map((each) => ` ${each}`).join('')}\n`);
    }
  }
  return status;
}
