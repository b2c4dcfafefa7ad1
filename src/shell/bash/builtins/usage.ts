/**
 * What bash's builtins take: the option letters (a colon after one that takes a value) and the line `help -s` prints. The gate every
 * call passes first, so that an unknown option is refused in bash's words whatever the builtin does with the known ones.
 */
import { stderr } from '../execution.ts';
import { type Builtin, type BuiltinCall, fail } from './builtin.ts';

const MAPFILE = '[-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]';

/** Name → option letters (undefined: the builtin reads them itself) and synopsis without the name. */
const USAGES: Readonly<Record<string, readonly [letters: string | undefined, synopsis: string]>> = {
  alias: ['p', '[-p] [name[=value] ... ]'],
  unalias: ['a', '[-a] name [name ...]'],
  bg: ['', '[job_spec ...]'],
  fg: ['', '[job_spec]'],
  jobs: ['lnprsx', '[-lnprs] [jobspec ...] or jobs -x command [args]'],
  wait: ['fnp:', '[-fn] [-p var] [id ...]'],
  disown: ['ahr', '[-h] [-ar] [jobspec ... | pid ...]'],
  suspend: ['f', '[-f]'],
  cd: ['LPe@', '[-L|[-P [-e]] [-@]] [dir]'],
  pwd: ['LP', '[-LP]'],
  command: ['pVv', '[-pVv] command [arg ...]'],
  builtin: ['', '[shell-builtin [arg ...]]'],
  hash: ['lrp:dt', '[-lr] [-p pathname] [-dt] [name ...]'],
  enable: ['anpdsf:', '[-a] [-dnps] [-f filename] [name ...]'],
  history: ['cd:anrwps', '[-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]'],
  fc: ['e:lnrs', '[-e ename] [-lnr] [first] [last] or fc -s [pat=rep] [command]'],
  umask: ['pS', '[-p] [-S] [mode]'],
  ulimit: ['SHabcdefiklmnpqrstuvxPRT', '[-SHabcdefiklmnpqrstuvxPRT] [limit]'],
  bind: [
    'lpsvPSVXm:f:q:u:r:x:',
    '[-lpsvPSVX] [-m keymap] [-f filename] [-q name] [-u name] [-r keyseq] [-x keyseq:shell-command] [keyseq:readline-function or readline-command]',
  ],
  exec: ['cla:', '[-cl] [-a name] [command [argument ...]] [redirection ...]'],
  export: ['fnp', '[-fn] [name[=value] ...] or export -p'],
  readonly: ['aAfp', '[-aAf] [name[=value] ...] or readonly -p'],
  unset: ['fnv', '[-f] [-v] [-n] [name ...]'],
  declare: ['aAfFgiIlnprtux', '[-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]'],
  typeset: ['aAfFgiIlnprtux', '[-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]'],
  mapfile: ['d:n:O:s:tu:C:c:', MAPFILE],
  readarray: ['d:n:O:s:tu:C:c:', MAPFILE],
  read: [
    'ersa:d:i:n:N:p:t:u:',
    '[-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]',
  ],
  printf: ['v:', '[-v var] format [arguments]'],
  type: ['afptP', '[-afptP] name [name ...]'],
  set: [undefined, '[-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]'],
  shopt: ['pqsuo', '[-pqsu] [-o] [optname ...]'],
  trap: ['lp', '[-lp] [[arg] signal_spec ...]'],
  source: ['', 'filename [arguments]'],
  '.': ['', 'filename [arguments]'],
  getopts: [undefined, 'optstring name [arg ...]'],
  eval: ['', '[arg ...]'],
  times: ['', ''],
  pushd: [undefined, '[-n] [+N | -N | dir]'],
  popd: [undefined, '[-n] [+N | -N]'],
  dirs: [undefined, '[-clpv] [+N] [-N]'],
  kill: [undefined, '[-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]'],
};

/** Says how a builtin is called. @returns 2, as bash does */
export function usage(call: BuiltinCall): number {
  const synopsis = USAGES[call.name]?.[1] ?? '';
  stderr(call.x)?.write(`${call.name}: usage: ${`${call.name} ${synopsis}`.trimEnd()}\n`);
  return 2;
}

/** @returns the status when an option is unknown or lacks its value; undefined when all is well */
function mistaken(call: BuiltinCall): number | undefined {
  const letters = Object.hasOwn(USAGES, call.name) ? USAGES[call.name]![0] : undefined;
  if (letters === undefined) return undefined;
  for (let at = 0; at < call.args.length; at++) {
    const arg = call.args[at]!;
    if (arg === '--' || !/^-./.test(arg)) return undefined;
    for (let place = 1; place < arg.length; place++) {
      const found = letters.indexOf(arg[place]!);
      if (found < 0 || arg[place] === ':') {
        fail(call, `-${arg[place]}: invalid option`, 2);
        return usage(call);
      }
      if (letters[found + 1] !== ':') continue;
      if (place === arg.length - 1 && ++at >= call.args.length) {
        fail(call, `-${arg[place]}: option requires an argument`, 2);
        return usage(call);
      }
      break;
    }
  }
  return undefined;
}

/** The builtins behind the gate. */
export function guarded(table: Readonly<Record<string, Builtin>>): Readonly<Record<string, Builtin>> {
  return Object.fromEntries(Object.entries(table).map(([name, run]) => [name, (call) => mistaken(call) ?? run(call)]));
}
