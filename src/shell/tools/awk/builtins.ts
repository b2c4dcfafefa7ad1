/** awk's functions that never wait. */
import { CRandom } from '../c-random.ts';
import { formatDate } from '../dates.ts';
import { FormatError, formatText } from './format.ts';
import { AwkError, type Machine } from './machine.ts';
import type { Pattern } from './regexp.ts';
import { toInt, toNumber, type Value } from './values.ts';

type Builtin = (machine: Machine, args: Value[]) => Value;

const numeric =
  (apply: (x: number) => number): Builtin =>
  (_machine, [x]) =>
    apply(toNumber(x));

const generators = new WeakMap<Machine, CRandom>();

function generator(machine: Machine): CRandom {
  const known = generators.get(machine);
  if (known) return known;
  const { platform, shell } = machine.invocation.x;
  return seeded(machine, Math.trunc(platform.clock.now() / 1000) + platform.processes.nextPid + shell.pid);
}

function seeded(machine: Machine, seed: Value): CRandom {
  const made = new CRandom(toNumber(seed) >>> 0);
  generators.set(machine, made);
  machine.seed = seed;
  return made;
}

/** A start before the first character lengthens what is taken: `substr("hello", 0, 2)` is `he` here. */
function substr(machine: Machine, args: Value[]): string {
  const text = machine.text(args[0]);
  let from = toInt(toNumber(args[1])) - 1;
  let count = args.length > 2 ? toInt(toNumber(args[2])) : text.length;
  if (from < 0) {
    count -= from + 1;
    from = 0;
  }
  return count <= 0 ? '' : text.slice(from, from + count);
}

export function printed(machine: Machine, name: string, [format, ...args]: Value[]): string {
  try {
    return formatText(name, machine.text(format), args, machine.convfmt);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    // printf writes as it goes.
    if (name === 'printf') machine.streams.main.write(error.before);
    throw new AwkError(error.message);
  }
}

const upper = (text: string) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
const lower = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** `2024 01 02 03 04 05` */
function mktime(text: string): number {
  const found = /^\s*(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)/.exec(text);
  if (!found) return -1;
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000;
}

export const builtins: Readonly<Record<string, Builtin>> = {
  atan2: (_machine, [y, x]) => Math.atan2(toNumber(y), toNumber(x)),
  cos: numeric(Math.cos),
  exp: numeric(Math.exp),
  int: numeric(Math.trunc),
  log: numeric(Math.log),
  sin: numeric(Math.sin),
  sqrt: numeric(Math.sqrt),
  index: (machine, [text, part]) => machine.text(text).indexOf(machine.text(part)) + 1,
  length: (machine, args) => machine.text(args.length > 0 ? args[0] : machine.record.get(0)).length,
  mktime: (machine, [text]) => mktime(machine.text(text)),
  rand: (machine) => generator(machine).next() / 2_147_483_647,
  sprintf: (machine, args) => printed(machine, 'sprintf', args),
  srand: (machine, args) => {
    generator(machine);
    const before = machine.seed;
    seeded(machine, args.length > 0 ? args[0] : Math.trunc(machine.invocation.x.platform.clock.now() / 1000));
    return before;
  },
  strftime: (machine, args) => {
    const { clock } = machine.invocation.x.platform;
    const format = args.length > 0 ? machine.text(args[0]) : '%c';
    return formatDate(args.length > 1 ? Math.trunc(toNumber(args[1])) * 1000 : clock.now(), format);
  },
  substr,
  systime: ({ invocation }) => Math.trunc(invocation.x.platform.clock.now() / 1000),
  tolower: (machine, [text]) => lower(machine.text(text)),
  toupper: (machine, [text]) => upper(machine.text(text)),
};

/** The text that takes a match's place: `&` is the match, `\&` an ampersand. */
function replacement(by: string): (match: string) => string {
  if (!by.includes('&') && !by.includes('\\')) return () => by;
  const pieces = by.match(/\\\\(?=\\*&)|\\&|&|[^\\&]+|\\/g) ?? [];
  return (match) => pieces.map((each) => (each === '&' ? match : each === '\\&' ? '&' : each === '\\\\' ? '\\' : each)).join('');
}

/** sub() and gsub(). @returns the new text and how many took part */
export function substitute(
  text: string,
  pattern: Pattern,
  by: string,
  all: boolean,
): { readonly text: string; readonly count: number } {
  const made = replacement(by);
  let out = '';
  let count = 0;
  let from = 0;
  let lastEnd = -1;
  for (let at = 0; at <= text.length; ) {
    const found = pattern.find(text, at);
    if (!found) break;
    if (found.start === found.end && found.start === lastEnd) {
      at++;
      continue;
    }
    out += text.slice(from, found.start) + made(text.slice(found.start, found.end));
    count++;
    from = found.end;
    lastEnd = found.end;
    at = found.end > found.start ? found.end : found.end + 1;
    if (!all) break;
    if (found.end === found.start) {
      out += text.slice(from, at);
      from = Math.min(at, text.length);
    }
  }
  return { text: out + text.slice(from), count };
}
