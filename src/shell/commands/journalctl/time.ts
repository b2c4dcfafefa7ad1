/** Points in time as systemd.time(7) writes them: `yesterday`, `2025-06-17 14:02`, `-1h`, `5min ago`, `@1750168920`. Times are UTC. */

const DAY = 86_400_000;
const UNITS: Readonly<Record<string, number>> = {
  ...named(['us', 'usec', 'µs'], 0.001),
  ...named(['ms', 'msec'], 1),
  ...named(['', 's', 'sec', 'second', 'seconds'], 1000),
  ...named(['m', 'min', 'minute', 'minutes'], 60_000),
  ...named(['h', 'hr', 'hour', 'hours'], 3_600_000),
  ...named(['d', 'day', 'days'], DAY),
  ...named(['w', 'week', 'weeks'], 7 * DAY),
  ...named(['M', 'month', 'months'], 30.44 * DAY),
  ...named(['y', 'year', 'years'], 365.25 * DAY),
};

function named(names: readonly string[], ms: number): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, ms]));
}

/** A time span in ms: `1h 30min`; undefined: none. */
function spanOf(text: string): number | undefined {
  const parts = [...text.matchAll(/\s*(\d+(?:\.\d+)?)\s*([a-zA-Zµ]*)\s*/gy)];
  if (parts.length === 0 || parts.reduce((sum, [all]) => sum + all.length, 0) !== text.length) return undefined;
  let sum = 0;
  for (const [, number, unit] of parts) {
    const size = UNITS[unit!];
    if (size === undefined) return undefined;
    sum += Number(number) * size;
  }
  return sum;
}

/** @returns ms since the epoch; undefined: it is no time */
export function timestampOf(text: string, now: number): number | undefined {
  const today = Math.floor(now / DAY) * DAY;
  const words: Readonly<Record<string, number>> = { now, today, yesterday: today - DAY, tomorrow: today + DAY };
  if (Object.hasOwn(words, text)) return words[text];
  if (/^@\d+(\.\d+)?$/.test(text)) return Number(text.slice(1)) * 1000;
  const relative = /^([-+])(.+)$/.exec(text) ?? /^()(.+?) ago$/.exec(text) ?? /^(left)(.+?) left$/.exec(text);
  if (relative) {
    const span = spanOf(relative[2]!);
    return span === undefined ? undefined : relative[1] === '+' ? now + span : now - span;
  }
  return dateOf(text.replace(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]* /i, '').replace(/ UTC$/, ''), today);
}

function dateOf(text: string, today: number): number | undefined {
  const found = /^(?:(\d{4}|\d\d)-(\d\d?)-(\d\d?))?[ T]?(?:(\d\d?):(\d\d)(?::(\d\d)(\.\d+)?)?)?$/.exec(text);
  if (!found || text.trim() === '') return undefined;
  const [, year, month, day, hours = '0', minutes = '0', seconds = '0', fraction = ''] = found;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60) return undefined;
  if (year === undefined && found[4] === undefined) return undefined;
  const date = year === undefined ? today : Date.UTC(Number(year.padStart(4, '20')), Number(month) - 1, Number(day));
  // A day that its month does not have is one of the next.
  if (year !== undefined && (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31)) return undefined;
  return date + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds) + Number(fraction || 0)) * 1000;
}
