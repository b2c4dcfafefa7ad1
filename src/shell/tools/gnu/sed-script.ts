/** sed's language (GNU sed 4.9): a script's text as commands, or GNU's complaint with the place where it arose. */
import { toRegExpSource } from '../regexp.ts';

export type Address =
  | { readonly type: 'line'; readonly line: number }
  | { readonly type: 'step'; readonly first: number; readonly step: number }
  | { readonly type: 'last' }
  | { readonly type: 'pattern'; readonly pattern: RegExp | undefined };

export interface SedCommand {
  readonly from?: Address;
  /** A second address; a number says `+N` (lines on) or `~N` (to the next multiple). */
  readonly to?: Address | { readonly type: 'plus' | 'multiple'; readonly count: number };
  readonly negated: boolean;
  readonly name: string;
  /** Label, text of a, i and c, file name, or y's two strings. */
  readonly text: string;
  readonly second?: string;
  readonly pattern?: RegExp | undefined;
  readonly replacement?: readonly ReplacementPart[];
  readonly flags?: { readonly global: boolean; readonly print: boolean; readonly nth: number; readonly file?: string };
  /** For `{`: where its block ends. */
  end?: number;
  /** Whether its range is open, and until when. */
  active: boolean;
  until: number;
}

export type ReplacementPart = { readonly text: string } | { readonly group: number } | { readonly fold: string };

export class SedError extends Error {}

/** What a script ends a label or a file name with. */
const ALONE = '=dDgGhHnNpPxzF';

export class SedParser {
  readonly commands: SedCommand[] = [];
  private readonly text: string;
  private readonly extended: boolean;
  private readonly which: number;
  private at = 0;
  private readonly open: number[] = [];

  constructor(text: string, extended: boolean, which = 1) {
    this.text = text;
    this.extended = extended;
    this.which = which;
  }

  private fail(message: string, at = this.at): never {
    throw new SedError(`-e expression #${this.which}, char ${at}: ${message}`);
  }

  parse(): readonly SedCommand[] {
    for (;;) {
      while (/[\s;]/.test(this.text[this.at] ?? '')) this.at++;
      if (this.at >= this.text.length) break;
      if (this.text[this.at] === '#') this.skipLine();
      else this.command();
    }
    if (this.open.length > 0) this.fail("unmatched `{'", 0);
    const labels = new Set(this.commands.filter(({ name }) => name === ':').map(({ text }) => text));
    for (const { name, text } of this.commands)
      if (/^[btT]$/.test(name) && text !== '' && !labels.has(text)) throw new SedError(`can't find label for jump to \`${text}'`);
    return this.commands;
  }

  private skipLine(): void {
    while (this.at < this.text.length && this.text[this.at] !== '\n') this.at++;
  }

  private blanks(): void {
    while (/[ \t]/.test(this.text[this.at] ?? '')) this.at++;
  }

  private command(): void {
    const from = this.address();
    let to: SedCommand['to'];
    this.blanks();
    if (from && this.text[this.at] === ',') {
      this.at++;
      this.blanks();
      const relative = /^([+~])(\d+)/.exec(this.text.slice(this.at));
      if (relative) {
        this.at += relative[0].length;
        to = { type: relative[1] === '+' ? 'plus' : 'multiple', count: Number(relative[2]) };
      } else to = this.address() ?? this.fail("unexpected `,'", this.at + 1);
    } else if (!from && this.text[this.at] === ',') this.fail("unexpected `,'", this.at + 1);
    if (from?.type === 'line' && from.line === 0 && to?.type !== 'pattern')
      this.fail('invalid usage of line address 0', this.at + 1);
    this.blanks();
    let negated = false;
    while (this.text[this.at] === '!') {
      if (negated) this.fail("multiple `!'s", this.at + 1);
      negated = true;
      this.at++;
      this.blanks();
    }
    const name = this.text[this.at];
    if (name === undefined) this.fail('missing command');
    this.at++;
    const head = { ...(from && { from }), ...(to && { to }), negated, name, active: false, until: 0 };
    this.body(name, head);
  }

  private body(name: string, head: Omit<SedCommand, 'text'>): void {
    if (name === '{') {
      this.open.push(this.commands.length);
      this.commands.push({ ...head, text: '' });
      return;
    }
    if (name === '}') {
      const open = this.open.pop();
      if (open === undefined) this.fail("unexpected `}'");
      if (head.from) this.fail("} doesn't want any addresses");
      this.commands[open]!.end = this.commands.length;
      this.ended();
      return;
    }
    if (name === 's') {
      this.substitution(head);
      return;
    }
    if (name === 'y') {
      this.transliteration(head);
      return;
    }
    if (name === ':' && head.from) this.fail(": doesn't want any addresses");
    if ('aic'.includes(name)) {
      this.appended(head);
      return;
    }
    if (':btTrRwW'.includes(name)) {
      this.blanks();
      const stop = /[btT]/.test(name) ? /[;\n}]/ : /\n/;
      let text = '';
      while (this.at < this.text.length && !(name === ':' ? /[\n;]/ : stop).test(this.text[this.at]!)) text += this.text[this.at++];
      if (name === ':' && text.trim() === '') this.fail('":" lacks a label');
      if (/[rRwW]/.test(name) && text === '') this.fail('missing filename in r/R/w/W commands');
      this.commands.push({ ...head, text: /[rRwW]/.test(name) ? text : text.trim() });
      return;
    }
    if ('qQlL'.includes(name)) {
      this.blanks();
      const code = /^\d*/.exec(this.text.slice(this.at))![0];
      this.at += code.length;
      this.commands.push({ ...head, text: code });
      this.ended();
      return;
    }
    if (!ALONE.includes(name)) this.fail(`unknown command: \`${name}'`);
    this.commands.push({ ...head, text: '' });
    this.ended();
  }

  /** Nothing but blanks may follow on the same command. */
  private ended(): void {
    this.blanks();
    const char = this.text[this.at];
    if (char === undefined || /[;\n}#]/.test(char)) return;
    this.fail('extra characters after command', this.at + 1);
  }

  private address(): Address | undefined {
    const number = /^(\d+)(?:~(\d+))?/.exec(this.text.slice(this.at));
    if (number) {
      this.at += number[0].length;
      return number[2] === undefined
        ? { type: 'line', line: Number(number[1]) }
        : { type: 'step', first: Number(number[1]), step: Number(number[2]) };
    }
    const char = this.text[this.at];
    if (char === '$') {
      this.at++;
      return { type: 'last' };
    }
    if (char !== '/' && char !== '\\') return undefined;
    if (char === '\\') this.at++;
    const delimiter = this.text[this.at++]!;
    const source = this.until(delimiter, true) ?? this.fail('unterminated address regex', this.text.length);
    const flags = /^[IM]*/.exec(this.text.slice(this.at))![0];
    this.at += flags.length;
    return { type: 'pattern', pattern: this.expression(source, flags) };
  }

  /** Up to the delimiter, which is eaten. A delimiter after a backslash stands for itself. @returns undefined: it never comes */
  private until(delimiter: string, regExp: boolean): string | undefined {
    let out = '';
    for (let inSet = false; this.at < this.text.length; this.at++) {
      const char = this.text[this.at]!;
      if (char === '\\' && this.at + 1 < this.text.length) {
        const next = this.text[++this.at]!;
        out += next === delimiter && next !== '&' ? (regExp && /[.*[\]^$+?(){}|]/.test(next) ? `\\${next}` : next) : `\\${next}`;
        continue;
      }
      if (char === delimiter && !inSet) {
        this.at++;
        return out;
      }
      if (regExp && char === '[' && !inSet) inSet = /^\[\^?\]?[^\]]*\]/.test(this.text.slice(this.at)) && delimiter !== '[';
      else if (char === ']' && inSet && !/\[\^?$/.test(out)) inSet = false;
      out += char;
    }
    return undefined;
  }

  private expression(source: string, flags: string): RegExp | undefined {
    if (source === '') return undefined;
    const control = source.replace(/\\([nt])/g, (_all, letter: string) => (letter === 'n' ? '\n' : '\t'));
    const made = toRegExpSource(control, this.extended ? 'extended' : 'basic');
    if (typeof made !== 'string') this.fail(made.error);
    try {
      return new RegExp(made, `s${/i/i.test(flags) ? 'i' : ''}${/m/i.test(flags) ? 'm' : ''}`);
    } catch {
      return this.fail('Invalid preceding regular expression');
    }
  }

  private substitution(head: Omit<SedCommand, 'text'>): void {
    const delimiter = this.text[this.at++];
    if (delimiter === undefined || delimiter === '\n' || delimiter === '\\') this.fail("unterminated `s' command", this.at - 1);
    const source = this.until(delimiter, true) ?? this.fail("unterminated `s' command", this.text.length);
    const right = this.until(delimiter, false) ?? this.fail("unterminated `s' command", this.text.length);
    let letters = '';
    let nth = 0;
    let file: string | undefined;
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined || /[;\n}#]/.test(char)) break;
      this.at++;
      if (/[ \t]/.test(char)) continue;
      if (char === 'w') {
        file = /^[ \t]*([^\n]*)/.exec(this.text.slice(this.at))![1]!;
        this.at = this.text.indexOf('\n', this.at) < 0 ? this.text.length : this.text.indexOf('\n', this.at);
        break;
      }
      if (/[1-9]/.test(char)) {
        nth = Number(char + /^\d*/.exec(this.text.slice(this.at))![0]);
        this.at += String(nth).length - 1;
      } else if (/[gpiImMe]/.test(char)) letters += char;
      else this.fail("unknown option to `s'");
    }
    const pattern = this.expression(source, letters);
    const replacement = replacementOf(right);
    const groups = pattern ? new RegExp(`${pattern.source}|`).exec('')!.length - 1 : 9;
    for (const part of replacement)
      if ('group' in part && part.group > groups) this.fail(`invalid reference \\${part.group} on \`s' command's RHS`);
    this.commands.push({
      ...head,
      text: '',
      pattern,
      replacement,
      flags: { global: letters.includes('g'), print: letters.includes('p'), nth, ...(file !== undefined && { file }) },
    });
  }

  private transliteration(head: Omit<SedCommand, 'text'>): void {
    const delimiter = this.text[this.at++] ?? this.fail("unterminated `y' command");
    const plain = (text: string) => text.replace(/\\(n|\\)/g, (_all, char: string) => (char === 'n' ? '\n' : '\\'));
    const from = this.until(delimiter, false) ?? this.fail("unterminated `y' command", this.text.length);
    const to = this.until(delimiter, false) ?? this.fail("unterminated `y' command", this.text.length);
    const [text, second] = [plain(from), plain(to)];
    if ([...text].length !== [...second].length) this.fail("strings for `y' command are different lengths");
    this.commands.push({ ...head, text, second });
    this.ended();
  }

  /** `a text` on one line, or `a\` and the text on the lines after it. */
  private appended(head: Omit<SedCommand, 'text'>): void {
    this.blanks();
    if (this.at >= this.text.length) this.fail("expected \\ after `a', `c' or `i'");
    if (this.text[this.at] === '\\') {
      this.at++;
      const rest = /^[ \t]*\n/.exec(this.text.slice(this.at));
      if (rest) this.at += rest[0].length;
    }
    let text = '';
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at]!;
      if (char === '\n') break;
      if (char !== '\\') text += char;
      else text += this.text[++this.at] ?? '';
    }
    this.commands.push({ ...head, text });
  }
}

function replacementOf(right: string): readonly ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') parts.push({ text });
    text = '';
  };
  for (let at = 0; at < right.length; at++) {
    const char = right[at]!;
    if (char === '&') {
      flush();
      parts.push({ group: 0 });
    } else if (char !== '\\' || at + 1 >= right.length) text += char;
    else {
      const next = right[++at]!;
      if (/\d/.test(next)) {
        flush();
        parts.push({ group: Number(next) });
      } else if (/[ULEul]/.test(next)) {
        flush();
        parts.push({ fold: next });
      } else text += { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07' }[next] ?? next;
    }
  }
  flush();
  return parts;
}
