/** expr: GNU coreutils 9.1. */
import type { Invocation } from '../../bash/execution.ts';
import { toRegExpSource } from '../regexp.ts';
import { fail, print } from '../tool.ts';
import { quoted, tryHelp } from './options.ts';

type Value = bigint | string;

class ExprError extends Error {}

const isInteger = (text: string) => /^-?\d+$/.test(text);
const isNull = (value: Value) => (typeof value === 'bigint' ? value === 0n : /^(?:-?0+|)$/.test(value));
const textOf = (value: Value) => String(value);

function integer(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (!isInteger(value)) throw new ExprError('non-integer argument');
  return BigInt(value);
}

/** `text : pattern`, from the beginning: what `\( \)` took, else how many characters. */
function match(text: string, pattern: string): Value {
  const source = pattern === '[' ? { error: 'Invalid regular expression' } : toRegExpSource(pattern, 'basic');
  if (typeof source !== 'string') throw new ExprError(source.error);
  const found = new RegExp(`^(?:${source})`, 's').exec(text);
  if (/\\\(/.test(pattern)) return found?.[1] ?? '';
  return BigInt(found ? [...found[0]].length : 0);
}

class Reader {
  private at = 0;
  private readonly words: readonly string[];

  constructor(words: readonly string[]) {
    this.words = words;
  }

  private take(...texts: readonly string[]): string | undefined {
    const word = this.words[this.at];
    if (word === undefined || !texts.includes(word)) return undefined;
    this.at++;
    return word;
  }

  private next(): string {
    const word = this.words[this.at];
    if (word === undefined) throw new ExprError(`syntax error: missing argument after ${quoted(this.words[this.at - 1]!)}`);
    this.at++;
    return word;
  }

  whole(): Value {
    const value = this.or();
    const extra = this.words[this.at];
    if (extra !== undefined) throw new ExprError(`syntax error: unexpected argument ${quoted(extra)}`);
    return value;
  }

  private or(): Value {
    let left = this.and();
    while (this.take('|')) {
      const right = this.and();
      if (isNull(left)) left = isNull(right) ? 0n : right;
    }
    return left;
  }

  private and(): Value {
    let left = this.comparison();
    while (this.take('&')) {
      const right = this.comparison();
      if (isNull(left) || isNull(right)) left = 0n;
    }
    return left;
  }

  private comparison(): Value {
    let left = this.sum();
    for (let sign = this.relation(); sign !== undefined; sign = this.relation()) {
      const right = this.sum();
      const numbers = [left, right].every((value) => typeof value === 'bigint' || isInteger(value));
      const [a, b] = numbers ? [integer(left), integer(right)] : [textOf(left), textOf(right)];
      const order = a < b ? -1 : a > b ? 1 : 0;
      const yes = {
        '<': order < 0,
        '<=': order <= 0,
        '=': order === 0,
        '==': order === 0,
        '!=': order !== 0,
        '>=': order >= 0,
        '>': order > 0,
      };
      left = yes[sign as keyof typeof yes] ? 1n : 0n;
    }
    return left;
  }

  private relation(): string | undefined {
    return this.take('<', '<=', '=', '==', '!=', '>=', '>');
  }

  private sum(): Value {
    let left = this.product();
    for (let sign = this.take('+', '-'); sign; sign = this.take('+', '-')) {
      const right = this.product();
      left = sign === '+' ? integer(left) + integer(right) : integer(left) - integer(right);
    }
    return left;
  }

  private product(): Value {
    let left = this.matching();
    for (let sign = this.take('*', '/', '%'); sign; sign = this.take('*', '/', '%')) {
      const [a, b] = [integer(left), integer(this.matching())];
      if (sign !== '*' && b === 0n) throw new ExprError('division by zero');
      left = sign === '*' ? a * b : sign === '/' ? a / b : a % b;
    }
    return left;
  }

  private matching(): Value {
    let left = this.named();
    while (this.take(':')) left = match(textOf(left), textOf(this.named()));
    return left;
  }

  private named(): Value {
    if (this.take('+')) return this.next();
    if (this.take('length')) return BigInt([...textOf(this.named())].length);
    if (this.take('match')) {
      const text = textOf(this.named());
      return match(text, textOf(this.named()));
    }
    if (this.take('index')) {
      const text = [...textOf(this.named())];
      const chars = textOf(this.named());
      return BigInt(text.findIndex((char) => chars.includes(char)) + 1);
    }
    if (this.take('substr')) {
      const text = [...textOf(this.named())];
      const [from, count] = [this.named(), this.named()].map((value) =>
        typeof value === 'bigint' || isInteger(value) ? Number(integer(value)) : 0,
      ) as [number, number];
      return from < 1 || count < 1 ? '' : text.slice(from - 1, from - 1 + count).join('');
    }
    return this.atom();
  }

  private atom(): Value {
    if (this.take('(')) {
      const value = this.or();
      if (this.words[this.at] === undefined)
        throw new ExprError(`syntax error: expecting ')' after ${quoted(this.words[this.at - 1]!)}`);
      if (!this.take(')')) throw new ExprError(`syntax error: expecting ')' instead of ${quoted(this.words[this.at]!)}`);
      return value;
    }
    if (this.take(')')) throw new ExprError("syntax error: unexpected ')'");
    return this.next();
  }
}

export function expr(invocation: Invocation): number {
  const words = invocation.args[0] === '--' ? invocation.args.slice(1) : invocation.args;
  if (words.length === 0) return fail(invocation, `missing operand${tryHelp(invocation)}`, 2);
  if (words.length === 1 && /^--[a-z]/.test(words[0]!) && '--help--version'.includes(words[0]!)) {
    print(invocation, words[0]!.startsWith('--v') ? 'expr (GNU coreutils) 9.1\n' : 'Usage: expr EXPRESSION\n  or:  expr OPTION\n');
    return 0;
  }
  try {
    const value = new Reader(words).whole();
    print(invocation, `${value}\n`);
    return isNull(value) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ExprError)) throw error;
    return fail(invocation, error.message, 2);
  }
}
