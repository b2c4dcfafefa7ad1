/** Expressions of an awk program as pieces that run. */
import { AwkArray } from './array.ts';
import type { Expr, Target, UserFunction } from './ast.ts';
import { builtins, substitute } from './builtins.ts';
import { branch, type Code, direct, lift1, lift2, liftAll, waiting } from './code.ts';
import { AwkError, type Frame, type Machine } from './machine.ts';
import { splitFields } from './record.ts';
import type { Pattern } from './regexp.ts';
import type { Records } from './streams.ts';
import { compare, Input, isTrue, toInt, toNumber, type Value } from './values.ts';

/** A place that can be read and written once its subscripts are known. */
interface Place {
  get(): Value;
  set(value: Value): void;
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
};
const COMPARE: Readonly<Record<string, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

type Of<K extends Expr['kind']> = Extract<Expr, { kind: K }>;
type Compilers = { readonly [K in Expr['kind']]: (expr: Of<K>) => Code<Value> };

export class Compiler {
  readonly machine: Machine;
  private readonly functions: ReadonlyMap<string, UserFunction>;
  private readonly arrays: ReadonlySet<string>;
  private readonly bodies = new Map<string, { code: Code<unknown> | undefined }>();
  parameters: readonly string[] = [];

  constructor(machine: Machine, functions: ReadonlyMap<string, UserFunction>, arrays: ReadonlySet<string>) {
    this.machine = machine;
    this.functions = functions;
    this.arrays = arrays;
    for (const name of functions.keys()) this.bodies.set(name, { code: undefined });
  }

  define(name: string, code: Code<unknown>): void {
    this.bodies.get(name)!.code = code;
  }

  value(expr: Expr): Code<Value> {
    return (this.compilers[expr.kind] as (each: Expr) => Code<Value>)(expr);
  }

  test(expr: Expr): Code<boolean> {
    return lift1(this.value(expr), isTrue);
  }

  /** The array of a name: a parameter's, when it becomes one, is its caller's too. */
  array(name: string): () => AwkArray {
    const { machine } = this;
    const at = this.parameters.indexOf(name);
    if (at < 0) {
      const array = () => machine.array(name);
      return array;
    }
    return () => {
      const { frame } = machine;
      const known = frame.values[at];
      if (known instanceof AwkArray) return known;
      const array = machine.newArray();
      frame.values[at] = array;
      frame.origins[at]?.(array);
      return array;
    };
  }

  /** Subscripts joined by SUBSEP. */
  private index(list: readonly Expr[]): Code<Value> {
    const { machine } = this;
    if (list.length === 1) return this.value(list[0]!);
    return liftAll(
      list.map((each) => this.value(each)),
      (values) => values.map((each) => machine.text(each)).join(machine.text(machine.cell('SUBSEP').value)),
    );
  }

  place(target: Target): Code<Place> {
    const { machine } = this;
    if (target.kind === 'variable') {
      const at = this.parameters.indexOf(target.name);
      if (at < 0) {
        const cell = machine.cell(target.name);
        const place: Place = {
          get: () => cell.value,
          set: (value) => {
            cell.value = value;
          },
        };
        return direct(() => place);
      }
      return direct(() => {
        const { values } = machine.frame;
        return {
          get: () => scalar(values[at]),
          set: (value) => {
            values[at] = value;
          },
        };
      });
    }
    if (target.kind === 'element') {
      const array = this.array(target.name);
      return lift1(this.index(target.index), (index) => ({
        get: () => array().get(index, machine.convfmt),
        set: (value) => array().set(index, value, machine.convfmt),
      }));
    }
    return lift1(this.fieldNumber(target.index), (index) => ({
      get: () => machine.record.get(index),
      set: (value) => machine.record.put(index, value),
    }));
  }

  private fieldNumber(index: Expr): Code<number> {
    return lift1(this.value(index), (value) => {
      const at = toInt(toNumber(value));
      if (at < 0) throw new AwkError(`negative field index $${at}`);
      if (at > 1_000_000) throw new AwkError(`program limit exceeded: maximum number of fields size=1000000`, false);
      return at;
    });
  }

  /** A regular expression, or what a value says as one. */
  private pattern(expr: Expr): Code<Pattern> {
    const { machine } = this;
    if (expr.kind === 'regexp') {
      const pattern = machine.pattern(expr.source);
      return direct(() => pattern);
    }
    return lift1(this.value(expr), (value) => machine.pattern(machine.text(value)));
  }

  private binary({ operator, left, right }: Of<'binary'>): Code<Value> {
    const { machine } = this;
    const [a, b] = [this.value(left), this.value(right)];
    if (operator === ' ') return lift2(a, b, (x, y) => machine.joined(machine.text(x), machine.text(y)));
    const arithmetic = ARITHMETIC[operator];
    if (arithmetic) return lift2(a, b, (x, y) => arithmetic(toNumber(x), toNumber(y)));
    const decide = COMPARE[operator]!;
    return lift2(a, b, (x, y) => (decide(compare(x, y, machine.convfmt)) ? 1 : 0));
  }

  private assign({ operator, target, value }: Of<'assign'>): Code<Value> {
    const arithmetic = operator === '=' ? undefined : ARITHMETIC[operator[0]!]!;
    return lift2(this.place(target), this.value(value), (place, given) => {
      const result = arithmetic ? arithmetic(toNumber(place.get()), toNumber(given)) : given;
      place.set(result);
      return result;
    });
  }

  private call({ name, args }: Of<'call'>): Code<Value> {
    const { machine } = this;
    const { parameters } = this.functions.get(name)!;
    const body = this.bodies.get(name)!;
    const given = args.map((each) => this.argument(each));
    return waiting(function* () {
      const values: (Value | AwkArray)[] = [];
      const origins: Frame['origins'][number][] = [];
      for (const { code, origin } of given) {
        values.push(code.now ? code.now() : yield* code.steps());
        origins.push(origin?.());
      }
      while (values.length < parameters.length) values.push(undefined);
      return yield* machine.call(body.code!, { values, origins, result: undefined });
    });
  }

  /** Arrays go by reference, all else by value. */
  private argument(expr: Expr): {
    readonly code: Code<Value | AwkArray>;
    readonly origin?: () => ((array: AwkArray) => void) | undefined;
  } {
    const { machine } = this;
    if (expr.kind !== 'variable') return { code: this.value(expr) };
    const { name } = expr;
    const at = this.parameters.indexOf(name);
    if (at >= 0)
      return {
        code: direct(() => machine.frame.values[at]),
        origin: () => {
          const { frame } = machine;
          if (frame.values[at] !== undefined) return undefined;
          return (array) => {
            frame.values[at] = array;
            frame.origins[at]?.(array);
          };
        },
      };
    if (this.arrays.has(name) || name === 'ENVIRON' || name === 'ARGV') return { code: direct(() => machine.array(name)) };
    const cell = machine.cell(name);
    return { code: direct(() => cell.value), origin: () => (array) => machine.becomeArray(name, array) };
  }

  private builtin({ name, args }: Of<'builtin'>): Code<Value> {
    const { machine } = this;
    const values = args.map((each) => this.value(each));
    const plain = builtins[name];
    if (plain) return liftAll(values, (list) => plain(machine, list));
    const all = liftAll(values, (list) => list);
    return waiting(function* () {
      const [first] = all.now ? all.now() : yield* all.steps();
      let result = 0;
      const { streams } = machine;
      if (name === 'fflush') streams.flush();
      else {
        streams.flush();
        const done = name === 'system' ? streams.system(machine.text(first)) : streams.close(machine.text(first));
        yield done.then((status) => {
          result = status;
        });
      }
      return result;
    });
  }

  private getline({ from, command, target }: Of<'getline'>): Code<Value> {
    const { machine } = this;
    const name = from ?? command;
    const source = name ? this.value(name) : direct((): Value => undefined);
    const place = target && this.place(target);
    return waiting(function* () {
      const given = source.now ? source.now() : yield* source.steps();
      const to = place && (place.now ? place.now() : yield* place.steps());
      let records: Records | undefined;
      if (command) {
        machine.streams.flush();
        records = machine.streams.command(machine.text(given));
      } else if (from) {
        records = machine.streams.file(machine.text(given));
        if (!records) return -1;
      }
      let text: string | undefined;
      yield (records ? machine.read(records) : machine.nextRecord()).then((found) => {
        text = found;
      });
      if (text === undefined) return 0;
      if (to) to.set(new Input(text));
      else machine.record.set(new Input(text));
      return 1;
    });
  }

  private split({ text, name, separator }: Of<'split'>): Code<Value> {
    const { machine } = this;
    const array = this.array(name);
    const by =
      separator?.kind === 'regexp'
        ? this.pattern(separator)
        : lift1(separator ? this.value(separator) : direct(() => machine.cell('FS').value), (value) =>
            machine.separator(machine.text(value)),
          );
    return lift2(this.value(text), by, (value, how) => {
      const pieces = splitFields(machine.text(value), how);
      array().load(pieces.map((each) => new Input(each)));
      return pieces.length;
    });
  }

  private substitute({ all, pattern, by, target }: Of<'substitute'>): Code<Value> {
    const { machine } = this;
    const given = lift2(this.pattern(pattern), this.value(by), (how, value) => ({ how, value }));
    return lift2(given, this.place(target), ({ how, value }, place) => {
      const { text, count } = substitute(machine.text(place.get()), how, machine.text(value), all);
      if (count > 0) place.set(text);
      return count;
    });
  }

  private readonly compilers: Compilers = {
    number: ({ value }) => direct(() => value),
    string: ({ value }) => direct(() => value),
    regexp: (expr) => {
      const pattern = this.machine.pattern(expr.source);
      return direct(() => (pattern.test(this.machine.text(this.machine.record.get(0))) ? 1 : 0));
    },
    variable: ({ name }) => {
      const { machine } = this;
      const at = this.parameters.indexOf(name);
      if (at >= 0) return direct(() => scalar(machine.frame.values[at]));
      const cell = machine.cell(name);
      return direct(() => cell.value);
    },
    element: (expr) => lift1(this.place(expr), (place) => place.get()),
    field: (expr) => {
      const { record } = this.machine;
      return lift1(this.fieldNumber(expr.index), (index) => record.get(index));
    },
    group: ({ items }) => this.index(items),
    assign: (expr) => this.assign(expr),
    step: ({ operator, before, target }) =>
      lift1(this.place(target), (place) => {
        const old = toNumber(place.get());
        const fresh = operator === '++' ? old + 1 : old - 1;
        place.set(fresh);
        return before ? fresh : old;
      }),
    unary: ({ operator, operand }) => {
      const value = this.value(operand);
      if (operator === '!') return lift1(value, (each) => (isTrue(each) ? 0 : 1));
      return lift1(value, operator === '-' ? (each) => -toNumber(each) : toNumber);
    },
    binary: (expr) => this.binary(expr),
    and: ({ left, right }) =>
      branch<Value>(
        this.test(left),
        lift1(this.test(right), (yes) => (yes ? 1 : 0)),
        direct(() => 0),
      ),
    or: ({ left, right }) =>
      branch<Value>(
        this.test(left),
        direct(() => 1),
        lift1(this.test(right), (yes) => (yes ? 1 : 0)),
      ),
    choose: ({ test, yes, no }) =>
      test.kind === 'number' && test.value === 1 ? this.value(yes) : branch(this.test(test), this.value(yes), this.value(no)),
    match: ({ negated, left, right }) =>
      lift2(this.value(left), this.pattern(right), (value, pattern) =>
        pattern.test(this.machine.text(value)) !== negated ? 1 : 0,
      ),
    in: ({ index, name }) => {
      const array = this.array(name);
      return lift1(this.index(index), (key) => (array().has(key, this.machine.convfmt) ? 1 : 0));
    },
    call: (expr) => this.call(expr),
    builtin: (expr) => this.builtin(expr),
    'length of array': ({ name }) => {
      const { machine } = this;
      const at = this.parameters.indexOf(name);
      const array = this.array(name);
      return direct(() => {
        const value = at >= 0 ? machine.frame.values[at] : undefined;
        return at >= 0 && !(value instanceof AwkArray) ? machine.text(value).length : array().size;
      });
    },
    split: (expr) => this.split(expr),
    find: ({ text, pattern }) =>
      lift2(this.value(text), this.pattern(pattern), (value, how) => {
        const found = how.find(this.machine.text(value));
        const start = found ? found.start + 1 : 0;
        this.machine.cell('RSTART').value = start;
        this.machine.cell('RLENGTH').value = found ? found.end - found.start : -1;
        return start;
      }),
    substitute: (expr) => this.substitute(expr),
    getline: (expr) => this.getline(expr),
  };
}

function scalar(value: Value | AwkArray): Value {
  if (value instanceof AwkArray) throw new AwkError('reference to array as a scalar');
  return value;
}
