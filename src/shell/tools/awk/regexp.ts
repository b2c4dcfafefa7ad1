/**
 * mawk's extended regular expressions (no intervals), matched by an automaton: the leftmost, longest match, in time that grows with
 * the text whatever the expression. Texts are a character a byte.
 */

/** What mawk says after `regular expression compile failed`. */
export class PatternError extends Error {
  readonly pattern: string;
  constructor(why: string, pattern: string) {
    super(why);
    this.pattern = pattern;
  }
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\v\f\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

type Tree =
  | { readonly kind: 'set'; readonly members: Uint8Array }
  | { readonly kind: 'empty' }
  | { readonly kind: 'start' | 'finish' }
  | { readonly kind: 'sequence' | 'either'; readonly parts: readonly Tree[] }
  | { readonly kind: 'repeat'; readonly part: Tree; readonly least: 0 | 1; readonly many: boolean };

const setOf = (...chars: readonly string[]): Tree => {
  const members = new Uint8Array(256);
  for (const char of chars) members[char.charCodeAt(0) & 255] = 1;
  return { kind: 'set', members };
};
const ANY: Tree = { kind: 'set', members: new Uint8Array(256).fill(1) };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', f: '\f', b: '\b', r: '\r', a: '\x07', v: '\v' };
const MAX_DEPTH = 200;

class Reader {
  private at = 0;
  private depth = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  read(): Tree {
    return this.either();
  }

  private fail(why: string): never {
    throw new PatternError(why, this.text);
  }

  private either(): Tree {
    const parts = [this.sequence()];
    while (this.text[this.at] === '|') {
      this.at++;
      parts.push(this.sequence());
    }
    return parts.length === 1 ? parts[0]! : { kind: 'either', parts };
  }

  private ends(): boolean {
    const char = this.text[this.at];
    return char === undefined || char === '|' || (char === ')' && this.depth > 0);
  }

  private sequence(): Tree {
    const parts: Tree[] = [];
    if (this.ends()) {
      if (this.text === '') return { kind: 'empty' };
      this.fail(this.text[this.at] === undefined && this.depth > 0 ? "missing ')'" : 'missing operand');
    }
    while (!this.ends()) parts.push(this.repeated());
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  private repeated(): Tree {
    let part = this.atom();
    for (let char = this.text[this.at]; char === '*' || char === '+' || char === '?'; char = this.text[this.at]) {
      this.at++;
      part = { kind: 'repeat', part, least: char === '+' ? 1 : 0, many: char !== '?' };
    }
    return part;
  }

  private atom(): Tree {
    const char = this.text[this.at++]!;
    if (char === '*' || char === '+' || char === '?') this.fail('missing operand');
    if (char === '(') {
      if (++this.depth > MAX_DEPTH) this.fail('bad expression');
      const inside = this.either();
      if (this.text[this.at] !== ')') this.fail("missing ')'");
      this.at++;
      this.depth--;
      return inside;
    }
    if (char === '.') return ANY;
    if (char === '^') return { kind: 'start' };
    if (char === '$') return { kind: 'finish' };
    if (char === '[') return this.bracket();
    if (char === '\\') return setOf(this.escape());
    return setOf(char);
  }

  private escape(): string {
    const rest = this.text.slice(this.at);
    const octal = /^[0-7]{1,3}/.exec(rest)?.[0];
    if (octal) {
      this.at += octal.length;
      return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    }
    const char = this.text[this.at++];
    return char === undefined ? '\\' : (ESCAPES[char] ?? char);
  }

  private bracket(): Tree {
    const members = new Uint8Array(256);
    const negated = this.text[this.at] === '^';
    if (negated) this.at++;
    for (let first = true; ; first = false) {
      const char = this.text[this.at];
      if (char === undefined) return this.fail('bad class -- [], [^] or [');
      if (char === ']' && !first) break;
      const named = char === '[' ? /^\[:(\w+):\]/.exec(this.text.slice(this.at)) : null;
      if (named && CLASSES[named[1]!]) {
        for (let code = 0; code < 256; code++) if (CLASSES[named[1]!]!.test(String.fromCharCode(code))) members[code] = 1;
        this.at += named[0].length;
        continue;
      }
      const from = this.member();
      let to = from;
      if (this.text[this.at] === '-' && this.text[this.at + 1] !== undefined && this.text[this.at + 1] !== ']') {
        this.at++;
        to = this.member();
      }
      for (let code = from.charCodeAt(0) & 255; code <= (to.charCodeAt(0) & 255); code++) members[code] = 1;
    }
    this.at++;
    return { kind: 'set', members: negated ? members.map((each) => 1 - each) : members };
  }

  private member(): string {
    const char = this.text[this.at++]!;
    return char === '\\' && this.text[this.at] !== undefined ? this.escape() : char;
  }
}

/** A state: reads one of `members`, or goes on freely to `next` (at the start or the end of the text only, when it says so). */
interface State {
  readonly members?: Uint8Array;
  readonly only?: 'start' | 'finish';
  readonly next: number[];
}

class Builder {
  readonly states: State[] = [{ next: [] }];

  /** Adds what leads from a new state to `to`. @returns that state */
  add(tree: Tree, to: number): number {
    if (this.states.length > 20_000) throw new PatternError('regular expression too big', '');
    switch (tree.kind) {
      case 'empty':
        return to;
      case 'set':
        return this.push({ members: tree.members, next: [to] });
      case 'start':
      case 'finish':
        return this.push({ only: tree.kind, next: [to] });
      case 'sequence':
        return tree.parts.reduceRight((after, part) => this.add(part, after), to);
      case 'either':
        return this.push({ next: tree.parts.map((part) => this.add(part, to)) });
      case 'repeat': {
        if (!tree.many) return this.push({ next: [this.add(tree.part, to), to] });
        const loop = this.push({ next: [to] });
        const inside = this.add(tree.part, loop);
        this.states[loop]!.next.push(inside);
        return tree.least === 0 ? loop : inside;
      }
    }
  }

  private push(state: State): number {
    this.states.push(state);
    return this.states.length - 1;
  }
}

interface Step {
  readonly states: readonly number[];
  readonly accepts: boolean;
  /** Whether it would accept if the text ended here. */
  readonly acceptsAtEnd: boolean;
  readonly next: (Step | undefined)[];
}

const MAX_STEPS = 2000;

export class Pattern {
  private readonly states: readonly State[];
  private readonly first: number;
  private steps = new Map<string, Step>();
  /** Before the first character, and before any other. */
  private begin: readonly [Step, Step] | undefined;
  /** Where a match can begin other than at the start of the text. */
  private readonly anchored: boolean;

  constructor(source: string) {
    const builder = new Builder();
    this.first = builder.add(new Reader(source).read(), 0);
    this.states = builder.states;
    const { states, accepts, acceptsAtEnd } = this.beginning(false);
    this.anchored = states.length === 0 && !accepts && !acceptsAtEnd;
  }

  private beginning(atStart: boolean): Step {
    this.begin ??= [this.step([this.first], true), this.step([this.first], false)];
    return this.begin[atStart ? 0 : 1];
  }

  /** The states reached freely from `from`. */
  private step(from: readonly number[], atStart: boolean): Step {
    const found = new Set<number>();
    const stack = [...from].reverse();
    const ends = new Set<number>();
    const follow = (list: number[], seen: Set<number>, atEnd: boolean) => {
      while (list.length > 0) {
        const at = list.pop()!;
        if (seen.has(at)) continue;
        const state = this.states[at]!;
        if (state.only === 'start' && !atStart) continue;
        if (state.only === 'finish' && !atEnd) continue;
        seen.add(at);
        if (!state.members) list.push(...state.next);
      }
    };
    follow(stack, found, false);
    follow([...from], ends, true);
    const states = [...found].filter((at) => this.states[at]!.members).sort((a, b) => a - b);
    const accepts = found.has(0);
    const key = `${states.join(',')};${accepts ? 1 : 0}${ends.has(0) ? 1 : 0}`;
    let step = this.steps.get(key);
    if (!step) {
      if (this.steps.size > MAX_STEPS) {
        this.steps = new Map();
        this.begin = undefined;
      }
      step = { states, accepts, acceptsAtEnd: ends.has(0), next: new Array(256) };
      this.steps.set(key, step);
    }
    return step;
  }

  private after(step: Step, code: number): Step {
    const known = step.next[code];
    if (known) return known;
    const to: number[] = [];
    for (const at of step.states) if (this.states[at]!.members![code]) to.push(...this.states[at]!.next);
    const next = this.step(to, false);
    step.next[code] = next;
    return next;
  }

  /** End of the longest match that begins at `from`; -1: none does. */
  private longest(text: string, from: number): number {
    let step = this.beginning(from === 0);
    let end = -1;
    for (let at = from; ; at++) {
      if (step.accepts || (at === text.length && step.acceptsAtEnd)) end = at;
      if (at === text.length || step.states.length === 0) return end;
      step = this.after(step, text.charCodeAt(at) & 255);
    }
  }

  /** The leftmost match from `from` on. */
  find(text: string, from = 0): { readonly start: number; readonly end: number } | undefined {
    // Whether there is one at all takes one look; where, one from each place.
    if (text.length - from > 500 && !this.test(text, from)) return undefined;
    for (let start = from; start <= text.length; start++) {
      if (start > 0 && this.anchored) return undefined;
      const end = this.longest(text, start);
      if (end >= 0) return { start, end };
    }
    return undefined;
  }

  test(text: string, from = 0): boolean {
    let step = this.beginning(from === 0);
    for (let at = from; ; at++) {
      if (step.accepts || (at === text.length && step.acceptsAtEnd)) return true;
      if (at === text.length || (this.anchored && step.states.length === 0)) return false;
      const next = this.after(step, text.charCodeAt(at) & 255);
      step = this.anchored ? next : this.joined(next);
    }
  }

  private readonly unions = new WeakMap<Step, Step>();

  /** A match may begin here as well. */
  private joined(step: Step): Step {
    let union = this.unions.get(step);
    if (!union) {
      const begin = this.beginning(false);
      const both = this.step([...step.states, ...begin.states], false);
      union =
        step.accepts || begin.accepts || step.acceptsAtEnd || begin.acceptsAtEnd
          ? {
              ...both,
              accepts: both.accepts || step.accepts || begin.accepts,
              acceptsAtEnd: both.acceptsAtEnd || step.acceptsAtEnd || begin.acceptsAtEnd,
              next: new Array(256),
            }
          : both;
      this.unions.set(step, union);
    }
    return union;
  }
}
