/** journalctl's command line and its refusals, systemd 252. */
import { getopt, type OptionSpec } from '../getopt.ts';
import { fullName } from '../systemctl/units.ts';
import { timestampOf } from './time.ts';

export const FORMATS = [
  'short',
  'short-full',
  'short-iso',
  'short-iso-precise',
  'short-precise',
  'short-monotonic',
  'short-delta',
  'short-unix',
  'verbose',
  'export',
  'json',
  'json-pretty',
  'json-sse',
  'json-seq',
  'cat',
  'with-unit',
] as const;
export type Format = (typeof FORMATS)[number];
const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

/** In systemd's order: ambiguous ones are named in it. A letter after a slash, `=` with an argument, `?` with an optional one. */
const OPTIONS: readonly OptionSpec[] =
  `help/h version no-pager pager-end/e follow/f force output/o= all/a full/l no-full lines/n? no-tail new-id128 quiet/q merge/m this-boot
  boot/b? list-boots dmesg/k system user directory/D= file= root= image= header identifier/t= priority/p= facility= grep/g= case-sensitive?
  setup-keys interval= verify verify-key= disk-usage cursor/c= cursor-file= after-cursor= show-cursor since/S= until/U= unit/u= user-unit=
  field/F= fields/N catalog/x list-catalog dump-catalog update-catalog reverse/r machine/M= utc flush relinquish-var smart-relinquish-var
  sync rotate vacuum-size= vacuum-files= vacuum-time= no-hostname output-fields= namespace=`
    .split(/\s+/)
    .map((word) => {
      const [, long, short = '', sign] = /^([^/=?]+)(?:\/(.))?([=?])?$/.exec(word)!;
      return { short, long: long!, ...(sign && { argument: sign === '=' ? 'required' : 'optional' }) } as OptionSpec;
    });
/** What a lab's journal has nothing for. */
const UNSIMULATED =
  'k m D M N F c user header verify disk-usage list-boots new-id128 setup-keys list-catalog dump-catalog update-catalog flush sync rotate vacuum-size vacuum-files vacuum-time relinquish-var smart-relinquish-var cursor-file after-cursor show-cursor root image file namespace verify-key facility'.split(
    ' ',
  );

export interface Options {
  readonly has: (name: string) => boolean;
  readonly units: readonly string[];
  readonly identifiers: readonly string[];
  /** undefined: all. */
  readonly lines: number | undefined;
  readonly format: Format;
  /** The most and the least important priority to show. */
  readonly priorities: readonly [number, number];
  readonly since: number | undefined;
  readonly until: number | undefined;
  readonly grep: RegExp | undefined;
}

/** A text to print and the status to end with. */
export interface Said {
  readonly out?: string;
  readonly err?: string;
  readonly status: number;
}

const refused = (text: string): Said => ({ err: `${text}\n`, status: 1 });

export function readOptions(args: readonly string[], now: number): Options | Said {
  const { options, operands, error } = getopt(joined(args), OPTIONS);
  if (error !== undefined) return refused(`journalctl: ${error}`);
  const has = (name: string) => options.some((option) => option.name === name);
  const last = (name: string) => options.findLast((option) => option.name === name)?.value;
  const all = (name: string) => options.flatMap((option) => (option.name === name ? [option.value] : []));
  const format = (last('o') ?? 'short') as Format | 'help';
  if (format === 'help') return { out: `${FORMATS.join('\n')}\n`, status: 0 };
  if (!FORMATS.includes(format)) return refused(`Unknown output format '${format}'.`);
  const lines = last('n');
  if (lines !== undefined && !/^(\d*|all)$/.test(lines)) return refused(`Failed to parse lines '${lines}'`);
  const priorities = prioritiesOf(last('p'));
  if ('status' in priorities) return priorities;
  const times = timesOf(last('S'), last('U'), now);
  if ('status' in times) return times;
  if (has('f') && has('r')) return refused('Please specify either --reverse= or --follow=, not both.');
  const boot = last('b') ?? '';
  const odd = UNSIMULATED.find(has);
  if (odd !== undefined) return refused(`journalctl ${odd.length > 1 ? '--' : '-'}${odd}: not simulated in this lab`);
  if (!/^[-+]?0*$/.test(boot))
    return refused(`Data from the specified boot (${signed(boot)}) is not available: No such boot ID in journal`);
  const match = operands.find((word) => !/^[A-Z_][A-Z0-9_]*=/.test(word));
  if (match !== undefined) return refused(`Failed to add match '${match}': Invalid argument`);
  if (operands.length > 0) return refused(`journalctl ${operands[0]}: not simulated in this lab`);
  const pattern = last('g');
  const tail = has('no-tail') ? undefined : has('f') ? 10 : has('e') ? 1000 : undefined;
  return {
    has,
    units: all('u').map(fullName),
    identifiers: all('t'),
    lines: lines === undefined ? tail : lines === 'all' ? undefined : Number(lines === '' ? 10 : lines),
    format,
    priorities,
    grep: pattern === undefined ? undefined : new RegExp(pattern, pattern === pattern.toLowerCase() ? 'i' : ''),
    ...times,
  };
}

const signed = (boot: string) => (/^\d/.test(boot) ? `+${boot}` : boot);

/** `-n` and `-b` take the word after them when it can be theirs. */
function joined(args: readonly string[]): readonly string[] {
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const next = args[i + 1] ?? '';
    const takes =
      (/^(-\w*n|--lines)$/.test(args[i]!) && /^(\d+|all)$/.test(next)) ||
      (/^(-\w*b|--boot)$/.test(args[i]!) && /^[-+]?\d+$/.test(next));
    if (takes) words.push(args[i]!.startsWith('--') ? `${args[i]}=${args[++i]}` : `${args[i]}${args[++i]}`);
    else words.push(args[i]!);
  }
  return words;
}

function prioritiesOf(text: string | undefined): readonly [number, number] | Said {
  if (text === undefined) return [0, 7];
  const of = (level: string): number => (/^[0-7]$/.test(level) ? Number(level) : LEVELS.indexOf(level));
  const [first = '', second] = text.split('..');
  const range = second === undefined ? [0, of(first)] : [of(first), of(second)];
  if (range.includes(-1))
    return refused(second === undefined ? `Unknown log level ${text}` : `Failed to parse log level range ${text}`);
  return [Math.min(...range), Math.max(...range)];
}

function timesOf(since: string | undefined, until: string | undefined, now: number) {
  const times: { since: number | undefined; until: number | undefined } = { since: undefined, until: undefined };
  for (const [name, text] of [
    ['since', since],
    ['until', until],
  ] as const) {
    if (text === undefined) continue;
    times[name] = timestampOf(text, now);
    if (times[name] === undefined) return refused(`Failed to parse timestamp: ${text}`);
  }
  if (times.since !== undefined && times.until !== undefined && times.since > times.until)
    return refused('--since= must be before --until=.');
  return times;
}
