/** `test` and `[`. */
import { compareNumbers, testBinary, testUnary } from '../conditions.ts';
import { ShellError } from '../execution.ts';
import { type Builtin, type BuiltinCall, fail } from './builtin.ts';

class TestError extends ShellError {}

const UNARY = /^-[abcdefghknoprstuvwxzGLNOS]$/;
const BINARY = /^(=|==|!=|<|>|-(eq|ne|lt|le|gt|ge|nt|ot|ef))$/;

function integer(text: string): bigint {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new TestError(`${text}: integer expression expected`, 2);
  return BigInt(text.trim().replace(/^\+/, ''));
}

/** Recursive descent over the arguments: `!`, `( )`, `-a`, `-o`. */
function parseTest(call: BuiltinCall, args: readonly string[]): boolean {
  let at = 0;
  const primary = (): boolean => {
    const word = args[at];
    if (word === undefined) throw new TestError('argument expected', 2);
    const left = args.length - at;
    if (left >= 3 && BINARY.test(args[at + 1]!)) {
      const [a, operator, b] = [word, args[at + 1]!, args[at + 2]!];
      at += 3;
      if (/^-(eq|ne|lt|le|gt|ge)$/.test(operator)) return compareNumbers(operator, integer(a), integer(b));
      return testBinary(operator, a, b, call.x) ?? false;
    }
    if (word === '!' && left > 1) {
      at++;
      return !primary();
    }
    if (word === '(' && left > 1) {
      at++;
      const value = or();
      if (args[at] !== ')') throw new TestError("`)' expected", 2);
      at++;
      return value;
    }
    if (UNARY.test(word) && left >= 2 && !(left >= 3 && /^-[ao]$/.test(args[at + 1]!))) {
      at += 2;
      return testUnary(word, args[at - 1]!, call.x);
    }
    at++;
    return word !== '';
  };
  const and = (): boolean => {
    let value = primary();
    while (args[at] === '-a') {
      at++;
      const right = primary();
      value = value && right;
    }
    return value;
  };
  const or = (): boolean => {
    let value = and();
    while (args[at] === '-o') {
      at++;
      const right = and();
      value = value || right;
    }
    return value;
  };
  const value = or();
  if (at < args.length) {
    if (args.length === 3) throw new TestError(`${args[1]}: binary operator expected`, 2);
    if (args.length === 2) throw new TestError(`${args[0]}: unary operator expected`, 2);
    throw new TestError('too many arguments', 2);
  }
  return value;
}

const test: Builtin = (call) => {
  let { args } = call;
  if (call.name === '[') {
    if (args.at(-1) !== ']') return fail(call, "missing `]'", 2);
    args = args.slice(0, -1);
  }
  if (args.length === 0) return 1;
  try {
    return parseTest(call, args) ? 0 : 1;
  } catch (error) {
    if (error instanceof TestError) return fail(call, error.message, error.status);
    throw error;
  }
};

export const testing: Readonly<Record<string, Builtin>> = { test, '[': test };
