/** Statements of an awk program as pieces that run, and the program as a whole. */
import type { Program, Rule, Statement } from './ast.ts';
import { printed } from './builtins.ts';
import { branch, type Code, direct, drive, lift1, lift2, liftAll, type Steps, waiting } from './code.ts';
import { Compiler } from './compile.ts';
import { AwkExit, type Machine } from './machine.ts';
import type { Output } from './streams.ts';
import { Input, numberText, toInt, toNumber, toText, type Value } from './values.ts';

/** How a statement ends. */
type Flow = 'on' | 'break' | 'continue' | 'next' | 'nextfile' | 'return';

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>;
type Compilers = { readonly [K in Statement['kind']]: (statement: Of<K>) => Code<Flow> };

const ON = direct((): Flow => 'on');

class StatementCompiler extends Compiler {
  statement(statement: Statement): Code<Flow> {
    return (this.statements[statement.kind] as (each: Statement) => Code<Flow>)(statement);
  }

  private sequence(list: readonly Code<Flow>[]): Code<Flow> {
    if (list.length === 0) return ON;
    if (list.length === 1) return list[0]!;
    if (list.every(({ now }) => now)) {
      const all = list.map(({ now }) => now!);
      return direct(() => {
        for (const now of all) {
          const flow = now();
          if (flow !== 'on') return flow;
        }
        return 'on';
      });
    }
    return waiting(function* () {
      for (const { now, steps } of list) {
        const flow = now ? now() : yield* steps();
        if (flow !== 'on') return flow;
      }
      return 'on';
    });
  }

  /** Turns while the test holds; `first` runs the body once before. */
  private loop(test: Code<boolean>, body: Code<Flow>, after: Code<unknown> | undefined, first: boolean): Code<Flow> {
    const { machine } = this;
    return waiting(function* (): Steps<Flow> {
      for (let once = first; once || (test.now ? test.now() : yield* test.steps()); once = false) {
        const wait = machine.turn();
        if (wait) yield wait;
        const flow = body.now ? body.now() : yield* body.steps();
        if (flow === 'break') return 'on';
        if (flow !== 'on' && flow !== 'continue') return flow;
        if (after) {
          if (after.now) after.now();
          else yield* after.steps();
        }
      }
      return 'on';
    });
  }

  private output(to: { readonly operator: string; readonly name: Parameters<Compiler['value']>[0] } | undefined): Code<Output> {
    const { machine } = this;
    if (!to) return direct(() => machine.streams.main);
    return lift1(this.value(to.name), (name) => machine.outputFor(to.operator, name));
  }

  private print({ args, to }: Of<'print' | 'printf'>): Code<Flow> {
    const { machine } = this;
    const [ofs, ors, ofmt] = ['OFS', 'ORS', 'OFMT'].map((name) => machine.cell(name)) as [
      { value: Value },
      { value: Value },
      { value: Value },
    ];
    const shown = (value: Value) =>
      typeof value === 'number' ? numberText(value, machine.text(ofmt.value)) : toText(value, machine.convfmt);
    const text =
      args.length === 0
        ? direct(() => machine.text(machine.record.get(0)))
        : liftAll(
            args.map((each) => this.value(each)),
            (values) => (values.length === 1 ? shown(values[0]) : values.map(shown).join(machine.text(ofs.value))),
          );
    return lift2(text, this.output(to), (line, output): Flow => {
      output.write(line + machine.text(ors.value));
      return 'on';
    });
  }

  private printf({ args, to }: Of<'print' | 'printf'>): Code<Flow> {
    const { machine } = this;
    const text = liftAll(
      args.map((each) => this.value(each)),
      (values) => printed(machine, 'printf', values),
    );
    return lift2(text, this.output(to), (made, output): Flow => {
      output.write(made);
      return 'on';
    });
  }

  private forIn({ variable, name, body }: Of<'for in'>): Code<Flow> {
    const { machine } = this;
    const array = this.array(name);
    const place = this.place({ kind: 'variable', name: variable });
    const inside = this.statement(body);
    return waiting(function* (): Steps<Flow> {
      const to = place.now!();
      for (const key of array().keys()) {
        const wait = machine.turn();
        if (wait) yield wait;
        to.set(key);
        const flow = inside.now ? inside.now() : yield* inside.steps();
        if (flow === 'break') return 'on';
        if (flow !== 'on' && flow !== 'continue') return flow;
      }
      return 'on';
    });
  }

  private readonly jump = ({ kind }: Of<'break' | 'continue' | 'next' | 'nextfile'>): Code<Flow> => direct((): Flow => kind);

  private readonly leave = ({ kind, value }: Of<'exit' | 'return'>): Code<Flow> => {
    const { machine } = this;
    const given = value ? this.value(value) : direct((): Value => undefined);
    return lift1(given, (result): Flow => {
      if (kind === 'return') {
        machine.frame.result = result;
        return 'return';
      }
      if (value) machine.status = toInt(toNumber(result)) & 255;
      throw new AwkExit();
    });
  };

  private readonly statements: Compilers = {
    block: ({ body }) => this.sequence(body.map((each) => this.statement(each))),
    expression: ({ value }) => lift1(this.value(value), (): Flow => 'on'),
    print: (statement) => this.print(statement),
    printf: (statement) => this.printf(statement),
    if: ({ test, yes, no }) => branch(this.test(test), this.statement(yes), no ? this.statement(no) : ON),
    while: ({ test, body }) => this.loop(this.test(test), this.statement(body), undefined, false),
    do: ({ test, body }) => this.loop(this.test(test), this.statement(body), undefined, true),
    for: ({ first, test, step, body }) => {
      const loop = this.loop(test ? this.test(test) : direct(() => true), this.statement(body), step && this.value(step), false);
      return first ? this.sequence([lift1(this.value(first), (): Flow => 'on'), loop]) : loop;
    },
    'for in': (statement) => this.forIn(statement),
    break: this.jump,
    continue: this.jump,
    next: this.jump,
    nextfile: this.jump,
    exit: this.leave,
    return: this.leave,
    delete: ({ name, index }) => {
      const array = this.array(name);
      if (!index)
        return direct((): Flow => {
          array().clear();
          return 'on';
        });
      return lift1(this.value(index.length === 1 ? index[0]! : { kind: 'group', items: index }), (key): Flow => {
        array().delete(key, this.machine.convfmt);
        return 'on';
      });
    },
  };

  /** A rule with its pattern; a range remembers whether it is inside. */
  rule({ pattern, until, body }: Rule): Code<Flow> {
    const action = body ? this.statement(body) : this.print({ kind: 'print', args: [] });
    if (!pattern) return action;
    if (!until) return branch(this.test(pattern), action, ON);
    const [begins, ends] = [this.test(pattern), this.test(until)];
    let inside = false;
    return waiting(function* () {
      if (!inside) inside = begins.now ? begins.now() : yield* begins.steps();
      if (!inside) return 'on';
      if (ends.now ? ends.now() : yield* ends.steps()) inside = false;
      return action.now ? action.now() : yield* action.steps();
    });
  }
}

/** Runs a program to its end. */
export async function runProgram(program: Program, machine: Machine): Promise<void> {
  const compiler = new StatementCompiler(machine, program.functions, program.arrays);
  for (const { name, parameters, body } of program.functions.values()) {
    compiler.parameters = parameters;
    compiler.define(name, compiler.statement(body));
  }
  compiler.parameters = [];
  const begin = program.begin.map((each) => compiler.statement(each));
  const rules = program.rules.map((each) => compiler.rule(each));
  const end = program.end.map((each) => compiler.statement(each));
  try {
    for (const block of begin) await drive(block);
    if (rules.length > 0 || end.length > 0) await eachRecord(rules, machine);
  } catch (error) {
    if (!(error instanceof AwkExit)) throw error;
    if (begin.length > 0 && end.length === 0) return;
  }
  try {
    for (const block of end) await drive(block);
  } catch (error) {
    if (!(error instanceof AwkExit)) throw error;
  }
}

async function eachRecord(rules: readonly Code<Flow>[], machine: Machine): Promise<void> {
  for (;;) {
    const wait = machine.turn();
    if (wait) await wait;
    const text = machine.heldRecord() ?? (await machine.nextRecord());
    if (text === undefined) return;
    machine.record.set(new Input(text));
    for (const rule of rules) {
      const flow = rule.now ? rule.now() : await drive(rule);
      if (flow === 'next') break;
      if (flow === 'nextfile') {
        machine.skipFile();
        break;
      }
    }
  }
}
