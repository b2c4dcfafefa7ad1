/**
 * kubectl's own JSONPath (k8s.io/client-go/util/jsonpath): text around `{…}` actions, `range`/`end`, filters, unions, slices, `..`,
 * quoted text and keys with `\.`. Error texts are client-go's.
 */
import { goJson, isDoc, sorted, type Value } from '../value.ts';

export class JsonPathError extends Error {}

interface Param {
  readonly known: boolean;
  readonly value: number;
  readonly derived?: boolean;
}

type Node =
  | { readonly type: 'list'; readonly nodes: Node[] }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'array'; readonly params: readonly [Param, Param, Param] }
  | { readonly type: 'filter'; readonly left: Node; readonly right: Node; readonly operator: string }
  | { readonly type: 'literal'; readonly value: number | boolean }
  | { readonly type: 'wildcard' }
  | { readonly type: 'recursive' }
  | { readonly type: 'union'; readonly nodes: readonly Node[] }
  | { readonly type: 'identifier'; readonly name: string };

const TERMINATORS = new Set([' ', '\t', '\r', '\n', '', '.', ',', '[', ']', '$', '@', '{', '}']);

class Parser {
  readonly #input: string;
  #at = 0;
  readonly root: Node[] = [];

  constructor(input: string) {
    this.#input = input;
  }

  parse(): Node[] {
    while (this.#at < this.#input.length) {
      const open = this.#input.indexOf('{', this.#at);
      const end = open < 0 ? this.#input.length : open;
      if (end > this.#at) this.root.push({ type: 'text', text: this.#input.slice(this.#at, end) });
      this.#at = end;
      if (open < 0) break;
      this.#at++;
      this.root.push({ type: 'list', nodes: this.#action() });
    }
    return this.root;
  }

  #action(): Node[] {
    const nodes: Node[] = [];
    for (;;) {
      const rest = this.#input.slice(this.#at);
      const char = rest[0] ?? '';
      if (char === '}') {
        this.#at++;
        return nodes;
      }
      if (rest.startsWith('[?(')) nodes.push(this.#filter());
      else if (rest.startsWith('..')) this.#recursive(nodes);
      else if (char === '' || char === '\n' || char === '\r') throw new JsonPathError('unclosed action');
      else if (char === ' ' || char === '@' || char === '$') this.#at++;
      else if (char === '[') nodes.push(...this.#array());
      else if (char === '"' || char === "'") nodes.push(this.#quoted(char));
      else if (char === '.') {
        this.#at++;
        nodes.push(this.#field());
      } else if (/[-+\d]/.test(char)) nodes.push(this.#number());
      else if (/[\p{L}_]/u.test(char)) nodes.push(this.#identifier());
      else throw new JsonPathError(`unrecognized character in action: ${unicodeName(rest)}`);
    }
  }

  #recursive(nodes: Node[]): void {
    if (nodes.at(-1)?.type === 'recursive') throw new JsonPathError('invalid multiple recursive descent');
    this.#at += 2;
    nodes.push({ type: 'recursive' });
    if (/[\p{L}\d_]/u.test(this.#input[this.#at] ?? '')) nodes.push(this.#field());
  }

  #field(): Node {
    let name = '';
    while (!TERMINATORS.has(this.#input[this.#at] ?? '')) {
      const char = this.#input[this.#at]!;
      if (char === '\\') {
        name += this.#input[this.#at + 1] ?? '';
        this.#at += 2;
      } else {
        name += char;
        this.#at++;
      }
    }
    return name === '*' ? { type: 'wildcard' } : { type: 'field', name: name.replaceAll('\\', '') };
  }

  #identifier(): Node {
    const start = this.#at;
    while (!TERMINATORS.has(this.#input[this.#at] ?? '')) this.#at++;
    const name = this.#input.slice(start, this.#at);
    return name === 'true' || name === 'false' ? { type: 'literal', value: name === 'true' } : { type: 'identifier', name };
  }

  #number(): Node {
    const match = /^[-+]?[\d.]*/.exec(this.#input.slice(this.#at))![0];
    this.#at += match.length;
    if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(match)) throw new JsonPathError(`cannot parse number ${match}`);
    return { type: 'literal', value: Number(match) };
  }

  #quoted(end: string): Node {
    const start = this.#at++;
    for (;;) {
      const char = this.#input[this.#at++];
      if (char === undefined || char === '\n') throw new JsonPathError('unterminated quoted string');
      if (char === end && this.#input[this.#at - 2] !== '\\') break;
    }
    return { type: 'text', text: unquote(this.#input.slice(start, this.#at)) };
  }

  #filter(): Node {
    this.#at += 3;
    const start = this.#at;
    let pair = '';
    let closed = false;
    for (;;) {
      const char = this.#input[this.#at++];
      if (char === undefined || char === '\n') throw new JsonPathError('unterminated filter');
      if (char === '"' || char === "'") {
        if (pair === '') pair = char;
        else if (this.#input[this.#at - 2] !== '\\' && char === pair) closed = true;
      } else if (char === ')' && (pair !== '') === closed) break;
    }
    const inner = this.#input.slice(start, this.#at - 1);
    if (this.#input[this.#at++] !== ']') throw new JsonPathError('unclosed array expect ]');
    const match = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(inner);
    if (!match) return { type: 'filter', left: sub(inner), right: { type: 'list', nodes: [] }, operator: 'exists' };
    return { type: 'filter', left: sub(match[1]!), right: sub(match[3]!), operator: match[2]! };
  }

  #array(): Node[] {
    const close = this.#input.indexOf(']', this.#at);
    const line = this.#input.indexOf('\n', this.#at);
    if (close < 0 || (line >= 0 && line < close)) throw new JsonPathError('unterminated array');
    let inner = this.#input.slice(this.#at + 1, close);
    this.#at = close + 1;
    if (inner === '*') inner = ':';
    const parts = inner.split(',');
    if (parts.length > 1) return [{ type: 'union', nodes: parts.map((part) => sub(`[${part.replace(/^ +| +$/g, '')}]`)) }];
    const key = /^'([^']*)'$/.exec(inner);
    if (key) {
      const list = sub(`.${key[1]}`);
      return list.type === 'list' ? list.nodes : [list];
    }
    return [{ type: 'array', params: slice(inner) }];
  }
}

function slice(inner: string): readonly [Param, Param, Param] {
  const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(inner);
  if (!match) throw new JsonPathError(`invalid array index ${inner}`);
  const first = match[1]!;
  if (first === '-') throw new JsonPathError('array index - is not a number');
  const start: Param = first === '' ? { known: false, value: 0 } : { known: true, value: Number(first) };
  const bound = (text: string | undefined): Param | undefined => {
    if (text === undefined) return undefined;
    const digits = text.slice(1);
    if (digits === '-') throw new JsonPathError('array index - is not a number');
    return digits === '' ? { known: false, value: 0 } : { known: true, value: Number(digits) };
  };
  const end = bound(match[2]) ?? { known: true, value: start.value + 1, derived: true };
  return [start, end, bound(match[3]) ?? { known: false, value: 0 }];
}

/** An action of its own, as client-go parses `{text}`. */
function sub(text: string): Node {
  const nodes = new Parser(`{${text}}`).parse();
  return nodes[0]!;
}

function unicodeName(rest: string): string {
  const char = [...rest][0]!;
  return `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${char}'`;
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\' };

function unquote(quoted: string): string {
  const mark = quoted[0]!;
  const body = quoted.slice(1, -1);
  const bad = () => new JsonPathError(`unquote string ${quoted} error invalid syntax`);
  let out = '';
  for (let at = 0; at < body.length; at++) {
    const char = body[at]!;
    if (char === mark) throw bad();
    if (char !== '\\') {
      out += char;
      continue;
    }
    const next = body[++at] ?? '';
    if (Object.hasOwn(SIMPLE, next)) out += SIMPLE[next];
    else if (next === mark) out += next;
    else {
      const code = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/.exec(body.slice(at));
      if (!code) throw bad();
      out += String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? code[3] ?? code[4]!, code[4] ? 8 : 16));
      at += code[0].length - 1;
    }
  }
  return out;
}

export interface Template {
  /** One list of values for each piece of the template. */
  find(data: Value, allowMissing: boolean): readonly (readonly Value[])[];
}

/** @throws JsonPathError */
export function parseJsonPath(text: string): Template {
  const nodes = new Parser(text).parse();
  return {
    find(data, allowMissing) {
      const walker = new Walker(allowMissing);
      return walker.results(nodes, 0, nodes.length, data);
    },
  };
}

/** The keyword an action starts with. */
function keyword(node: Node): string | undefined {
  if (node.type !== 'list') return undefined;
  const first = node.nodes[0];
  return first?.type === 'identifier' && (first.name === 'range' || first.name === 'end') ? first.name : undefined;
}

class Walker {
  readonly #allowMissing: boolean;
  #depth = 0;

  constructor(allowMissing: boolean) {
    this.#allowMissing = allowMissing;
  }

  results(nodes: readonly Node[], from: number, to: number, data: Value): (readonly Value[])[] {
    const found: (readonly Value[])[] = [];
    for (let at = from; at < to; at++) {
      const node = nodes[at]!;
      const word = keyword(node);
      if (word === 'end') {
        if (this.#depth === 0) throw new JsonPathError('not in range, nothing to end');
        continue;
      }
      if (word !== 'range') {
        found.push(this.#walk([data], node));
        continue;
      }
      const end = endOf(nodes, at, to);
      const each = this.#list([data], (node as { nodes: readonly Node[] }).nodes.slice(1));
      this.#depth++;
      for (const value of each) found.push(...this.results(nodes, at + 1, end, value));
      this.#depth--;
      at = end;
    }
    return found;
  }

  #list(values: readonly Value[], nodes: readonly Node[]): readonly Value[] {
    let current = values;
    for (const node of nodes) current = this.#walk(current, node);
    return current;
  }

  #walk(values: readonly Value[], node: Node): readonly Value[] {
    switch (node.type) {
      case 'list':
        return this.#list(values, node.nodes);
      case 'text':
        return [node.text];
      case 'literal':
        return values.map(() => node.value);
      case 'field':
        return this.#field(values, node.name);
      case 'array':
        return this.#array(values, node.params);
      case 'filter':
        return this.#filter(values, node);
      case 'union':
        return node.nodes.flatMap((one) => this.#walk(values, one));
      case 'wildcard':
        return values.flatMap(children);
      case 'recursive':
        return descend(values);
      case 'identifier':
        throw new JsonPathError(`unrecognized identifier ${node.name}`);
    }
  }

  #field(values: readonly Value[], name: string): readonly Value[] {
    if (values.length === 0) return [];
    const found: Value[] = [];
    for (const value of values) {
      if (isDoc(value) && Object.hasOwn(value, name)) found.push(value[name]!);
    }
    if (found.length === 0 && !this.#allowMissing) throw new JsonPathError(`${name} is not found`);
    return found;
  }

  #array(values: readonly Value[], params: readonly [Param, Param, Param]): readonly Value[] {
    const found: Value[] = [];
    for (const value of values) {
      if (value === null) continue;
      if (!Array.isArray(value)) throw new JsonPathError(`${goType(value)} is not array or slice`);
      const length = value.length;
      let start = params[0].known ? params[0].value : 0;
      if (start < 0) start += length;
      let end = params[1].known ? params[1].value : length;
      if (end < 0 || (end === 0 && params[1].derived)) end += length;
      if (start === end) return found;
      if (start >= length || start < 0) throw new JsonPathError(`array index out of bounds: index ${start}, length ${length}`);
      if (end > length || end < 0) throw new JsonPathError(`array index out of bounds: index ${end - 1}, length ${length}`);
      if (start > end) throw new JsonPathError(`starting index ${start} is greater than ending index ${end}`);
      const step = params[2].known ? params[2].value : 1;
      if (step <= 0) throw new JsonPathError('step must be > 0');
      for (let at = start; at < end; at += step) found.push(value[at]!);
    }
    return found;
  }

  #filter(values: readonly Value[], node: Extract<Node, { type: 'filter' }>): readonly Value[] {
    const found: Value[] = [];
    for (const value of values) {
      if (!Array.isArray(value)) throw new JsonPathError(`${goPrint(value)} is not array or slice and cannot be filtered`);
      for (const item of value as readonly Value[]) {
        if (node.operator === 'exists') {
          if (this.#exists(item, node.left)) found.push(item);
          continue;
        }
        const lefts = this.#walk([item], node.left);
        if (lefts.length === 0) continue;
        if (lefts.length > 1) throw new JsonPathError('can only compare one element at a time');
        const rights = this.#walk([item], node.right);
        if (rights.length === 0) continue;
        if (rights.length > 1) throw new JsonPathError('can only compare one element at a time');
        if (compare(lefts[0]!, rights[0]!, node.operator)) found.push(item);
      }
    }
    return found;
  }

  #exists(item: Value, left: Node): boolean {
    try {
      return this.#walk([item], left).length > 0;
    } catch (error) {
      if (error instanceof JsonPathError) return false;
      throw error;
    }
  }
}

function endOf(nodes: readonly Node[], at: number, to: number): number {
  let depth = 0;
  for (let index = at + 1; index < to; index++) {
    const word = keyword(nodes[index]!);
    if (word === 'range') depth++;
    if (word === 'end' && depth-- === 0) return index;
  }
  return to;
}

function children(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value as readonly Value[];
  if (isDoc(value))
    return Object.keys(value)
      .sort()
      .map((key) => value[key]!);
  return [];
}

function descend(values: readonly Value[]): Value[] {
  return values.flatMap((value) => {
    const inner = children(value);
    return inner.length > 0 ? [value, ...descend(inner)] : [];
  });
}

function sort(value: Value): string {
  return typeof value === 'number' ? (Number.isInteger(value) ? 'int' : 'float') : typeof value;
}

function compare(left: Value, right: Value, operator: string): boolean {
  const kinds = [sort(left), sort(right)];
  if (left === null || right === null || typeof left === 'object' || typeof right === 'object') {
    throw new JsonPathError('invalid type for comparison');
  }
  if (kinds[0] !== kinds[1]) throw new JsonPathError('incompatible types for comparison');
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (kinds[0] === 'boolean') throw new JsonPathError('invalid type for comparison');
  if (operator === '<') return left < right;
  if (operator === '>') return left > right;
  if (operator === '<=') return left <= right;
  if (operator === '>=') return left >= right;
  throw new JsonPathError(`unrecognized filter operator ${operator}`);
}

export function goType(value: Value): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isDoc(value)) return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Go's fmt.Sprint of a JSON value: `map[a:1 b:[x y]]`. */
export function goPrint(value: Value): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(goPrint).join(' ')}]`;
  if (isDoc(value))
    return `map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${goPrint(value[key]!)}`)
      .join(' ')}]`;
  return String(value);
}

/** Go's `%#v` of a JSON value. */
export function goSyntax(value: Value): string {
  if (value === null) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${(value as readonly Value[]).map(goSyntax).join(', ')}}`;
  if (isDoc(value)) {
    const pairs = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key]!)}`);
    return `map[string]interface {}{${pairs.join(', ')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function show(value: Value): string {
  return typeof value === 'object' && value !== null ? goJson(sorted(value)) : goPrint(value);
}

/** The text of `-o jsonpath=`. @throws JsonPathError */
export function printJsonPath(template: Template, data: Value, allowMissing: boolean, asJson = false): string {
  return template
    .find(data, allowMissing)
    .map((values) => (asJson ? `${goJson(sorted([...values]), '    ')}\n` : values.map(show).join(' ')))
    .join('');
}
