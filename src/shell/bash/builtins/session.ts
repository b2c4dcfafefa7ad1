/** Builtins about the shell's own state: cd, alias, set, shopt, shift, getopts, history … */
import { stderr } from '../execution.ts';
import { resolvePath } from '../files.ts';
import { parameterValue, setValue } from '../variables.ts';
import { type Builtin, type BuiltinCall, fail, print, quoteAlways, quoteWhenNeeded, splitOptions } from './builtin.ts';
import { dirs, popd, pushd } from './directories.ts';
import { ulimit, umask } from './limits.ts';
import { describeCommand } from './type.ts';
import { usage } from './usage.ts';

export function changeDirectory(call: BuiltinCall, target: string, shown = target): number {
  const { x } = call;
  const path = resolvePath(x.shell.cwd, target);
  const stat = x.platform.files.stat(path);
  if (x.shell.dialect === 'dash' && stat?.type !== 'directory') {
    fail(call, `can't cd to ${shown}`);
    return 2;
  }
  if (!stat) return fail(call, `${shown}: ${x.platform.files.missing(path)}`);
  if (stat.type !== 'directory') return fail(call, `${shown}: Not a directory`);
  if (!x.platform.root && (path === '/root' || path.startsWith('/root/'))) return fail(call, `${shown}: Permission denied`);
  setValue(x, 'OLDPWD', x.shell.cwd);
  x.shell.cwd = path;
  setValue(x, 'PWD', path);
  return 0;
}

const cd: Builtin = (call) => {
  const args = call.args.filter((arg) => !/^-[LPe@]+$/.test(arg) && arg !== '--');
  if (args.length > 1) return fail(call, 'too many arguments');
  const [target] = args;
  if (target === undefined) {
    const home = parameterValue(call.x, 'HOME');
    return home === undefined ? fail(call, 'HOME not set') : changeDirectory(call, home);
  }
  if (target === '-') {
    const old = parameterValue(call.x, 'OLDPWD');
    if (old === undefined) return fail(call, 'OLDPWD not set');
    const status = changeDirectory(call, old);
    if (status === 0) print(call, `${call.x.shell.cwd}\n`);
    return status;
  }
  return target === '' ? 0 : (throughCdPath(call, target) ?? changeDirectory(call, target));
};

/** CDPATH: the first place in it that has such a directory; where that led is printed. */
function throughCdPath(call: BuiltinCall, target: string): number | undefined {
  const { x } = call;
  const places = parameterValue(x, 'CDPATH');
  if (!places || /^\.{0,2}\//.test(target) || target === '.' || target === '..') return undefined;
  const place = places
    .split(':')
    .find((each) => x.platform.files.stat(resolvePath(x.shell.cwd, `${each || '.'}/${target}`))?.type === 'directory');
  if (place === undefined) return undefined;
  const status = changeDirectory(call, `${place || '.'}/${target}`);
  if (status === 0 && place !== '') print(call, `${x.shell.cwd}\n`);
  return status;
}

const alias: Builtin = (call) => {
  const { aliases } = call.x.shell;
  const args = call.args[0] === '-p' ? call.args.slice(1) : call.args;
  if (args.length === 0) {
    const sorted = [...aliases].sort(([a], [b]) => (a < b ? -1 : 1));
    return print(call, sorted.map(([name, value]) => `alias ${name}=${quoteAlways(value)}\n`).join(''));
  }
  let status = 0;
  for (const arg of args) {
    const equals = arg.indexOf('=');
    if (equals > 0 && /[\s/$`"'\\<>&|;()]/.test(arg.slice(0, equals)))
      status = fail(call, `\`${arg.slice(0, equals)}': invalid alias name`);
    else if (equals > 0) aliases.set(arg.slice(0, equals), arg.slice(equals + 1));
    else if (aliases.has(arg)) print(call, `alias ${arg}=${quoteAlways(aliases.get(arg)!)}\n`);
    else status = fail(call, `${arg}: not found`);
  }
  return status;
};

const unalias: Builtin = (call) => {
  if (call.args[0] === '-a') {
    call.x.shell.aliases.clear();
    return 0;
  }
  if (call.args.length === 0) return usage(call);
  let status = 0;
  for (const name of call.args) if (!call.x.shell.aliases.delete(name)) status = fail(call, `${name}: not found`);
  return status;
};

const OPTION_LETTERS: Readonly<Record<string, string>> = {
  a: 'allexport',
  b: 'notify',
  e: 'errexit',
  f: 'noglob',
  h: 'hashall',
  m: 'monitor',
  n: 'noexec',
  u: 'nounset',
  v: 'verbose',
  x: 'xtrace',
  B: 'braceexpand',
  C: 'noclobber',
  E: 'errtrace',
  H: 'histexpand',
  P: 'physical',
  T: 'functrace',
};
const OPTION_NAMES = [
  ...Object.values(OPTION_LETTERS),
  'emacs',
  'history',
  'ignoreeof',
  'interactive-comments',
  'keyword',
  'nolog',
  'onecmd',
  'pipefail',
  'posix',
  'privileged',
  'vi',
].sort();

const set: Builtin = (call) => {
  const { shell } = call.x;
  if (call.args.length === 0) {
    const sorted = [...shell.variables].filter(([, v]) => v.value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
    return print(call, sorted.map(([name, variable]) => `${name}=${quoteWhenNeeded(variable.value!)}\n`).join(''));
  }
  const args = [...call.args];
  while (args.length > 0) {
    const arg = args.shift()!;
    if (arg === '--' || arg === '-') {
      shell.positional = args;
      return 0;
    }
    if (!/^[-+]./.test(arg)) {
      shell.positional = [arg, ...args];
      return 0;
    }
    const on = arg.startsWith('-');
    for (const letter of arg.slice(1)) {
      const name = letter === 'o' ? args.shift() : OPTION_LETTERS[letter];
      if (letter === 'o' && name === undefined && !on) {
        return print(call, OPTION_NAMES.map((each) => `set ${shell.options.has(each) ? '-' : '+'}o ${each}\n`).join(''));
      }
      if (letter === 'o' && name === undefined) {
        return print(call, OPTION_NAMES.map((each) => `${each.padEnd(15)}\t${shell.options.has(each) ? 'on' : 'off'}\n`).join(''));
      }
      if (name === undefined) {
        fail(call, `${arg[0]}${letter}: invalid option`, 2);
        return usage(call);
      }
      if (!OPTION_NAMES.includes(name)) return fail(call, `${name}: invalid option name`, 2);
      if (on && name === 'vi') return fail(call, 'vi: not simulated in this lab');
      if (on) shell.options.add(name);
      else shell.options.delete(name);
    }
  }
  return 0;
};

const SHOPTS =
  'autocd cdspell checkhash checkjobs checkwinsize cmdhist direxpand dotglob execfail expand_aliases extglob failglob globstar histappend histreedit histverify hostcomplete huponexit inherit_errexit interactive_comments lastpipe lithist localvar_inherit login_shell nocaseglob nocasematch nullglob progcomp promptvars sourcepath xpg_echo'.split(
    ' ',
  );

const shopt: Builtin = (call) => {
  const options = splitOptions(call, 'supqo', 'shopt [-pqsu] [-o] [optname ...]');
  if (!options) return 2;
  const { shopt: set, options: shellOptions } = call.x.shell;
  const target = options.flags.has('o') ? shellOptions : set;
  const known = options.flags.has('o') ? OPTION_NAMES : SHOPTS;
  let status = 0;
  // `shopt -s` alone lists what is on, `shopt -u` what is off.
  const listed = known.filter(
    (name) => !(options.flags.has('s') && !target.has(name)) && !(options.flags.has('u') && target.has(name)),
  );
  const names = options.rest.length > 0 ? options.rest : listed;
  for (const name of names) {
    if (!known.includes(name)) status = fail(call, `${name}: invalid shell option name`);
    else if (options.rest.length > 0 && options.flags.has('s')) target.add(name);
    else if (options.rest.length > 0 && options.flags.has('u')) target.delete(name);
    else {
      if (!options.flags.has('q'))
        print(
          call,
          options.flags.has('p')
            ? `shopt -${target.has(name) ? 's' : 'u'} ${name}\n`
            : `${name.padEnd(15)}\t${target.has(name) ? 'on' : 'off'}\n`,
        );
      if (options.rest.length > 0 && !target.has(name)) status = 1;
    }
  }
  return status;
};

const shift: Builtin = (call) => {
  const count = Number(call.args[0] ?? 1);
  const { shell } = call.x;
  if (!Number.isInteger(count)) return fail(call, `${call.args[0]}: numeric argument required`);
  if (count < 0) return fail(call, `${call.args[0]}: shift count out of range`);
  if (call.args.length > 1) return fail(call, 'too many arguments');
  if (count > shell.positional.length) return 1;
  shell.positional = shell.positional.slice(count);
  return 0;
};

const getopts: Builtin = (call) => {
  const [specification, name, ...given] = call.args;
  if (specification === undefined || name === undefined) return usage(call);
  const { x } = call;
  const { shell } = x;
  const args = given.length > 0 ? given : shell.positional;
  const word = args[shell.optionIndex - 1];
  if (word === undefined || !/^-./.test(word) || word === '--') {
    if (word === '--') shell.optionIndex++;
    setValue(x, 'OPTIND', String(shell.optionIndex));
    setValue(x, name, '?');
    return 1;
  }
  const letter = word[shell.optionOffset + 1]!;
  const at = specification.replace(/^:/, '').indexOf(letter);
  const silent = specification.startsWith(':');
  const takesValue = at >= 0 && specification.replace(/^:/, '')[at + 1] === ':';
  const next = (index: number) => {
    shell.optionOffset = 0;
    setValue(x, 'OPTIND', String(index));
    shell.optionIndex = index;
  };
  const rest = word.slice(shell.optionOffset + 2);
  if (at < 0 || letter === ':') {
    setValue(x, name, '?');
    if (silent) setValue(x, 'OPTARG', letter);
    else {
      shell.variables.delete('OPTARG');
      stderr(x)?.write(`${shell.scriptName}: illegal option -- ${letter}\n`);
    }
    if (rest === '') next(shell.optionIndex + 1);
    else shell.optionOffset++;
    return 0;
  }
  setValue(x, name, letter);
  if (!takesValue) {
    shell.variables.delete('OPTARG');
    if (rest === '') next(shell.optionIndex + 1);
    else shell.optionOffset++;
    return 0;
  }
  const value = rest === '' ? args[shell.optionIndex] : rest;
  if (value === undefined) {
    setValue(x, name, silent ? ':' : '?');
    if (silent) setValue(x, 'OPTARG', letter);
    else stderr(x)?.write(`${shell.scriptName}: option requires an argument -- ${letter}\n`);
  } else setValue(x, 'OPTARG', value);
  next(shell.optionIndex + (rest === '' ? 2 : 1));
  return 0;
};

const history: Builtin = (call) => {
  const { history: lines } = call.x.shell;
  const [first] = call.args;
  if (first === '-c') {
    lines.length = 0;
    return 0;
  }
  if (first === '-d') {
    const index = Number(call.args[1]);
    if (!(index >= 1 && index <= lines.length)) return fail(call, `${call.args[1]}: history position out of range`);
    lines.splice(index - 1, 1);
    return 0;
  }
  if (first?.startsWith('-')) return 0;
  if (first !== undefined && !/^\d+$/.test(first)) return fail(call, `${first}: numeric argument required`);
  const from = first === undefined ? 0 : Math.max(0, lines.length - Number(first));
  return print(
    call,
    lines
      .slice(from)
      .map((line, index) => `${String(from + index + 1).padStart(5)}  ${line}\n`)
      .join(''),
  );
};

export const session: Readonly<Record<string, Builtin>> = {
  cd,
  pwd: (call) => print(call, `${call.x.shell.cwd}\n`),
  pushd,
  popd,
  dirs,
  alias,
  unalias,
  set,
  shopt,
  shift,
  getopts,
  history,
  hash: (call) => {
    const names = call.args.filter((arg) => !/^-/.test(arg));
    if (names.length === 0) return call.args.length === 0 ? print(call, 'hash: hash table empty\n') : 0;
    let status = 0;
    for (const name of names) if (!call.x.platform.program(name)) status = fail(call, `${name}: not found`);
    return status;
  },
  umask,
  ulimit,
  times: (call) => print(call, '0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n'),
  enable: (call) => {
    let status = 0;
    for (const name of call.args.filter((arg) => !/^-/.test(arg)))
      if (describeCommand(name, call.x, 'kind') !== 'builtin') status = fail(call, `${name}: not a shell builtin`);
    return status;
  },
  bind: (call) => fail(call, 'not simulated in this lab'),
  suspend: (call) => fail(call, call.x.shell.interactive ? 'cannot suspend a login shell' : 'cannot suspend: no job control'),
  fc: (call) =>
    call.args.some((arg) => /^-[nr]*l/.test(arg))
      ? print(
          call,
          call.x.shell.history
            .map((line, index) => `${index + 1}\t ${line}\n`)
            .slice(-16)
            .join(''),
        )
      : fail(call, 'not simulated in this lab'),
  caller: (call) => (call.x.shell.callStack.length === 0 ? 1 : print(call, `1 ${call.x.shell.callStack.at(-2) ?? 'main'}\n`)),
};
