/** systemctl's command line and its refusals, systemd 252. */
import { getopt, type OptionSpec, shortOptions } from '../getopt.ts';

const SHORT: Readonly<Record<string, string>> = {
  h: 'help',
  t: 'type',
  p: 'property',
  a: 'all',
  r: 'recursive',
  l: 'full',
  i: 'ignore-inhibitors',
  q: 'quiet',
  H: 'host',
  M: 'machine',
  n: 'lines',
  o: 'output',
  s: 'signal',
  f: 'force',
};
/** In systemd's order: ambiguous ones are named in it. */
const LONG =
  'help version type= property= all reverse after before show-types failed full job-mode= fail irreversible ignore-dependencies ignore-inhibitors check-inhibitors= value user system global wait no-block legend= no-legend no-pager no-wall dry-run quiet root= image= force no-reload kill-whom= kill-who= signal= kill-value= no-ask-password host= machine= runtime lines= output= plain state= recursive with-dependencies preset-mode= firmware-setup boot-loader-menu= boot-loader-entry= now message= show-transaction what= reboot-argument= timestamp= read-only mkdir marked';
const OPTIONS: readonly OptionSpec[] = [
  ...LONG.split(' ').map((word): OptionSpec => {
    const long = word.replace('=', '');
    const short = Object.keys(SHORT).find((letter) => SHORT[letter] === long) ?? '';
    return { short, long, ...(word.endsWith('=') && { argument: 'required' as const }) };
  }),
  ...shortOptions('P:T'),
];

const TYPES = 'service mount swap socket target device automount timer path slice scope'.split(' ');
const LOAD_STATES = 'stub loaded not-found bad-setting error merged masked'.split(' ');
const OUTPUTS =
  'short short-full short-iso short-iso-precise short-precise short-monotonic short-delta short-unix verbose export json json-pretty json-sse json-seq cat with-unit'.split(
    ' ',
  );
const SIGNALS =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );

export interface Options {
  readonly has: (name: string) => boolean;
  readonly value: (name: string) => string | undefined;
  readonly all: (name: string) => readonly string[];
  /** The verb and what follows it. */
  readonly words: readonly string[];
}

export interface Said {
  readonly out?: string;
  readonly err?: string;
  readonly status: number;
}

export function readOptions(args: readonly string[]): Options | Said {
  const { options, operands, error } = getopt(args, OPTIONS);
  const refused = (err: string): Said => ({ err: `${err}\n`, status: 1 });
  if (error !== undefined) return refused(`systemctl: ${error}`);
  const all = (name: string) => options.flatMap((option) => (option.name === name ? [option.value] : []));
  const value = (name: string) => all(name).at(-1);
  const types = all('t').flatMap((text) => text.split(','));
  if (types.includes('help')) return { out: `Available unit types:\n${TYPES.join('\n')}\n`, status: 0 };
  const odd = types.find((type) => !TYPES.includes(type) && !LOAD_STATES.includes(type));
  if (odd !== undefined) return refused(`Unknown unit type or load state '${odd}'.\nUse -t help to see a list of allowed values.`);
  const [lines, output, signal] = [value('n'), value('o'), value('s')];
  if (lines !== undefined && !/^\d+$/.test(lines)) return refused(`Failed to parse lines '${lines}'`);
  if (output === 'help') return { out: `${OUTPUTS.join('\n')}\n`, status: 0 };
  if (output !== undefined && !OUTPUTS.includes(output)) return refused(`Unknown output '${output}'.`);
  if (signal !== undefined && !/^\d+$/.test(signal) && !SIGNALS.includes(signal.replace(/^SIG/, '')))
    return refused(`Failed to parse signal string "${signal}".`);
  return { has: (name) => all(name).length > 0, value, all, words: operands };
}
