/**
 * The machine that jq's WebAssembly runs on: the C library calls that Emscripten 1.39 leaves to its host, over the shell's files.
 *
 * Reads the files that jq opens (never writes: jq does not); gives back what it wrote to its output and its errors. Structures and
 * error numbers are Emscripten's (WASI's errno, musl's stat). Left out: time zones, all is UTC.
 */
import { formatDate } from '../dates.ts';
import { FUEL } from './fuel.ts';
import { parseTime, type TimeParts, timeParts, timeSeconds } from './time.ts';

export interface Opened {
  readonly bytes: Uint8Array;
  readonly directory: boolean;
}

export interface Surroundings {
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** undefined: not read yet; a program that wants it ends with `wantsInput`. */
  readonly stdin: Uint8Array | undefined;
  readonly isTTY: boolean;
  /** Seconds since the epoch. */
  readonly now: number;
  /** undefined: no such file. */
  open(path: string): Opened | undefined;
}

export interface Ran {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly status: number;
  /** It was stopped: it took too long, or wrote or held too much. */
  readonly stopped: boolean;
  readonly wantsInput: boolean;
}

/** Calls and turns of loops: about two seconds of work. */
const MAX_TURNS = 200_000_000;
/** What printing a byte costs beyond the turns that it takes. */
const TURNS_PER_BYTE = 20;
const MAX_OUTPUT = 16_000_000;
const MAX_MEMORY = 384 * 1024 * 1024;
const PAGE = 65_536;

/** Where this build keeps its data (jq.wasm.js of jq-web 0.5.1). */
const HEAP_TOP = { pointer: 332_416, base: 5_575_456 };
const ZONE_NAME = 332_480;
const [INITIAL_PAGES, TABLE_SIZE] = [256, 177] as const;

const [EACCES, EBADF, EINVAL, EISDIR, ENOENT, ENOTTY] = [2, 8, 28, 31, 44, 59] as const;
const TIMES = [0, 4, 8, 12, 16, 20, 24, 28] as const;

class Ended extends Error {
  readonly status: number;
  constructor(status: number) {
    super('exit');
    this.status = status;
  }
}
class Stopped extends Error {}
class InputWanted extends Error {}

interface Stream extends Opened {
  at: number;
}

interface Exports {
  readonly E: () => void;
  readonly F: (argc: number, argv: number) => number;
  readonly L: (size: number) => number;
  readonly [FUEL]: WebAssembly.Global;
}

/** Runs the program once, from a memory of its own. */
export function runMachine(module: WebAssembly.Module, around: Surroundings): Ran {
  const machine = new Machine(around);
  const { exports } = new WebAssembly.Instance(module, machine.imports());
  return machine.run(exports as unknown as Exports);
}

class Machine {
  private readonly around: Surroundings;
  private readonly memory = new WebAssembly.Memory({ initial: INITIAL_PAGES });
  private readonly streams = new Map<number, Stream>();
  private readonly written: Record<1 | 2, Uint8Array[]> = { 1: [], 2: [] };
  private size = 0;
  private fuel: WebAssembly.Global | undefined;

  constructor(around: Surroundings) {
    this.around = around;
    this.streams.set(0, { bytes: around.stdin ?? new Uint8Array(), directory: false, at: 0 });
    for (const fd of [1, 2]) this.streams.set(fd, { bytes: new Uint8Array(), directory: false, at: 0 });
  }

  run({ E: construct, F: main, L: stackAlloc, [FUEL]: fuel }: Exports): Ran {
    fuel.value = MAX_TURNS;
    this.fuel = fuel;
    const place = (text: string) => {
      const bytes = new TextEncoder().encode(text);
      const at = stackAlloc(bytes.length + 1);
      this.bytes().set(bytes, at);
      this.bytes()[at + bytes.length] = 0;
      return at;
    };
    let status = 0;
    let stopped = false;
    let wantsInput = false;
    try {
      this.words()[HEAP_TOP.pointer >> 2] = HEAP_TOP.base;
      this.bytes().set(new TextEncoder().encode('UTC\0'), ZONE_NAME);
      construct();
      const argv = ['jq', ...this.around.args].map(place);
      const list = stackAlloc((argv.length + 1) * 4);
      for (const [index, at] of [...argv, 0].entries()) this.words()[(list >> 2) + index] = at;
      status = main(argv.length, list);
    } catch (error) {
      if (error instanceof Ended) ({ status } = error);
      else if (error instanceof InputWanted) wantsInput = true;
      else if (error instanceof Stopped || error instanceof WebAssembly.RuntimeError || error instanceof RangeError) stopped = true;
      else throw error;
    }
    const all = (fd: 1 | 2) => joined(this.written[fd]);
    return { stdout: all(1), stderr: all(2), status: status & 255, stopped, wantsInput };
  }

  imports(): WebAssembly.Imports {
    const call = (run: (argument: (index: number) => number) => number) => (_which: number, list: number) =>
      run((index) => this.words()[(list >> 2) + index]!);
    const nothing = () => 0;
    const stop = () => {
      throw new Stopped();
    };
    return {
      env: {
        memory: this.memory,
        table: new WebAssembly.Table({ initial: TABLE_SIZE, maximum: TABLE_SIZE, element: 'anyfunc' }),
        a: (condition: number, file: number, line: number, name: number) => this.assertFailed(condition, file, line, name),
        b: (status: number) => {
          throw new Ended(status);
        },
        d: nothing, // __unlock
        e: call((arg) => this.open(this.text(arg(0)))),
        f: (to: number, size: number, format: number, tm: number) =>
          this.put(to, size, formatDate(timeSeconds(this.parts(tm)) * 1000, this.text(format))),
        h: call((arg) => (this.streams.has(arg(0)) ? 0 : -EBADF)), // fcntl64
        i: call((arg) => this.stat(this.find(this.text(arg(0))), arg(1))),
        j: stop, // abort
        k: (to: number) => this.time(to),
        l: (from: number, to: number) => this.putParts(to, timeParts(this.words()[from >> 2]!)),
        m: (from: number, to: number) => this.putParts(to, timeParts(this.words()[from >> 2]!)),
        n: (tm: number) => {
          const seconds = timeSeconds(this.parts(tm));
          this.putParts(tm, timeParts(seconds));
          return seconds | 0;
        },
        p: (text: number, format: number, tm: number) => this.parse(text, format, tm),
        q: (to: number, from: number, count: number) => {
          this.bytes().copyWithin(to, from, from + count);
        },
        r: (size: number) => this.grow(size),
        u: () => 1000, // getuid32
        v: call(() => -EINVAL), // readlink: no /proc/self/fd here
        x: (value: number) => (value < 0 ? -Math.round(-value) : Math.round(value)),
        y: nothing, // __lock
        A: call((arg) => (this.around.isTTY && arg(0) === 1 ? 0 : -ENOTTY)),
        B: call((arg) => this.stat(this.streams.get(arg(0)), arg(1))),
        C: () => -1, // pathconf
        D: nothing, // getpwuid
      },
      wasi_unstable: {
        c: (fd: number) => (this.streams.delete(fd) ? 0 : EBADF),
        g: (fd: number, to: number) => {
          this.bytes()[to] = this.around.isTTY && fd === 1 ? 2 : 4;
          return this.streams.has(fd) ? 0 : EBADF;
        },
        o: (fd: number, low: number, high: number, whence: number, to: number) => this.seek(fd, low, high, whence, to),
        s: (list: number, to: number) => this.environment(list, to),
        t: (count: number, size: number) => this.environmentSize(count, size),
        w: (fd: number, list: number, count: number, to: number) => this.read(fd, list, count, to),
        z: (fd: number, list: number, count: number, to: number) => this.write(fd, list, count, to),
      },
    };
  }

  private bytes = () => new Uint8Array(this.memory.buffer);
  private words = () => new Int32Array(this.memory.buffer);

  private text(at: number): string {
    const bytes = this.bytes();
    return new TextDecoder().decode(bytes.slice(at, bytes.indexOf(0, at)));
  }

  private put(to: number, size: number, text: string): number {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length + 1 > size) return 0;
    this.bytes().set(bytes, to);
    this.bytes()[to + bytes.length] = 0;
    return bytes.length;
  }

  private assertFailed(condition: number, file: number, line: number, name: number): never {
    const complaint = `jq: ${this.text(file)}:${line}: ${this.text(name)}: Assertion \`${this.text(condition)}' failed.\n`;
    this.written[2].push(new TextEncoder().encode(complaint));
    throw new Ended(134);
  }

  private find(path: string): Opened | undefined {
    if (path === '/dev/stdin') return this.streams.get(0);
    return path === '' ? undefined : this.around.open(path);
  }

  private open(path: string): number {
    const found = this.find(path);
    if (!found) return -ENOENT;
    let fd = 3;
    while (this.streams.has(fd)) fd++;
    if (fd > 200) return -EACCES;
    this.streams.set(fd, { ...found, at: 0 });
    return fd;
  }

  private stat(found: Opened | undefined, to: number): number {
    if (!found) return -ENOENT;
    const words = this.words().fill(0, to >> 2, (to >> 2) + 22);
    words[(to + 12) >> 2] = found.directory ? 0o040755 : 0o100644;
    words[(to + 16) >> 2] = 1;
    words[(to + 40) >> 2] = found.bytes.length;
    return 0;
  }

  private seek(fd: number, low: number, high: number, whence: number, to: number): number {
    const stream = this.streams.get(fd);
    if (!stream) return EBADF;
    const base = whence === 0 ? 0 : whence === 1 ? stream.at : stream.bytes.length;
    const at = base + high * 4_294_967_296 + (low >>> 0);
    if (at < 0) return EINVAL;
    stream.at = at;
    this.words()[to >> 2] = at;
    this.words()[(to >> 2) + 1] = 0;
    return 0;
  }

  private read(fd: number, list: number, count: number, to: number): number {
    const stream = this.streams.get(fd);
    if (!stream) return EBADF;
    if (stream.directory) return EISDIR;
    if (fd === 0 && !this.around.stdin) throw new InputWanted();
    let total = 0;
    for (let index = 0; index < count; index++) {
      const [at, size] = this.words().subarray((list >> 2) + index * 2, (list >> 2) + index * 2 + 2) as unknown as [number, number];
      const piece = stream.bytes.subarray(stream.at, stream.at + size);
      this.bytes().set(piece, at);
      stream.at += piece.length;
      total += piece.length;
      if (piece.length < size) break;
    }
    this.words()[to >> 2] = total;
    return 0;
  }

  private write(fd: number, list: number, count: number, to: number): number {
    if (fd !== 1 && fd !== 2) return EBADF;
    let total = 0;
    for (let index = 0; index < count; index++) {
      const [at, size] = this.words().subarray((list >> 2) + index * 2, (list >> 2) + index * 2 + 2) as unknown as [number, number];
      if (size > 0) this.written[fd].push(this.bytes().slice(at, at + size));
      total += size;
    }
    this.size += total;
    if (this.size > MAX_OUTPUT) throw new Stopped();
    if (this.fuel) this.fuel.value = Math.max(1, this.fuel.value - total * TURNS_PER_BYTE);
    this.words()[to >> 2] = total;
    return 0;
  }

  private grow(size: number): number {
    const now = this.memory.buffer.byteLength;
    if (size >>> 0 > MAX_MEMORY) return 0;
    const wanted = Math.min(MAX_MEMORY, Math.max(2 * now, size));
    this.memory.grow(Math.ceil((wanted - now) / PAGE));
    return 1;
  }

  private time(to: number): number {
    const seconds = Math.floor(this.around.now);
    if (to) this.words()[to >> 2] = seconds;
    return seconds;
  }

  private parts(tm: number): TimeParts {
    return TIMES.map((offset) => this.words()[(tm + offset) >> 2]!) as unknown as TimeParts;
  }

  private putParts(tm: number, parts: TimeParts): number {
    for (const [index, offset] of TIMES.entries()) this.words()[(tm + offset) >> 2] = parts[index]!;
    for (const offset of [32, 36]) this.words()[(tm + offset) >> 2] = 0;
    this.words()[(tm + 40) >> 2] = ZONE_NAME;
    return tm;
  }

  private parse(text: number, format: number, tm: number): number {
    const read = parseTime(this.text(text), this.text(format), this.parts(tm));
    if (!read) return 0;
    this.putParts(tm, read.parts);
    return text + new TextEncoder().encode(this.text(text).slice(0, read.length)).length;
  }

  private pairs = () => [...this.around.env].map(([name, value]) => new TextEncoder().encode(`${name}=${value}\0`));

  private environment(list: number, to: number): number {
    let at = to;
    for (const [index, pair] of this.pairs().entries()) {
      this.words()[(list >> 2) + index] = at;
      this.bytes().set(pair, at);
      at += pair.length;
    }
    return 0;
  }

  private environmentSize(count: number, size: number): number {
    const pairs = this.pairs();
    this.words()[count >> 2] = pairs.length;
    this.words()[size >> 2] = pairs.reduce((sum, { length }) => sum + length, 0);
    return 0;
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
