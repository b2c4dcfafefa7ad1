/** umask and ulimit: kept and shown; umask also decides the mode of new files. */
import type { ShellState } from '../state.ts';
import { type Builtin, type BuiltinCall, fail, print } from './builtin.ts';

const WHO: readonly (readonly [string, number])[] = [
  ['u', 6],
  ['g', 3],
  ['o', 0],
];
const BITS: Readonly<Record<string, number>> = { r: 4, w: 2, x: 1 };

/** `u=rwx,g=rx,o=`: what is allowed afterwards. @returns undefined and complains when it cannot be read */
function symbolic(call: BuiltinCall, text: string, mask: number): number | undefined {
  let allowed = ~mask & 0o777;
  for (const clause of text.split(',')) {
    const found = /^([ugoa]*)(?:([-+=])([rwx]*))?(.*)$/s.exec(clause)!;
    if (found[2] === undefined) {
      fail(call, `\`${(found[4] || clause)[0] ?? ''}': invalid symbolic mode operator`);
      return undefined;
    }
    if (found[4]) {
      fail(call, `\`${found[4][0]}': invalid symbolic mode character`);
      return undefined;
    }
    const bits = [...found[3]!].reduce((sum, letter) => sum | BITS[letter]!, 0);
    for (const [who, shift] of WHO) {
      if (found[1] && !/a/.test(found[1]) && !found[1].includes(who)) continue;
      if (found[2] === '=') allowed = (allowed & ~(7 << shift)) | (bits << shift);
      else allowed = found[2] === '+' ? allowed | (bits << shift) : allowed & ~(bits << shift);
    }
  }
  return ~allowed & 0o777;
}

const spelled = (mask: number) =>
  WHO.map(([who, shift]) => `${who}=${['r', 'w', 'x'].filter((letter) => (~mask >> shift) & BITS[letter]!).join('')}`).join(',');

export const umask: Builtin = (call) => {
  const { shell } = call.x;
  const flags = call.args.filter((arg) => /^-./.test(arg)).join('');
  const [text] = call.args.filter((arg) => !/^-./.test(arg));
  if (text === undefined) {
    const shown = flags.includes('S') ? spelled(shell.umask) : shell.umask.toString(8).padStart(4, '0');
    return print(call, `${flags.includes('p') ? `umask ${flags.includes('S') ? '-S ' : ''}` : ''}${shown}\n`);
  }
  if (/^\d/.test(text)) {
    if (!/^[0-7]+$/.test(text) || Number.parseInt(text, 8) > 0o777) return fail(call, `${text}: octal number out of range`);
    shell.umask = Number.parseInt(text, 8);
    return 0;
  }
  const mask = symbolic(call, text, shell.umask);
  if (mask === undefined) return 1;
  shell.umask = mask;
  return flags.includes('S') ? print(call, `${spelled(mask)}\n`) : 0;
};

/** Letter, what `-a` calls it, and where it starts: a Debian login's limits. */
const LIMITS: readonly (readonly [letter: string, name: string, unit: string, value: string])[] = [
  ['R', 'real-time non-blocking time', 'microseconds, ', 'unlimited'],
  ['c', 'core file size', 'blocks, ', '0'],
  ['d', 'data seg size', 'kbytes, ', 'unlimited'],
  ['e', 'scheduling priority', '', '0'],
  ['f', 'file size', 'blocks, ', 'unlimited'],
  ['i', 'pending signals', '', '15362'],
  ['l', 'max locked memory', 'kbytes, ', '8192'],
  ['m', 'max memory size', 'kbytes, ', 'unlimited'],
  ['n', 'open files', '', '1024'],
  ['p', 'pipe size', '512 bytes, ', '8'],
  ['q', 'POSIX message queues', 'bytes, ', '819200'],
  ['r', 'real-time priority', '', '0'],
  ['s', 'stack size', 'kbytes, ', '8192'],
  ['t', 'cpu time', 'seconds, ', 'unlimited'],
  ['u', 'max user processes', '', '256'],
  ['v', 'virtual memory', 'kbytes, ', 'unlimited'],
  ['x', 'file locks', '', 'unlimited'],
];

const limitOf = (shell: ShellState, letter: string) => shell.limits.get(letter) ?? LIMITS.find(([each]) => each === letter)?.[3];

export const ulimit: Builtin = (call) => {
  const { shell } = call.x;
  const letters = [...call.args.filter((arg) => /^-./.test(arg)).join('')].filter((letter) => !'-SH'.includes(letter));
  const [wanted] = call.args.filter((arg) => !/^-./.test(arg));
  if (letters.includes('a')) {
    const row = ([letter, name, unit]: (typeof LIMITS)[number]) => `${name.padEnd(20)} ${`(${unit}-${letter}) `.padStart(20)}`;
    return print(call, LIMITS.map((limit) => `${row(limit)}${limitOf(shell, limit[0])}\n`).join(''));
  }
  const letter = letters[0] ?? 'f';
  const now = limitOf(shell, letter);
  if (now === undefined) return fail(call, 'not simulated in this lab');
  if (wanted === undefined) return print(call, `${now}\n`);
  if (!/^(\d+|unlimited|hard|soft)$/.test(wanted)) return fail(call, `${wanted}: invalid number`);
  if (/^\d|unlimited/.test(wanted)) shell.limits = new Map([...shell.limits, [letter, wanted]]);
  return 0;
};
