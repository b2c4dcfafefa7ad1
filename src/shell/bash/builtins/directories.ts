/** cd's stack: pushd, popd, dirs. */
import { parameterValue } from '../variables.ts';
import { type Builtin, type BuiltinCall, fail, print } from './builtin.ts';
import { changeDirectory } from './session.ts';
import { usage } from './usage.ts';

const tilde = (call: BuiltinCall, path: string) => {
  const home = parameterValue(call.x, 'HOME');
  return home && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path;
};

const stackOf = ({ x }: BuiltinCall) => [x.shell.cwd, ...x.shell.directories];
const show = (call: BuiltinCall) =>
  print(
    call,
    `${stackOf(call)
      .map((path) => tilde(call, path))
      .join(' ')}\n`,
  );

/** `+2` counts from the left of the stack, `-0` from its right. @returns undefined when the text is no such place */
function placeOf(text: string, size: number): number | undefined {
  const found = /^([-+])(\d+)$/.exec(text);
  return found ? (found[1] === '+' ? Number(found[2]) : size - 1 - Number(found[2])) : undefined;
}

/** The stack becomes this, its first the current directory. */
function become(call: BuiltinCall, stack: readonly string[]): number {
  const [top, ...rest] = stack;
  const status = changeDirectory(call, top!);
  if (status !== 0) return status;
  call.x.shell.directories = rest;
  return show(call);
}

export const pushd: Builtin = (call) => {
  const { shell } = call.x;
  const still = call.args[0] === '-n';
  const [target, extra] = still || call.args[0] === '--' ? call.args.slice(1) : call.args;
  const stack = stackOf(call);
  if (extra !== undefined) return fail(call, 'too many arguments');
  if (target === undefined && stack.length < 2) return fail(call, 'no other directory');
  if (target === undefined) return become(call, [stack[1]!, stack[0]!, ...stack.slice(2)]);
  const place = placeOf(target, stack.length);
  if (place !== undefined) {
    if (stack.length < 2) return fail(call, 'directory stack empty');
    if (place < 0 || place >= stack.length) return fail(call, `${target}: directory stack index out of range`);
    return become(call, [...stack.slice(place), ...stack.slice(0, place)]);
  }
  if (/^-./.test(target)) {
    fail(call, `${target}: invalid number`);
    return usage(call);
  }
  if (!still) return become(call, [target, ...stack]);
  shell.directories = [target, ...shell.directories];
  return show(call);
};

export const popd: Builtin = (call) => {
  const { shell } = call.x;
  const still = call.args[0] === '-n';
  const [target] = still ? call.args.slice(1) : call.args;
  const stack = stackOf(call);
  const place = target === undefined ? 0 : placeOf(target, stack.length);
  if (place === undefined) {
    fail(call, `${target}: invalid argument`);
    return usage(call);
  }
  if (stack.length < 2) return fail(call, 'directory stack empty');
  if (place < 0 || place >= stack.length) return fail(call, `${target}: directory stack index out of range`);
  if (place === 0 && !still) return become(call, stack.slice(1));
  shell.directories = stack.filter((_path, at) => at > 0 && at !== (place === 0 ? 1 : place));
  return show(call);
};

export const dirs: Builtin = (call) => {
  const flags = new Set<string>();
  let stack = stackOf(call);
  for (const arg of call.args) {
    const place = placeOf(arg, stack.length);
    if (place !== undefined) {
      if (place < 0 || place >= stack.length)
        return fail(call, stack.length < 2 ? 'directory stack empty' : `${arg.slice(1)}: directory stack index out of range`);
      stack = [stack[place]!];
    } else if (/^-[clpv]+$/.test(arg)) for (const flag of arg.slice(1)) flags.add(flag);
    else {
      fail(call, `${arg}: invalid number`);
      return usage(call);
    }
  }
  if (flags.has('c')) {
    call.x.shell.directories = [];
    return 0;
  }
  const shown = stack.map((path) => (flags.has('l') ? path : tilde(call, path)));
  if (flags.has('v')) return print(call, shown.map((path, at) => `${String(at).padStart(2)}  ${path}\n`).join(''));
  return print(call, flags.has('p') ? shown.map((path) => `${path}\n`).join('') : `${shown.join(' ')}\n`);
};
