/**
 * A shell session: what a terminal talks to. A stack of shells, each at a place: ssh, `kubectl exec -it` and `sudo -i` push one,
 * `exit` pops it. Each host's shell keeps its variables, functions, directory and `$?` from line to line.
 *
 * Narrow on purpose (`run`, `interrupt`, `write`): what interprets the language stays behind it.
 */
import { containerEnv, type Origin, type Place, type Sim } from '../engine/index.ts';
import { runScript, statusOf } from './bash/execute.ts';
import { type Clock, type Execution, Exit, Interrupted, LoopJump, Return, ShellError } from './bash/execution.ts';
import { behindGate, createGate, type Gate } from './bash/gate.ts';
import { addJob, describeJob, reapJobs } from './bash/jobs.ts';
import { createState, type Descriptor, errorPrefix, type ShellState } from './bash/state.ts';
import { BrokenPipe, callbackSink, emptySource, OutOfMemory, type Source, WriteError } from './bash/streams.ts';
import { enableSubstitutions } from './bash/substitute.ts';
import { checkSyntax } from './bash/syntax.ts';
import { runTrap } from './bash/traps.ts';
import { createPlatform } from './platform.ts';
import { promptOf } from './prompt.ts';
import type { FullScreen } from './terminal-types.ts';

enableSubstitutions();

export interface SessionOptions {
  readonly sim: Sim;
  readonly place: Place;
  readonly clock: Clock & { hold?(): void; release?(): void };
  /** Output as it is produced; 2 is standard error. */
  write(text: string, fd: 1 | 2): void;
  /** Name in the journal. */
  readonly id?: string;
  readonly isTTY?: boolean;
  readonly columns?: () => number;
  readonly rows?: () => number;
  readonly tty?: FullScreen;
  /** What is typed while a command reads its standard input. */
  readonly stdin?: Source;
  /** Lets the world come to rest before each line (headless: every line starts in a settled world). */
  readonly settle?: boolean;
  /** Earlier lines of a host, for its history. */
  history?(host: string): readonly string[];
}

export interface EnterOptions {
  readonly container?: string;
  readonly user?: string;
  readonly banner?: string;
  /** Printed when the shell is left, as ssh does. */
  readonly farewell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Not at the prompt: its lines come from here. */
  readonly script?: string;
}

export interface Shell {
  readonly place: Place;
  readonly container?: string;
  readonly user: string;
  readonly state: ShellState;
  readonly x: Execution;
}

export interface ShellSession {
  /** Runs a line (or several). Resolves with the exit status when the prompt may be shown again. Never rejects. */
  run(line: string): Promise<number>;
  /** Ctrl-C: stops what runs within a moment. */
  interrupt(): void;
  /** Ctrl-Z: what runs becomes a stopped job and the prompt comes back. */
  suspend(): void;
  readonly busy: boolean;
  /** The last shell was left. */
  readonly closed: boolean;
  /** The innermost shell. */
  shell(): Shell;
  /** What to print before reading a line, `> ` for a continued one. */
  prompt(continued?: boolean): string;
  /** Notices of finished background jobs, to be printed before the prompt. */
  notices(): string;
  readonly depth: number;
}

interface Level extends Shell {
  controller: AbortController;
  line: string;
  serial: number;
  /** What the running line stands behind, and its end. */
  running?: { readonly gate: Gate; readonly done: Promise<number>; detached: boolean };
  leave?: (status: number) => void;
  readonly farewell?: string;
}

export function createSession(options: SessionOptions): ShellSession {
  const { sim, clock, isTTY = false } = options;
  const id = options.id ?? options.place.host;
  const stack: Level[] = [];
  let busy = false;
  let closed = false;
  let ready: (status: number) => void = () => {};
  let lines = 0;
  const by = (): Origin => ({ session: id, line: stack.at(-1)?.line ?? '', serial: stack.at(-1)?.serial ?? 0 });

  function push(place: Place, given: EnterOptions, leave?: (status: number) => void): Level {
    const level = openShell(place, given);
    if (leave) level.leave = leave;
    stack.push(level);
    if (given.banner) options.write(given.banner, 1);
    return level;
  }

  function openShell(place: Place, given: EnterOptions): Level {
    const user = given.user ?? (place.netns === '' ? 'ubuntu' : 'root');
    const controller = new AbortController();
    const platform = createPlatform({
      sim,
      place,
      clock,
      user,
      by,
      enter,
      root: user === 'root',
      columns: options.columns ?? (() => 80),
      rows: options.rows ?? (() => 24),
      ...(given.container !== undefined && { container: given.container }),
      ...(options.tty && { tty: options.tty }),
    });
    const home = user === 'root' ? '/root' : `/home/${user}`;
    const cwd =
      given.cwd ??
      (given.container !== undefined && platform.files.stat('/app')
        ? '/app'
        : place.netns === '' || given.container === undefined
          ? home
          : '/');
    const fds = new Map<number, Descriptor>([
      [0, { source: options.stdin ?? emptySource(isTTY) }],
      [1, { sink: callbackSink((text) => options.write(text, 1), isTTY) }],
      [2, { sink: callbackSink((text) => options.write(text, 2), isTTY) }],
    ]);
    const contained = given.container === undefined ? undefined : containerEnv(sim.world(), place, given.container);
    const own = contained && { ...contained, TERM: 'xterm' };
    const env = own ?? {
      HOME: home,
      USER: user,
      LOGNAME: user,
      SHELL: '/bin/bash',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      PATH: PATHS,
    };
    const state = createState({
      env: { ...env, ...given.env },
      cwd,
      descriptors: fds,
      interactive: true,
      now: clock.now(),
      scriptName: given.container === undefined ? '-bash' : 'bash',
    });
    state.history.push(...(options.history?.(place.host) ?? []));
    const x: Execution = { shell: state, fds, platform, tested: false, depth: 0, source: '', signal: controller.signal };
    return {
      place,
      user,
      state,
      x,
      controller,
      line: '',
      serial: 0,
      ...(given.container !== undefined && { container: given.container }),
      ...(given.farewell && { farewell: given.farewell }),
    };
  }

  /** `ssh`, `kubectl exec -it`: the line that did it waits until the new shell is left. */
  function enter(place: Place, given: EnterOptions, outer: Execution): Promise<number> {
    if (given.script !== undefined) return runElsewhere(place, given, given.script, outer);
    return new Promise((resolve) => {
      push(place, given, resolve);
      ready(0);
    });
  }

  /** `ssh host < script`: runs there without a prompt, writing where the caller writes. */
  async function runElsewhere(place: Place, given: EnterOptions, script: string, outer: Execution): Promise<number> {
    const level = openShell(place, given);
    level.state.interactive = false;
    level.state.scriptName = 'bash';
    const fds = new Map(outer.fds).set(0, { source: emptySource() });
    return evaluateLine(script, { ...level.x, fds, signal: outer.signal });
  }

  function pop(status: number): void {
    const level = stack.at(-1)!;
    if (stack.length === 1) {
      closed = true;
      if (isTTY) options.write('logout\n', 2);
      ready(status);
      return;
    }
    stack.pop();
    if (level.farewell) options.write(level.farewell, 2);
    level.leave?.(status);
  }

  /** The machine was switched off under its shell: an ssh session breaks, a console stays dark. */
  function lost(level: Level): void {
    if (stack.length === 1) {
      options.write(`${level.place.host} is powered off\n`, 2);
      ready(255);
      return;
    }
    options.write('client_loop: send disconnect: Broken pipe\n', 2);
    stack.pop();
    level.leave?.(255);
  }

  async function runLine(level: Level, line: string): Promise<void> {
    level.controller = new AbortController();
    level.line = line;
    level.serial = ++lines;
    if (!/^\s*(exit|logout)\b/.test(line)) level.state.exitWarned = false;
    const gate = createGate();
    const x = behindGate({ ...level.x, source: line, signal: level.controller.signal }, gate);
    const evaluation = evaluateLine(line, x, true);
    const running = {
      gate,
      done: evaluation.catch((error: unknown) => (error instanceof Exit ? error.status : 1)),
      detached: false,
    };
    level.running = running;
    try {
      const status = await evaluation;
      if (running.detached) return;
      level.state.status = status;
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
      if (running.detached) return;
      await runTrap('EXIT', x).catch(() => undefined);
      if (level.state.interactive && stack.length > 1 && isTTY)
        options.write(level.container === undefined ? 'logout\n' : 'exit\n', 2);
      return pop(error.status);
    }
    ready(level.state.status);
  }

  push(options.place, {});

  return {
    async run(line) {
      if (closed) {
        closed = false;
        stack.length = 0;
        push(options.place, {});
      }
      const level = stack.at(-1)!;
      if (options.settle) sim.settle();
      busy = true;
      clock.hold?.();
      try {
        return await new Promise<number>((resolve) => {
          ready = resolve;
          if (sim.world().hosts[level.place.host]?.up === false) {
            lost(level);
            return;
          }
          runLine(level, line).catch((error: unknown) => {
            options.write(`bash: internal error: ${error instanceof Error ? error.message : String(error)}\n`, 2);
            level.state.status = 1;
            ready(1);
          });
        });
      } finally {
        busy = false;
        clock.release?.();
      }
    },
    interrupt() {
      stack.at(-1)?.controller.abort();
    },
    suspend() {
      const level = stack.at(-1);
      if (!busy || !level?.running || level.running.detached) return;
      const { foreground } = level.state;
      if (foreground) return foreground.stop('TSTP');
      const { gate, done } = level.running;
      level.running.detached = true;
      gate.close();
      const job = addJob({ text: level.line.trim(), gate, controller: level.controller, done }, level.x);
      options.write(`\n${describeJob(level.x, job)}`, 2);
      level.state.status = 148;
      ready(148);
    },
    get busy() {
      return busy;
    },
    get closed() {
      return closed;
    },
    shell: () => stack.at(-1)!,
    prompt: (continued = false) => promptOf(stack.at(-1)!, continued),
    notices: () => reapJobs(stack.at(-1)!.x),
    get depth() {
      return stack.length;
    },
  };
}

const PATHS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Parses and runs a text at the prompt. `exit` comes out as a thrown Exit when `exits`, else as the status. */
export async function evaluateLine(line: string, x: Execution, exits = false): Promise<number> {
  const complain = (text: string) => x.fds.get(2)?.sink?.write(`${errorPrefix(x.shell)}${text}\n`);
  const parsed = checkSyntax(line);
  if ('error' in parsed) {
    for (const text of parsed.error) complain(text);
    return 2;
  }
  for (const text of parsed.warnings) complain(text);
  try {
    return await runScript(parsed.script, { ...x, source: line });
  } catch (error) {
    if (error instanceof Interrupted || x.signal.aborted) return 130;
    if (error instanceof Exit) {
      if (exits) throw error;
      return error.status;
    }
    if (error instanceof LoopJump) {
      complain(`${error.kind}: only meaningful in a \`for', \`while', or \`until' loop`);
      return 0;
    }
    if (error instanceof Return) return error.status;
    if (error instanceof BrokenPipe) return 141;
    if (error instanceof OutOfMemory || error instanceof WriteError) return statusOf(error, x);
    if (error instanceof ShellError) {
      complain(error.message);
      return error.status;
    }
    if (error instanceof RangeError) {
      complain('too deeply nested');
      return 1;
    }
    throw error;
  }
}
