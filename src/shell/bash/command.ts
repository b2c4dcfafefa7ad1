/** Simple commands: aliases, assignments, then a function, a builtin or a program. */
import { type Assignment, type Command, parse, type Word } from 'unbash';
import { evaluateText } from './arithmetic.ts';
import type { Builtin, BuiltinCall } from './builtins/builtin.ts';
import { builtins } from './builtins/index.ts';
import { runNode } from './execute.ts';
import { type Execution, Interrupted, type Program, Return, ShellError, stderr, throwIfInterrupted } from './execution.ts';
import { doors, expandString, expandWord, subscriptOf } from './expand.ts';
import { resolvePath } from './files.ts';
import { applyRedirections, RedirectError, type Redirected } from './redirect.ts';
import { type Descriptor, errorPrefix, type Variable } from './state.ts';
import { BrokenPipe, CaptureOverflow, OutOfMemory, WriteError } from './streams.ts';
import { quoteForTrace, trace } from './trace.ts';
import { runTrap } from './traps.ts';
import {
  elementOf,
  exportedEnv,
  isAssociative,
  mark,
  parameterValue,
  popLocals,
  pushLocals,
  setElement,
  setList,
  setMap,
  setValue,
} from './variables.ts';

const MAX_DEPTH = 1000;

/** Builtins whose arguments may be assignments: `export A=(1 2)`. */
export const DECLARATIONS: ReadonlySet<string> = new Set(['declare', 'typeset', 'local', 'export', 'readonly']);

export async function runSimpleCommand(given: Command, x: Execution): Promise<number> {
  x.shell.position = { source: x.source, offset: given.pos };
  const node = x.shell.aliases.size > 0 && x.shell.shopt.has('expand_aliases') ? withAlias(given, x) : given;
  if (typeof node === 'string') return runAliasText(node, given, x);
  const words: string[] = [];
  const devices = new Set([...x.platform.devices.keys(), ...x.platform.substitutions.keys()]);
  if (node.name) words.push(...(await expandWord(node.name, x)));
  const declaring = DECLARATIONS.has(words[0] ?? '');
  const declarations = new Map<string, Assignment>();
  const statusBefore = x.shell.status;
  for (const arg of node.args) {
    if (arg.type === 'Assignment' && declaring) {
      declarations.set(arg.text, arg);
      words.push(arg.text);
    } else if (arg.type === 'Assignment') words.push(await expandAssignmentText(arg, x));
    else for (const word of await expandWord(arg, x)) words.push(word);
  }
  let opened: Redirected;
  try {
    opened = await applyRedirections(node.redirects, x);
  } catch (error) {
    if (!(error instanceof RedirectError)) throw error;
    stderr(x)?.write(`${errorPrefix(x.shell)}${error.message}\n`);
    return 1;
  }
  const assignments = node.prefix.filter((each): each is Assignment => each.type === 'Assignment');
  const inside: Execution = { ...x, fds: opened.fds };
  try {
    if (words.length === 0) {
      const substituted = x.shell.status !== statusBefore ? x.shell.status : 0;
      x.shell.status = 0;
      for (const assignment of assignments) await assign(assignment, x);
      return x.shell.status || substituted;
    }
    return await withTemporary(assignments, inside, () => {
      if (x.shell.options.has('xtrace')) trace(x, words.map(quoteForTrace).join(' '));
      return runWords(words, inside, { declarations });
    });
  } finally {
    if (words.length === 1 && words[0] === 'exec') keepOpen(opened, x);
    else opened.close();
    for (const sink of x.shell.execSinks) sink.flush();
    for (const path of x.platform.devices.keys()) if (!devices.has(path)) x.platform.devices.delete(path);
    if (words[0] !== 'exec' || words.length > 1) await endSubstitutions(devices, x);
  }
}

/** Lets what `>(…)` started come to its end, so that its words stand before the next prompt. */
async function endSubstitutions(before: ReadonlySet<string>, x: Execution): Promise<void> {
  for (const [path, substitution] of x.platform.substitutions) {
    if (before.has(path)) continue;
    x.platform.substitutions.delete(path);
    await substitution.end();
  }
}

/** `exec 3>file`: the redirections stay for the rest of the shell. */
function keepOpen(opened: Redirected, x: Execution): void {
  const fds = x.fds as Map<number, Descriptor>;
  for (const fd of [...fds.keys()]) if (!opened.fds.has(fd)) fds.delete(fd);
  for (const [fd, descriptor] of opened.fds) {
    if (fds.get(fd) !== descriptor && descriptor.sink) x.shell.execSinks.add(descriptor.sink);
    fds.set(fd, descriptor);
  }
}

export interface RunOptions {
  /** Arguments of `declare` and its kin that are assignments, by their text. */
  readonly declarations?: ReadonlyMap<string, Assignment>;
  /** `builtin x`, `command x`: functions are passed over. */
  readonly only?: 'builtin' | 'no-function' | 'program';
}

/** Runs expanded words: a function, a builtin or a program. */
export async function runWords(words: readonly string[], x: Execution, options: RunOptions = {}): Promise<number> {
  const [name, ...args] = words as [string, ...string[]];
  const { only, declarations } = options;
  const definition = only ? undefined : x.shell.functions.get(name);
  if (definition) return callFunction(name, args, x);
  const builtin = only === 'program' ? undefined : Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  if (builtin) return runBuiltin(builtin, { name, args, x, ...(declarations?.size && { declarations }) });
  return runProgram(name, args, x);
}

async function runBuiltin(builtin: Builtin, call: BuiltinCall): Promise<number> {
  try {
    return await builtin(call);
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    stderr(call.x)?.write(`${errorPrefix(call.x.shell)}${call.name}: write error: ${error.message}\n`);
    return 1;
  }
}

/** Where a machine keeps its programs. */
const PROGRAM_PLACES = /^\/(usr\/)?(local\/)?s?bin\/?$/;

/** The program of a name as PATH leads to it; a script of one's own as well. */
function findInPath(name: string, x: Execution): Program | undefined {
  if (name.includes('/')) return x.platform.program(name);
  for (const directory of (x.shell.variables.get('PATH')?.value ?? '').split(':')) {
    if (PROGRAM_PLACES.test(directory)) {
      const program = x.platform.program(name);
      if (program) return program;
      continue;
    }
    const path = resolvePath(x.shell.cwd, `${directory || '.'}/${name}`);
    const stat = directory === '' && !x.shell.variables.get('PATH')?.value ? undefined : x.platform.files.stat(path);
    if (stat?.type === 'file' && (stat.mode & 0o111) !== 0) return x.platform.program(path);
  }
  return undefined;
}

export async function runProgram(name: string, args: readonly string[], x: Execution): Promise<number> {
  const program = findInPath(name, x);
  if (!program) {
    const stat = name.includes('/') ? x.platform.files.stat(name) : undefined;
    const why =
      x.shell.dialect === 'dash' && !stat
        ? 'not found'
        : name.includes('/')
          ? stat?.type === 'directory'
            ? 'Is a directory'
            : 'No such file or directory'
          : x.shell.variables.get('PATH')?.value
            ? 'command not found'
            : 'No such file or directory';
    stderr(x)?.write(`${errorPrefix(x.shell)}${name}: ${why}\n`);
    return stat ? 126 : 127;
  }
  const env = exportedEnv(x.shell);
  const running = (async () => program({ name, args, x, env }))();
  let stop = () => {};
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new Interrupted('Interrupted'));
    x.signal.addEventListener('abort', stop, { once: true });
  });
  try {
    // A program that does not look at the signal is left behind; what it still writes goes nowhere.
    return await Promise.race([running, stopped]);
  } catch (error) {
    throwIfInterrupted(x);
    if (error instanceof BrokenPipe) return 141;
    const why =
      error instanceof WriteError
        ? `write error: ${error.message}`
        : error instanceof OutOfMemory && !(error instanceof CaptureOverflow)
          ? 'memory exhausted'
          : undefined;
    if (why === undefined) throw error;
    stderr(x)?.write(`${name}: ${why}\n`);
    return 1;
  } finally {
    x.signal.removeEventListener('abort', stop);
    running.catch(() => undefined);
    stopped.catch(() => undefined);
  }
}

export async function callFunction(name: string, args: readonly string[], x: Execution): Promise<number> {
  const definition = x.shell.functions.get(name)!;
  const limit = Number(parameterValue(x, 'FUNCNEST') ?? MAX_DEPTH) || MAX_DEPTH;
  if (x.depth >= limit) throw new ShellError(`${name}: maximum function nesting level exceeded (${limit})`);
  const { positional, loops } = x.shell;
  x.shell.positional = args;
  x.shell.loops = 0;
  x.shell.callStack.push(name);
  pushLocals(x.shell);
  try {
    // A turn of its own, so that deep recursion grows the heap and not the stack.
    await undefined;
    return await runNode(definition.node.body, { ...x, depth: x.depth + 1, source: definition.source });
  } catch (error) {
    if (error instanceof Return) return error.status;
    throw error;
  } finally {
    popLocals(x.shell);
    x.shell.callStack.pop();
    x.shell.positional = positional;
    x.shell.loops = loops;
    await runTrap('RETURN', x);
  }
}

/** `A=1 command`: set while it runs, exported to it. */
async function withTemporary(assignments: readonly Assignment[], x: Execution, run: () => Promise<number>): Promise<number> {
  if (assignments.length === 0) return run();
  const before = new Map<string, Variable | undefined>();
  for (const assignment of assignments) {
    if (!before.has(assignment.name)) before.set(assignment.name, x.shell.variables.get(assignment.name));
    await assign(assignment, x);
    mark(x, assignment.name, { exported: true });
  }
  try {
    return await run();
  } finally {
    for (const [name, variable] of before) {
      if (variable) x.shell.variables.set(name, variable);
      else x.shell.variables.delete(name);
    }
  }
}

export async function assign(node: Assignment, x: Execution): Promise<void> {
  const { name, value, append, index } = node;
  if (index?.text === '') throw new ShellError(`${name}[]: bad array subscript`);
  if (x.shell.options.has('xtrace') && value.type === 'ArrayValue') trace(x, node.text);
  if (value.type === 'ArrayValue') return assignArray(node, x);
  const text = await expandString(value, x, true);
  if (x.shell.options.has('xtrace'))
    trace(x, `${node.text.slice(0, node.text.indexOf('=') + 1)}${text === '' ? '' : quoteForTrace(text)}`);
  const variable = x.shell.variables.get(name);
  const key = index ? await subscriptOf(index, isAssociative(x, name), x) : undefined;
  const old = append ? ((key === undefined ? parameterValue(x, name) : elementOf(x, name, key)) ?? '') : '';
  const result = variable?.integer ? String(await evaluateText(append ? `${old || 0}+(${text})` : text, x, doors)) : old + text;
  if (key === undefined) setValue(x, name, result);
  else setElement(x, name, key, result);
}

async function assignArray({ name, value, append }: Assignment, x: Execution): Promise<void> {
  if (value.type !== 'ArrayValue') return;
  const associative = isAssociative(x, name);
  const variable = x.shell.variables.get(name);
  const keyed = new Map<string, string>();
  const list: string[] = [];
  let plain = true;
  for (const element of value.elements) {
    const pair = await keyedElement(element, associative, x);
    if (pair) {
      plain = false;
      keyed.set(pair.key, pair.value);
      list.length = 0;
    } else for (const word of await expandWord(element, x)) list.push(word);
  }
  if (associative) {
    // m=(k v k2 v2): pairs in a row.
    for (let at = 0; at + 1 < list.length + 1 && at < list.length; at += 2) keyed.set(list[at]!, list[at + 1] ?? '');
    return setMap(x, name, new Map([...(append ? (variable?.map ?? []) : []), ...keyed]));
  }
  const before = append
    ? [...(variable?.list ?? (variable?.value === undefined ? [] : [[0, variable.value] as [number, string]]))]
    : [];
  if (plain && before.length === 0) return setList(x, name, list);
  setList(x, name, []);
  for (const [index, element] of before) setElement(x, name, String(index), element);
  let next = Math.max(-1, ...before.map(([index]) => index)) + 1;
  for (const [key, element] of keyed) {
    setElement(x, name, key, element);
    next = Number(key) + 1;
  }
  for (const element of list) setElement(x, name, String(next++), element);
}

/** `[key]=value` inside an array's parentheses. */
async function keyedElement(
  element: Word,
  associative: boolean,
  x: Execution,
): Promise<{ key: string; value: string } | undefined> {
  const found = /^\[((?:[^\]\\]|\\.)+)\]\+?=([\s\S]*)$/.exec(element.text);
  if (!found) return undefined;
  const word = (text: string) => (parse(`: ${text || "''"}`).commands[0]!.command as Command).suffix[0] as Word;
  return { key: await subscriptOf(word(found[1]!), associative, x), value: await expandString(word(found[2]!), x, true) };
}

async function expandAssignmentText(node: Assignment, x: Execution): Promise<string> {
  if (node.value.type === 'ArrayValue') return node.text;
  return `${node.name}${node.append ? '+' : ''}=${await expandString(node.value, x, true)}`;
}

/** The command with its first word's alias put in; a text when the alias is more than one simple command. */
function withAlias(node: Command, x: Execution): Command | string {
  const name = node.name?.text;
  const value = name === undefined || node.name?.parts || x.shell.expanding.has(name) ? undefined : x.shell.aliases.get(name);
  if (value === undefined || name === undefined) return node;
  const script = parse(value);
  const only = script.commands.length === 1 && !script.commands[0]!.background ? script.commands[0]!.command : undefined;
  if (script.errors?.length || only?.type !== 'Command' || (!only.name && node.args.length > 0)) return value;
  x.shell.expanding.add(name);
  const inner = withAlias(only, x);
  x.shell.expanding.delete(name);
  if (typeof inner === 'string') return value;
  const suffix = [...inner.suffix, ...node.suffix];
  const args = [...inner.args, ...aliasedArguments(value, node, x)];
  return {
    ...inner,
    prefix: [...node.prefix, ...inner.prefix],
    suffix,
    args,
    redirects: [...inner.redirects, ...node.redirects],
    pos: node.pos,
    end: node.end,
  };
}

/** An alias that ends in a blank lets the next word be an alias too (`alias sudo='sudo '`). */
function aliasedArguments(value: string, node: Command, x: Execution): Command['args'] {
  const [first, ...rest] = node.args;
  const next = /\s$/.test(value) && first?.type === 'Word' && !first.parts ? x.shell.aliases.get(first.text) : undefined;
  if (next === undefined) return node.args;
  const inner = parse(`: ${next}`).commands[0]?.command;
  return inner?.type === 'Command' ? [...inner.args, ...rest] : node.args;
}

async function runAliasText(value: string, node: Command, x: Execution): Promise<number> {
  const name = node.name!.text;
  const text = `${value} ${x.source.slice(node.name!.end, node.end)}`;
  const { runScript } = await import('./execute.ts');
  x.shell.expanding.add(name);
  try {
    return await runScript(parse(text), { ...x, source: text });
  } finally {
    x.shell.expanding.delete(name);
  }
}
