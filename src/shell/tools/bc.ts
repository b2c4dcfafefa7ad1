/** bc: arithmetic with decimals, as far as a lab needs it: numbers, variables, + - * / % ^, scale, sqrt, comparisons. */
import { type Invocation, stdin } from '../bash/execution.ts';
import { readAll } from '../bash/streams.ts';
import { openOperand } from './streams.ts';
import { print, type Tool } from './tool.ts';

/** value / 10^scale */
interface Decimal {
  readonly value: bigint;
  readonly scale: number;
}

class BcError extends Error {}

const MAX_SCALE = 1000;
const tens = (count: number) => 10n ** BigInt(count);

function rescale({ value, scale }: Decimal, to: number): bigint {
  return to >= scale ? value * tens(to - scale) : value / tens(scale - to);
}

function show({ value, scale }: Decimal): string {
  if (value === 0n) return '0';
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale).replace(/^0+/, '');
  return `${value < 0n ? '-' : ''}${scale === 0 ? whole || '0' : `${whole}.${digits.slice(digits.length - scale)}`}`;
}

class Calculator {
  private readonly variables = new Map<string, Decimal>();
  private scale = 0;
  private tokens: string[] = [];
  private at = 0;

  constructor(mathLibrary: boolean) {
    if (mathLibrary) this.scale = 20;
  }

  /** @returns what a line prints */
  line(text: string): string {
    let out = '';
    for (const statement of text.split(';')) {
      if (statement.trim() === '') continue;
      this.tokens = statement.match(/\d*\.\d+|\d+\.?|[A-Za-z_]\w*|==|<=|>=|!=|\+\+|--|[-+*/%^]=|[-+*/%^=<>()]|"[^"]*"|\S/g) ?? [];
      this.at = 0;
      if (/^".*"$/.test(this.tokens[0] ?? '')) {
        out += this.tokens[0]!.slice(1, -1);
        continue;
      }
      const silent = /^[A-Za-z_]\w*$/.test(this.tokens[0] ?? '') && /^[-+*/%^]?=$/.test(this.tokens[1] ?? '');
      const value = this.expression();
      if (this.at < this.tokens.length) throw new BcError('syntax error');
      if (!silent) out += `${show(value)}\n`;
    }
    return out;
  }

  private peek(): string | undefined {
    return this.tokens[this.at];
  }

  private expression(): Decimal {
    const name = this.peek();
    const operator = this.tokens[this.at + 1];
    if (name !== undefined && /^[A-Za-z_]\w*$/.test(name) && operator !== undefined && /^[-+*/%^]?=$/.test(operator)) {
      this.at += 2;
      const right = this.expression();
      const value = operator === '=' ? right : this.apply(operator[0]!, this.get(name), right);
      this.set(name, value);
      return value;
    }
    return this.comparison();
  }

  private comparison(): Decimal {
    const left = this.sum();
    const operator = this.peek();
    if (operator === undefined || !/^(==|!=|<=|>=|<|>)$/.test(operator)) return left;
    this.at++;
    const right = this.sum();
    const scale = Math.max(left.scale, right.scale);
    const [a, b] = [rescale(left, scale), rescale(right, scale)];
    const yes = { '==': a === b, '!=': a !== b, '<': a < b, '>': a > b, '<=': a <= b, '>=': a >= b }[operator]!;
    return { value: yes ? 1n : 0n, scale: 0 };
  }

  private sum(): Decimal {
    let left = this.product();
    for (let operator = this.peek(); operator === '+' || operator === '-'; operator = this.peek()) {
      this.at++;
      left = this.apply(operator, left, this.product());
    }
    return left;
  }

  private product(): Decimal {
    let left = this.power();
    for (let operator = this.peek(); operator === '*' || operator === '/' || operator === '%'; operator = this.peek()) {
      this.at++;
      left = this.apply(operator, left, this.power());
    }
    return left;
  }

  private power(): Decimal {
    if (this.peek() === '-') {
      this.at++;
      const { value, scale } = this.power();
      return { value: -value, scale };
    }
    const base = this.atom();
    if (this.peek() !== '^') return base;
    this.at++;
    return this.apply('^', base, this.power());
  }

  private atom(): Decimal {
    const token = this.tokens[this.at++];
    if (token === '(') {
      const value = this.expression();
      if (this.tokens[this.at++] !== ')') throw new BcError('syntax error');
      return value;
    }
    if (token !== undefined && /^[\d.]+$/.test(token)) {
      const [whole = '', part = ''] = token.split('.');
      return { value: BigInt(whole + part || '0'), scale: part.length };
    }
    if (token !== undefined && /^[A-Za-z_]/.test(token)) {
      if (this.peek() !== '(') return this.get(token);
      this.at++;
      const argument = this.expression();
      if (this.tokens[this.at++] !== ')') throw new BcError('syntax error');
      return this.call(token, argument);
    }
    throw new BcError('syntax error');
  }

  private call(name: string, argument: Decimal): Decimal {
    if (name === 'sqrt') {
      if (argument.value < 0n) throw new BcError('Runtime error: Square root of a negative number');
      const scale = Math.max(this.scale, argument.scale);
      const target = rescale(argument, scale * 2);
      let root = target;
      for (let next = (root + 1n) / 2n; next < root; next = (root + target / (root || 1n)) / 2n) root = next;
      return { value: root, scale };
    }
    if (name === 'length') return { value: BigInt(argument.value.toString().replace('-', '').length), scale: 0 };
    if (name === 'scale') return { value: BigInt(argument.scale), scale: 0 };
    throw new BcError(`Runtime error: Function ${name} not defined.`);
  }

  private get(name: string): Decimal {
    if (name === 'scale') return { value: BigInt(this.scale), scale: 0 };
    return this.variables.get(name) ?? { value: 0n, scale: 0 };
  }

  private set(name: string, value: Decimal): void {
    if (name === 'scale') this.scale = Math.min(MAX_SCALE, Math.max(0, Number(rescale(value, 0))));
    else this.variables.set(name, value);
  }

  private apply(operator: string, a: Decimal, b: Decimal): Decimal {
    const scale = Math.max(a.scale, b.scale);
    if (operator === '+') return { value: rescale(a, scale) + rescale(b, scale), scale };
    if (operator === '-') return { value: rescale(a, scale) - rescale(b, scale), scale };
    if (operator === '*') {
      const full = { value: a.value * b.value, scale: a.scale + b.scale };
      const kept = Math.min(full.scale, Math.max(this.scale, scale));
      return { value: rescale(full, kept), scale: kept };
    }
    if (operator === '^') {
      const exponent = Number(rescale(b, 0));
      if (Math.abs(exponent) > 10_000) throw new BcError('Runtime error: exponent too large');
      const raised = { value: a.value ** BigInt(Math.abs(exponent)), scale: a.scale * Math.abs(exponent) };
      if (exponent < 0) return this.apply('/', { value: 1n, scale: 0 }, raised);
      const kept = Math.min(raised.scale, Math.max(this.scale, a.scale));
      return { value: rescale(raised, kept), scale: kept };
    }
    if (b.value === 0n) throw new BcError('Runtime error (func=(main), adr=3): Divide by zero');
    if (operator === '/') return { value: (a.value * tens(this.scale + b.scale)) / (b.value * tens(a.scale)), scale: this.scale };
    const quotient = this.apply('/', a, b);
    return this.apply('-', a, { value: quotient.value * b.value, scale: quotient.scale + b.scale });
  }
}

async function bc(invocation: Invocation): Promise<number> {
  const calculator = new Calculator(invocation.args.some((arg) => arg === '-l' || arg === '--mathlib'));
  const operands = invocation.args.filter((arg) => !arg.startsWith('-'));
  let text = '';
  for (const operand of operands) {
    const source = openOperand(invocation, operand);
    if (!source) return 1;
    text += await readAll(source);
  }
  const source = stdin(invocation.x);
  if (operands.length === 0 && source) text += await readAll(source);
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(quit|halt)\s*$/.test(line)) break;
    try {
      print(invocation, calculator.line(line.replace(/#.*/, '')));
    } catch (error) {
      if (!(error instanceof BcError)) throw error;
      invocation.x.fds
        .get(2)
        ?.sink?.write(error.message === 'syntax error' ? `(standard_in) ${index + 1}: syntax error\n` : `${error.message}\n`);
    }
  }
  return 0;
}

export const bcTools: Readonly<Record<string, Tool>> = { bc: { summary: 'Calculate', run: bc } };
