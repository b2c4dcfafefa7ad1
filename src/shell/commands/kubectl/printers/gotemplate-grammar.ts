/**
 * The grammar of Go's text/template, as far as people use it on objects: fields, variables, range/else, if/else if, with, pipelines,
 * trim markers, comments. Nodes know where they stand and how Go writes them, because its errors say both. Left out:
 * define/template/block, break and continue.
 */
import type { Value } from '../value.ts';

export class GoTemplateError extends Error {}

/** A number of the template's own: Go never compares an integer with a float. */
export class GoNumber {
  readonly value: number;
  readonly type: 'int' | 'float64';
  constructor(value: number, type: GoNumber['type'] = 'int') {
    this.value = value;
    this.type = type;
  }
}

interface Place {
  /** Offset in the template. */
  readonly at: number;
  /** As Go prints the node. */
  readonly text: string;
}

export type Expression = Place &
  (
    | { readonly type: 'literal'; readonly value: Value | GoNumber }
    | {
        readonly type: 'path';
        readonly base: Expression | 'dot' | 'variable';
        readonly variable?: string;
        readonly keys: readonly string[];
      }
    | { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[] }
    | { readonly type: 'pipe'; readonly stages: readonly Expression[] }
  );

interface Branches {
  readonly pipe: Expression;
  readonly then: readonly Part[];
  readonly otherwise: readonly Part[];
}

export type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'print'; readonly pipe: Expression; readonly assign?: string; readonly declare?: boolean }
  | (Branches & { readonly type: 'if' | 'with'; readonly assign?: string })
  | (Branches & { readonly type: 'range'; readonly index?: string; readonly item?: string });

interface Token {
  readonly action: boolean;
  readonly text: string;
  readonly at: number;
}

function fault(words: string): GoTemplateError {
  return new GoTemplateError(`template: output:1: ${words}`);
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
      if (plain) out.push({ action: false, text: plain, at });
      break;
    }
    const close = actionEnd(source, open + 2);
    let from = open + 2;
    let body = source.slice(from, close);
    if (/^-\s/.test(body)) {
      plain = plain.replace(/\s+$/, '');
      body = body.slice(1);
      from++;
    }
    trimNext = /\s-$/.test(body);
    if (trimNext) body = body.slice(0, -1);
    if (plain) out.push({ action: false, text: plain, at });
    if (!/^\s*\/\*[\s\S]*\*\/\s*$/.test(body)) {
      out.push({ action: true, text: body.trim(), at: from + body.length - body.trimStart().length });
    }
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
  if (quote) throw fault(quote === '`' ? 'unterminated raw quoted string' : 'unterminated quoted string');
  // What stands there may be no word at all, and is met first.
  words(source.slice(from), from);
  throw fault('unclosed action');
}

/** %#U. */
function shown(char: string): string {
  return `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${char}'`;
}

/** A field, a variable or a name ends only before one of these. */
const TERMINATOR = /^(?:[\s.,|:)(]|$)/;

/** What Go's lexer says of a word or of what is none. */
function checkWord(word: string, rest: string): void {
  const next = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  if (/^[-+]?\d/.test(word) && /^\w/.test(rest)) throw fault(`bad number syntax: ${JSON.stringify(word + next)}`);
  if (/^[$.A-Za-z_]/.test(word) && word !== '.' && !TERMINATOR.test(rest)) throw fault(`bad character ${shown(next)}`);
}

interface Word {
  readonly text: string;
  readonly at: number;
}

function words(text: string, offset: number): Word[] {
  const out: Word[] = [];
  const pattern = /\s+|"(?:[^"\\]|\\.)*"|`[^`]*`|:=|[=|(),]|\$\w*(?:\.\w+)*|(?:\.\w+)+|\.|[-+]?\d[\d.]*|[A-Za-z_]\w*/y;
  let at = 0;
  let depth = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    const char = String.fromCodePoint(text.codePointAt(at)!);
    if (!match)
      throw fault(/[!-~]/.test(char) ? `unexpected "${char}" in command` : `unrecognized character in action: ${shown(char)}`);
    if (match[0].trim() !== '') out.push({ text: match[0], at: offset + at });
    at = pattern.lastIndex;
    checkWord(match[0], text.slice(at));
    depth += match[0] === '(' ? 1 : match[0] === ')' ? -1 : 0;
    if (depth < 0) throw fault('unexpected right paren');
  }
  if (depth > 0) throw fault('unclosed left paren');
  return out;
}

const CONSTANTS: Readonly<Record<string, Value>> = { true: true, false: false, nil: null };

class ExpressionParser {
  readonly #words: readonly Word[];
  readonly #functions: ReadonlySet<string>;
  readonly #variables: readonly string[];
  #at = 0;

  constructor(list: readonly Word[], functions: ReadonlySet<string>, variables: readonly string[]) {
    this.#words = list;
    this.#functions = functions;
    this.#variables = variables;
  }

  #peek(): string | undefined {
    return this.#words[this.#at]?.text;
  }

  pipeline(closing?: string): Expression {
    const stages = [this.#command()];
    while (this.#peek() === '|') {
      this.#at++;
      stages.push(this.#command());
    }
    const next = this.#peek();
    if (closing ? next !== closing : next !== undefined) throw fault(`unexpected ${JSON.stringify(next ?? 'EOF')} in operand`);
    this.#at++;
    if (stages.length === 1) return stages[0]!;
    return { type: 'pipe', stages, at: stages[0]!.at, text: stages.map((stage) => stage.text).join(' | ') };
  }

  #command(): Expression {
    const first = this.#operand();
    const args: Expression[] = [];
    while (this.#at < this.#words.length && !['|', ')'].includes(this.#peek()!)) args.push(this.#operand());
    const text = [first, ...args].map((one) => (one.type === 'pipe' ? `(${one.text})` : one.text)).join(' ');
    if (first.type === 'call') return { ...first, args, text };
    if (args.length > 0) throw fault("can't give argument to non-function");
    return first;
  }

  #operand(): Expression {
    const word = this.#words[this.#at++];
    if (word === undefined) throw fault('missing value for command');
    const { text, at } = word;
    if (text === '(') {
      const inner = this.pipeline(')');
      const next = this.#words[this.#at];
      if (!next || !/^(?:\.\w+)+$/.test(next.text)) return inner;
      this.#at++;
      return { type: 'path', base: inner, keys: next.text.slice(1).split('.'), at: next.at, text: `(${inner.text})${next.text}` };
    }
    if (text[0] === '"') {
      return { type: 'literal', value: JSON.parse(text.replace(/\\'/g, "'").replace(/\\([av])/g, '\\u0007')), at, text };
    }
    if (text[0] === '`') return { type: 'literal', value: text.slice(1, -1), at, text };
    if (text[0] === '$') checkVariable(text.split('.')[0]!, this.#variables);
    if (text[0] === '.' || text[0] === '$') return path(text, at);
    if (/^[-+]?\d/.test(text)) {
      return { type: 'literal', value: new GoNumber(Number(text), text.includes('.') ? 'float64' : 'int'), at, text };
    }
    if (Object.hasOwn(CONSTANTS, text)) return { type: 'literal', value: CONSTANTS[text]!, at, text };
    if (!this.#functions.has(text)) throw fault(`function ${JSON.stringify(text)} not defined`);
    return { type: 'call', name: text, args: [], at, text };
  }
}

function checkVariable(name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw fault(`undefined variable ${JSON.stringify(name)}`);
}

/** `.a.b` or `$x.a`: Go says that a chain of fields stands where its second link does. */
function path(text: string, at: number): Expression {
  const [first, ...rest] = text.split('.');
  const second = text.indexOf('.', 1);
  const place = { at: second > 0 ? at + second : at, text };
  if (text[0] === '$') return { type: 'path', base: 'variable', variable: first!, keys: rest, ...place };
  return { type: 'path', base: 'dot', keys: text === '.' ? [] : rest, ...place };
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #functions: ReadonlySet<string>;
  #at = 0;
  /** Variables in sight; a block takes its own away with it. */
  #variables: readonly string[] = ['$'];

  constructor(list: readonly Token[], functions: ReadonlySet<string>) {
    this.#tokens = list;
    this.#functions = functions;
  }

  all(): Part[] {
    const [parts, stop] = this.#block();
    if (stop !== undefined) throw fault(`unexpected {{${stop.text}}}`);
    return parts;
  }

  #block(): [Part[], Token | undefined] {
    const parts: Part[] = [];
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at++]!;
      if (!token.action) parts.push({ type: 'text', text: token.text });
      else if (token.text === 'end' || /^else\b/.test(token.text)) return [parts, token];
      else parts.push(this.#action(token));
    }
    return [parts, undefined];
  }

  #pipe(list: readonly Word[]): Expression {
    return new ExpressionParser(list, this.#functions, this.#variables).pipeline();
  }

  #action(token: Token): Part {
    const list = words(token.text, token.at);
    const head = list[0]?.text;
    if (head === 'if' || head === 'with') return this.#branch(head, list.slice(1));
    if (head === 'range') return this.#range(list.slice(1));
    const { names, declare, rest } = this.#declarations(list);
    return { type: 'print', pipe: this.#pipe(rest), assign: names[0], declare };
  }

  #rest(head: string): { then: Part[]; otherwise: Part[] } {
    const [then, stop] = this.#block();
    if (stop === undefined) throw fault('unexpected EOF');
    if (stop.text === 'end') return { then, otherwise: [] };
    const chained = /^else\s+(if|with)\b/.exec(stop.text);
    if (chained) {
      const list = words(stop.text.slice(chained[0].length), stop.at + chained[0].length);
      return { then, otherwise: [this.#branch(chained[1] as 'if' | 'with', list)] };
    }
    const [otherwise, end] = this.#block();
    if (end?.text !== 'end') throw fault(`expected end; found {{${end?.text ?? head}}}`);
    return { then, otherwise };
  }

  #branch(type: 'if' | 'with', list: readonly Word[]): Part {
    if (list.length === 0) throw fault(`missing value for ${type}`);
    const outside = this.#variables;
    const { names, rest } = this.#declarations(list);
    const part = { type, pipe: this.#pipe(rest), assign: names[0], ...this.#rest(type) };
    this.#variables = outside;
    return part;
  }

  #range(list: readonly Word[]): Part {
    if (list.length === 0) throw fault('missing value for range');
    const outside = this.#variables;
    const { names, rest } = this.#declarations(list);
    const [index, item] = names.length === 2 ? [names[0], names[1]] : [undefined, names[0]];
    const part: Part = { type: 'range', pipe: this.#pipe(rest), index, item, ...this.#rest('range') };
    this.#variables = outside;
    return part;
  }

  #declarations(list: readonly Word[]): ReturnType<typeof declarations> {
    const found = declarations(list);
    if (found.declare) this.#variables = [...this.#variables, ...found.names];
    else for (const name of found.names) checkVariable(name, this.#variables);
    return found;
  }
}

function declarations(list: readonly Word[]): { names: string[]; declare: boolean; rest: readonly Word[] } {
  const mark = list.findIndex(({ text }) => text === ':=' || text === '=');
  if (mark < 0) return { names: [], declare: false, rest: list };
  const names = list.slice(0, mark).flatMap(({ text }) => (text === ',' ? [] : [text]));
  return { names, declare: list[mark]!.text === ':=', rest: list.slice(mark + 1) };
}

/** @throws GoTemplateError */
export function parseTemplate(source: string, functions: ReadonlySet<string>): readonly Part[] {
  return new Parser(tokens(source), functions).all();
}
