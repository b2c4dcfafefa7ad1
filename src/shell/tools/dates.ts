/** Dates as date(1) and printf's %(…)T write them, in UTC: the lab's machines run on UTC. */

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const two = (value: number) => String(value).padStart(2, '0');

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}

function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86_400_000);
  return { year: thursday.getUTCFullYear(), week: Math.ceil(dayOfYear(thursday) / 7) };
}

type Piece = (date: Date) => string;
const PIECES: Readonly<Record<string, Piece>> = {
  Y: (d) => String(d.getUTCFullYear()),
  C: (d) => two(Math.floor(d.getUTCFullYear() / 100)),
  y: (d) => two(d.getUTCFullYear() % 100),
  m: (d) => two(d.getUTCMonth() + 1),
  d: (d) => two(d.getUTCDate()),
  e: (d) => String(d.getUTCDate()).padStart(2),
  H: (d) => two(d.getUTCHours()),
  I: (d) => two(d.getUTCHours() % 12 || 12),
  k: (d) => String(d.getUTCHours()).padStart(2),
  l: (d) => String(d.getUTCHours() % 12 || 12).padStart(2),
  M: (d) => two(d.getUTCMinutes()),
  S: (d) => two(d.getUTCSeconds()),
  N: (d) => `${String(d.getUTCMilliseconds()).padStart(3, '0')}000000`,
  s: (d) => String(Math.floor(d.getTime() / 1000)),
  j: (d) => String(dayOfYear(d)).padStart(3, '0'),
  a: (d) => DAYS[d.getUTCDay()]!.slice(0, 3),
  A: (d) => DAYS[d.getUTCDay()]!,
  b: (d) => MONTHS[d.getUTCMonth()]!.slice(0, 3),
  h: (d) => MONTHS[d.getUTCMonth()]!.slice(0, 3),
  B: (d) => MONTHS[d.getUTCMonth()]!,
  p: (d) => (d.getUTCHours() < 12 ? 'AM' : 'PM'),
  P: (d) => (d.getUTCHours() < 12 ? 'am' : 'pm'),
  u: (d) => String(d.getUTCDay() || 7),
  w: (d) => String(d.getUTCDay()),
  V: (d) => two(isoWeek(d).week),
  G: (d) => String(isoWeek(d).year),
  g: (d) => two(isoWeek(d).year % 100),
  U: (d) => two(Math.floor((dayOfYear(d) + 6 - d.getUTCDay()) / 7)),
  W: (d) => two(Math.floor((dayOfYear(d) + 6 - ((d.getUTCDay() + 6) % 7)) / 7)),
  q: (d) => String(Math.floor(d.getUTCMonth() / 3) + 1),
  Z: () => 'UTC',
  z: () => '+0000',
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
  F: (d) => formatDate(d.getTime(), '%Y-%m-%d'),
  T: (d) => formatDate(d.getTime(), '%H:%M:%S'),
  R: (d) => formatDate(d.getTime(), '%H:%M'),
  r: (d) => formatDate(d.getTime(), '%I:%M:%S %p'),
  D: (d) => formatDate(d.getTime(), '%m/%d/%y'),
  x: (d) => formatDate(d.getTime(), '%m/%d/%y'),
  X: (d) => formatDate(d.getTime(), '%H:%M:%S'),
  c: (d) => formatDate(d.getTime(), '%a %b %e %H:%M:%S %Y'),
};

/** @param format with strftime's letters; unknown ones stay as they are */
export function formatDate(ms: number, format: string): string {
  const date = new Date(ms);
  return format.replace(/%([-_0^#]?)(:*)(\d*)([A-Za-z%])/g, (all, flag: string, colons: string, digits: string, letter: string) => {
    if (letter === 'z' && colons) return '+00:00';
    const piece = Object.hasOwn(PIECES, letter) ? PIECES[letter] : undefined;
    if (!piece) return all;
    let text = piece(date);
    if (letter === 'N' && digits) text = text.slice(0, Number(digits));
    else if (digits) text = text.padStart(Math.min(Number(digits), 1000), /\d/.test(text) ? '0' : ' ');
    if (flag === '-') return text.replace(/^[0 ]+(?=.)/, '');
    if (flag === '_') return text.replace(/^0+(?=.)/, (zeros) => ' '.repeat(zeros.length));
    return flag === '^' || flag === '#' ? text.toUpperCase() : text;
  });
}
