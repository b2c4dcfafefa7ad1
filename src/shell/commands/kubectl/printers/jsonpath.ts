/**
 * kubectl's own JSONPath (k8s.io/client-go/util/jsonpath): what a parsed template finds in an object (`range`/`end` included) and how
 * it is printed. Error texts are client-go's.
 */
import { goJson, isDoc, sorted, type Value } from '../value.ts';
import { goPrint, goType } from './gofmt.ts';
import { JsonPathError, type Node, type Param, parseNodes } from './jsonpath-grammar.ts';

export { JsonPathError } from './jsonpath-grammar.ts';

export interface Template {
  /** One list of values for each piece of the template. */
  find(data: Value, allowMissing: boolean): readonly (readonly Value[])[];
}

/** @throws JsonPathError */
export function parseJsonPath(text: string): Template {
  const nodes = parseNodes(text);
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
  return values.flatMap((value) => (value === null ? [] : [value, ...descend(children(value))]));
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
