/** Command line of ping: iputils' letters, ranges and complaints. */
import type { Process } from '../../command.ts';
import { getopt, shortOptions } from '../getopt.ts';
import { usage } from './usage.ts';

export interface PingOptions {
  readonly destination: string;
  /** -c; undefined: until interrupted. */
  readonly count?: number;
  readonly intervalMs: number;
  /** -W, ms. */
  readonly waitMs?: number | undefined;
  /** -w, ms. */
  readonly deadlineMs?: number;
  readonly size: number;
  readonly ttl?: number;
  readonly quiet: boolean;
  readonly numeric: boolean;
  readonly timestamps: boolean;
  /** -f: as fast as answers come, or a hundred a second; a dot for each that is out. */
  readonly flood: boolean;
  /** -A: as fast as answers come. */
  readonly adaptive: boolean;
  /** -l: packets sent at once. */
  readonly preload: number;
  /** -p, as printed. */
  readonly pattern?: string;
  /** -M do. */
  readonly unfragmented: boolean;
  /** -O: what is not answered by the time of the next is said. */
  readonly reportsMissing: boolean;
  /** -a */
  readonly bell: boolean;
  /** -v */
  readonly verbose: boolean;
  /** -4 */
  readonly onlyV4: boolean;
  /** -B: the source address is kept, and printed. */
  readonly keepsSource: boolean;
  /** -I as given. */
  readonly from?: string;
  readonly device?: string;
  readonly source?: string;
}

const OPTIONS = shortOptions('h?4bRT:6F:N:aABc:CdDe:fi:I:l:Lm:M:nOp:qQ:rs:S:t:UvVw:W:');
const UNSIMULATED = new Set(['R', 'T', '6', 'F', 'N', 'b']);
const MAX = '9223372036854775807';

class Complaint extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** strtol_or_err(). */
function integer(text: string, low: number, high: number, highText = String(high)): number {
  if (!/^[+-]?\d+$/.test(text)) throw new Complaint(`invalid argument: '${text}'`);
  const value = Number(text);
  if (value < low || value > high) throw new Complaint(`invalid argument: '${text}': out of range: ${low} <= value <= ${highText}`);
  return value;
}

/** ping_strtod(): garbage is complained of, and taken for what comes before it. */
function seconds(process: Process, text: string): number {
  const match = /^[+-]?(\d+\.?\d*|\.\d+)/.exec(text);
  if (match?.[0] !== text)
    process.err(
      `ping: option argument contains garbage: ${text.slice(match?.[0].length ?? 0)}\nping: this will become fatal error in the future\n`,
    );
  return match ? Number(match[0]) : 0;
}

/** -Q: a number of any base. */
function checkTos(value: string): void {
  if (!/^(0[xX][0-9a-fA-F]+|\d+)$/.test(value)) throw new Complaint(`bad TOS value: ${value}`, 2);
  const bits = Number(value);
  if (bits > 255) throw new Complaint(`the decimal value of TOS bits must be in range 0-255: ${bits}`, 2);
}

/** @returns the options, or the exit status when there is nothing more to do */
export function readOptions(process: Process, args: readonly string[]): PingOptions | number {
  const parsed = getopt(args, OPTIONS);
  if (parsed.error !== undefined) {
    process.err(`ping: ${parsed.error}\n${usage}`);
    return 2;
  }
  try {
    return read(process, parsed.options, parsed.operands);
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    process.err(`ping: ${error.message}\n`);
    return error.status;
  }
}

type Writable = { -readonly [K in keyof PingOptions]: PingOptions[K] };

const DEFAULTS = {
  intervalMs: 1000,
  size: 56,
  quiet: false,
  numeric: false,
  timestamps: false,
  flood: false,
  adaptive: false,
  preload: 1,
  unfragmented: false,
  reportsMissing: false,
  bell: false,
  verbose: false,
  onlyV4: false,
  keepsSource: false,
};

/** Options without a value. */
const SWITCHES: Readonly<
  Record<string, keyof { [K in keyof typeof DEFAULTS as (typeof DEFAULTS)[K] extends boolean ? K : never]: true }>
> = {
  q: 'quiet',
  n: 'numeric',
  D: 'timestamps',
  f: 'flood',
  A: 'adaptive',
  O: 'reportsMissing',
  a: 'bell',
  v: 'verbose',
  4: 'onlyV4',
  B: 'keepsSource',
};

/** Options with one: each takes it in, or complains. */
const VALUES: Readonly<Record<string, (options: Writable, value: string, process: Process) => void>> = {
  c: (options, value) => {
    options.count = integer(value, 1, Number.MAX_VALUE, MAX);
  },
  i: (options, value, process) => {
    options.intervalMs = seconds(process, value) * 1000;
  },
  // Nothing that can be read is no limit of its own.
  W: (options, value, process) => {
    options.waitMs = seconds(process, value) * 1000 || undefined;
  },
  w: (options, value) => {
    options.deadlineMs = integer(value, 0, 2_147_483_647) * 1000;
  },
  s: (options, value) => {
    options.size = integer(value, 0, 2_147_483_647);
    if (options.size > 127_992) throw new Complaint(`packet size ${options.size} is too large. Maximum is 127992`, 2);
  },
  t: (options, value) => {
    options.ttl = integer(value, 0, 255);
    if (options.ttl === 0) throw new Complaint('cannot set unicast time-to-live: Invalid argument', 2);
  },
  I: (options, value) => {
    options.from = value;
  },
  l: (options, value, process) => {
    options.preload = integer(value, 1, 65_536);
    if (options.preload > 3 && !process.root)
      throw new Complaint(`cannot set preload to value greater than 3: ${options.preload}`, 2);
  },
  p: (options, value) => {
    if (!/^[0-9a-fA-F]+$/.test(value)) throw new Complaint(`patterns must be specified as hex digits: ${value}`, 2);
    // Sixteen bytes; a last digit that stands alone is a byte.
    const bytes = (value.slice(0, 32).match(/..?/g) ?? []).map((byte) => byte.padStart(2, '0').toLowerCase());
    options.pattern = bytes.join('');
  },
  M: (options, value) => {
    if (!['do', 'dont', 'want'].includes(value)) throw new Complaint(`invalid -M argument: ${value}`, 2);
    options.unfragmented = value === 'do';
  },
  Q: (_options, value) => checkTos(value),
  m: (_options, value) => void integer(value, 0, 4_294_967_295),
  e: (_options, value) => void integer(value, 0, 65_535),
  T: (_options, value) => {
    if (!['tsonly', 'tsandaddr', 'tsprespec'].includes(value)) throw new Complaint(`invalid timestamp type: ${value}`, 2);
  },
};

const VERSION = 'ping from iputils 20221126\nlibcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes\n';

function read(
  process: Process,
  given: readonly { name: string; value: string }[],
  operands: readonly string[],
): PingOptions | number {
  const options: Writable = { destination: operands.at(-1) ?? '', ...DEFAULTS };
  if (given.some(({ name }) => name === '4') && given.some(({ name }) => name === '6'))
    throw new Complaint('only one -4 or -6 option may be specified', 2);
  for (const { name, value } of given) {
    if (name === 'h' || name === '?') {
      process.err(usage);
      return 2;
    }
    if (name === 'V') {
      process.out(VERSION);
      return 0;
    }
    const flag = SWITCHES[name];
    if (flag) options[flag] = true;
    else VALUES[name]?.(options, value, process);
  }
  if (operands.length === 0) throw new Complaint('usage error: Destination address required');
  const odd = given.find(({ name }) => UNSIMULATED.has(name));
  if (odd || operands.length > 1) {
    process.err(`ping: ${odd ? `-${odd.name}` : 'a route of several hosts'}: not simulated in this lab\n`);
    return 1;
  }
  if (options.flood && !given.some(({ name }) => name === 'i')) options.intervalMs = 0;
  return options;
}
