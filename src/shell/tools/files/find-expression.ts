/** The expression of find (findutils 4.9): its words into a tree, with GNU's complaints. What each test means is in find-tests.ts. */

import type { Invocation } from '../../bash/execution.ts';
import { type Action, makeAction, plainTest, type Test, VALUE_TESTS } from './find-tests.ts';

export interface Settings {
  maxDepth: number;
  minDepth: number;
  depthFirst: boolean;
  follow: 'never' | 'operands' | 'always';
  fromMidnight: boolean;
  /** -regextype: ( ) | are operators. */
  extended: boolean;
}

export type Node =
  | { readonly kind: 'test'; readonly test: Test }
  | { readonly kind: 'action'; readonly action: Action }
  | { readonly kind: 'not'; readonly inner: Node }
  | { readonly kind: 'and' | 'or' | 'list'; readonly left: Node; readonly right: Node };

/** What find says of an expression that it cannot read. */
export class Complaint extends Error {}

interface Parsing {
  readonly invocation: Invocation;
  readonly words: readonly string[];
  readonly settings: Settings;
  readonly warnings: string[];
  at: number;
  /** The predicate before this one, for what may have been meant. */
  last?: string;
  /** A test or an action was seen. */
  tested?: string;
  acts: boolean;
}

export interface Parsed {
  readonly tree: Node | undefined;
  /** Nothing of it prints, so what matches is printed. */
  readonly prints: boolean;
  readonly warnings: readonly string[];
}

export function parseExpression(invocation: Invocation, words: readonly string[], settings: Settings): Parsed {
  const parsing: Parsing = { invocation, words, settings, warnings: [], at: 0, acts: false };
  const tree = words.length > 0 ? list(parsing) : undefined;
  if (parsing.at < words.length) {
    if (words[parsing.at] === ')') throw new Complaint("invalid expression; you have too many ')'");
    throw new Complaint(`paths must precede expression: \`${words[parsing.at]}'`);
  }
  return { tree, prints: !parsing.acts, warnings: parsing.warnings };
}

const peek = (parsing: Parsing) => parsing.words[parsing.at];

function binary(parsing: Parsing, names: readonly string[], kind: 'and' | 'or' | 'list', next: (parsing: Parsing) => Node): Node {
  let left = next(parsing);
  while (names.includes(peek(parsing) ?? '')) {
    const operator = parsing.words[parsing.at++]!;
    if (parsing.at >= parsing.words.length || peek(parsing) === ')')
      throw new Complaint(`expected an expression after '${operator}'`);
    left = { kind, left, right: next(parsing) };
  }
  return left;
}

const list = (parsing: Parsing): Node => binary(parsing, [','], 'list', either);
const either = (parsing: Parsing): Node => binary(parsing, ['-o', '-or'], 'or', both);

function both(parsing: Parsing): Node {
  let left = unary(parsing);
  for (;;) {
    const word = peek(parsing);
    if (word === undefined || [')', '-o', '-or', ','].includes(word)) return left;
    if (word === '-a' || word === '-and') {
      parsing.at++;
      if (parsing.at >= parsing.words.length) throw new Complaint(`expected an expression after '${word}'`);
    }
    left = { kind: 'and', left, right: unary(parsing) };
  }
}

function unary(parsing: Parsing): Node {
  const word = parsing.words[parsing.at++]!;
  if (word === '!' || word === '-not') {
    if (parsing.at >= parsing.words.length) throw new Complaint(`expected an expression after '${word}'`);
    return { kind: 'not', inner: unary(parsing) };
  }
  if (word === '(') return group(parsing);
  if (word === ')') throw new Complaint("invalid expression; you have too many ')'");
  if (['-a', '-and', '-o', '-or', ','].includes(word))
    throw new Complaint(`invalid expression; you have used a binary operator '${word}' with nothing before it.`);
  if (!word.startsWith('-') || word === '-') {
    const hint = /^-(i?name|i?path|wholename)$/.test(parsing.last ?? '')
      ? `\nfind: possible unquoted pattern after predicate \`${parsing.last}'?`
      : '';
    throw new Complaint(`paths must precede expression: \`${word}'${hint}`);
  }
  return predicate(parsing, word);
}

function group(parsing: Parsing): Node {
  if (parsing.at >= parsing.words.length)
    throw new Complaint(
      "invalid expression; expected to find a ')' but didn't see one. Perhaps you need an extra predicate after '('",
    );
  if (peek(parsing) === ')') throw new Complaint('invalid expression; empty parentheses are not allowed.');
  const inner = list(parsing);
  if (parsing.words[parsing.at++] !== ')')
    throw new Complaint("invalid expression; I was expecting to find a ')' somewhere but did not see one.");
  return inner;
}

const ALWAYS: Node = { kind: 'test', test: () => true };

/** Options that hold for all of the expression; each is true. */
function option(parsing: Parsing, word: string): Node | undefined {
  const { settings } = parsing;
  if (word === '-maxdepth' || word === '-mindepth') {
    const value = parsing.words[parsing.at++];
    if (value === undefined) throw new Complaint(`missing argument to \`${word}'`);
    if (!/^\d+$/.test(value)) throw new Complaint(`Expected a positive decimal integer argument to ${word}, but got ‘${value}’`);
    settings[word === '-maxdepth' ? 'maxDepth' : 'minDepth'] = Number(value);
  } else if (word === '-depth' || word === '-d') settings.depthFirst = true;
  else if (word === '-follow') settings.follow = 'always';
  else if (word === '-daystart') {
    settings.fromMidnight = true;
    return ALWAYS;
  } else if (word === '-regextype') {
    settings.extended = /ed$|awk|egrep/.test(parsing.words[parsing.at++] ?? '');
    return ALWAYS;
  } else if (!/^-(xdev|mount|noleaf|warn|nowarn|ignore_readdir_race|noignore_readdir_race)$/.test(word)) return undefined;
  if (parsing.tested !== undefined && /^-(maxdepth|mindepth|depth|d|xdev|mount|noleaf)$/.test(word))
    parsing.warnings.push(
      `warning: you have specified the global option ${word} after the argument ${parsing.tested}, but global options are not positional, i.e., ${word} affects tests specified before it as well as those specified after it.  Please specify global options before other arguments.`,
    );
  return ALWAYS;
}

function predicate(parsing: Parsing, word: string): Node {
  const settled = option(parsing, word);
  if (settled) {
    parsing.last = word;
    return settled;
  }
  const action = makeAction(
    parsing.invocation,
    word,
    () => parsing.words[parsing.at++],
    () => parsing.words[parsing.at],
    parsing.settings,
  );
  if (typeof action === 'object') {
    parsing.acts ||= action.silences;
    parsing.tested ??= word;
    parsing.last = word;
    return { kind: 'action', action };
  }
  const make = VALUE_TESTS[word];
  parsing.tested ??= word;
  parsing.last = word;
  if (!make) {
    const test = plainTest(parsing.invocation, word);
    if (!test) throw new Complaint(`unknown predicate \`${word}'`);
    return { kind: 'test', test };
  }
  const value = parsing.words[parsing.at++];
  if (value === undefined) throw new Complaint(`missing argument to \`${word}'`);
  const test = make(value, { invocation: parsing.invocation, word, settings: parsing.settings });
  if (typeof test === 'string') throw new Complaint(test);
  return { kind: 'test', test };
}
