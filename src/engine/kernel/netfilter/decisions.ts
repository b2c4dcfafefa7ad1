/**
 * What a table decided before, so that the next packet need not go through its rules again.
 *
 * A decision tree, grown by the packets that come: a node is a question (an interface, the state of the connection, a condition that
 * has to be asked each time), its branches the answers seen so far, a leaf the verdict and the mark. A packet with an answer that was
 * never given goes through the rules, which ask the rest of the questions and so grow the tree. Conditions that follow from answers
 * given (the mark is known from the start) are not asked at all: of the hundred rules a packet passes on a node, a dozen questions stay.
 *
 * The rules themselves are evaluate.ts's, the only place that knows what they mean. A tree lives as long as its table's object.
 * Nothing upstream is modelled: the kernel scans.
 */
import type { CompiledChain, CompiledRule, Condition, Fact } from './compile.ts';
import type { Evaluation, Verdict } from './evaluation.ts';

/** How rules ask about a packet. */
export interface Asker {
  holds(condition: Condition, e: Evaluation): boolean;
  /** The rules of a chain that the packet has to be held against. */
  candidates(chain: CompiledChain, e: Evaluation): readonly CompiledRule[];
}

/** Asks the packet. */
export const directly: Asker = {
  holds: (condition, e) => condition.holds(e),
  candidates: ({ all, general, exact }, e) => (exact ? (exact.get(e.packet.dst) ?? general) : all),
};

type Answer = boolean | number | string;
type Question = (e: Evaluation) => Answer;

const ASK: Readonly<Record<Exclude<Fact, 'dst'>, Question>> = {
  mark: (e) => e.packet.mark,
  in: (e) => e.in,
  out: (e) => e.out,
  proto: (e) => e.packet.proto,
  connection: (e) =>
    e.dnat ? (e.snat ? `${e.ctstate} DNAT SNAT` : `${e.ctstate} DNAT`) : e.snat ? `${e.ctstate} SNAT` : e.ctstate,
  syn: (e) => e.packet.kind === 'syn',
};

class Node {
  readonly parent: Node | undefined;
  /** What led here from the parent. */
  readonly answer: Answer;
  /** undefined: a leaf, or not known yet. */
  ask: Question | undefined;
  /** Branches; most questions have two answers at most. */
  #first: Node | undefined;
  #second: Node | undefined;
  #others: Map<Answer, Node> | undefined;
  verdict: Verdict | undefined;
  mark = 0;

  constructor(parent: Node | undefined, answer: Answer) {
    this.parent = parent;
    this.answer = answer;
  }

  branch(answer: Answer): Node | undefined {
    if (this.#first === undefined || this.#first.answer === answer) return this.#first;
    if (this.#second === undefined || this.#second.answer === answer) return this.#second;
    return this.#others?.get(answer);
  }

  /** A branch for an answer that has none. */
  grow(answer: Answer): Node {
    const node = new Node(this, answer);
    if (!this.#first) this.#first = node;
    else if (!this.#second) this.#second = node;
    else {
      this.#others ??= new Map();
      this.#others.set(answer, node);
    }
    return node;
  }
}

/** Asks as the tree does: what was answered on the way here is not asked again, the rest grows the tree. */
class Learner implements Asker {
  node: Node;
  /** Answers from the root to where the tree knew no further, and how many of them are used: the first is the mark. */
  readonly #given: readonly Answer[];
  #next = 1;
  readonly #known = new Set<Fact>(['mark']);
  grown = 0;

  constructor(node: Node) {
    this.node = node;
    const given: Answer[] = [];
    for (let at = node; at.parent; at = at.parent) given.push(at.answer);
    this.#given = given.reverse();
  }

  #ask(question: Question, e: Evaluation): Answer {
    if (this.#next < this.#given.length) return this.#given[this.#next++]!;
    const answer = question(e);
    this.node.ask = question;
    this.node = this.node.grow(answer);
    this.grown++;
    return answer;
  }

  holds({ holds, fact }: Condition, e: Evaluation): boolean {
    if (fact !== undefined && this.#known.has(fact)) return holds(e);
    if (fact === undefined || fact === 'dst') return this.#ask(holds, e) === true;
    this.#ask(ASK[fact], e);
    this.#known.add(fact);
    return holds(e);
  }

  candidates(chain: CompiledChain, e: Evaluation): readonly CompiledRule[] {
    const { all, general, exact } = chain;
    if (!exact) return all;
    if (this.#known.has('dst')) return exact.get(e.packet.dst) ?? general;
    const list = this.#ask(({ packet }) => (exact.has(packet.dst) ? packet.dst : 'other'), e);
    if (typeof list !== 'number') return general;
    this.#known.add('dst');
    return exact.get(list)!;
  }
}

/** Nodes a tree may have: some ten for each of a thousand services. Past it, what a packet teaches is forgotten. */
const MOST = 10_000;

/** Goes through a table's rules, by its policy where none decides. */
type Rules = (e: Evaluation, asker: Asker) => Verdict;

/** A table's verdicts at one hook. */
export class Decisions {
  readonly #rules: Rules;
  readonly #root = new Node(undefined, '');
  #size = 0;
  #used = false;

  constructor(rules: Rules) {
    this.#rules = rules;
    this.#root.ask = ASK.mark;
  }

  /** The verdict on a packet, its mark written. */
  decide(e: Evaluation): Verdict {
    // Many a table is replaced before a second packet comes: the first one teaches nothing.
    if (!this.#used) {
      this.#used = true;
      return this.#rules(e, directly);
    }
    let node = this.#root;
    while (node.ask !== undefined) {
      const answer = node.ask(e);
      const next = node.branch(answer);
      // With no room left, what is learned hangs on no tree.
      if (!next) return this.#learn(this.#size < MOST ? node.grow(answer) : new Node(node, answer), e);
      node = next;
    }
    e.packet.mark = node.mark;
    return node.verdict!;
  }

  #learn(node: Node, e: Evaluation): Verdict {
    const learner = new Learner(node);
    const verdict = this.#rules(e, learner);
    learner.node.verdict = verdict;
    learner.node.mark = e.packet.mark;
    this.#size += learner.grown + 1;
    return verdict;
  }
}
