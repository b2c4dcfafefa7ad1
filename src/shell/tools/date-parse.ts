/** What `date -d` understands (gnulib's parse-datetime, in outline): dates, times, zones and distances in any order, in UTC. */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const UNITS: Readonly<Record<string, number>> = {
  sec: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  fortnight: 1_209_600_000,
};
const DAY = 86_400_000;

interface Reading {
  date?: readonly [year: number, month: number, day: number];
  time?: number;
  zone?: number;
  /** Weekday asked for, and how many weeks on. */
  weekday?: readonly [day: number, weeks: number];
  /** Date words that keep the time of day. */
  shift: number;
  months: number;
  distance: number;
}

type Rule = readonly [pattern: RegExp, take: (found: RegExpExecArray, into: Reading, now: Date) => boolean];

const month = (text: string) => MONTHS.indexOf(text.slice(0, 3).toLowerCase());
const fullYear = (text: string) => (text.length > 2 ? Number(text) : Number(text) + (Number(text) < 69 ? 2000 : 1900));

function setDate(into: Reading, year: number, which: number, day: number): boolean {
  if (into.date || which < 0 || which > 11 || day < 1 || day > new Date(Date.UTC(year, which + 1, 0)).getUTCDate()) return false;
  into.date = [year, which, day];
  return true;
}

function put(into: Reading, values: Partial<Reading>): boolean {
  Object.assign(into, values);
  return true;
}

function addDistance(into: Reading, count: number, unit: string): boolean {
  const name = unit.toLowerCase().replace(/s$/, '');
  if (name === 'month') into.months += count;
  else if (name === 'year') into.months += count * 12;
  else if (UNITS[name] === undefined) return false;
  else into.distance += count * UNITS[name]!;
  return true;
}

const NAMED_MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';

const RULES: readonly Rule[] = [
  [/^(\d{4})-(\d\d?)-(\d\d?)(?:T(?=\d))?/i, ([, y, m, d], into) => setDate(into, Number(y), Number(m) - 1, Number(d))],
  [/^(\d\d?)\/(\d\d?)\/(\d{4}|\d\d)/, ([, m, d, y], into) => setDate(into, fullYear(y!), Number(m) - 1, Number(d))],
  [
    /^(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?:\s*([ap])\.?m\.?)?/i,
    ([, h, m, s, half], into) => {
      const hour = half ? (Number(h) % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : Number(h);
      if (into.time !== undefined || hour > 23 || Number(m) > 59 || Number(s ?? 0) > 60) return false;
      into.time = (hour * 3600 + Number(m) * 60 + Number(s ?? 0)) * 1000;
      return true;
    },
  ],
  [
    /^(\d\d?)\s*([ap])\.?m\.?\b/i,
    ([, h, half], into) => {
      if (into.time !== undefined || Number(h) > 12) return false;
      into.time = ((Number(h) % 12) + (half!.toLowerCase() === 'p' ? 12 : 0)) * 3_600_000;
      return true;
    },
  ],
  [
    new RegExp(`^(\\d\\d?)[ -]*${NAMED_MONTH}(?:[ ,-]*(\\d{4})(?!:))?`, 'i'),
    ([, d, name, y], into, now) => setDate(into, y ? Number(y) : now.getUTCFullYear(), month(name!), Number(d)),
  ],
  [
    new RegExp(`^${NAMED_MONTH}\\s*(\\d\\d?)(?!\\d|:)(?:[ ,]*(\\d{4})(?!:))?`, 'i'),
    ([, name, d, y], into, now) => setDate(into, y ? Number(y) : now.getUTCFullYear(), month(name!), Number(d)),
  ],
  [/^(\d{4})(\d\d)(\d\d)(?!\d)/, ([, y, m, d], into) => setDate(into, Number(y), Number(m) - 1, Number(d))],
  [
    /^([-+]?)\s*(\d+)\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?\b(\s+ago\b)?/i,
    ([, sign, count, unit, ago], into) => addDistance(into, Number(count) * (sign === '-' ? -1 : 1) * (ago ? -1 : 1), unit!),
  ],
  [
    /^([-+])(\d\d):?(\d\d)(?!\d)/,
    ([, sign, h, m], into) => {
      if (into.time === undefined) return false;
      into.zone = (Number(h) * 60 + Number(m)) * 60_000 * (sign === '-' ? -1 : 1);
      return true;
    },
  ],
  [/^(utc|gmt|z)\b/i, (_found, into) => put(into, { zone: 0 })],
  [/^(now|today)\b/i, () => true],
  [/^tomorrow\b/i, (_found, into) => put(into, { shift: into.shift + DAY })],
  [/^yesterday\b/i, (_found, into) => put(into, { shift: into.shift - DAY })],
  [/^midnight\b/i, (_found, into) => put(into, { time: 0 })],
  [/^noon\b/i, (_found, into) => put(into, { time: DAY / 2 })],
  [
    /^(next|last|this)\s+(sec|second|min|minute|hour|day|week|fortnight|month|year)\b/i,
    ([, which, unit], into) => addDistance(into, { next: 1, last: -1, this: 0 }[which!.toLowerCase()]!, unit!),
  ],
  [
    /^(?:(next|last|this)\s+)?(sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:day)?\b\.?,?/i,
    ([, which, name], into) => {
      into.weekday = [DAYS.indexOf(name!.slice(0, 3).toLowerCase()), { next: 1, last: -1 }[which?.toLowerCase() ?? ''] ?? 0];
      return true;
    },
  ],
];

/** @returns milliseconds since the epoch; undefined when the text means no date */
export function parseDate(text: string, now: number): number | undefined {
  let rest = text.trim();
  const epoch = /^@(-?\d+(?:\.\d+)?)$/.exec(rest);
  if (epoch) return Number(epoch[1]) * 1000;
  const into: Reading = { shift: 0, months: 0, distance: 0 };
  const today = new Date(now);
  while (rest !== '') {
    let taken = false;
    for (const [pattern, take] of RULES) {
      const found = pattern.exec(rest);
      if (!found || !take(found, into, today)) continue;
      rest = rest.slice(found[0].length).replace(/^[\s,]+/, '');
      taken = true;
      break;
    }
    if (!taken) return undefined;
  }
  return resolve(into, now, text.trim() === '');
}

function resolve(into: Reading, now: number, empty: boolean): number {
  const today = new Date(now);
  const [year, which, day] = into.date ?? [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()];
  const midnight = into.date || into.time !== undefined || into.weekday || empty;
  let base = Date.UTC(year, which + into.months, day) + (midnight ? (into.time ?? 0) : now % DAY);
  if (into.weekday && !into.date) {
    const [wanted, weeks] = into.weekday;
    const from = new Date(base).getUTCDay();
    base += ((wanted - from + 7) % 7) * DAY + 7 * DAY * (weeks - (weeks > 0 && from !== wanted ? 1 : 0));
  }
  return base + into.shift + into.distance - (into.zone ?? 0);
}
