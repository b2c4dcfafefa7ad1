/**
 * Associative arrays that are walked in mawk's order: by hash chain (FNV-1a, chains doubled as the array grows), within a chain what was
 * touched last comes first. Integer subscripts have chains of their own until a text is looked up or the array is walked.
 */
import { toInt, toText, type Value } from './values.ts';

interface Node {
  readonly key: string;
  value: Value;
  hash: number;
  integer: number | undefined;
  /** When it last came to the front of its chains. */
  touched: number;
  integerTouched: number;
}

/** Elements of all arrays of a program. */
const MAX_ELEMENTS = 1_000_000;
const FIRST_CHAINS = 64;
const CHAIN_LENGTH = 12;

/** Too much for one program here. */
export class AwkMemory extends Error {}

export interface Room {
  elements: number;
}

function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ (text.charCodeAt(at) & 255), 16_777_619) >>> 0;
  return hash;
}

export class AwkArray {
  private readonly nodes = new Map<string, Node>();
  private chains = FIRST_CHAINS;
  private texts = false;
  private time = 0;
  /** As split() made it: a plain list. */
  private list = false;
  private readonly room: Room;

  constructor(room: Room) {
    this.room = room;
  }

  get size(): number {
    return this.nodes.size;
  }

  clear(): void {
    this.room.elements -= this.nodes.size;
    this.nodes.clear();
    this.chains = FIRST_CHAINS;
    this.texts = false;
    this.list = false;
  }

  /** What split() found. */
  load(values: readonly Value[]): void {
    this.clear();
    for (const [at, value] of values.entries()) this.create(String(at + 1), at + 1).value = value;
    this.list = true;
  }

  has(index: Value, format: string): boolean {
    return this.nodes.size > 0 && this.find(index, format, false) !== undefined;
  }

  get(index: Value, format: string): Value {
    return this.find(index, format, true)!.value;
  }

  set(index: Value, value: Value, format: string): void {
    this.find(index, format, true)!.value = value;
  }

  delete(index: Value, format: string): void {
    const node = this.nodes.size > 0 ? this.find(index, format, false) : undefined;
    if (!node) return;
    this.list = false;
    this.nodes.delete(node.key);
    this.room.elements--;
    if (this.nodes.size === 0) this.clear();
  }

  /** Subscripts in the order of `for (k in a)`. */
  keys(): readonly string[] {
    this.list = false;
    if (this.nodes.size === 0) return [];
    if (!this.texts) this.addTexts();
    return this.inOrder(
      (node) => node.hash,
      (node) => node.touched,
    ).map(({ key }) => key);
  }

  private inOrder(hash: (node: Node) => number, touched: (node: Node) => number): Node[] {
    const mask = this.chains - 1;
    const chain = (node: Node) => (hash(node) & mask) >>> 0;
    return [...this.nodes.values()].sort((a, b) => chain(a) - chain(b) || touched(b) - touched(a));
  }

  /** Gives every integer its place among the texts too. */
  private addTexts(): void {
    for (const node of this.inOrder(
      (each) => each.integer!,
      (each) => each.integerTouched,
    )) {
      node.hash = hashOf(node.key);
      node.touched = ++this.time;
    }
    this.texts = true;
  }

  private create(key: string, integer: number | undefined): Node {
    if (++this.room.elements > MAX_ELEMENTS) throw new AwkMemory();
    const node: Node = { key, value: undefined, hash: 0, integer, touched: 0, integerTouched: ++this.time };
    if (this.texts) {
      node.hash = hashOf(key);
      node.touched = this.time;
    }
    this.nodes.set(key, node);
    if (this.nodes.size > this.chains * CHAIN_LENGTH) this.chains *= 2;
    return node;
  }

  private find(index: Value, format: string, create: boolean): Node | undefined {
    const integer = typeof index === 'number' && toInt(index) === index ? (index === 0 ? 0 : index) : undefined;
    const key = integer === undefined ? toText(index, format) : String(integer);
    if (integer !== undefined) return this.findInteger(key, integer, create);
    this.list = false;
    if (!this.texts) this.addTexts();
    const node = this.nodes.get(key);
    if (!node) return create ? this.create(key, undefined) : undefined;
    node.touched = ++this.time;
    return node;
  }

  private findInteger(key: string, integer: number, create: boolean): Node | undefined {
    const node = this.nodes.get(key);
    if (this.list && node) return node;
    if (!node) {
      if (!create) return undefined;
      this.list = false;
      return this.create(key, integer);
    }
    if (node.integer === undefined) {
      node.integer = integer;
      node.touched = ++this.time;
    }
    node.integerTouched = ++this.time;
    return node;
  }
}
