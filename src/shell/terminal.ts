/**
 * A terminal's inside, headless: keys in, screen text out. Connects the line editor, the session and the full-screen programs;
 * whatever shows it (xterm in the browser, node's stdin, a test) brings `write` and feeds `input`.
 *
 * `input` takes what xterm's onData gives. Output is VT text with `\r\n`.
 */
import type { Source } from './bash/streams.ts';
import { needsMore, openHereDocuments } from './bash/syntax.ts';
import { complete, insertion } from './line/complete.ts';
import { cook, spell } from './line/cooked.ts';
import { type Effect, insert, type LineState, newLine, reduce } from './line/editor.ts';
import { expandHistory } from './line/history.ts';
import { decodeKeys } from './line/keys.ts';
import { type Drawn, leaveLine, listInColumns, render } from './line/render.ts';
import { createSession, type ShellSession } from './session.ts';
import type { FullScreen, Terminal, TerminalOptions, TerminalState } from './terminal-types.ts';
import { preloadTools } from './tools/bundled.ts';

/** Lines of history kept for a host. */
export const MAX_HISTORY = 1000;
/** Candidates listed without asking. */
const MAX_LISTED = 100;

const BRACKETED_PASTE = { on: '\x1b[?2004h', off: '\x1b[?2004l' };
const ALTERNATE_SCREEN = { on: '\x1b[?1049h', off: '\x1b[?1049l' };

export function createTerminal(options: TerminalOptions): Terminal {
  return new TerminalController(options);
}

class TerminalController implements Terminal {
  readonly session: ShellSession;
  private readonly options: TerminalOptions;
  private columns: number;
  private rows: number;
  private mode: TerminalState['mode'] = 'running';
  private line: LineState = newLine([]);
  private drawn: Drawn | undefined;
  /** Lines of a command that is not finished yet. */
  private unfinished: string | undefined;
  private runningLine: string | undefined;
  /** Bytes of a key or paste that has not wholly come. */
  private partial = '';
  /** Typed while something runs. */
  private ahead = '';
  private wantsLine: (() => void) | undefined;
  private wantsKey: ((key: string) => void) | undefined;
  private alternate = false;
  /** What a full-screen program shows. */
  private screen: string | undefined;
  private captured: { stdout: string; stderr: string } | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(options: TerminalOptions) {
    this.options = options;
    this.columns = options.columns;
    this.rows = options.rows;
    this.session = createSession({
      sim: options.sim,
      place: options.place,
      clock: options.clock,
      isTTY: true,
      columns: () => this.columns,
      rows: () => this.rows,
      tty: this.fullScreen(),
      stdin: this.stdin(),
      write: (text, fd) => this.output(text, fd),
      ...(options.id !== undefined && { id: options.id }),
      ...(options.settle !== undefined && { settle: options.settle }),
      ...(options.history && { history: options.history }),
    });
  }

  start(): void {
    this.showPrompt();
    // Fetched while the learner reads, so that the first grep does not wait.
    preloadTools();
  }

  state(): TerminalState {
    const { place, container, user } = this.session.shell();
    return {
      mode: this.mode,
      place,
      user,
      ...(container !== undefined && { container }),
      ...(this.runningLine !== undefined && this.mode !== 'prompt' && { line: this.runningLine }),
    };
  }

  resize(columns: number, rows: number): void {
    if (columns === this.columns && rows === this.rows) return;
    this.columns = Math.max(2, columns);
    this.rows = Math.max(1, rows);
    // The screen has re-wrapped what was drawn; drawing anew from its last row is the best one can do.
    if (this.mode === 'prompt' && this.drawn) this.redraw();
  }

  input(data: string): void {
    if (this.mode === 'prompt') {
      const { keys, rest } = decodeKeys(this.partial + data);
      this.partial = rest;
      for (const [index, key] of keys.entries()) {
        // A line was sent: what follows in the same paste waits for the next prompt.
        if ((this.mode as TerminalState['mode']) !== 'prompt') {
          this.ahead += keys.slice(index).map(spell).join('');
          return;
        }
        this.key(key);
      }
      return;
    }
    this.whileRunning(data);
  }

  private whileRunning(data: string): void {
    const interrupt = data.indexOf('\x03');
    if (interrupt >= 0) {
      this.ahead = '';
      this.options.write('^C\r\n');
      this.wantsKey?.('\x03');
      this.session.interrupt();
      this.whileRunning(data.slice(interrupt + 1));
      return;
    }
    if (data === '') return;
    if (this.mode === 'screen' && data.startsWith('\x1a')) {
      this.ahead = data.slice(1);
      this.suspendScreen();
      return;
    }
    const suspend = this.mode === 'running' && !this.wantsKey ? data.indexOf('\x1a') : -1;
    if (suspend >= 0) {
      this.ahead = data.slice(suspend + 1);
      this.options.write('^Z');
      this.session.suspend();
      return;
    }
    if (this.wantsKey) {
      const take = this.wantsKey;
      this.wantsKey = undefined;
      take(data);
      return;
    }
    if (this.mode === 'screen') {
      this.ahead += data;
      return;
    }
    this.ahead += data;
    this.options.write(
      data
        .replace(/\x1b\[20[01]~/g, '')
        .replace(/\r\n?|\n/g, '\r\n')
        .replace(/[\x00-\x09\x0b\x0c\x0e-\x1f]/g, ''),
    );
    this.wantsLine?.();
  }

  /** Ctrl-Z in less or watch: the prompt comes back, and `fg` brings the screen again. In the background it stops at once: it wants the terminal. */
  private suspendScreen(): void {
    const { wantsKey, screen } = this;
    const jobs = this.session.shell().state.jobs;
    const before = new Set(jobs.values());
    this.releaseScreen();
    this.session.suspend();
    const job = [...jobs.values()].find((each) => !before.has(each)) ?? this.session.shell().state.foreground;
    if (!job) return;
    const { stop } = job;
    job.stop = (signal) => {
      stop.call(job, signal);
      if (signal !== 'CONT') return;
      queueMicrotask(() => {
        if (this.session.shell().state.foreground !== job) return stop.call(job, 'TTOU');
        job.stop = stop;
        if (screen !== undefined) this.draw(screen);
        else this.setMode('screen');
        this.wantsKey = wantsKey;
      });
    };
  }

  private draw(screen: string): void {
    if (!this.alternate) this.options.write(ALTERNATE_SCREEN.on);
    this.alternate = true;
    this.screen = screen;
    this.setMode('screen');
    this.options.write(`\x1b[H\x1b[2J${screen.replace(/\r?\n/g, '\r\n')}`);
  }

  private key(key: Parameters<typeof reduce>[1]): void {
    const { state, effect } = reduce(this.line, key);
    if (this.line.search && effect) {
      // The line found takes the search's place on the screen before it runs.
      const { search: _ended, ...found } = this.line;
      this.line = found;
      this.redraw();
    }
    this.line = state;
    if (effect?.type !== 'submit' && effect?.type !== 'cancel') this.redraw();
    if (effect) this.perform(effect);
  }

  private perform(effect: Effect) {
    switch (effect.type) {
      case 'submit':
        return this.submitted(effect.text);
      case 'cancel':
        this.options.write(`${leaveLine(this.drawn, this.columns).replace(/^/, '^C')}`);
        this.session.shell().state.status = 130;
        this.unfinished = undefined;
        return this.showPrompt();
      case 'end-of-file':
        this.options.write('\r\n');
        if (this.unfinished === undefined) return this.execute('exit');
        if (openHereDocuments(this.unfinished).length > 0) {
          const text = this.unfinished;
          this.unfinished = undefined;
          return this.execute(text);
        }
        this.options.write(`${this.session.shell().state.scriptName}: syntax error: unexpected end of file\r\n`);
        this.unfinished = undefined;
        return this.showPrompt();
      case 'clear-screen':
        this.options.write('\x1b[H\x1b[2J');
        this.drawn = undefined;
        return this.redraw();
      case 'complete':
        return this.complete(effect.again);
      case 'bell':
        this.options.write('\x07');
    }
  }

  private submitted(text: string) {
    this.options.write(leaveLine(this.drawn, this.columns));
    this.drawn = undefined;
    const expanded =
      this.unfinished === undefined && this.session.shell().state.options.has('histexpand')
        ? expandHistory(text, this.session.shell().state.history)
        : { text };
    if ('error' in expanded) {
      this.options.write(`${this.session.shell().state.scriptName}: ${expanded.error}\r\n`);
      return this.showPrompt();
    }
    if (expanded.text !== text) this.options.write(`${expanded.text.replaceAll('\n', '\r\n')}\r\n`);
    const whole = this.unfinished === undefined ? expanded.text : `${this.unfinished}\n${expanded.text}`;
    if (needsMore(whole)) {
      this.unfinished = whole;
      return this.showPrompt();
    }
    this.unfinished = undefined;
    this.execute(whole);
  }

  private remember(line: string): void {
    const { state, place } = this.session.shell();
    if (line.trim() === '' || line.startsWith(' ') || state.history.at(-1) === line || line.length > 100_000) return;
    state.history.push(line);
    if (state.history.length > MAX_HISTORY) state.history.splice(0, state.history.length - MAX_HISTORY);
    this.options.onHistory?.(place.host, [...state.history]);
  }

  private execute(line: string): void {
    this.remember(line);
    this.runningLine = line;
    this.options.write(BRACKETED_PASTE.off);
    this.setMode('running');
    this.turn = this.session.run(line).then((exitCode) => {
      this.releaseScreen();
      this.runningLine = undefined;
      this.showPrompt();
      return exitCode;
    });
  }

  private showPrompt(): void {
    const notices = this.unfinished === undefined ? this.session.notices() : '';
    if (notices) this.options.write(notices.replaceAll('\n', '\r\n'));
    this.line = newLine(this.session.shell().state.history, this.line.killed);
    this.drawn = undefined;
    this.options.write(BRACKETED_PASTE.on);
    this.setMode('prompt');
    this.redraw();
    const { ahead } = this;
    this.ahead = '';
    if (ahead) this.input(ahead);
  }

  private redraw(): void {
    const { output, drawn } = render(this.drawn, this.session.prompt(this.unfinished !== undefined), this.line, this.columns);
    this.drawn = drawn;
    if (output) this.options.write(output);
  }

  private complete(again: boolean) {
    const shell = this.session.shell();
    const completed = complete(shell, this.line.text, this.line.cursor);
    const { candidates } = completed;
    const typed = this.line.text.slice(completed.from, completed.to);
    const { text, done } = insertion(completed);
    if (text !== '' && (done || text.length > typed.length)) {
      const head = this.line.text.slice(0, completed.from);
      const tail = this.line.text.slice(completed.to);
      this.line = {
        ...insert({ ...this.line, text: head + tail, cursor: head.length, last: 'other' }, text, 'other'),
        last: done ? 'other' : 'tab',
      };
      return this.redraw();
    }
    if (candidates.length === 0) return this.options.write('\x07');
    if (!again) return this.options.write('\x07');
    const shown = candidates.slice(0, MAX_LISTED).map((each) => each.text.replace(/^.*\/(?=[^/])/, ''));
    const more = candidates.length > MAX_LISTED ? `… and ${candidates.length - MAX_LISTED} more\r\n` : '';
    this.options.write(leaveLine(this.drawn, this.columns) + listInColumns(shown, this.columns) + more);
    this.drawn = undefined;
    this.redraw();
  }

  private output(text: string, fd: 1 | 2): void {
    if (this.captured) {
      if (fd === 1) this.captured.stdout += text;
      else this.captured.stderr += text;
    }
    const shown = text.replace(/\r?\n/g, '\r\n');
    if (this.mode !== 'prompt' || !this.drawn) {
      this.options.write(shown);
      return;
    }
    // A background job speaks while a line is being edited.
    this.options.write(`\r\x1b[J${shown}`);
    this.drawn = undefined;
    this.redraw();
  }

  private setMode(mode: TerminalState['mode']): void {
    if (this.mode === mode && mode !== 'prompt') return;
    this.mode = mode;
    this.options.onState?.(this.state());
  }

  private fullScreen(): FullScreen {
    return {
      readKey: () => {
        this.setMode('screen');
        if (this.ahead) {
          const first = [...this.ahead][0]!;
          this.ahead = this.ahead.slice(first.length);
          return Promise.resolve(first);
        }
        return new Promise((resolve) => {
          this.wantsKey = resolve;
        });
      },
      draw: (screen) => this.draw(screen),
      edit: async (name, text) => {
        const { mode } = this;
        this.setMode('editor');
        try {
          return await this.options.onEdit(name, text);
        } finally {
          this.setMode(mode);
        }
      },
      release: () => this.releaseScreen(),
    };
  }

  private releaseScreen(): void {
    if (this.alternate) this.options.write(ALTERNATE_SCREEN.off);
    this.alternate = false;
    this.screen = undefined;
    this.wantsKey = undefined;
    if (this.mode === 'screen') this.setMode('running');
  }

  /** What a command reads from the terminal: whole lines, echoed as they are typed; Ctrl-D ends. */
  private stdin(): Source {
    let put: string | undefined;
    return {
      isTTY: true,
      read: async () => {
        if (put !== undefined) {
          const text = put;
          put = undefined;
          return text;
        }
        for (;;) {
          const end = this.ahead.search(/[\r\n\x04]/);
          if (end >= 0) {
            const line = this.ahead.slice(0, end);
            const ender = this.ahead[end];
            this.ahead = this.ahead.slice(end + 1);
            if (ender === '\x04') return line === '' ? undefined : cook(line);
            return `${cook(line)}\n`;
          }
          await new Promise<void>((resolve) => {
            this.wantsLine = resolve;
          });
        }
      },
      unread: (text) => {
        put = text + (put ?? '');
      },
      close() {},
    };
  }

  async run(line: string): Promise<{ stdout: string; stderr: string; exitCode: number }> {
    while (this.mode !== 'prompt') await this.turn;
    this.unfinished = undefined;
    this.type(line);
    const captured = { stdout: '', stderr: '' };
    this.captured = captured;
    this.options.write(leaveLine(this.drawn, this.columns));
    this.drawn = undefined;
    this.execute(line);
    const exitCode = (await this.turn) as number;
    this.captured = undefined;
    return { ...captured, exitCode };
  }

  type(text: string): void {
    if (this.mode !== 'prompt') {
      this.ahead += text;
      return;
    }
    this.line = insert(newLine(this.session.shell().state.history, this.line.killed), text, 'other');
    this.redraw();
  }

  interrupt(): void {
    this.input('\x03');
  }
}
