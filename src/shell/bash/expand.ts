/**
 * Word expansion: braces, tilde, parameters, commands, arithmetic, field splitting, file names, quote removal; in bash's order.
 */
import { type Command, parse, type Word, type WordPart } from 'unbash';
import { type ArithmeticDoors, evaluateRoot, evaluateText } from './arithmetic.ts';
import { type Execution, ShellError, stderr, throwIfInterrupted } from './execution.ts';
import { globFiles } from './glob.ts';
import { expandParameter } from './parameter.ts';
import { escapePattern, expandBraces, hasPattern, tooLongRange } from './pattern.ts';
import { errorPrefix } from './state.ts';
import { OutOfMemory } from './streams.ts';
import { parameterValue } from './variables.ts';

/** Runs `$(…)` and `<(…)`; given by execute.ts, which needs this file. */
export interface Substitutions {
  output(script: Extract<WordPart, { type: 'CommandExpansion' }>['script'], x: Execution): Promise<string>;
  /** @returns the path to read from or write to */
  process(part: Extract<WordPart, { type: 'ProcessSubstitution' }>, x: Execution): Promise<string>;
}

let substitutions: Substitutions;
export function provideSubstitutions(given: Substitutions): void {
  substitutions = given;
}

/** Fields one word may become. */
const MAX_FIELDS = 2_000_000;

/** Fields as they grow. `pattern` is the text with what was quoted escaped, for file names and `case`. */
class Fields {
  readonly done: { value: string; pattern: string }[] = [];
  private value = '';
  private pattern = '';
  private present = false;
  private readonly ifs: string;

  constructor(ifs: string) {
    this.ifs = ifs;
  }

  quoted(text: string): void {
    this.value += text;
    this.pattern += escapePattern(text);
    this.present = true;
  }

  /** Unquoted text of the word itself: not split, but its `*` counts. */
  plain(text: string, pattern = text): void {
    this.value += text;
    this.pattern += pattern;
    if (text !== '') this.present = true;
  }

  /** The result of an unquoted expansion: split by IFS. */
  split(text: string): void {
    if (this.ifs === '') {
      this.plain(text);
      return;
    }
    let blankBefore = false;
    for (let at = 0; at < text.length; at++) {
      const char = text[at]!;
      if (!this.ifs.includes(char)) {
        this.plain(char, char === '\\' ? '\\\\' : char);
        blankBefore = false;
      } else if (char === ' ' || char === '\t' || char === '\n') {
        if (this.present) {
          this.break();
          blankBefore = true;
        }
      } else {
        // A visible separator ends a field even when that is empty, unless blanks already did.
        if (!blankBefore) this.present = true;
        if (this.present) this.break();
        blankBefore = false;
      }
    }
  }

  break(): void {
    if (!this.present) return;
    if (this.done.length >= MAX_FIELDS) throw new OutOfMemory();
    this.done.push({ value: this.value, pattern: this.pattern });
    this.value = '';
    this.pattern = '';
    this.present = false;
  }

  /** One value joined from everything (no splitting wanted). */
  joined(): { value: string; pattern: string } {
    this.break();
    return { value: this.done.map((f) => f.value).join(' '), pattern: this.done.map((f) => f.pattern).join(' ') };
  }
}

interface Mode {
  /** Split unquoted expansions into fields. */
  readonly split: boolean;
  /** `~` after `:` too, as in an assignment. */
  readonly assignment?: boolean;
}

const ifsOf = (x: Execution) => x.shell.variables.get('IFS')?.value ?? ' \t\n';

/** @returns the fields of an argument word: none, one or several */
export async function expandWord(word: Word, x: Execution): Promise<string[]> {
  if (!word.parts && !/[\\~]/.test(word.text)) return [word.value];
  if (word.parts && hasBraces(word.parts)) return expandBraced(word, x);
  return expandFields([word], x);
}

/** Words of letters and digits need no second look, and a range has a million of them. */
const PLAIN = /^[\w.,:/@%+=-]*$/;

async function expandBraced(word: Word, x: Execution): Promise<string[]> {
  const elements = tooLongRange(word.text);
  if (elements !== undefined)
    stderr(x)?.write(`${errorPrefix(x.shell)}brace expansion: failed to allocate memory for ${elements} elements\n`);
  const texts = expandBraces(word.text);
  const out: string[] = [];
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at]!;
    if (at % 65_536 === 65_535) await x.platform.clock.breathe();
    throwIfInterrupted(x);
    if (text === '') continue;
    if (PLAIN.test(text)) out.push(text);
    else for (const field of await expandFields([reparse(text)], x)) out.push(field);
  }
  return out;
}

async function expandFields(words: readonly Word[], x: Execution): Promise<string[]> {
  const out: string[] = [];
  for (const each of words) {
    const fields = new Fields(ifsOf(x));
    await expandParts(each, fields, x, { split: true });
    fields.break();
    for (const field of fields.done) {
      const files = x.shell.options.has('noglob') || !hasPattern(field.pattern) ? undefined : globFiles(field.pattern, x);
      if (files && files.length > 0) for (const file of files) out.push(file);
      else if (!files || !x.shell.shopt.has('nullglob')) out.push(field.value);
    }
  }
  return out;
}

const hasBraces = (parts: readonly WordPart[]) => parts.some((part) => part.type === 'BraceExpansion');

const reparsed = new Map<string, Word>();
function reparse(text: string): Word {
  const known = reparsed.get(text);
  if (known) return known;
  if (reparsed.size > 2000) reparsed.clear();
  const command = parse(`: ${text}`).commands[0]?.command as Command | undefined;
  const word = (command?.suffix[0] as Word | undefined) ?? { type: 'Word', text, value: text, pos: 0, end: 0 };
  reparsed.set(text, word);
  return word;
}

/** @returns the word as one string: assignments, here-strings, `case` subjects, redirect targets */
export async function expandString(word: Word, x: Execution, assignment = false): Promise<string> {
  if (!word.parts && !/[\\~]/.test(word.text)) return word.value;
  const fields = new Fields(ifsOf(x));
  await expandParts(word, fields, x, { split: false, assignment });
  return fields.joined().value;
}

/** @returns the word as a pattern: what was quoted is escaped */
export async function expandPattern(word: Word, x: Execution): Promise<string> {
  const fields = new Fields(ifsOf(x));
  await expandParts(word, fields, x, { split: false });
  return fields.joined().pattern;
}

/** The parts of a here-document's body. */
export async function expandHereDocument(parts: readonly WordPart[], x: Execution): Promise<string> {
  const fields = new Fields('');
  for (const part of parts) await quotedPart(part, fields, x);
  return fields.joined().value;
}

async function expandParts(word: Word, fields: Fields, x: Execution, mode: Mode): Promise<void> {
  if (!word.parts) return literal(word.text, fields, x, mode, true);
  let first = true;
  for (const part of word.parts) {
    await unquotedPart(part, fields, x, mode, first);
    first = false;
  }
}

async function unquotedPart(part: WordPart, fields: Fields, x: Execution, mode: Mode, first: boolean): Promise<void> {
  switch (part.type) {
    case 'Literal':
      return literal(part.text, fields, x, mode, first);
    case 'Glob':
      if (part.kind !== 'bracket' || !part.parts) return fields.plain(part.text);
      fields.plain('[');
      for (const inner of part.parts) await unquotedPart(inner, fields, x, { split: false }, false);
      return fields.plain(part.text.endsWith(']') ? ']' : '');
    case 'ExtendedGlob':
      return fields.plain(part.text);
    case 'BraceExpansion':
      return fields.plain(part.text);
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return fields.quoted(part.value);
    case 'DoubleQuoted':
    case 'LocaleString':
      if (part.parts.length === 0) return fields.quoted('');
      // "$@" alone with no arguments is no field at all.
      for (const inner of part.parts) await quotedPart(inner, fields, x);
      return;
    default:
      return expansion(part, fields, x, mode);
  }
}

/** The raw text of a literal: backslashes quote, a leading tilde is a home. */
function literal(text: string, fields: Fields, x: Execution, mode: Mode, first: boolean): void {
  let rest = text;
  if (first && rest.startsWith('~')) rest = tilde(rest, fields, x, mode);
  const assigned = first && mode.split ? /^[A-Za-z_]\w*=(?=~)/.exec(rest)?.[0] : undefined;
  if (assigned) {
    fields.plain(assigned);
    rest = tilde(rest.slice(assigned.length), fields, x, mode);
  }
  if (mode.assignment) {
    for (let colon = rest.indexOf(':~'); colon >= 0; colon = rest.indexOf(':~')) {
      unescapeLiteral(rest.slice(0, colon + 1), fields);
      rest = tilde(rest.slice(colon + 1), fields, x, mode);
    }
  }
  unescapeLiteral(rest, fields);
}

function unescapeLiteral(text: string, fields: Fields): void {
  if (!text.includes('\\')) {
    fields.plain(text);
    return;
  }
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\\') fields.plain(text[at]!);
    else if (text[at + 1] === '\n') at++;
    else if (at + 1 < text.length) fields.quoted(text[++at]!);
    else fields.plain('\\', '\\\\');
  }
}

/** @returns what follows the tilde-prefix; all of it when it names nobody */
function tilde(text: string, fields: Fields, x: Execution, mode: Mode): string {
  const prefix = (mode.assignment ? /^~[^/:]*/ : /^~[^/]*/).exec(text)![0];
  const home = homeOf(prefix, x);
  if (home === undefined) {
    fields.plain('~');
    return text.slice(1);
  }
  fields.quoted(home);
  return text.slice(prefix.length);
}

function homeOf(prefix: string, x: Execution): string | undefined {
  if (prefix === '~') return parameterValue(x, 'HOME') ?? (x.platform.root ? '/root' : `/home/${x.platform.user}`);
  if (prefix === '~+') return x.shell.cwd;
  if (prefix === '~-') return parameterValue(x, 'OLDPWD');
  if (prefix === '~root') return '/root';
  return prefix === `~${x.platform.user}` ? `/home/${x.platform.user}` : undefined;
}

async function expansion(part: WordPart, fields: Fields, x: Execution, mode: Mode): Promise<void> {
  const put = (text: string) => (mode.split ? fields.split(text) : fields.plain(text, text.replace(/\\/g, '\\\\')));
  switch (part.type) {
    case 'SimpleExpansion': {
      const name = part.text.slice(1);
      if (name === '@' || name === '*') return list(x.shell.positional, fields, x, mode);
      return put(simple(name, x));
    }
    case 'ParameterExpansion': {
      const result = await expandParameter(part, x, false);
      if (typeof result === 'string') return put(result);
      if ('operand' in result) return expandParts(result.operand, fields, x, mode);
      return list(result.list, fields, x, mode);
    }
    case 'CommandExpansion':
      return put(await substitutions.output(part.script, x));
    case 'ArithmeticExpansion':
      return put(
        String(
          await evaluateRoot(
            part.text.startsWith('$((') ? part.text.slice(3, -2) : part.text.slice(2, -1),
            part.expression,
            x,
            doors,
          ),
        ),
      );
    case 'ProcessSubstitution':
      return fields.quoted(await substitutions.process(part, x));
    default:
      return;
  }
}

/** `$*` and `$@` unquoted: each a field, split further. */
function list(values: readonly string[], fields: Fields, x: Execution, mode: Mode): void {
  if (!mode.split) {
    fields.plain(values.join(ifsOf(x)[0] ?? ' '));
    return;
  }
  values.forEach((value, index) => {
    if (index > 0) fields.break();
    fields.split(value);
  });
}

async function quotedPart(part: WordPart, fields: Fields, x: Execution): Promise<void> {
  switch (part.type) {
    case 'Literal':
      return fields.quoted(part.value);
    case 'SimpleExpansion': {
      const name = part.text.slice(1);
      if (name === '@') return quotedList(x.shell.positional, fields);
      if (name === '*') return fields.quoted(x.shell.positional.join(starSeparator(x)));
      return fields.quoted(simple(name, x));
    }
    case 'ParameterExpansion': {
      const result = await expandParameter(part, x, true);
      if (typeof result === 'string') return fields.quoted(result);
      if ('operand' in result) return fields.quoted(await expandString(result.operand, x));
      if (result.joined) return fields.quoted(result.list.join(starSeparator(x)));
      return quotedList(result.list, fields);
    }
    case 'CommandExpansion':
      return fields.quoted(await substitutions.output(part.script, x));
    case 'ArithmeticExpansion':
      return fields.quoted(
        String(
          await evaluateRoot(
            part.text.startsWith('$((') ? part.text.slice(3, -2) : part.text.slice(2, -1),
            part.expression,
            x,
            doors,
          ),
        ),
      );
    default:
      return fields.quoted('value' in part && part.value !== undefined ? part.value : part.text);
  }
}

const starSeparator = (x: Execution) => ifsOf(x).slice(0, 1);

function quotedList(values: readonly string[], fields: Fields): void {
  values.forEach((value, index) => {
    if (index > 0) fields.break();
    fields.quoted(value);
  });
}

function simple(name: string, x: Execution): string {
  const value = parameterValue(x, name);
  if (value === undefined && x.shell.options.has('nounset') && !'@*#?-$!'.includes(name))
    throw new ShellError(`${/^\d/.test(name) ? '$' : ''}${name}: unbound variable`, x.shell.interactive ? 1 : 127);
  return value ?? '';
}

/** What arithmetic needs from word expansion. */
export const doors: ArithmeticDoors = {
  expandPiece: (text, x) => expandQuotedPiece(text, x),
  substitute: async (node, x) => (node.script ? substitutions.output(node.script, x) : ''),
};

async function expandQuotedPiece(text: string, x: Execution): Promise<string> {
  if (!/[$`"'\\]/.test(text)) return text;
  return expandString(reparse(text.replace(/\s+/g, ' ').replace(/ /g, '\\ ')), x);
}

/** `a[i+1]`'s subscript: a number's text for a list, the expanded key for a map. */
export async function subscriptOf(index: Word, associative: boolean, x: Execution): Promise<string> {
  if (associative) return expandString(index, x);
  return String(await evaluateText(await expandString(index, x), x, doors));
}
