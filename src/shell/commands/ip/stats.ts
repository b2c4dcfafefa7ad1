/** Interface counters as `ip -s link` prints them (iproute2 6.1, ipaddress.c: __print_link_stats, print_num). Nothing goes wrong on these links, so errors are 0. */
import { linkStats, type NetLink } from '../../../engine/index.ts';
import type { Context } from './context.ts';
import type { Json } from './json.ts';

const PREFIXES = 'kMGTPE';

/** `-h`: so many thousands (`--iec`: 1024s) in three digits. */
function readable(count: number, iec: boolean): string {
  const base = iec ? 1024 : 1000;
  let unit = base;
  let prefix = 0;
  while (count / base >= unit && prefix < PREFIXES.length - 1) {
    unit *= base;
    prefix++;
  }
  const whole = count / unit;
  const precision = whole < 10 ? 2 : whole < 100 ? 1 : 0;
  return `${whole.toFixed(precision)}${PREFIXES[prefix]}${iec ? 'i' : ''}`;
}

/** Widths of the columns: their titles', and what fits their numbers. */
function widthsOf(rows: readonly (readonly number[])[]): readonly number[] {
  const titles = ['*X errors:', 'packets', 'errors', 'dropped', 'heartbt', 'overrun'];
  return titles.map((title, i) => Math.max(title.length, ...rows.map((row) => String(row[i] ?? 0).length)));
}

/** carrier_changes: a card and a veth begin without a carrier, and it has come once. */
const transitions = ({ type }: NetLink): number => (type === 'loopback' || type === 'dummy' || type === 'bridge' ? 0 : 2);

export function statsText(context: Context, link: NetLink): string {
  const { humanReadable, iec, statistics, oneline } = context.options;
  const newline = oneline ? '\\' : '\n';
  const { rxPackets, rxBytes, txPackets, txBytes } = linkStats(context.namespace(), link.name);
  const rx = [rxBytes, rxPackets, 0, 0, 0, 0];
  const tx = [txBytes, txPackets, 0, 0, 0, 0];
  const widths = widthsOf([rx, tx]);
  const number = (count: number, i: number) => {
    const text = humanReadable && count >= (iec ? 1024 : 1000) ? readable(count, iec) : String(count);
    return `${text.padStart(widths[i]!)} `;
  };
  const row = (numbers: readonly number[]) => `    ${numbers.map(number).join('')}`;
  const title = (name: string, i: number) => `${name.padStart(widths[i]!)} `;
  // Room for a column of compressed packets, which only PPP has.
  const titles = (way: string, names: string) =>
    `    ${way}: ${names
      .split(' ')
      .map(title)
      .join('')
      .slice(way.length + 2)}${' '.repeat(10)}`;
  const errorTitles = (way: string, names: string) =>
    `    ${`${way} errors:`.padEnd(widths[0]!)} ${names
      .split(' ')
      .map((name, i) => title(name, i + 1))
      .join('')
      .trimEnd()}`;
  const errorRow = (numbers: readonly number[]) =>
    `    ${' '.repeat(widths[0]! + 1)}${numbers.map((count, i) => number(count, i + 1)).join('')}`;
  const detailed = statistics > 1;
  const lines = [
    titles('RX', 'bytes packets errors dropped missed mcast'),
    row(rx),
    ...(detailed ? [errorTitles('RX', 'length crc frame fifo overrun'), errorRow([0, 0, 0, 0, 0])] : []),
    titles('TX', 'bytes packets errors dropped carrier collsns'),
    row(tx),
    ...(detailed ? [errorTitles('TX', 'aborted fifo window heartbt transns'), errorRow([0, 0, 0, 0, transitions(link)])] : []),
  ];
  return `${lines.join(newline)}\n`;
}

export function statsJson(context: Context, link: NetLink): Record<string, Json> {
  const { rxPackets, rxBytes, txPackets, txBytes } = linkStats(context.namespace(), link.name);
  const detailed = context.options.statistics > 1;
  return {
    stats64: {
      rx: {
        bytes: rxBytes,
        packets: rxPackets,
        errors: 0,
        dropped: 0,
        over_errors: 0,
        multicast: 0,
        ...(detailed ? { length_errors: 0, crc_errors: 0, frame_errors: 0, fifo_errors: 0, missed_errors: 0 } : {}),
      },
      tx: {
        bytes: txBytes,
        packets: txPackets,
        errors: 0,
        dropped: 0,
        carrier_errors: 0,
        collisions: 0,
        ...(detailed
          ? {
              aborted_errors: 0,
              fifo_errors: 0,
              window_errors: 0,
              heartbeat_errors: 0,
              carrier_changes: transitions(link),
            }
          : {}),
      },
    },
  };
}
