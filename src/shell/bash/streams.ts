/**
 * What flows between programs: sinks (something to write to), sources (something to read from) and pipes (both).
 *
 * Text, not bytes: a terminal's learner never meets the difference. Writing is immediate and never waits; a writer that could run
 * away (a loop) asks `ready()` between writes. Writing to a pipe nobody reads throws `BrokenPipe`, which ends the writer as
 * SIGPIPE does.
 */

export interface Sink {
  write(text: string): void;
  /** The terminal. */
  readonly isTTY: boolean;
  /** Resolves when more may be written without piling up. */
  ready(): Promise<void> | undefined;
  /** Makes what was written visible to readers (a file); called when a command ends. */
  flush(): void;
}

export interface Source {
  /** The next chunk; undefined at the end. */
  read(): Promise<string | undefined>;
  /** Puts text back, to be read first. */
  unread(text: string): void;
  /** Nobody will read on: writers get SIGPIPE. */
  close(): void;
  readonly isTTY: boolean;
}

/** SIGPIPE: the reader is gone. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}

/** write(2) failed: the writer says so and ends. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
}

/** A program or a `$( )` wants to hold more than a page may. */
export class OutOfMemory extends Error {
  override readonly name = 'OutOfMemory';
}

/** Characters one reader may hold at once. */
const MAX_HELD = 32_000_000;

/** Characters a pipe holds before `ready()` makes its writer wait. */
const PIPE_CAPACITY = 65_536;

/** @returns the whole of a source */
export async function readAll(source: Source): Promise<string> {
  const chunks: string[] = [];
  let size = 0;
  for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) {
    size += chunk.length;
    if (size > MAX_HELD) throw new OutOfMemory();
    chunks.push(chunk);
  }
  return chunks.join('');
}

/** @returns one line with its newline (the last may lack it); undefined at the end */
export async function readLine(source: Source, delimiter = '\n'): Promise<string | undefined> {
  let line = '';
  for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) {
    const end = chunk.indexOf(delimiter);
    if (end >= 0) {
      if (end + 1 < chunk.length) source.unread(chunk.slice(end + 1));
      return line + chunk.slice(0, end + 1);
    }
    line += chunk;
    if (line.length > MAX_HELD) throw new OutOfMemory();
  }
  return line === '' ? undefined : line;
}

export function createPipe(): Sink & Source & { end(): void } {
  let chunks: string[] = [];
  let size = 0;
  let ended = false;
  let broken = false;
  let wakeReader: (() => void) | undefined;
  let wakeWriter: (() => void) | undefined;
  const wake = () => {
    wakeReader?.();
    wakeReader = undefined;
  };
  const drained = () => {
    wakeWriter?.();
    wakeWriter = undefined;
  };
  return {
    isTTY: false,
    write(text) {
      if (broken) throw new BrokenPipe();
      if (text === '' || ended) return;
      chunks.push(text);
      size += text.length;
      wake();
    },
    ready() {
      if (broken) throw new BrokenPipe();
      if (size < PIPE_CAPACITY || ended) return undefined;
      return new Promise((resolve) => {
        wakeWriter = resolve;
      });
    },
    flush() {},
    async read() {
      while (chunks.length === 0) {
        if (ended || broken) return undefined;
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
      }
      const text = chunks.length === 1 ? chunks[0]! : chunks.join('');
      chunks = [];
      size = 0;
      drained();
      return text;
    },
    unread(text) {
      chunks.unshift(text);
      size += text.length;
    },
    close() {
      broken = true;
      wake();
      drained();
    },
    end() {
      ended = true;
      wake();
      drained();
    },
  };
}

/** A source of a text that is known already. */
export function textSource(text: string): Source {
  let rest: string | undefined = text;
  return {
    isTTY: false,
    async read() {
      const chunk = rest;
      rest = undefined;
      return chunk === '' ? undefined : chunk;
    },
    unread(chunk) {
      rest = chunk + (rest ?? '');
    },
    close() {},
  };
}

/** What a `$( )` holds has grown too much: its shell's trouble, not the writer's. */
export class CaptureOverflow extends OutOfMemory {}

/** A sink that keeps what it gets. */
export function textSink(limit = MAX_HELD): Sink & { text(): string } {
  const chunks: string[] = [];
  let size = 0;
  return {
    isTTY: false,
    write: (text) => {
      size += text.length;
      if (size > limit) throw new CaptureOverflow();
      chunks.push(text);
    },
    ready: () => undefined,
    flush() {},
    text: () => chunks.join(''),
  };
}

/** A sink that hands everything on. */
export function callbackSink(write: (text: string) => void, isTTY: boolean): Sink {
  return { isTTY, write, ready: () => undefined, flush() {} };
}

export const nullSink: Sink = { isTTY: false, write() {}, ready: () => undefined, flush() {} };

export const emptySource = (isTTY = false): Source => ({ isTTY, read: async () => undefined, unread() {}, close() {} });
