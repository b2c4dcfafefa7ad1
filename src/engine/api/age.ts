/**
 * How kubectl and the API server write a duration: `45s`, `5m12s`, `166m`, `3h5m`, `2d4h`, `1y30d`.
 * Models k8s.io/apimachinery/pkg/util/duration.
 */
import { parseTimestamp } from './time.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

function two(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;
}

/** At most two units, the finer one dropped as the age grows. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  // Two machines' clocks may differ by a second: that is "now", anything more is not a time at all.
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  const minutes = Math.trunc(seconds / MINUTE);
  if (minutes < 10) return two(minutes, 'm', seconds % MINUTE, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(seconds / HOUR);
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(seconds / DAY);
  if (days < 8) return two(days, 'd', hours % 24, 'h');
  if (seconds < 2 * YEAR) return `${days}d`;
  const years = Math.trunc(seconds / YEAR);
  return years < 8 ? two(years, 'y', days % 365, 'd') : `${years}y`;
}

/** Age of a timestamp at `now` (ms): what the AGE columns show; `<unknown>` without one. */
export function age(since: string | null | undefined, now: number): string {
  const ms = parseTimestamp(since);
  return ms === undefined ? '<unknown>' : humanDuration(now - ms);
}
