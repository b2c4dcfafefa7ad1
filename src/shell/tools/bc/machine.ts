/** A running bc: variables (a function's parameters hide those of its callers while it runs), what is printed, and runtime errors. */
import type { Steps } from '../awk/code.ts';
import type { Argument, Definition, Expr, Parameter, Statement, Target } from './ast.ts';
import {
  ArithmeticError,
  add,
  baseText,
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
  readNumber,
  squareRoot,
  subtract,
  wholeOf,
  ZERO,
} from './decimal.ts';
import { library, type Turn } from './library.ts';

/** The line is given up. */
export class RuntimeError extends Error {}
export class Halt extends Error {}

type Flow = 'on' | 'break' | 'continue' | 'return';
type Elements = Map<number, Decimal>;

const MAX_INDEX = 16_777_215;
const MAX_ELEMENTS = 200_000;
const MAX_CALLS = 400;
const MAX_NUMBER = 2_147_483_647n;
const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', q: '"', r: '\r', t: '\t', '\\': '\\' };
const LIMITS = `BC_BASE_MAX     = 2147483647
BC_DIM_MAX      = 16777215
BC_SCALE_MAX    = 2147483647
BC_STRING_MAX   = 2147483647
MAX Exponent    = 9223372036854775807
Number of vars  = 32767
`;

export interface World {
  write(text: string): void;
  complain(text: string): void;
  readonly turn: Turn;
  /** Width of a line; 0: no end. */
  readonly width: number;
  readonly mathematics: boolean;
  random(): number;
  /** The next line of input, for read(). */
  readLine(): Promise<string | undefined>;
}

export class Machine {
  private readonly world: World;
  private readonly values = new Map<string, Decimal>();
  private readonly arrays = new Map<string, Elements>();
  readonly functions = new Map<string, Definition>();
  private scale = 0;
  private ibase = 10;
  private obase = 10;
  private last: Decimal = ZERO;
  private column = 0;
  private func = '(main)';
  private calls = 0;
  private elements = 0;
  private result: Decimal = ZERO;

  constructor(world: World) {
    this.world = world;
    if (world.mathematics) this.scale = 20;
  }

  private out(text: string): void {
    let line = '';
    for (const char of text) {
      if (char === '\n') this.column = 0;
      else if (++this.column === this.world.width - 1) {
        line += '\\\n';
        this.column = 1;
      }
      line += char;
    }
    this.world.write(line);
  }

  private tell(at: number, message: string): void {
    this.world.complain(`Runtime error (func=${this.func}, adr=${at}): ${message}\n`);
  }

  private fail(at: number, message: string): never {
    this.tell(at, message);
    throw new RuntimeError();
  }

  private warn(at: number, message: string): void {
    this.world.complain(`Runtime warning (func=${this.func}, adr=${at}): ${message}\n`);
  }

  private arithmetic(at: number, work: () => Decimal): Decimal {
    try {
      return work();
    } catch (error) {
      if (error instanceof ArithmeticError) this.fail(at, error.message);
      throw error;
    }
  }

  /** Runs a line. */
  *run(body: readonly Statement[]): Steps<void> {
    this.func = '(main)';
    this.calls = 0;
    for (const statement of body) yield* this.statement(statement);
  }

  private *block(body: readonly Statement[]): Steps<Flow> {
    for (const statement of body) {
      const flow = yield* this.statement(statement);
      if (flow !== 'on') return flow;
    }
    return 'on';
  }

  private *statement(statement: Statement): Steps<Flow> {
    switch (statement.kind) {
      case 'expression': {
        const value = yield* this.value(statement.value);
        if (statement.shown) this.show(value, '\n');
        return 'on';
      }
      case 'string':
        this.out(statement.text);
        return 'on';
      case 'print':
        for (const item of statement.items) {
          if (typeof item === 'string') this.out(item.replace(/\\([\s\S]?)/g, (_all, char: string) => ESCAPES[char] ?? ''));
          else this.show(yield* this.value(item), '');
        }
        return 'on';
      case 'block':
        return yield* this.block(statement.body);
      case 'if': {
        const yes = (yield* this.value(statement.test)).value !== 0n;
        const chosen = yes ? statement.yes : statement.no;
        return chosen ? yield* this.statement(chosen) : 'on';
      }
      case 'while':
        return yield* this.loop(statement.test, statement.body, undefined);
      case 'for':
        if (statement.first) yield* this.value(statement.first);
        return yield* this.loop(statement.test, statement.body, statement.step);
      case 'return':
        this.result = statement.value ? yield* this.value(statement.value) : ZERO;
        return 'return';
      case 'halt':
        throw new Halt();
      case 'limits':
        this.out(LIMITS);
        return 'on';
      default:
        return statement.kind;
    }
  }

  private *loop(test: Expr | undefined, body: Statement, step: Expr | undefined): Steps<Flow> {
    while (!test || (yield* this.value(test)).value !== 0n) {
      const wait = this.world.turn();
      if (wait) yield wait;
      const flow = yield* this.statement(body);
      if (flow === 'break') return 'on';
      if (flow === 'return') return flow;
      if (step) yield* this.value(step);
    }
    return 'on';
  }

  private show(value: Decimal, end: string): void {
    this.out(baseText(value, this.obase) + end);
    this.last = value;
  }

  private *value(expr: Expr): Steps<Decimal> {
    switch (expr.kind) {
      case 'number':
        return readNumber(expr.text, this.ibase);
      case 'load':
        return this.load(expr.target, yield* this.index(expr.target));
      case 'minus':
        return negate(yield* this.value(expr.operand));
      case 'not':
        return (yield* this.value(expr.operand)).value === 0n ? ONE : ZERO;
      case 'and':
      case 'or': {
        const left = (yield* this.value(expr.left)).value !== 0n;
        if (left === (expr.kind === 'or')) return left ? ONE : ZERO;
        return (yield* this.value(expr.right)).value !== 0n ? ONE : ZERO;
      }
      case 'binary': {
        const left = yield* this.value(expr.left);
        return this.operate(expr.operator, left, yield* this.value(expr.right), expr.at);
      }
      case 'assign': {
        const index = yield* this.index(expr.target);
        const before = expr.operator === '' ? undefined : this.load(expr.target, index);
        const given = yield* this.value(expr.value);
        const value = before ? this.operate(expr.operator, before, given, expr.operatorAt) : given;
        this.store(expr.target.name, index, value, expr.at);
        return value;
      }
      case 'step': {
        const index = yield* this.index(expr.target);
        const before = this.load(expr.target, index);
        const after = add(before, decimal(expr.by));
        this.store(expr.target.name, index, after, expr.at);
        return expr.before ? after : before;
      }
      case 'call':
        return yield* this.call(expr.name, expr.args, expr.at);
      case 'builtin':
        return yield* this.builtin(expr.name, expr.operand, expr.at);
    }
  }

  private operate(operator: string, a: Decimal, b: Decimal, at: number): Decimal {
    const { scale } = this;
    switch (operator) {
      case '+':
        return add(a, b);
      case '-':
        return subtract(a, b);
      case '*':
        return multiply(a, b, scale);
      case '/':
        return this.arithmetic(at, () => divide(a, b, scale));
      case '%':
        return this.arithmetic(at, () => modulo(a, b, scale));
      case '^':
        if (b.scale > 0) this.warn(at, 'non-zero scale in exponent');
        return this.arithmetic(at, () => raise(a, wholeOf(b), scale));
      default: {
        const order = compare(a, b);
        const yes = { '==': order === 0, '!=': order !== 0, '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 };
        return yes[operator as keyof typeof yes] ? ONE : ZERO;
      }
    }
  }

  /** undefined: no array's. */
  private *index({ index }: Target): Steps<number | undefined> {
    if (!index) return undefined;
    const value = wholeOf(yield* this.value(index));
    return value < 0n || value > BigInt(MAX_INDEX) ? Number.NaN : Number(value);
  }

  private outOfBounds(name: string, at: number): never {
    return this.fail(at, `Array ${name} subscript out of bounds.`);
  }

  private load({ name, at }: Target, index: number | undefined): Decimal {
    if (index !== undefined) {
      if (Number.isNaN(index)) this.outOfBounds(name, at);
      return this.arrays.get(name)?.get(index) ?? ZERO;
    }
    if (name === 'scale') return decimal(this.scale);
    if (name === 'ibase') return decimal(this.ibase);
    if (name === 'obase') return decimal(this.obase);
    if (name === 'last') return this.last;
    return this.values.get(name) ?? ZERO;
  }

  private store(name: string, index: number | undefined, value: Decimal, at: number): void {
    if (index !== undefined) {
      if (Number.isNaN(index)) this.outOfBounds(name, at);
      let elements = this.arrays.get(name);
      if (!elements) {
        elements = new Map();
        this.arrays.set(name, elements);
      }
      if (!elements.has(index) && ++this.elements > MAX_ELEMENTS) throw new RangeError('memory');
      elements.set(index, value);
    } else if (name === 'scale') this.scale = this.bounded(value, 'scale', 0, at);
    else if (name === 'ibase') this.ibase = this.bounded(value, 'ibase', 2, at);
    else if (name === 'obase') this.obase = this.bounded(value, 'obase', 2, at);
    else if (name === 'last') this.last = value;
    else this.values.set(name, value);
  }

  private bounded(value: Decimal, name: string, least: number, at: number): number {
    const whole = wholeOf(value);
    if (name === 'scale' && whole < 0n) {
      this.warn(at, 'negative scale, set to 0');
      return 0;
    }
    if (whole < BigInt(least)) {
      this.warn(at, `${name} too small, set to ${least}`);
      return least;
    }
    const most = name === 'ibase' ? 36n : MAX_NUMBER;
    if (whole > most) {
      this.warn(at, `${name} too large, set to ${most}`);
      return Number(most);
    }
    return Number(whole);
  }

  private *builtin(name: string, operand: Expr | undefined, at: number): Steps<Decimal> {
    if (name === 'random') return decimal(this.world.random());
    if (name === 'read') {
      let line: string | undefined;
      yield this.world.readLine().then((text) => {
        line = text;
      });
      const found = /^\s*(-?)([0-9A-F]*\.?[0-9A-F]*)/.exec(line ?? '')!;
      const value = readNumber(found[2] || '0', this.ibase);
      return found[1] ? negate(value) : value;
    }
    const value = yield* this.value(operand!);
    if (name === 'length') return decimal(lengthOf(value));
    if (name === 'scale') return decimal(value.scale);
    return this.arithmetic(at, () => squareRoot(value, this.scale));
  }

  private *call(name: string, args: readonly Argument[], at: number): Steps<Decimal> {
    const given: (Decimal | string)[] = [];
    for (const arg of args) given.push(arg.kind === 'array' ? arg.name : yield* this.value(arg));
    const definition = this.functions.get(name);
    const known = !definition && this.world.mathematics && Object.hasOwn(library, name) ? library[name] : undefined;
    if (!definition && !known) this.fail(at, `Function ${name} not defined.`);
    const count = definition ? definition.parameters.length : known!.count;
    if (given.length !== count) this.fail(at + Math.min(given.length, count) + 1, 'Parameter number mismatch');
    if (known) return yield* known.run(given as readonly Decimal[], this.scale, this.world.turn);
    for (const [i, { array, name: wanted }] of definition!.parameters.entries()) {
      if (array === (typeof given[i] === 'string')) continue;
      this.tell(at + i + 1, `Parameter type mismatch${array ? ` parameter ${wanted}.` : ', parameter (null).'}`);
      this.fail(at + i + 2, 'Parameter number mismatch');
    }
    return yield* this.enter(definition!, given, at);
  }

  private *enter(definition: Definition, given: readonly (Decimal | string)[], at: number): Steps<Decimal> {
    if (++this.calls > MAX_CALLS) this.fail(at, 'Stack error.');
    const caller = this.func;
    const restore = this.hide(definition, given);
    this.func = definition.name;
    this.result = ZERO;
    try {
      const wait = this.world.turn();
      if (wait) yield wait;
      const flow = yield* this.block(definition.body);
      return flow === 'return' ? this.result : ZERO;
    } finally {
      this.func = caller;
      this.calls--;
      restore();
    }
  }

  /** Gives parameters and autos their own values. @returns what puts the former ones back */
  private hide({ parameters, autos }: Definition, given: readonly (Decimal | string)[]): () => void {
    const before = [...parameters, ...autos].map((each) => [each, this.values.get(each.name), this.arrays.get(each.name)] as const);
    const fresh = (each: Parameter, value: Decimal | string | undefined) => {
      if (!each.array) this.values.set(each.name, value === undefined ? ZERO : (value as Decimal));
      else if (typeof value !== 'string') this.arrays.set(each.name, new Map());
      else {
        const elements = this.arrays.get(value) ?? new Map<number, Decimal>();
        this.arrays.set(value, elements);
        this.arrays.set(each.name, each.byReference ? elements : new Map(elements));
      }
    };
    for (const [i, each] of parameters.entries()) fresh(each, given[i]);
    for (const each of autos) fresh(each, undefined);
    return () => {
      for (const [{ name, array }, value, elements] of before.reverse()) {
        if (array && elements) this.arrays.set(name, elements);
        else if (array) this.arrays.delete(name);
        else this.values.set(name, value ?? ZERO);
      }
    };
  }
}
