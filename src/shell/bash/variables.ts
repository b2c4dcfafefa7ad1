/** Reading and writing shell variables, special parameters included. */
import { type Execution, ShellError } from './execution.ts';
import { lineNumber, type ShellState, type Variable } from './state.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const isName = (text: string): boolean => NAME.test(text);

/** `declare -n` followed to the variable meant; at most a few links. */
export function resolveName(shell: ShellState, name: string): string {
  let current = name;
  for (let links = 0; links < 8; links++) {
    const variable = shell.variables.get(current);
    if (!variable?.nameref || !variable.value) return current;
    current = variable.value;
  }
  return current;
}

/** @returns the value of a parameter: a variable (element 0 of an array), a position or a special one; undefined when unset */
export function parameterValue(x: Execution, name: string): string | undefined {
  const special = specialValue(x, name);
  if (special !== undefined) return special;
  if (/^\d+$/.test(name)) return name === '0' ? x.shell.scriptName : x.shell.positional[Number(name) - 1];
  const variable = x.shell.variables.get(resolveName(x.shell, name));
  if (!variable) return undefined;
  return variable.list ? variable.list.get(0) : variable.map ? variable.map.get('0') : variable.value;
}

function specialValue(x: Execution, name: string): string | undefined {
  const { shell } = x;
  switch (name) {
    case '?':
      return String(shell.status);
    case '$':
      return String(shell.pid - shell.subshell);
    case 'BASH_SUBSHELL':
      return String(shell.subshell);
    case 'BASHPID':
      return String(shell.pid);
    case '!':
      return shell.lastBackground === undefined ? undefined : String(shell.lastBackground);
    case '#':
      return String(shell.positional.length);
    case '-':
      return `${shell.options.has('errexit') ? 'e' : ''}h${shell.interactive ? 'im' : ''}${shell.options.has('nounset') ? 'u' : ''}${shell.options.has('xtrace') ? 'x' : ''}B${shell.interactive ? 'Hs' : ''}${shell.commandString ? 'c' : ''}`;
    case 'SHELLOPTS':
      return [...shell.options, 'interactive-comments'].sort().join(':');
    case 'RANDOM': {
      // bash's own generator: a minimal-standard sequence, here seeded by the pid so that a replay sees the same numbers.
      shell.randomState = (Math.imul(shell.randomState || 1, 1103515245) + 12345) & 0x7fffffff;
      return String((shell.randomState >> 8) & 0x7fff);
    }
    case 'SECONDS':
      return String(Math.floor((x.platform.clock.now() - shell.startedAt) / 1000));
    case 'EPOCHSECONDS':
      return String(Math.floor(x.platform.clock.now() / 1000));
    case 'LINENO':
      return String(lineNumber(shell));
    case 'FUNCNAME':
      return shell.callStack.at(-1);
    case 'HOSTNAME':
      return x.platform.hostname;
    case 'UID':
    case 'EUID':
      return x.platform.root ? '0' : '1000';
    case 'PPID':
      return '1200';
    default:
      return undefined;
  }
}

/** All elements of an array (a scalar is an array of one); undefined when unset. */
export function elementsOf(x: Execution, name: string): readonly string[] | undefined {
  if (name === '@' || name === '*') return x.shell.positional;
  if (name === 'PIPESTATUS') return x.shell.pipeStatus.map(String);
  if (name === 'FUNCNAME') return [...x.shell.callStack].reverse();
  const variable = x.shell.variables.get(resolveName(x.shell, name));
  if (variable?.list) return [...variable.list].sort(([a], [b]) => a - b).map(([, value]) => value);
  if (variable?.map) return [...variable.map.values()];
  const value = parameterValue(x, name);
  return value === undefined ? undefined : [value];
}

/** The subscripts in use. */
export function keysOf(x: Execution, name: string): readonly string[] {
  const variable = x.shell.variables.get(resolveName(x.shell, name));
  if (variable?.list) return [...variable.list.keys()].sort((a, b) => a - b).map(String);
  if (variable?.map) return [...variable.map.keys()];
  return parameterValue(x, name) === undefined ? [] : ['0'];
}

/** One element by its subscript, already evaluated (a number's text for an indexed array). */
export function elementOf(x: Execution, name: string, key: string): string | undefined {
  if (name === 'PIPESTATUS') return x.shell.pipeStatus[Number(key)]?.toString();
  if (name === 'FUNCNAME') return [...x.shell.callStack].reverse()[Number(key)];
  const variable = x.shell.variables.get(resolveName(x.shell, name));
  if (variable?.map) return variable.map.get(key);
  if (!variable?.list) return key === '0' ? parameterValue(x, name) : undefined;
  return variable.list.get(indexIn(variable.list, Number(key)));
}

/** Negative subscripts count from the end. */
function indexIn(list: ReadonlyMap<number, string>, index: number): number {
  return index >= 0 ? index : Math.max(-1, ...list.keys()) + 1 + index;
}

export function isAssociative(x: Execution, name: string): boolean {
  return x.shell.variables.get(resolveName(x.shell, name))?.map !== undefined;
}

function fold(variable: Variable | undefined, value: string): string {
  if (variable?.fold === 'lower') return value.toLowerCase();
  return variable?.fold === 'upper' ? value.toUpperCase() : value;
}

function writable(x: Execution, name: string): Variable | undefined {
  const variable = x.shell.variables.get(name);
  if (variable?.readonly) throw new ShellError(`${name}: readonly variable`);
  return variable;
}

/** Sets a scalar, or element 0 of an array. */
export function setValue(x: Execution, rawName: string, value: string): void {
  const name = resolveName(x.shell, rawName);
  const variable = writable(x, name);
  if (variable?.list || variable?.map) {
    setElement(x, name, '0', value);
    return;
  }
  const exported = variable?.exported || x.shell.options.has('allexport');
  x.shell.variables.set(name, { ...variable, value: fold(variable, value), ...(exported && { exported }) });
  if (name === 'RANDOM') x.shell.randomState = Number(value) || 1;
  if (name === 'OPTIND') x.shell.optionIndex = Number(value) || 1;
}

export function setElement(x: Execution, rawName: string, key: string, value: string): void {
  const name = resolveName(x.shell, rawName);
  const variable = writable(x, name);
  if (variable?.map) {
    x.shell.variables.set(name, { ...variable, map: new Map(variable.map).set(key, fold(variable, value)) });
    return;
  }
  const list = new Map(variable?.list ?? (variable?.value === undefined ? [] : [[0, variable.value] as const]));
  const index = indexIn(list, Number(key));
  if (index < 0) throw new ShellError(`${name}[${key}]: bad array subscript`);
  list.set(index, fold(variable, value));
  const { value: _scalar, ...rest } = variable ?? {};
  x.shell.variables.set(name, { ...rest, list });
}

export function setList(x: Execution, rawName: string, values: readonly string[]): void {
  const name = resolveName(x.shell, rawName);
  const { value: _scalar, map: _map, ...rest } = writable(x, name) ?? {};
  x.shell.variables.set(name, { ...rest, list: new Map(values.map((value, index) => [index, value])) });
}

export function setMap(x: Execution, rawName: string, map: ReadonlyMap<string, string>): void {
  const name = resolveName(x.shell, rawName);
  const { value: _scalar, list: _list, ...rest } = writable(x, name) ?? {};
  x.shell.variables.set(name, { ...rest, map });
}

/** Marks a variable (export, readonly, integer …), creating it unset. */
export function mark(x: Execution, name: string, marks: Partial<Variable>): void {
  x.shell.variables.set(name, { ...x.shell.variables.get(name), ...marks });
}

/** @returns an error text, or undefined when done */
export function unset(x: Execution, rawName: string): string | undefined {
  const name = resolveName(x.shell, rawName);
  if (x.shell.variables.get(name)?.readonly) return `${name}: cannot unset: readonly variable`;
  x.shell.variables.delete(name);
  return undefined;
}

export function unsetElement(x: Execution, rawName: string, key: string): void {
  const name = resolveName(x.shell, rawName);
  const variable = x.shell.variables.get(name);
  if (variable?.map) {
    const map = new Map(variable.map);
    map.delete(key);
    x.shell.variables.set(name, { ...variable, map });
  } else if (variable?.list) {
    const list = new Map(variable.list);
    list.delete(indexIn(variable.list, Number(key)));
    x.shell.variables.set(name, { ...variable, list });
  } else if (key === '0') unset(x, name);
}

/** What a program inherits. */
export function exportedEnv(shell: ShellState): Map<string, string> {
  const env = new Map<string, string>();
  for (const [name, variable] of shell.variables)
    if (variable.exported && variable.value !== undefined) env.set(name, variable.value);
  return env;
}

/** A function's call begins: what `local` hides is kept here and comes back at its end. */
export function pushLocals(shell: ShellState): void {
  shell.locals.push(new Map());
}

export function popLocals(shell: ShellState): void {
  for (const [name, outer] of shell.locals.pop() ?? []) {
    if (outer) shell.variables.set(name, outer);
    else shell.variables.delete(name);
  }
}

/** Makes a name local to the running function. False outside of functions. */
export function makeLocal(shell: ShellState, name: string): boolean {
  const frame = shell.locals.at(-1);
  if (!frame) return false;
  if (!frame.has(name)) {
    frame.set(name, shell.variables.get(name));
    shell.variables.delete(name);
  }
  return true;
}
