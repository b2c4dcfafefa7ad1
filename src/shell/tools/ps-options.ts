/** The mistakes procps-ng 4.0.2's ps finds in its options before it lists anything. Leaves out most of BSD's and all of sorting. */
export const PS_USAGE = `
Usage:
 ps [options]

 Try 'ps --help <simple|list|output|threads|misc|all>'
  or 'ps --help <s|l|o|t|m|a>'
 for additional help text.

For more details see ps(1).
`;

const FORMATS = new Set(
  'pid ppid user uid cmd comm args command tty stat time etime pcpu %cpu pmem %mem rss vsz ni pri start stime lstart group c s f wchan'.split(
    ' ',
  ),
);
/** Options that take a list, and what the list is of. */
const LISTS: Readonly<Record<string, string>> = {
  p: 'process ID list syntax error',
  q: 'process ID list syntax error',
  s: 'process ID list syntax error',
};
const SYSV = 'AadefFHjlLMnOopqCUuGgTtVwyZcNmPs';

/** What is wrong with the arguments; undefined: nothing. */
export function psMistake(args: readonly string[]): string | undefined {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg.startsWith('--')) {
      if (
        !/^--(pid|ppid|quick-pid|user|User|group|Group|format|sort|forest|no-headers|headers|help|version|info|deselect|rows|cols|lines|columns|width|tty|sid|cumulative|context)(=|$)/.test(
          arg,
        )
      )
        return 'unknown gnu long option';
      continue;
    }
    if (!arg.startsWith('-')) continue;
    const letter = arg[1] ?? '';
    if (!SYSV.includes(letter)) return 'unsupported SysV option';
    if (!'pqsoCUuGgt'.includes(letter)) continue;
    const value = arg.length > 2 ? arg.slice(2) : args[++i];
    if (value === undefined)
      return letter === 'o'
        ? 'format specification must follow -o'
        : `list of ${NAMES[letter] ?? 'process IDs'} must follow -${letter}`;
    if (LISTS[letter] && !/^\d+([, ]\d+)*$/.test(value)) return LISTS[letter];
    const unknown = letter === 'o' ? value.split(/[ ,]/).find((each) => !FORMATS.has(each.replace(/=.*/, ''))) : undefined;
    if (unknown !== undefined) return `unknown user-defined format specifier "${unknown}"`;
    if ((letter === 'U' || letter === 'u') && !/^(root|ubuntu|bird|\d+)$/.test(value)) return 'user name does not exist';
  }
  return undefined;
}

const NAMES: Readonly<Record<string, string>> = {
  C: 'command names',
  U: 'real users',
  u: 'users',
  G: 'real groups',
  g: 'session leaders OR effective group IDs',
  t: 'terminals (pty, tty...)',
};
