/** What an awk program reads and writes: its input, files, commands at the other end of a pipe. Texts are a character a byte here. */
import { runProgram } from '../../bash/command.ts';
import { type Execution, Interrupted, type Invocation, stderr, stdin, stdout } from '../../bash/execution.ts';
import { resolvePath } from '../../bash/files.ts';
import { deviceOf, openSink } from '../../bash/redirect.ts';
import { BrokenPipe, createPipe, emptySource, type Sink, type Source, textSource } from '../../bash/streams.ts';
import { isAscii, latin1Of, textOfBytes } from '../../bytes.ts';
import { AwkMemory } from './array.ts';
import type { Pattern } from './regexp.ts';

export const inward = (text: string): string => (isAscii(text) ? text : latin1Of(text));
export const outward = (text: string): string =>
  isAscii(text) ? text : textOfBytes(Uint8Array.from(text, (char) => char.charCodeAt(0)));

/** How records end: one character, blank lines, or an expression. */
export type Separator = string | Pattern | 'paragraph';

const MAX_RECORD = 32_000_000;

/** Gives a source's records. */
export class Records {
  private rest = '';
  private ended = false;
  private readonly source: Source;
  /** Ends with the command behind it. */
  readonly finished: Promise<number> | undefined;

  constructor(source: Source, finished?: Promise<number>) {
    this.source = source;
    this.finished = finished;
  }

  private async more(): Promise<boolean> {
    if (this.ended) return false;
    const chunk = await this.source.read();
    if (chunk === undefined) this.ended = true;
    else this.rest += inward(chunk);
    if (this.rest.length > MAX_RECORD) throw new AwkMemory();
    return chunk !== undefined;
  }

  /** A record that is here already; undefined: more must be read first. */
  ready(separator: Separator): string | undefined {
    if (typeof separator !== 'string' || separator.length !== 1) return undefined;
    const end = this.rest.indexOf(separator);
    return end < 0 ? undefined : this.cut(end, end + 1);
  }

  private cut(end: number, next: number): string {
    const record = this.rest.slice(0, end);
    this.rest = this.rest.slice(next);
    return record;
  }

  /** undefined at the end. */
  async next(separator: Separator): Promise<string | undefined> {
    if (separator === 'paragraph') return this.paragraph();
    for (;;) {
      if (typeof separator === 'string') {
        const record = this.ready(separator);
        if (record !== undefined) return record;
      } else {
        const found = separator.find(this.rest);
        // A match at the very end might go on in what comes next.
        if (found && found.end > found.start && (found.end < this.rest.length || this.ended))
          return this.cut(found.start, found.end);
      }
      if (!(await this.more())) return this.rest === '' ? undefined : this.cut(this.rest.length, this.rest.length);
    }
  }

  private async paragraph(): Promise<string | undefined> {
    while (/^\n*$/.test(this.rest) && (await this.more()));
    this.rest = this.rest.replace(/^\n+/, '');
    for (;;) {
      const found = /\n\n+/.exec(this.rest);
      if (found && (found.index + found[0].length < this.rest.length || this.ended))
        return this.cut(found.index, found.index + found[0].length);
      if (!(await this.more())) {
        if (this.rest === '') return undefined;
        const text = this.cut(this.rest.length, this.rest.length);
        return text.endsWith('\n') ? text.slice(0, -1) : text;
      }
    }
  }

  close(): void {
    this.source.close();
  }
}

/** Characters that are kept before they are written. */
const BUFFER = 4096;

/** Something to print to. What goes elsewhere than to a terminal is kept until it is much, or another program is started. */
export class Output {
  private held: string[] = [];
  private size = 0;
  readonly sink: Sink | undefined;
  private readonly end: (() => Promise<number>) | undefined;

  constructor(sink: Sink | undefined, end?: () => Promise<number>) {
    this.sink = sink;
    this.end = end;
  }

  write(text: string): void {
    this.held.push(text);
    this.size += text.length;
    if (this.size > BUFFER) this.flush();
  }

  flush(): void {
    if (this.held.length === 0) return;
    const text = this.held.join('');
    this.held = [];
    this.size = 0;
    this.sink?.write(outward(text));
  }

  /** @returns the status of the command behind it */
  async close(): Promise<number> {
    try {
      this.flush();
    } catch (error) {
      if (!(error instanceof BrokenPipe) || !this.end) throw error;
    }
    this.sink?.flush();
    return this.end ? this.end() : 0;
  }
}

/** Runs a command as popen(3) does, or as system() does. */
async function shell(command: string, x: Execution, sh = '/bin/sh'): Promise<number> {
  try {
    return await runProgram(sh, ['-c', outward(command)], x);
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    throw error;
  }
}

export class Streams {
  private readonly x: Execution;
  private readonly outputs = new Map<string, Output>();
  private readonly inputs = new Map<string, Records>();
  readonly main: Output;
  private readonly errors: Output;

  constructor({ x }: Invocation) {
    this.x = x;
    this.main = new Output(stdout(x));
    this.errors = new Output(stderr(x));
  }

  /** undefined: it cannot be opened; the reason is told. */
  openInput(name: string, say: (why: string) => void): Records | undefined {
    if (name === '-' || name === '/dev/stdin') return new Records(stdin(this.x) ?? emptySource());
    const { files } = this.x.platform;
    const path = name === '' ? '/dev/fd/none' : resolvePath(this.x.shell.cwd, outward(name));
    const stat = files.stat(path);
    if (stat?.type === 'device') return new Records(deviceOf(path, this.x)?.source ?? emptySource());
    const text = files.read(path);
    if (text !== undefined) return new Records(textSource(text));
    say(stat?.type === 'directory' ? 'Is a directory' : stat ? 'Permission denied' : 'No such file or directory');
    return undefined;
  }

  file(name: string): Records | undefined {
    const known = this.inputs.get(name);
    if (known) return known;
    const opened = this.openInput(name, () => {});
    if (opened) this.inputs.set(name, opened);
    return opened;
  }

  command(command: string): Records {
    const known = this.inputs.get(command);
    if (known) return known;
    const pipe = createPipe();
    const finished = shell(command, { ...this.x, fds: new Map(this.x.fds).set(1, { sink: pipe }) });
    const ended = finished.then(
      (status) => {
        pipe.end();
        return status;
      },
      () => {
        pipe.end();
        return 1;
      },
    );
    const records = new Records(pipe, ended);
    this.inputs.set(command, records);
    return records;
  }

  /** @returns the output, or why there is none */
  output(operator: string, name: string): Output | string {
    const known = this.outputs.get(name);
    if (known) return known;
    const opened = operator === '|' ? this.pipeTo(name) : this.fileFor(name, operator === '>>');
    if (typeof opened !== 'string') this.outputs.set(name, opened);
    return opened;
  }

  private fileFor(name: string, append: boolean): Output | string {
    if (name === '-' || name === '/dev/stdout') return this.main;
    if (name === '/dev/stderr') return this.errors;
    if (name === '') return 'No such file or directory';
    const sink = openSink(outward(name), append, this.x);
    return typeof sink === 'string' ? sink : new Output(sink);
  }

  private pipeTo(command: string): Output {
    const pipe = createPipe();
    const running = shell(command, { ...this.x, fds: new Map(this.x.fds).set(0, { source: pipe }) }).then(
      (status) => {
        pipe.close();
        return status;
      },
      () => {
        pipe.close();
        return 1;
      },
    );
    return new Output(pipe, () => {
      pipe.end();
      return running;
    });
  }

  /** Shows what a terminal should see by now. */
  show(): void {
    this.errors.flush();
    if (this.main.sink?.isTTY) this.main.flush();
  }

  flush(): void {
    this.errors.flush();
    this.main.flush();
    for (const output of this.outputs.values()) output.flush();
  }

  /** Something written to takes no more for now. */
  busy(): Promise<unknown> | undefined {
    const waits = [this.main, ...this.outputs.values()].flatMap(({ sink }) => sink?.ready() ?? []);
    return waits.length > 0 ? Promise.all(waits) : undefined;
  }

  async system(command: string): Promise<number> {
    this.flush();
    return shell(command, this.x, 'sh');
  }

  /** @returns the status of a command, 0 for a file, -1 when there is none of that name */
  async close(name: string): Promise<number> {
    const output = this.outputs.get(name);
    const input = this.inputs.get(name);
    if (!output && !input) return -1;
    this.outputs.delete(name);
    this.inputs.delete(name);
    const status = output ? await output.close() : 0;
    input?.close();
    return input?.finished ? await input.finished : status;
  }

  /** At the end: what is held is written, commands are waited for. */
  async finish(): Promise<void> {
    this.show();
    for (const records of this.inputs.values()) records.close();
    for (const output of this.outputs.values()) await output.close();
    await this.main.close();
  }
}
