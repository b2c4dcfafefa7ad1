/** strptime(3) of glibc and the rest of struct tm, in the C locale and UTC, for jq. */

/** struct tm: seconds, minutes, hours, day of the month, month from 0, years since 1900, day of the week, day of the year from 0. */
export type TimeParts = readonly [number, number, number, number, number, number, number, number];

const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAY = 86_400;

export function timeSeconds([second, minute, hour, day, month, year]: TimeParts): number {
  return Date.UTC(year + 1900, month, day, hour, minute, second) / 1000;
}

export function timeParts(seconds: number): TimeParts {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  return [
    date.getUTCSeconds(),
    date.getUTCMinutes(),
    date.getUTCHours(),
    date.getUTCDate(),
    date.getUTCMonth(),
    year - 1900,
    date.getUTCDay(),
    Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / (DAY * 1000)),
  ];
}

interface Reading {
  text: string;
  at: number;
  readonly parts: number[];
  afternoon?: boolean;
  /** The year, month or day was told: the other days follow from it. */
  dated?: boolean;
}

const number = (reading: Reading, digits: number, least: number, most: number): number | undefined => {
  const found = new RegExp(`^ *(\\d{1,${digits}})`).exec(reading.text.slice(reading.at));
  const value = Number(found?.[1]);
  if (!found || value < least || value > most) return undefined;
  reading.at += found[0].length;
  return value;
};

/** A name, whole or its first three letters. */
function name(reading: Reading, names: readonly string[]): number | undefined {
  const rest = reading.text.slice(reading.at).toLowerCase();
  for (const [index, each] of names.entries())
    for (const candidate of [each.toLowerCase(), each.slice(0, 3).toLowerCase()])
      if (rest.startsWith(candidate)) {
        reading.at += candidate.length;
        return index;
      }
  return undefined;
}

type Rule = (reading: Reading) => boolean;

const field =
  (index: number, digits: number, least: number, most: number, shift = 0, dated = false): Rule =>
  (reading) => {
    const value = number(reading, digits, least, most);
    if (value === undefined) return false;
    reading.parts[index] = value + shift;
    if (dated) reading.dated = true;
    return true;
  };

const named =
  (index: number, names: readonly string[], dated: boolean): Rule =>
  (reading) => {
    const value = name(reading, names);
    if (value === undefined) return false;
    reading.parts[index] = value;
    if (dated) reading.dated = true;
    return true;
  };

const whole =
  (format: string): Rule =>
  (reading) =>
    follow(format, reading);

const RULES: Readonly<Record<string, Rule>> = {
  a: named(6, DAYS, false),
  A: named(6, DAYS, false),
  b: named(4, MONTHS, true),
  B: named(4, MONTHS, true),
  h: named(4, MONTHS, true),
  c: whole('%a %b %e %H:%M:%S %Y'),
  d: field(3, 2, 1, 31, 0, true),
  e: field(3, 2, 1, 31, 0, true),
  D: whole('%m/%d/%y'),
  x: whole('%m/%d/%y'),
  F: whole('%Y-%m-%d'),
  H: field(2, 2, 0, 23),
  k: field(2, 2, 0, 23),
  I: (reading) => {
    const value = number(reading, 2, 1, 12);
    if (value === undefined) return false;
    reading.parts[2] = value % 12;
    reading.afternoon ??= false;
    return true;
  },
  l: (reading) => RULES.I!(reading),
  j: field(7, 3, 1, 366, -1),
  m: field(4, 2, 1, 12, -1, true),
  M: field(1, 2, 0, 59),
  n: whole(' '),
  t: whole(' '),
  p: (reading) => {
    const found = /^[ap]m/i.exec(reading.text.slice(reading.at));
    if (!found) return false;
    reading.afternoon = /^p/i.test(found[0]);
    reading.at += 2;
    return true;
  },
  r: whole('%I:%M:%S %p'),
  R: whole('%H:%M'),
  s: (reading) => {
    const found = /^\d+/.exec(reading.text.slice(reading.at));
    if (!found) return false;
    reading.at += found[0].length;
    reading.parts.splice(0, 8, ...timeParts(Number(found[0])));
    return true;
  },
  S: field(0, 2, 0, 61),
  T: whole('%H:%M:%S'),
  X: whole('%H:%M:%S'),
  w: field(6, 1, 0, 6),
  u: (reading) => {
    const value = number(reading, 1, 1, 7);
    if (value !== undefined) reading.parts[6] = value % 7;
    return value !== undefined;
  },
  y: (reading) => {
    const value = number(reading, 2, 0, 99);
    if (value === undefined) return false;
    reading.parts[5] = value >= 69 ? value : value + 100;
    reading.dated = true;
    return true;
  },
  Y: field(5, 4, 0, 9999, -1900, true),
  z: (reading) => {
    const found = /^ *(?:Z|[+-]\d{2}(?::?\d{2})?)/.exec(reading.text.slice(reading.at));
    if (found) reading.at += found[0].length;
    return found !== null;
  },
  Z: () => true,
  '%': whole('%'),
};

function follow(format: string, reading: Reading): boolean {
  for (let at = 0; at < format.length; at++) {
    const char = format[at]!;
    if (/\s/.test(char)) {
      while (/\s/.test(reading.text[reading.at] ?? '')) reading.at++;
    } else if (char !== '%' || at + 1 === format.length || format[at + 1] === '%') {
      if (char === '%') at++;
      if (reading.text[reading.at] !== char) return false;
      reading.at++;
    } else {
      const letter = format[++at]!;
      const rule = Object.hasOwn(RULES, letter) ? RULES[letter] : undefined;
      if (!rule?.(reading)) return false;
    }
  }
  return true;
}

/** @returns what was read and how much of the text; undefined when it does not fit the format */
export function parseTime(
  text: string,
  format: string,
  start: TimeParts,
): { readonly parts: TimeParts; readonly length: number } | undefined {
  const reading: Reading = { text, at: 0, parts: [...start] };
  if (!follow(format, reading)) return undefined;
  if (reading.afternoon) reading.parts[2] = (reading.parts[2] ?? 0) + 12;
  if (reading.dated) {
    const [, , , , , , wday, yday] = timeParts(timeSeconds(reading.parts as unknown as TimeParts));
    reading.parts.splice(6, 2, wday, yday);
  }
  return { parts: reading.parts as unknown as TimeParts, length: reading.at };
}
