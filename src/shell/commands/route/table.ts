/** The main routing table as route and netstat -r of net-tools 2.10 print it (lib/inet_gr.c): of several next hops the first. */
import { formatAddress, parsePrefix, type Route } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import { nameOf } from '../net-tools.ts';

const DEFAULT = '0.0.0.0';

/** 1: metric and use; 2: MSS, window and irtt; 3: all. */
export type Columns = 1 | 2 | 3;

const HEADERS: Readonly<Record<Columns, string>> = {
  1: 'Flags Metric Ref    Use Iface',
  2: 'Flags   MSS Window  irtt Iface',
  3: 'Flags Metric Ref    Use Iface    MSS   Window irtt',
};

const maskOf = (length: number): string => formatAddress(length === 0 ? 0 : (0xffff_ffff << (32 - length)) >>> 0);

function tail({ nexthops, metric = 0 }: Route, refused: boolean, columns: Columns): string {
  const dev = refused ? '-' : (nexthops[0]?.dev ?? '*');
  const none = refused ? '-' : '0';
  if (columns === 2) return `${none.padStart(5)} ${none.padEnd(5)} ${none.padStart(6)} ${dev}`;
  // What is refused has no metric of its own here.
  const counts = `${String(refused ? 0 : metric).padEnd(6)} ${none.padEnd(2)} ${'0'.padStart(7)}`;
  if (columns === 1) return `${counts} ${dev}`;
  return refused ? `${counts} -        -     -      -` : `${counts} ${dev.padEnd(8)} ${'0'.padEnd(5)} ${'0'.padEnd(6)} 0`;
}

function row(process: Process, route: Route, numeric: boolean, columns: Columns): string {
  const { address, length } = parsePrefix(route.dst)!;
  const refused = route.type === 'unreachable' || route.type === 'prohibit';
  const via = route.nexthops[0]?.via;
  const flags = refused ? '!' : `U${via === undefined ? '' : 'G'}${length === 32 ? 'H' : ''}`;
  const text = formatAddress(address);
  // Only hosts have names here; /etc/networks knows no net but loopback.
  const target = numeric ? text : length === 0 ? 'default' : length === 32 ? nameOf(process, text, false) : text;
  const gateway = refused ? '-' : via === undefined ? DEFAULT : nameOf(process, via, numeric);
  const cell = (content: string) => content.slice(0, 15).padEnd(15);
  return `${cell(target)} ${cell(gateway)} ${cell(maskOf(length))} ${flags.padEnd(5)} ${tail(route, refused, columns)}\n`;
}

export function tableText(process: Process, numeric: boolean, columns: Columns): string {
  const { routes } = process.kernel.namespace();
  return `Kernel IP routing table\nDestination     Gateway         Genmask         ${HEADERS[columns]}\n${routes
    .map((route) => row(process, route, numeric, columns))
    .join('')}`;
}
