/**
 * The grammar of kubectl's own JSONPath (k8s.io/client-go/util/jsonpath/parser.go): text around `{…}` actions, filters, unions, slices,
 * `..`, quoted text and keys with `\.`. Error texts are client-go's.
 */

export class JsonPathError extends Error {}

export interface Param {
  readonly known: boolean;
  readonly value: number;
  readonly derived?: boolean;
}

export type Node =
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

/** The pieces of a template: text and actions. @throws JsonPathError */
export function parseNodes(text: string): readonly Node[] {
  return new Parser(text).parse();
}
