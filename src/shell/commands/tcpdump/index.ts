/**
 * `tcpdump` 4.99: prints the packets of the simulation's flows as they pass an interface of this host or pod, on virtual time.
 * Files (-r, -w), payloads (-A, -x) and -v are not simulated; addresses are always numeric.
 */
import type { Trace } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { getopt, type OptionSpec, shortOptions } from '../getopt.ts';
import { type Captured, type Positions, packetsOf } from './capture.ts';
import { type Filter, FilterError, readFilter } from './filter.ts';
import { packetLine, type Style } from './print.ts';

const VERSION = 'tcpdump version 4.99.3\nlibpcap version 1.10.3 (with TPACKET_V3)\nOpenSSL 3.0.19 27 Jan 2026\n';
const USAGE = `${VERSION}Usage: tcpdump [-AbdDefhHIJKlLnNOpqStuUvxX#] [ -B size ] [ -c count ] [--count]
\t\t[ -C file_size ] [ -E algo:secret ] [ -F file ] [ -G seconds ]
\t\t[ -i interface ] [ --immediate-mode ] [ -j tstamptype ]
\t\t[ -M secret ] [ --number ] [ --print ] [ -Q in|out|inout ]
\t\t[ -r file ] [ -s snaplen ] [ -T type ] [ --version ]
\t\t[ -V file ] [ -w file ] [ -W filecount ] [ -y datalinktype ]
\t\t[ --time-stamp-precision precision ] [ --micro ] [ --nano ]
\t\t[ -z postrotate-command ] [ -Z user ] [ expression ]
`;
const OPTIONS: readonly OptionSpec[] = [
  ...shortOptions('AbdDefhHIJKlLnNOpqStuUvxX#B:c:C:E:F:G:i:j:M:Q:r:s:T:V:w:W:y:z:Z:'),
  { short: '', long: 'version' },
  { short: '', long: 'help' },
];
const UNSIMULATED = ['A', 'x', 'X', 'v', 'r', 'w', 'F', 'G', 'C', 'E', 'd', 'I', 'Q'];

const PACKET_TYPES = new Set(
  'aodv carp cnfp domain lmp pgm pgm_zmtp1 ptp radius resp rpc rtcp rtp snmp someip tftp vat vxlan wb zmtp1'.split(' '),
);

interface Capture {
  readonly process: Process;
  readonly dev: string;
  readonly filter: Filter;
  readonly count: number;
  readonly style: Style;
  readonly positions: Positions;
  captured: number;
  received: number;
}

function report({ captured, received }: Capture): string {
  return `${captured} packet${captured === 1 ? '' : 's'} captured\n${received} packet${received === 1 ? '' : 's'} received by filter\n0 packets dropped by kernel\n`;
}

function styleOf(given: readonly string[], dev: string): Style {
  const times = (['daily', 'none', 'seconds', 'daily', 'dated'] as const)[given.filter((name) => name === 't').length] ?? 'daily';
  const has = (name: string) => given.includes(name);
  return { withInterface: dev === 'any', time: times, link: has('e'), brief: has('q'), absolute: has('S') };
}

/** Prints what of new flows passes here. @returns whether the count is reached */
function take(capture: Capture, traces: readonly Trace[]): boolean {
  const { process, filter, style, positions } = capture;
  const passes = (p: Captured) => (capture.dev === 'any' || p.dev === capture.dev) && filter(p);
  for (const packet of packetsOf(process.sim.world(), traces, process.place, positions).filter(passes)) {
    capture.received++;
    if (capture.captured >= capture.count) continue;
    capture.captured++;
    process.out(packetLine(packet, style));
  }
  return capture.captured >= capture.count;
}

/** Resolves when enough is captured or Ctrl-C ends it. No clock is held: nothing passes, nothing is done. */
function listen(capture: Capture): Promise<void> {
  const { process } = capture;
  return new Promise((resolve) => {
    let known = process.sim.world().flows;
    const stop = process.sim.subscribe(({ world }) => {
      if (world.flows === known) return;
      const before = new Set(known);
      known = world.flows;
      if (
        process.signal.aborted ||
        take(
          capture,
          world.flows.filter((trace) => !before.has(trace)),
        )
      )
        end();
    });
    const end = () => {
      stop();
      resolve();
    };
    process.signal.addEventListener('abort', end, { once: true });
  });
}

async function run(process: Process, args: readonly string[]): Promise<number> {
  const { options, operands, error } = getopt(args, OPTIONS);
  const value = (name: string) => options.findLast((option) => option.name === name)?.value;
  const fail = (text: string) => {
    process.err(`tcpdump: ${text}\n`);
    return 1;
  };
  if (error !== undefined || value('h') !== undefined || value('help') !== undefined) {
    process.err((error === undefined ? '' : `tcpdump: ${error}\n`) + USAGE);
    return error === undefined ? 0 : 1;
  }
  if (value('version') !== undefined) {
    process.out(VERSION);
    return 0;
  }
  const links = process.kernel.namespace().links;
  if (value('D') !== undefined) {
    const names = [...Object.keys(links).filter((name) => name !== 'lo'), 'any', 'lo'];
    process.out(
      names
        .map(
          (name, i) =>
            `${i + 1}.${name}${name === 'any' ? ' (Pseudo-device that captures on all interfaces) [Up, Running]' : name === 'lo' ? ' [Up, Running, Loopback]' : ' [Up, Running, Connected]'}\n`,
        )
        .join(''),
    );
    return 0;
  }
  const snaplen = value('s');
  if (snaplen !== undefined && (!/^\d+$/.test(snaplen) || Number(snaplen) > 262_144))
    return fail(`invalid snaplen ${snaplen} (must be >= 0 and <= 262144)`);
  const direction = value('Q');
  if (direction !== undefined && !['in', 'out', 'inout'].includes(direction))
    return fail(`unknown capture direction \`${direction}'`);
  const type = value('T');
  if (type !== undefined && !PACKET_TYPES.has(type)) return fail(`unknown packet type \`${type}'`);
  const linkType = value('y');
  if (linkType !== undefined && linkType !== 'EN10MB') return fail(`invalid data link type ${linkType}`);
  for (const name of ['r', 'F']) {
    const file = value(name);
    if (file !== undefined && file !== '-' && process.files.read(file) === undefined)
      return fail(`${name === 'F' ? "can't open " : ''}${file}: No such file or directory`);
  }
  const odd = UNSIMULATED.find((name) => value(name) !== undefined);
  if (odd === undefined && value('e') !== undefined && value('i') === 'any')
    return fail('-e with -i any: not simulated in this lab');
  if (odd !== undefined) return fail(`-${odd}: not simulated in this lab`);
  const count = value('c');
  if (count !== undefined && !/^[1-9]\d*$/.test(count)) return fail(`invalid packet count ${count}`);
  const dev = value('i') ?? Object.keys(links).find((name) => name !== 'lo') ?? 'lo';
  if (dev !== 'any' && !Object.hasOwn(links, dev)) return fail(`${dev}: No such device exists\n(No such device exists)`);
  if (!process.root)
    return fail(`${dev}: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)`);
  const capture: Capture = {
    process,
    dev,
    filter: readFilter(operands),
    count: count === undefined ? Number.POSITIVE_INFINITY : Number(count),
    style: styleOf(
      options.map(({ name }) => name),
      dev,
    ),
    positions: new Map(),
    captured: 0,
    received: 0,
  };
  const link = dev === 'any' ? 'LINUX_SLL2 (Linux cooked v2)' : 'EN10MB (Ethernet)';
  if (dev === 'any') process.err('tcpdump: data link type LINUX_SLL2\n');
  process.err(
    `tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\nlistening on ${dev}, link-type ${link}, snapshot length 262144 bytes\n`,
  );
  process.lastWords?.(() => ({ out: '\n', err: report(capture) }));
  await listen(capture);
  if (process.signal.aborted) return 0;
  process.err(report(capture));
  return 0;
}

export const tcpdump: Command = {
  name: 'tcpdump',
  summary: 'print packets that pass an interface',
  where: 'everywhere',
  async run(process, args) {
    try {
      return await run(process, args);
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      process.err(`tcpdump: ${error.message}\n`);
      return 1;
    }
  },
  complete(process, words, index) {
    if (words[index - 1] !== '-i' && !/^-\w*i$/.test(words[index - 1] ?? '')) return [];
    const typed = words[index] ?? '';
    return ['any', ...Object.keys(process.kernel.namespace().links)]
      .filter((name) => name.startsWith(typed))
      .map((text) => ({ text }));
  },
};
