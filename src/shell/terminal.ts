/**
 * A terminal's inside, headless: keys in, screen text out. Connects the line editor, the session and the full-screen programs;
 * whatever shows it (xterm in the browser, node's stdin, a test) brings `write` and feeds `input`.
 *
 * `input` takes what xterm's onData gives. Output is VT text with `\r\n`.
 */
import type { Place, Sim } from '../engine/index.ts';
import type { Clock } from './bash/execution.ts';
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
  /** A line was entered on a host: keep it. */
  onHistory?(host: string, lines: readonly string[]): void;
  /** Name in the journal. */
  readonly id?: string;
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

export function createTerminal(options: TerminalOptions): Terminal {
  throw new Error(`no terminal yet for ${options.place.host}`);
}
