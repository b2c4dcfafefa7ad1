/** An interface as ifconfig of net-tools 2.10 prints it (lib/interface.c, ife_print_long). */
import { formatAddress, linkStats, type NetLink, type NetNamespace } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import { inet6Of } from '../ip/inet6.ts';
import { byName, isRunning } from '../net-tools.ts';

const IFF: readonly (readonly [bit: number, name: string, holds: (link: NetLink) => boolean])[] = [
  [0x1, 'UP', ({ up }) => up],
  [0x2, 'BROADCAST', ({ type }) => type !== 'loopback'],
  [0x8, 'LOOPBACK', ({ type }) => type === 'loopback'],
  [0x40, 'RUNNING', isRunning],
  [0x80, 'NOARP', ({ type }) => type === 'dummy'],
  [0x1000, 'MULTICAST', ({ type }) => type !== 'loopback' && type !== 'dummy'],
];

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** One decimal, cut off. */
function readable(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Math.floor(value)}.${Math.floor((value % 1) * 10)} ${UNITS[unit]}`;
}

const maskText = (length: number): string => formatAddress(length === 0 ? 0 : (0xffff_ffff << (32 - length)) >>> 0);
const SCOPES: Readonly<Record<string, string>> = { global: '0x0<global>', link: '0x20<link>', host: '0x10<host>' };

function hardware({ type, mac }: NetLink): string {
  if (type === 'loopback') return 'loop  txqueuelen 1000  (Local Loopback)';
  return `ether ${mac}  txqueuelen ${type === 'veth' || type === 'bridge' ? 0 : 1000}  (Ethernet)`;
}

export function interfaceText(ns: NetNamespace, link: NetLink): string {
  const flags = IFF.filter(([, , holds]) => holds(link));
  const bits = flags.reduce((sum, [bit]) => sum + bit, 0);
  const { rxPackets, rxBytes, txPackets, txBytes } = linkStats(ns, link.name);
  const [first] = link.addresses;
  const broadcast = link.type === 'loopback' ? '' : `  broadcast ${first?.broadcast ?? '0.0.0.0'}`;
  const lines = [
    ...(first ? [`inet ${first.address}  netmask ${maskText(first.prefixLength)}${broadcast}`] : []),
    ...inet6Of(link).map(
      ({ address, prefixLength, scope }) => `inet6 ${address}  prefixlen ${prefixLength}  scopeid ${SCOPES[scope]}`,
    ),
    hardware(link),
    `RX packets ${rxPackets}  bytes ${rxBytes} (${readable(rxBytes)})`,
    'RX errors 0  dropped 0  overruns 0  frame 0',
    `TX packets ${txPackets}  bytes ${txBytes} (${readable(txBytes)})`,
    'TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0',
  ];
  return `${link.name}: flags=${bits}<${flags.map(([, name]) => name).join(',')}>  mtu ${link.mtu}\n${lines.map((line) => `        ${line}\n`).join('')}\n`;
}

/** All that are up, or all. */
export function interfacesText({ kernel }: Process, all: boolean): string {
  const ns = kernel.namespace();
  return byName(ns)
    .filter(({ up }) => up || all)
    .map((link) => interfaceText(ns, link))
    .join('');
}
