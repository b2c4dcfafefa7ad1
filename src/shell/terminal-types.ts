/** The faces of a terminal: what it is given, what it shows of itself, what full-screen programs get. */
import type { Place, Sim } from '../engine/index.ts';
import type { Clock } from './bash/execution.ts';
import type { Tty } from './command.ts';
import type { ShellSession } from './session.ts';

export interface TerminalOptions {
  readonly sim: Sim;
  readonly place: Place;
  readonly clock: Clock & { hold?(): void; release?(): void };
  readonly columns: number;
  readonly rows: number;
  /** To the screen. */
  write(text: string): void;
  /** vi, nano, kubectl edit: opens an editor over the terminal. @returns the text to save; undefined: quit without saving */
  onEdit(name: string, text: string): Promise<string | undefined>;
  onState?(state: TerminalState): void;
  /** Earlier lines of a host. */
  history?(host: string): readonly string[];
  /** A line was entered on a host: keep these. */
  onHistory?(host: string, lines: readonly string[]): void;
  /** Name in the journal. */
  readonly id?: string;
  /** Lets the world come to rest before each line (node); the browser lets time pass by itself. */
  readonly settle?: boolean;
}

export interface TerminalState {
  /** `prompt`: editing a line. `running`: a command runs. `screen`: less, watch: keys go to it. `editor`: the overlay is open. */
  readonly mode: 'prompt' | 'running' | 'screen' | 'editor';
  /** Where the innermost shell is. */
  readonly place: Place;
  readonly container?: string;
  readonly user: string;
  /** The line that runs. */
  readonly line?: string;
}

export interface Terminal {
  /** Keys or pasted text, as xterm sends them. */
  input(data: string): void;
  resize(columns: number, rows: number): void;
  /** Types a line and runs it, as if the learner had; resolves when the prompt is back. */
  run(line: string): Promise<{ readonly stdout: string; readonly stderr: string; readonly exitCode: number }>;
  /** Puts text on the prompt without running it (replacing what is there). */
  type(text: string): void;
  /** Ctrl-C. */
  interrupt(): void;
  /** Prints the first prompt. */
  start(): void;
  readonly session: ShellSession;
  state(): TerminalState;
}

/** Full-screen programs, and how they let go of the screen. */
export interface FullScreen extends Tty {
  /** The program ended: what was shown before comes back. */
  release(): void;
}
