/**
 * What the language needs while it runs, and how control leaves the straight path.
 */
import type { FileSystem } from './files.ts';
import type { Descriptors, ShellState } from './state.ts';
import type { Sink } from './streams.ts';

/** Simulated time and the event loop, injected: instant in tests and node, driven by the screen in the browser. */
export interface Clock {
  /** Virtual ms since the epoch. */
  now(): number;
  /** Resolves when `ms` of virtual time have passed; rejects with `Interrupted` when the signal aborts. */
  sleep(ms: number, why: string | undefined, signal: AbortSignal): Promise<void>;
  /** Lets keys, frames and other programs have their turn. */
  breathe(): Promise<void>;
}

/** One run of a program that is neither a function nor a builtin. */
export interface Invocation {
  readonly name: string;
  readonly args: readonly string[];
  readonly x: Execution;
  readonly env: ReadonlyMap<string, string>;
}
export type Program = (invocation: Invocation) => Promise<number> | number;

/** Processes alive at once, for the limit a fork bomb meets. */
export interface Processes {
  count: number;
  /** Those that stand deep inside other subshells. */
  deep: number;
  /** The limit was met: deep ones get no more. */
  exhausted: boolean;
  nextPid: number;
}

/** Where a shell runs: its clock, its files, the programs it finds. */
export interface Platform {
  readonly clock: Clock;
  readonly files: FileSystem;
  /** undefined: command not found. */
  program(name: string): Program | undefined;
  /** Every program's name, for completion, `type` and `compgen`. */
  programs(): readonly string[];
  readonly user: string;
  readonly hostname: string;
  readonly root: boolean;
  /** Texts behind `/dev/fd/63` and the like, for as long as a command runs. */
  readonly devices: Map<string, string>;
  /** Terminal width, for `COLUMNS` and listings. */
  columns(): number;
  readonly processes: Processes;
  /** What `>(…)` reads, by the path it is written to. */
  readonly substitutions: Map<string, { readonly sink: Sink; end(): Promise<unknown> }>;
}

export interface Execution {
  readonly shell: ShellState;
  readonly fds: Descriptors;
  readonly signal: AbortSignal;
  readonly platform: Platform;
  /** Inside a condition (`if`, `&&`, `!`): `set -e` is asleep. */
  readonly tested: boolean;
  /** The text whose tree is run, for job names, function texts and line numbers. */
  readonly source: string;
  /** Function calls and sourced files deep. */
  readonly depth: number;
  /** `$( )` deep, for `set -x`. */
  readonly captures?: number;
}

/** Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'AbortError';
}

/** `break 2`, `continue`. */
export class LoopJump extends Error {
  readonly kind: 'break' | 'continue';
  readonly levels: number;
  constructor(kind: 'break' | 'continue', levels: number) {
    super(kind);
    this.kind = kind;
    this.levels = levels;
  }
}

/** `return 3`. */
export class Return extends Error {
  readonly status: number;
  constructor(status: number) {
    super('return');
    this.status = status;
  }
}

/** `exit 3`, a fatal expansion error, `set -e`. */
export class Exit extends Error {
  readonly status: number;
  constructor(status: number) {
    super('exit');
    this.status = status;
  }
}

/** An error that gives up the command (a script) or the line (the prompt): `bash: x: unbound variable`. */
export class ShellError extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

export const stdout = (x: Execution) => x.fds.get(1)?.sink;
export const stderr = (x: Execution) => x.fds.get(2)?.sink;
export const stdin = (x: Execution) => x.fds.get(0)?.source;

export function throwIfInterrupted(x: { readonly signal: AbortSignal }): void {
  if (x.signal.aborted) throw new Interrupted('Interrupted');
}
