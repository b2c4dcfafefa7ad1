/**
 * Everything a shell remembers from one command to the next. Mutable and owned by one shell; a subshell works on a copy.
 */
import type { Function as FunctionNode } from 'unbash';
import type { CompletionSpec } from './builtins/completion.ts';
import type { Sink, Source } from './streams.ts';

/** A shell variable: a scalar, an indexed array or an associative one. */
export interface Variable {
  readonly value?: string;
  readonly list?: ReadonlyMap<number, string>;
  readonly map?: ReadonlyMap<string, string>;
  readonly exported?: boolean;
  readonly readonly?: boolean;
  readonly integer?: boolean;
  readonly fold?: 'lower' | 'upper';
  /** `declare -n`: the name it stands for. */
  readonly nameref?: boolean;
}

/** Open file descriptors. */
export interface Descriptor {
  readonly source?: Source;
  readonly sink?: Sink;
}
export type Descriptors = ReadonlyMap<number, Descriptor>;

export interface Job {
  readonly id: number;
  readonly pid: number;
  readonly text: string;
  readonly done: Promise<number>;
  state: 'Running' | 'Stopped' | 'Done' | 'Exit' | 'Interrupt' | 'Terminated' | 'Killed';
  status: number;
  /** ms since the epoch, once it has ended. */
  endedAt?: number;
  /** Sends a signal: STOP and its like hold it, CONT lets it go on, others end it. */
  stop(signal: string): void;
  /** Resolves when it is stopped. */
  held(): Promise<void>;
}

export interface ShellState {
  /** It runs what `-c` gave. */
  commandString?: boolean;
  readonly variables: Map<string, Variable>;
  readonly functions: Map<string, { readonly node: FunctionNode; readonly source: string }>;
  readonly aliases: Map<string, string>;
  /** What `complete` was told, by command. */
  readonly completions: Map<string, CompletionSpec>;
  /** `set -o` names that are on. */
  readonly options: Set<string>;
  /** `shopt` names that are on. */
  readonly shopt: Set<string>;
  readonly traps: Map<string, string>;
  /** What each running function call hides: name → the variable outside, undefined when there was none. */
  readonly locals: Map<string, Variable | undefined>[];
  readonly callStack: string[];
  readonly jobs: Map<number, Job>;
  readonly history: string[];
  directories: readonly string[];
  positional: readonly string[];
  /** `$0` */
  scriptName: string;
  /** The job `fg` waits for. */
  foreground?: Job;
  /** `exit` was asked for once while jobs were stopped. */
  exitWarned?: boolean;
  /** Permissions new files lack. */
  umask: number;
  /** `ulimit`s that were set. */
  limits: ReadonlyMap<string, string>;
  cwd: string;
  status: number;
  pipeStatus: readonly number[];
  lastBackground?: number;
  pid: number;
  /** Depth of `( )`. */
  subshell: number;
  /** The prompt's shell: aliases expand, errors read `-bash: …`. */
  interactive: boolean;
  /** Whose words its complaints have: bash's, unless it runs as sh. */
  dialect?: 'dash';
  /** What the shell itself was started with: its terminal. */
  readonly descriptors: Descriptors;
  /** Files opened by `exec 3>file`. */
  readonly execSinks: Set<Sink>;
  /** Loops around the running command, for `break`. */
  loops: number;
  optionIndex: number;
  /** Place inside `-abc` for getopts. */
  optionOffset: number;
  startedAt: number;
  randomState: number;
  /** Where the running command stands, for `line N`. */
  position: { readonly source: string; readonly offset: number };
  /** Aliases being expanded: one never expands inside itself. */
  readonly expanding: Set<string>;
}

export function createState(given: {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly descriptors: Descriptors;
  readonly scriptName?: string;
  readonly interactive?: boolean;
  readonly pid?: number;
  readonly now?: number;
}): ShellState {
  const variables = new Map<string, Variable>();
  for (const [name, value] of Object.entries(given.env)) variables.set(name, { value, exported: true });
  variables.set('IFS', { value: ' \t\n' });
  variables.set('PWD', { value: given.cwd, exported: true });
  variables.set('BASH_VERSION', { value: '5.2.15(1)-release' });
  variables.set('HOSTTYPE', { value: 'x86_64' });
  variables.set('OSTYPE', { value: 'linux-gnu' });
  return {
    variables,
    functions: new Map(),
    aliases: new Map(),
    completions: new Map(),
    options: new Set(['braceexpand', 'hashall', ...(given.interactive ? ['emacs', 'histexpand', 'history', 'monitor'] : [])]),
    shopt: new Set(given.interactive ? ['expand_aliases', 'checkwinsize', 'cmdhist', 'sourcepath'] : ['sourcepath']),
    traps: new Map(),
    locals: [],
    callStack: [],
    jobs: new Map(),
    history: [],
    directories: [],
    positional: [],
    scriptName: given.scriptName ?? '-bash',
    umask: 0o022,
    limits: new Map(),
    cwd: given.cwd,
    status: 0,
    pipeStatus: [0],
    pid: given.pid ?? 1201,
    subshell: 0,
    interactive: given.interactive ?? false,
    descriptors: given.descriptors,
    execSinks: new Set(),
    loops: 0,
    optionIndex: 1,
    optionOffset: 0,
    startedAt: given.now ?? 0,
    randomState: given.pid ?? 1201,
    position: { source: '', offset: 0 },
    expanding: new Set(),
  };
}

/** What a subshell starts with: all of it, and nothing it does comes back. */
export function copyState(state: ShellState): ShellState {
  return {
    ...state,
    variables: new Map(state.variables),
    functions: new Map(state.functions),
    aliases: new Map(state.aliases),
    completions: new Map(state.completions),
    options: new Set(state.options),
    shopt: new Set(state.shopt),
    // A subshell resets traps, but for ignored signals.
    traps: new Map([...state.traps].filter(([, action]) => action === '')),
    locals: state.locals.map((frame) => new Map(frame)),
    callStack: [...state.callStack],
    jobs: new Map(),
    subshell: state.subshell + 1,
    pid: state.pid + 1 + (state.subshell % 7),
  };
}

export function lineNumber({ position }: ShellState): number {
  let line = 1;
  for (let at = position.source.indexOf('\n'); at >= 0 && at < position.offset; at = position.source.indexOf('\n', at + 1)) line++;
  return line;
}

/** How an error begins: `-bash: ` at the prompt, `script.sh: line 3: ` in a script. */
export function errorPrefix(state: ShellState): string {
  if (state.dialect === 'dash') return `${state.scriptName}: ${lineNumber(state)}: `;
  return state.interactive ? `${state.scriptName}: ` : `${state.scriptName}: line ${lineNumber(state)}: `;
}
