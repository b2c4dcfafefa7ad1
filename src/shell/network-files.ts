/**
 * The kernel's files about a network namespace: /proc/net/dev, route and arp, and /sys/class/net (net-procfs.c, fib_trie.c, arp.c,
 * net-sysfs.c of Linux 6.x). Everything is read from the world. Links are folders here, where sysfs has symbolic links.
 */
import {
  linkStats,
  type Neighbour,
  type NetLink,
  type NetNamespace,
  neighbourState,
  operstate,
  parsePrefix,
  type Route,
  toNumber,
} from '../engine/index.ts';

export interface NetworkFiles {
  read(path: string): string | undefined;
  list(path: string): readonly string[] | undefined;
}

const PROC = '/proc/net';
const SYS = '/sys/class/net';

const inOrder = (ns: NetNamespace): readonly NetLink[] => Object.values(ns.links).sort((a, b) => a.index - b.index);

function devices(ns: NetNamespace): string {
  const rows = inOrder(ns).map(({ name }) => {
    const { rxBytes, rxPackets, txBytes, txPackets } = linkStats(ns, name);
    const n = (value: number, width: number) => String(value).padStart(width);
    const received = `${n(rxBytes, 7)} ${n(rxPackets, 7)} ${n(0, 4)} ${n(0, 4)} ${n(0, 4)} ${n(0, 5)} ${n(0, 10)} ${n(0, 9)}`;
    const sent = `${n(txBytes, 8)} ${n(txPackets, 7)} ${n(0, 4)} ${n(0, 4)} ${n(0, 4)} ${n(0, 5)} ${n(0, 7)} ${n(0, 10)}`;
    return `${name.padStart(6)}: ${received} ${sent}\n`;
  });
  return `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
${rows.join('')}`;
}

/** An address as the kernel's little-endian word in hexadecimal. */
function word(address: number): string {
  const bytes = [address & 0xff, (address >>> 8) & 0xff, (address >>> 16) & 0xff, address >>> 24];
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
}

const FLAG = { up: 1, gateway: 2, host: 4, reject: 0x200 };

function routeRow({ dst, type, nexthops, metric }: Route): string {
  const { address, length } = parsePrefix(dst)!;
  const mask = length === 0 ? 0 : (0xffff_ffff << (32 - length)) >>> 0;
  const [hop] = nexthops;
  // fib_flag_trans(): unreachable and prohibit routes are marked; a blackhole looks like any other.
  const refuses = type === 'unreachable' || type === 'prohibit';
  const flags =
    FLAG.up | (refuses ? FLAG.reject : 0) | (hop?.via === undefined ? 0 : FLAG.gateway) | (length === 32 ? FLAG.host : 0);
  const gateway = hop?.via === undefined ? 0 : toNumber(hop.via);
  const cells = [hop?.dev ?? '*', word(address), word(gateway), flags.toString(16).toUpperCase().padStart(4, '0')];
  return `${[...cells, 0, 0, metric ?? 0, word(mask), 0, 0, 0].join('\t').padEnd(127)}\n`;
}

function routes(ns: NetNamespace): string {
  const title = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'.padEnd(127);
  return `${title}\n${ns.routes.map(routeRow).join('')}`;
}

/** ATF_COM: the address is known; ATF_PERM: for ever. */
const ARP_FLAG: { readonly [S in Neighbour['state']]?: string } = { FAILED: '0x0', INCOMPLETE: '0x0', PERMANENT: '0x6' };

function neighbours(ns: NetNamespace, now: number): string {
  const rows = Object.values(ns.neighbours)
    .filter(({ state }) => state !== 'NOARP')
    .map((entry) => {
      const flags = ARP_FLAG[neighbourState(entry, now)] ?? '0x2';
      const mac = (entry.mac ?? '00:00:00:00:00:00').padEnd(17);
      return `${entry.address.padEnd(16)} 0x1         ${flags.padEnd(8)}    ${mac}     *        ${entry.dev}\n`;
    });
  return `IP address       HW type     Flags       HW address            Mask     Device\n${rows.join('')}`;
}

const PROC_FILES: Readonly<Record<string, (ns: NetNamespace, now: number) => string>> = {
  arp: neighbours,
  dev: devices,
  route: routes,
};

const IFF = { up: 0x1, broadcast: 0x2, loopback: 0x8, noarp: 0x80, multicast: 0x1000 };

function flagsOf(link: NetLink): number {
  const up = link.up ? IFF.up : 0;
  if (link.type === 'loopback') return up | IFF.loopback;
  return up | IFF.broadcast | (link.type === 'dummy' ? IFF.noarp : IFF.multicast);
}

/** sysfs tells of a link's carrier only while the link is up; `cat` says `Invalid argument` otherwise, which is no text. */
const LINK_FILES: Readonly<Record<string, (link: NetLink) => string | number | undefined>> = {
  addr_len: () => 6,
  address: ({ mac }) => mac,
  broadcast: ({ type }) => (type === 'loopback' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff'),
  carrier: ({ up, carrier }) => (up ? Number(carrier) : undefined),
  flags: (link) => `0x${flagsOf(link).toString(16)}`,
  ifindex: ({ index }) => index,
  mtu: ({ mtu }) => mtu,
  operstate: (link) => operstate(link).toLowerCase(),
  tx_queue_len: ({ type }) => (type === 'veth' || type === 'bridge' ? 0 : 1000),
  type: ({ type }) => (type === 'loopback' ? 772 : 1),
  uevent: ({ name, index }) => `INTERFACE=${name}\nIFINDEX=${index}`,
};

/** Of `statistics`; what never happens on these links is 0. */
const COUNTERS =
  'collisions multicast rx_bytes rx_compressed rx_crc_errors rx_dropped rx_errors rx_fifo_errors rx_frame_errors rx_length_errors rx_missed_errors rx_nohandler rx_over_errors rx_packets tx_aborted_errors tx_bytes tx_carrier_errors tx_compressed tx_dropped tx_errors tx_fifo_errors tx_heartbeat_errors tx_packets tx_window_errors'.split(
    ' ',
  );

function counter(ns: NetNamespace, link: string, name: string): string | undefined {
  if (!COUNTERS.includes(name)) return undefined;
  const { rxBytes, rxPackets, txBytes, txPackets } = linkStats(ns, link);
  const counted: Readonly<Record<string, number>> = {
    rx_bytes: rxBytes,
    rx_packets: rxPackets,
    tx_bytes: txBytes,
    tx_packets: txPackets,
  };
  return `${counted[name] ?? 0}\n`;
}

function readLink(ns: NetNamespace, path: string): string | undefined {
  const [name = '', file = '', inside, ...more] = path.slice(SYS.length + 1).split('/');
  const link = Object.hasOwn(ns.links, name) ? ns.links[name] : undefined;
  if (!link || more.length > 0) return undefined;
  if (inside !== undefined) return file === 'statistics' ? counter(ns, name, inside) : undefined;
  const text = Object.hasOwn(LINK_FILES, file) ? LINK_FILES[file]!(link) : undefined;
  return text === undefined ? undefined : `${text}\n`;
}

function listLinks(ns: NetNamespace, path: string): readonly string[] | undefined {
  if (path === SYS) return Object.keys(ns.links).sort();
  const [name = '', folder, ...more] = path.slice(SYS.length + 1).split('/');
  if (!Object.hasOwn(ns.links, name) || more.length > 0) return undefined;
  if (folder === undefined) return [...Object.keys(LINK_FILES), 'statistics'].sort();
  return folder === 'statistics' ? COUNTERS : undefined;
}

/** @param now ms since the epoch */
export function networkFiles(namespace: () => NetNamespace | undefined, now: () => number): NetworkFiles {
  return {
    read(path) {
      const inProc = path.startsWith(`${PROC}/`);
      if (!inProc && !path.startsWith(`${SYS}/`)) return undefined;
      const ns = namespace();
      if (!ns) return undefined;
      if (!inProc) return readLink(ns, path);
      const name = path.slice(PROC.length + 1);
      return Object.hasOwn(PROC_FILES, name) ? PROC_FILES[name]!(ns, now()) : undefined;
    },
    list(path) {
      if (path === PROC) return Object.keys(PROC_FILES);
      if (path === '/sys/class') return ['net'];
      const ns = path === SYS || path.startsWith(`${SYS}/`) ? namespace() : undefined;
      return ns && listLinks(ns, path);
    },
  };
}
