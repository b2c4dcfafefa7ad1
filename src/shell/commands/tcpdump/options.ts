/** tcpdump's options: what may be said, and what libpcap and tcpdump 4.99 say of mistakes. */
import { getopt, type OptionSpec, shortOptions } from '../getopt.ts';
import { SNAPLEN } from './pcap.ts';
import type { Style } from './print.ts';

export const VERSION = 'tcpdump version 4.99.3\nlibpcap version 1.10.3 (with TPACKET_V3)\nOpenSSL 3.0.19 27 Jan 2026\n';
export const USAGE = `${VERSION}Usage: tcpdump [-AbdDefhHIJKlLnNOpqStuUvxX#] [ -B size ] [ -c count ] [--count]
\t\t[ -C file_size ] [ -E algo:secret ] [ -F file ] [ -G seconds ]
\t\t[ -i interface ] [ --immediate-mode ] [ -j tstamptype ]
\t\t[ -M secret ] [ --number ] [ --print ] [ -Q in|out|inout ]
\t\t[ -r file ] [ -s snaplen ] [ -T type ] [ --version ]
\t\t[ -V file ] [ -w file ] [ -W filecount ] [ -y datalinktype ]
\t\t[ --time-stamp-precision precision ] [ --micro ] [ --nano ]
\t\t[ -z postrotate-command ] [ -Z user ] [ expression ]
`;

/** Long names of letters, and those that have none. */
const LONG: Readonly<Record<string, string>> = {
  B: 'buffer-size',
  D: 'list-interfaces',
  h: 'help',
  i: 'interface',
  I: 'monitor-mode',
  j: 'time-stamp-type',
  J: 'list-time-stamp-types',
  K: 'dont-verify-checksums',
  l: 'line-buffered',
  L: 'list-data-link-types',
  O: 'no-optimize',
  p: 'no-promiscuous-mode',
  Q: 'direction',
  s: 'snapshot-length',
  S: 'absolute-tcp-sequence-numbers',
  U: 'packet-buffered',
  y: 'linktype',
  Z: 'relinquish-privileges',
  '#': 'number',
};
const OPTIONS: readonly OptionSpec[] = [
  ...shortOptions('AbdDefhHIJKlLnNOpqStuUvxX#B:c:C:E:F:G:i:j:M:Q:r:s:T:V:w:W:y:z:Z:').map((spec) => {
    const long = LONG[spec.short];
    return long === undefined ? spec : { ...spec, long };
  }),
  ...['version', 'count', 'print', 'immediate-mode', 'micro', 'nano'].map((long) => ({ short: '', long })),
  { short: '', long: 'time-stamp-precision', argument: 'required' },
];
const UNSIMULATED = ['G', 'C', 'E', 'd', 'I', 'V', 'W', 'z', 'nano'];
const PACKET_TYPES = new Set(
  'aodv carp cnfp domain lmp pgm pgm_zmtp1 ptp radius resp rpc rtcp rtp snmp someip tftp vat vxlan wb zmtp1'.split(' '),
);

export interface Options {
  readonly has: (name: string) => boolean;
  /** The last value given. */
  readonly value: (name: string) => string | undefined;
  readonly operands: readonly string[];
  readonly count: number;
  readonly snaplen: number;
  readonly style: Style;
}

/** @returns what tcpdump says of a mistake */
export function readOptions(args: readonly string[]): Options | { readonly mistake: string; readonly usage?: boolean } {
  const { options, operands, error } = getopt(args, OPTIONS);
  if (error !== undefined) return { mistake: error, usage: true };
  const value = (name: string) => options.findLast((option) => option.name === name)?.value;
  const times = (name: string) => options.filter((option) => option.name === name).length;
  const has = (name: string) => times(name) > 0;
  const [count, snaplen] = [value('c'), value('s')];
  const mistake = mistakeIn(value);
  if (mistake !== undefined) return { mistake };
  return {
    has,
    value,
    operands,
    count: count === undefined ? Number.POSITIVE_INFINITY : Number(count),
    snaplen: Number(snaplen ?? 0) || SNAPLEN,
    style: styleOf(times),
  };
}

function mistakeIn(value: Options['value']): string | undefined {
  const [count, snaplen, direction, type] = [value('c'), value('s'), value('Q'), value('T')];
  if (count !== undefined && !/^[1-9]\d*$/.test(count)) return `invalid packet count ${count}`;
  if (snaplen !== undefined && (!/^\d+$/.test(snaplen) || Number(snaplen) > SNAPLEN))
    return `invalid snaplen ${snaplen} (must be >= 0 and <= ${SNAPLEN})`;
  if (direction !== undefined && !['in', 'out', 'inout'].includes(direction)) return `unknown capture direction \`${direction}'`;
  if (type !== undefined && !PACKET_TYPES.has(type)) return `unknown packet type \`${type}'`;
  const linkType = value('y');
  if (linkType !== undefined && linkType !== 'EN10MB' && linkType !== 'LINUX_SLL2') return `invalid data link type ${linkType}`;
  const odd = UNSIMULATED.find((name) => value(name) !== undefined);
  return odd === undefined ? undefined : `${odd.length > 1 ? '--' : '-'}${odd}: not simulated in this lab`;
}

function styleOf(times: (name: string) => number): Style {
  const [hex, both, ascii] = [times('x'), times('X'), times('A')];
  return {
    time: (['daily', 'none', 'seconds', 'delta', 'dated', 'sinceFirst'] as const)[times('t')] ?? 'daily',
    verbose: times('v'),
    link: times('e') > 0,
    brief: times('q') > 0,
    absolute: times('S') > 0,
    unchecked: times('K') > 0,
    numbered: times('#') > 0,
    dump: { as: both ? 'both' : hex ? 'hex' : ascii ? 'ascii' : 'none', withLink: (both || hex || ascii) > 1 },
  };
}
