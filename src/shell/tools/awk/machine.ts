/** A running awk program: variables, the record, input one record after another, and how it ends. */
import { type Invocation, throwIfInterrupted } from '../../bash/execution.ts';
import { AwkArray, AwkMemory, type Room } from './array.ts';
import type { Code, Steps } from './code.ts';
import { AwkRecord, type FieldSeparator, fieldSeparator, MAX_FIELD } from './record.ts';
import { Pattern, PatternError } from './regexp.ts';
import { inward, type Output, type Records, type Separator, Streams } from './streams.ts';
import { Input, toNumber, toText, type Value } from './values.ts';

/** The program ends with a complaint; status 2. */
export class AwkError extends Error {
  /** Whether the place in the input is told. */
  readonly atRunTime: boolean;
  constructor(message: string, atRunTime = true) {
    super(message);
    this.atRunTime = atRunTime;
  }
}

/** `exit`. */
export class AwkExit extends Error {}

export interface Cell {
  value: Value;
}

export interface Frame {
  readonly values: (Value | AwkArray)[];
  /** Where an argument came from that was nothing yet, so that it may become an array there too. */
  readonly origins: readonly (((array: AwkArray) => void) | undefined)[];
  result: Value;
}

/** Turns of loops and calls between two breaths. */
const TURNS = 4000;
/** Characters of a text. */
const MAX_TEXT = 32_000_000;
const MAX_CALLS = 200;

export class Machine {
  readonly streams: Streams;
  readonly record: AwkRecord;
  readonly invocation: Invocation;
  private readonly cells = new Map<string, Cell>();
  private readonly arrays = new Map<string, AwkArray>();
  private readonly room: Room = { elements: 0 };
  private readonly patterns = new Map<string, Pattern>();
  private separatorOf: { readonly text: string; readonly separator: FieldSeparator } | undefined;
  private turns = 0;
  private depth = 0;
  private argument = 0;
  private main: Records | undefined;
  private mainIsOver = false;
  frame: Frame = { values: [], origins: [], result: undefined };
  status = 0;
  seed: Value = undefined;

  constructor(invocation: Invocation) {
    this.invocation = invocation;
    this.streams = new Streams(invocation);
    const defaults: Readonly<Record<string, Value>> = {
      OFS: ' ',
      ORS: '\n',
      RS: '\n',
      SUBSEP: '\x1c',
      CONVFMT: '%.6g',
      OFMT: '%.6g',
      NR: 0,
      FNR: 0,
      RSTART: 0,
      RLENGTH: -1,
      FILENAME: undefined,
    };
    for (const [name, value] of Object.entries(defaults)) this.cells.set(name, { value });
    const [ofs, rs] = [this.cell('OFS'), this.cell('RS')];
    this.record = new AwkRecord(
      () => this.separator(toText(this.cell('FS').value, this.convfmt), toText(rs.value, this.convfmt) === ''),
      () => toText(ofs.value, this.convfmt),
      () => this.convfmt,
    );
    const { record } = this;
    this.cells.set('NF', {
      get value() {
        return record.count;
      },
      set value(value: Value) {
        const count = toNumber(value);
        if (count < 0) throw new AwkError('negative value assigned to NF');
        if (count > MAX_FIELD) throw new AwkError('program limit exceeded: maximum number of fields size=1000000', false);
        record.count = Math.trunc(count);
      },
    });
    // The record that is being looked at keeps the fields that the old FS gave.
    let separator: Value = ' ';
    this.cells.set('FS', {
      get value() {
        return separator;
      },
      set value(value: Value) {
        record.settle();
        separator = value;
      },
    });
    const environ = this.array('ENVIRON');
    for (const [name, value] of invocation.env)
      if (!name.startsWith('BASH_FUNC_')) environ.set(inward(name), new Input(inward(value)), '%.6g');
  }

  get convfmt(): string {
    const { value } = this.cells.get('CONVFMT')!;
    return typeof value === 'string' ? value : toText(value, '%.6g');
  }

  cell(name: string): Cell {
    let cell = this.cells.get(name);
    if (!cell) {
      cell = { value: undefined };
      this.cells.set(name, cell);
    }
    return cell;
  }

  array(name: string): AwkArray {
    let array = this.arrays.get(name);
    if (!array) {
      array = this.newArray();
      this.arrays.set(name, array);
    }
    return array;
  }

  becomeArray(name: string, array: AwkArray): void {
    this.arrays.set(name, array);
  }

  newArray(): AwkArray {
    return new AwkArray(this.room);
  }

  text(value: Value): string {
    return toText(value, this.convfmt);
  }

  joined(a: string, b: string): string {
    if (a.length + b.length > MAX_TEXT) throw new AwkMemory();
    return a + b;
  }

  pattern(source: string): Pattern {
    let pattern = this.patterns.get(source);
    if (pattern) return pattern;
    try {
      pattern = new Pattern(source);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      throw new AwkError(`regular expression compile failed (${error.message})\n${source}`);
    }
    if (this.patterns.size > 500) this.patterns.clear();
    this.patterns.set(source, pattern);
    return pattern;
  }

  /** What a text means as FS. */
  separator(text: string, paragraphs = false): FieldSeparator {
    if (this.separatorOf?.text === text && !paragraphs) return this.separatorOf.separator;
    try {
      const single = /^[\^.$|()[\]+*?\\]$/.test(text) ? `\\${text}` : text;
      const separator = paragraphs && text !== ' ' && text !== '' ? new Pattern(`(${single})|\n`) : fieldSeparator(text);
      if (!paragraphs) this.separatorOf = { text, separator };
      return separator;
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      throw new AwkError(`regular expression compile failed (${error.message})\n${text}`);
    }
  }

  private recordSeparator(): Separator {
    const text = this.text(this.cell('RS').value);
    if (text === '') return 'paragraph';
    return text.length === 1 ? text : this.pattern(text);
  }

  /** Called at each turn of a loop. @returns what to wait for now and then */
  turn(): Promise<void> | undefined {
    if (++this.turns < TURNS) return undefined;
    this.turns = 0;
    return this.breathe();
  }

  private async breathe(): Promise<void> {
    const { x } = this.invocation;
    this.streams.show();
    await this.streams.busy();
    await x.platform.clock.breathe();
    throwIfInterrupted(x);
  }

  /** Runs a function's body in a frame of its own. */
  *call(body: Code<unknown>, frame: Frame): Steps<Value> {
    if (++this.depth > MAX_CALLS) throw new AwkError('program limit exceeded: eval stack size=1024', false);
    const outer = this.frame;
    this.frame = frame;
    try {
      const wait = this.turn();
      if (wait) yield wait;
      if (body.now) body.now();
      else yield* body.steps();
      return frame.result;
    } finally {
      this.frame = outer;
      this.depth--;
    }
  }

  /** The next record, when it has been read already. */
  heldRecord(): string | undefined {
    const text = this.main?.ready(this.recordSeparator());
    if (text !== undefined) this.count();
    return text;
  }

  private count(): void {
    for (const cell of [this.cell('NR'), this.cell('FNR')]) cell.value = toNumber(cell.value) + 1;
  }

  /** The next record of the files named as arguments; undefined at the end of all. */
  async nextRecord(): Promise<string | undefined> {
    for (;;) {
      if (!this.main && !(await this.nextFile())) return undefined;
      const separator = this.recordSeparator();
      const held = this.main!.ready(separator);
      if (held === undefined) this.streams.show();
      const text = held ?? (await this.main!.next(separator));
      if (text !== undefined) {
        this.count();
        return text;
      }
      this.main = undefined;
    }
  }

  skipFile(): void {
    this.main?.close();
    this.main = undefined;
  }

  private used = false;

  private async nextFile(): Promise<boolean> {
    if (this.mainIsOver) return false;
    const argv = this.array('ARGV');
    while (++this.argument < toNumber(this.cell('ARGC').value)) {
      const value = argv.has(this.argument, this.convfmt) ? this.text(argv.get(this.argument, this.convfmt)) : '';
      if (value === '') continue;
      if (this.assignment(value)) continue;
      this.used = true;
      return this.open(value);
    }
    if (this.used) {
      this.mainIsOver = true;
      return false;
    }
    this.used = true;
    return this.open('-');
  }

  private open(name: string): boolean {
    const opened = this.streams.openInput(name, (why) => {
      throw new AwkError(why === 'Is a directory' ? `read error (${why})` : `cannot open ${name} (${why})`, false);
    });
    this.main = opened;
    this.cell('FILENAME').value = name;
    this.cell('FNR').value = 0;
    return true;
  }

  /** `name=value` among the files. */
  assignment(text: string): boolean {
    const found = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(text);
    if (!found) return false;
    this.assign(found[1]!, found[2]!);
    return true;
  }

  assign: (name: string, value: string) => void = (name, value) => {
    this.cell(name).value = new Input(value);
  };

  outputFor(operator: string, name: Value): Output {
    const text = this.text(name);
    const output = this.streams.output(operator, text);
    if (typeof output !== 'string') return output;
    throw new AwkError(`cannot open "${text}" for output (${output})`, false);
  }

  /** A record from a file or a command. */
  async read(records: Records): Promise<string | undefined> {
    this.streams.show();
    return records.next(this.recordSeparator());
  }

  where(): string {
    return `\tFILENAME="${this.text(this.cell('FILENAME').value)}" FNR=${this.text(this.cell('FNR').value)} NR=${this.text(this.cell('NR').value)}`;
  }
}
