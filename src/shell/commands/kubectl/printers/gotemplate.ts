/**
 * `-o go-template=`: the part of Go's text/template that people use on objects: fields, variables, range/else, if/else if, with,
 * pipelines, trim markers, comments, and the functions below. Left out: define/template/block, methods, break and continue.
 */
import { goJson, isDoc, sorted, type Value } from '../value.ts';
import { goPrint } from './jsonpath.ts';

export class GoTemplateError extends Error {}

type Missing = undefined;
type Result = Value | Missing;

type Expression =
  | { readonly type: 'literal'; readonly value: Value }
  | {
      readonly type: 'path';
      readonly base: Expression | 'dot' | 'root';
      readonly variable?: string;
      readonly keys: readonly string[];
    }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly type: 'pipe'; readonly stages: readonly Expression[] };

type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'print'; readonly pipe: Expression; readonly assign?: string; readonly declare?: boolean }
  | {
      readonly type: 'if' | 'with';
      readonly pipe: Expression;
      readonly assign?: string;
      readonly then: readonly Part[];
      readonly otherwise: readonly Part[];
    }
  | {
      readonly type: 'range';
      readonly pipe: Expression;
      readonly index?: string;
      readonly item?: string;
      readonly then: readonly Part[];
      readonly otherwise: readonly Part[];
    };

interface Token {
  readonly action: boolean;
  readonly text: string;
}

function tokens(source: string): Token[] {
  const out: Token[] = [];
  let at = 0;
  let trimNext = false;
  while (at < source.length) {
    const open = source.indexOf('{{', at);
    let plain = source.slice(at, open < 0 ? undefined : open);
    if (trimNext) plain = plain.replace(/^\s+/, '');
    if (open < 0) {
      if (plain) out.push({ action: false, text: plain });
      break;
    }
    const close = actionEnd(source, open + 2);
    let body = source.slice(open + 2, close);
    if (/^-\s/.test(body)) {
      plain = plain.replace(/\s+$/, '');
      body = body.slice(1);
    }
    trimNext = /\s-$/.test(body);
    if (trimNext) body = body.slice(0, -1);
    if (plain) out.push({ action: false, text: plain });
    if (!/^\s*\/\*[\s\S]*\*\/\s*$/.test(body)) out.push({ action: true, text: body.trim() });
    at = close + 2;
  }
  return out;
}

function actionEnd(source: string, from: number): number {
  let quote = '';
  for (let at = from; at < source.length; at++) {
    const char = source[at]!;
    if (quote) {
      if (char === '\\' && quote !== '`') at++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === '`') quote = char;
    else if (source.startsWith('}}', at)) return at;
  }
  throw new GoTemplateError(`template: output:1: unclosed action`);
}

function words(text: string): string[] {
  const out: string[] = [];
  const pattern = /\s+|"(?:[^"\\]|\\.)*"|`[^`]*`|:=|[=|(),]|\$\w*(?:\.\w+)*|(?:\.\w+)+|\.|[-+]?\d[\d.]*|[A-Za-z_]\w*|\)(?:\.\w+)*/y;
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) throw new GoTemplateError(`template: output:1: unexpected ${JSON.stringify(text[at])} in command`);
    if (match[0].trim() !== '') out.push(match[0]);
    at = pattern.lastIndex;
  }
  return out;
}

class ExpressionParser {
  readonly #words: readonly string[];
  #at = 0;

  constructor(list: readonly string[]) {
    this.#words = list;
  }

  pipeline(closing?: string): Expression {
    const stages = [this.#command()];
    while (this.#words[this.#at] === '|') {
      this.#at++;
      stages.push(this.#command());
    }
    const next = this.#words[this.#at];
    if (closing ? next !== closing : next !== undefined)
      throw new GoTemplateError(`template: output:1: unexpected ${JSON.stringify(next ?? 'EOF')} in operand`);
    this.#at++;
    return stages.length === 1 ? stages[0]! : { type: 'pipe', stages };
  }

  #command(): Expression {
    const first = this.#operand();
    const args: Expression[] = [];
    while (this.#at < this.#words.length && !['|', ')'].includes(this.#words[this.#at]!)) args.push(this.#operand());
    if (first.type === 'call') return { ...first, args };
    if (args.length > 0) throw new GoTemplateError("template: output:1: can't give argument to non-function");
    return first;
  }

  #operand(): Expression {
    const word = this.#words[this.#at++];
    if (word === undefined) throw new GoTemplateError('template: output:1: missing value for command');
    if (word === '(') {
      const inner = this.pipeline(')');
      const next = this.#words[this.#at];
      if (next && /^(?:\.\w+)+$/.test(next)) {
        this.#at++;
        return { type: 'path', base: inner, keys: next.slice(1).split('.') };
      }
      return inner;
    }
    if (word[0] === '"') return { type: 'literal', value: JSON.parse(word.replace(/\\'/g, "'").replace(/\\([av])/g, '\\u0007')) };
    if (word[0] === '`') return { type: 'literal', value: word.slice(1, -1) };
    if (word === '.') return { type: 'path', base: 'dot', keys: [] };
    if (word[0] === '.') return { type: 'path', base: 'dot', keys: word.slice(1).split('.') };
    if (word[0] === '$') {
      const [name, ...keys] = word.split('.');
      return { type: 'path', base: 'root', variable: name!, keys };
    }
    if (/^[-+]?\d/.test(word)) return { type: 'literal', value: Number(word) };
    if (word === 'true' || word === 'false') return { type: 'literal', value: word === 'true' };
    if (word === 'nil') return { type: 'literal', value: null };
    if (!Object.hasOwn(FUNCTIONS, word) && word !== 'and' && word !== 'or') {
      throw new GoTemplateError(`template: output:1: function ${JSON.stringify(word)} not defined`);
    }
    return { type: 'call', name: word, args: [] };
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(list: readonly Token[]) {
    this.#tokens = list;
  }

  all(): Part[] {
    const [parts, stop] = this.#block();
    if (stop !== undefined) throw new GoTemplateError(`template: output:1: unexpected {{${stop}}}`);
    return parts;
  }

  #block(): [Part[], string | undefined] {
    const parts: Part[] = [];
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at++]!;
      if (!token.action) parts.push({ type: 'text', text: token.text });
      else if (token.text === 'end' || /^else\b/.test(token.text)) return [parts, token.text];
      else parts.push(this.#action(token.text));
    }
    return [parts, undefined];
  }

  #action(text: string): Part {
    const list = words(text);
    const head = list[0];
    if (head === 'if' || head === 'with') return this.#branch(head, list.slice(1));
    if (head === 'range') return this.#range(list.slice(1));
    const { names, declare, rest } = declarations(list);
    return { type: 'print', pipe: new ExpressionParser(rest).pipeline(), assign: names[0], declare };
  }

  #rest(head: string): { then: Part[]; otherwise: Part[] } {
    const [then, stop] = this.#block();
    if (stop === undefined) throw new GoTemplateError('template: output:1: unexpected EOF');
    if (stop === 'end') return { then, otherwise: [] };
    const chained = /^else\s+(if|with)\b(.*)$/s.exec(stop);
    if (chained) return { then, otherwise: [this.#branch(chained[1] as 'if' | 'with', words(chained[2]!))] };
    const [otherwise, end] = this.#block();
    if (end !== 'end') throw new GoTemplateError(`template: output:1: expected end; found {{${end ?? head}}}`);
    return { then, otherwise };
  }

  #branch(type: 'if' | 'with', list: readonly string[]): Part {
    if (list.length === 0) throw new GoTemplateError(`template: output:1: missing value for ${type}`);
    const { names, rest } = declarations(list);
    return { type, pipe: new ExpressionParser(rest).pipeline(), assign: names[0], ...this.#rest(type) };
  }

  #range(list: readonly string[]): Part {
    if (list.length === 0) throw new GoTemplateError('template: output:1: missing value for range');
    const { names, rest } = declarations(list);
    const [index, item] = names.length === 2 ? [names[0], names[1]] : [undefined, names[0]];
    return { type: 'range', pipe: new ExpressionParser(rest).pipeline(), index, item, ...this.#rest('range') };
  }
}

function declarations(list: readonly string[]): { names: string[]; declare: boolean; rest: readonly string[] } {
  const mark = list.findIndex((word) => word === ':=' || word === '=');
  if (mark < 0) return { names: [], declare: false, rest: list };
  return { names: list.slice(0, mark).filter((word) => word !== ','), declare: list[mark] === ':=', rest: list.slice(mark + 1) };
}

function truth(value: Result): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return isDoc(value) ? Object.keys(value).length > 0 : true;
}

function printable(value: Result): string {
  return value === undefined ? '<no value>' : goPrint(value);
}

function sprintf(format: string, args: readonly Result[]): string {
  let next = 0;
  return format.replace(
    /%(-?)(0?)(\d*)(?:\.(\d+))?([vsdqtfgxX%])/g,
    (_all, left: string, zero: string, width: string, digits: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      if (next >= args.length) return `%!${verb}(MISSING)`;
      const value = args[next++];
      let text = printable(value);
      if (verb === 'q') text = JSON.stringify(text);
      else if (verb === 'f') text = Number(value).toFixed(digits === undefined ? 6 : Number(digits));
      else if (verb === 'x' || verb === 'X') text = typeof value === 'number' ? value.toString(16) : text;
      else if (verb === 'd' && typeof value !== 'number') text = `%!d(string=${text})`;
      else if (verb === 's' && typeof value === 'number') text = `%!s(int64=${text})`;
      const size = Number(width || 0);
      return left ? text.padEnd(size) : text.padStart(size, zero ? '0' : ' ');
    },
  );
}

function index(args: readonly Result[]): Result {
  let value = args[0];
  for (const key of args.slice(1)) {
    if (Array.isArray(value)) {
      const at = Number(key);
      if (at < 0 || at >= value.length) throw new GoTemplateError(`error calling index: index out of range: ${at}`);
      value = value[at] as Value;
    } else if (isDoc(value)) value = Object.hasOwn(value, String(key)) ? value[String(key)] : undefined;
    else throw new GoTemplateError('error calling index: index of untyped nil');
  }
  return value;
}

function order(a: Result, b: Result): number {
  if (typeof a !== typeof b) throw new GoTemplateError('incompatible types for comparison');
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

const FUNCTIONS: Readonly<Record<string, (args: readonly Result[]) => Result>> = {
  print: (args) => args.map(printable).join(''),
  println: (args) => `${args.map(printable).join(' ')}\n`,
  printf: ([format, ...rest]) => sprintf(String(format), rest),
  index,
  len: ([value]) =>
    Array.isArray(value) || typeof value === 'string' ? value.length : isDoc(value) ? Object.keys(value).length : 0,
  not: ([value]) => !truth(value),
  eq: ([first, ...rest]) => rest.some((other) => order(first, other) === 0),
  ne: ([a, b]) => order(a, b) !== 0,
  lt: ([a, b]) => order(a, b) < 0,
  le: ([a, b]) => order(a, b) <= 0,
  gt: ([a, b]) => order(a, b) > 0,
  ge: ([a, b]) => order(a, b) >= 0,
  exists: ([value, ...keys]) => {
    let here = value;
    for (const key of keys) {
      if (Array.isArray(here)) here = here[Number(key)] as Value | undefined;
      else if (isDoc(here) && Object.hasOwn(here, String(key))) here = here[String(key)];
      else return false;
      if (here === undefined) return false;
    }
    return true;
  },
  base64decode: ([value]) => decodeBase64(String(value)),
  html: ([value]) => printable(value).replace(/[&<>"']/g, (char) => HTML[char]!),
  js: ([value]) => goJson(printable(value)).slice(1, -1),
  urlquery: ([value]) => encodeURIComponent(printable(value)).replace(/%20/g, '+'),
};

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Text of standard base64. @throws GoTemplateError for text that is none */
export function decodeBase64(encoded: string): string {
  const bytes: number[] = [];
  let [bits, count] = [0, 0];
  for (const [at, char] of [...encoded.replace(/=+$/, '')].entries()) {
    const value = ALPHABET.indexOf(char);
    if (value < 0) throw new GoTemplateError(`base64 decode: illegal base64 data at input byte ${at}`);
    bits = (bits << 6) | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push((bits >> count) & 0xff);
    }
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

interface Scope {
  readonly dot: Result;
  readonly variables: Map<string, Result>[];
  readonly allowMissing: boolean;
}

function evaluate(expression: Expression, scope: Scope): Result {
  switch (expression.type) {
    case 'literal':
      return expression.value;
    case 'path':
      return follow(expression, scope);
    case 'pipe': {
      let value: Result;
      expression.stages.forEach((stage, at) => {
        if (at === 0) value = evaluate(stage, scope);
        else if (stage.type === 'call') value = call(stage.name, [...stage.args.map((arg) => evaluate(arg, scope)), value]);
        else throw new GoTemplateError("can't give argument to non-function");
      });
      return value;
    }
    case 'call':
      if (expression.name === 'and' || expression.name === 'or') return logic(expression, scope);
      return call(
        expression.name,
        expression.args.map((arg) => evaluate(arg, scope)),
      );
  }
}

function logic(expression: Extract<Expression, { type: 'call' }>, scope: Scope): Result {
  let value: Result;
  for (const arg of expression.args) {
    value = evaluate(arg, scope);
    if (truth(value) === (expression.name === 'or')) return value;
  }
  return value;
}

function call(name: string, args: readonly Result[]): Result {
  if (name === 'and') return args.find((arg) => !truth(arg)) ?? args.at(-1);
  if (name === 'or') return args.find(truth) ?? args.at(-1);
  return FUNCTIONS[name]!(args);
}

function follow(path: Extract<Expression, { type: 'path' }>, scope: Scope): Result {
  let value: Result;
  if (path.base === 'dot') value = scope.dot;
  else if (path.base === 'root') {
    const held = [...scope.variables].reverse().find((level) => level.has(path.variable!));
    if (!held) throw new GoTemplateError(`template: output:1: undefined variable ${JSON.stringify(path.variable)}`);
    value = held.get(path.variable!);
  } else value = evaluate(path.base, scope);
  for (const key of path.keys) {
    if (value === undefined || value === null) {
      if (scope.allowMissing) return undefined;
      throw new GoTemplateError(
        `template: output:1:2: executing "output" at <.${path.keys.join('.')}>: nil pointer evaluating interface {}.${key}`,
      );
    }
    if (!isDoc(value))
      throw new GoTemplateError(
        `template: output:1:2: executing "output" at <.${path.keys.join('.')}>: can't evaluate field ${key} in type interface {}`,
      );
    if (!Object.hasOwn(value, key)) {
      if (!scope.allowMissing)
        throw new GoTemplateError(
          `template: output:1:2: executing "output" at <.${path.keys.join('.')}>: map has no entry for key ${JSON.stringify(key)}`,
        );
      value = undefined;
    } else value = value[key];
  }
  return value;
}

function run(parts: readonly Part[], scope: Scope): string {
  const inner = (variables: readonly (readonly [string | undefined, Result])[], dot: Result): Scope => ({
    ...scope,
    dot,
    variables: [...scope.variables, new Map(variables.filter((pair): pair is [string, Result] => pair[0] !== undefined))],
  });
  return parts
    .map((part) => {
      if (part.type === 'text') return part.text;
      const value = evaluate(part.pipe, scope);
      if (part.type === 'print') {
        if (part.assign === undefined) return printable(value);
        const level = part.declare ? scope.variables.at(-1)! : scope.variables.findLast((one) => one.has(part.assign!));
        if (!level) throw new GoTemplateError(`template: output:1: undefined variable ${JSON.stringify(part.assign)}`);
        level.set(part.assign, value);
        return '';
      }
      if (part.type === 'range') {
        const entries = each(value);
        if (entries.length === 0) return run(part.otherwise, inner([], scope.dot));
        return entries
          .map(([key, item]) =>
            run(
              part.then,
              inner(
                [
                  [part.index, key],
                  [part.item, item],
                ],
                item,
              ),
            ),
          )
          .join('');
      }
      if (!truth(value)) return run(part.otherwise, inner([[part.assign, value]], scope.dot));
      return run(part.then, inner([[part.assign, value]], part.type === 'with' ? value : scope.dot));
    })
    .join('');
}

function each(value: Result): readonly (readonly [Value, Value])[] {
  if (Array.isArray(value)) return (value as readonly Value[]).map((item, at) => [at, item] as const);
  if (isDoc(value))
    return Object.keys(value)
      .sort()
      .map((key) => [key, value[key]!] as const);
  if (value === undefined || value === null) return [];
  if (typeof value === 'number') return Array.from({ length: value }, (_, at) => [at, at] as const);
  throw new GoTemplateError(`range can't iterate over ${printable(value)}`);
}

/** @throws GoTemplateError; so does the function it returns */
export function parseGoTemplate(source: string, allowMissing: boolean): (data: Value) => string {
  const parts = new Parser(tokens(source)).all();
  return (data) => run(parts, { dot: data, variables: [new Map([['$', sorted(data)]])], allowMissing });
}
