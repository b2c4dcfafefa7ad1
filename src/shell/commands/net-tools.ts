/** What the programs of net-tools 2.10 (arp, ifconfig, netstat, route) share. */
import { linkStats, type NetLink, type NetNamespace, parseAddress } from '../../engine/index.ts';
import type { Process } from '../command.ts';

/** /etc/hosts' name of an address, or the address. */
export function nameOf(process: Process, address: string, numeric: boolean): string {
  if (numeric) return address;
  for (const line of (process.files.read('/etc/hosts') ?? '').split('\n')) {
    const [first, name] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (first === address && name !== undefined) return name;
  }
  return address;
}

export const VERSION = 'net-tools 2.10\n';
/** What each was built with: its own features, then address families and hardware. */
export const builtWith = (features: string): string => `${features} +I18N +SELINUX
AF: (inet) +UNIX +INET +INET6 +IPX +AX25 +NETROM +X25 +ATALK +ECONET +ROSE -BLUETOOTH
HW:  +ETHER +ARC +SLIP +PPP +TUNNEL -TR +AX25 +NETROM +X25 +FR +ROSE +ASH +SIT +FDDI +HIPPI +HDLC/LAPB +EUI64 
`;

/** Families that can route, as usages end. On standard error, the rest on standard output. */
export const FAMILIES = `    inet (DARPA Internet) inet6 (IPv6) ax25 (AMPR AX.25) 
    netrom (AMPR NET/ROM) rose (AMPR ROSE) ipx (Novell IPX) 
    ddp (Appletalk DDP) x25 (CCITT X.25) 
`;

/** `255.255.0.0` → 16; undefined: no netmask. */
export const lengthOfMask = (mask: string): number | undefined => {
  const value = parseAddress(mask);
  if (value === undefined) return undefined;
  const length = Math.clz32(~value);
  return length === 32 || (value << length) >>> 0 === 0 ? length : undefined;
};

/** By name, numbers in it by value (nstrcmp). */
export const byName = (ns: NetNamespace): readonly NetLink[] =>
  Object.values(ns.links).toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));

export const isRunning = ({ up, carrier, type }: NetLink): boolean => up && (carrier || type === 'loopback');

const FLAG_LETTERS = ({ type, up, ...rest }: NetLink): string =>
  `${type === 'loopback' ? 'L' : 'B'}${type === 'loopback' ? '' : type === 'dummy' ? 'O' : 'M'}${isRunning({ type, up, ...rest }) ? 'R' : ''}${up ? 'U' : ''}`;

/** A line of `netstat -i` and `ifconfig -s`. */
export function interfaceRow(ns: NetNamespace, link: NetLink): string {
  const { rxPackets, txPackets } = linkStats(ns, link.name);
  const counts = (packets: number) => `${String(packets).padStart(8)} ${'0'.padStart(6)} ${'0'.padStart(6)}`;
  return `${link.name.padEnd(15)} ${String(link.mtu).padStart(5)} ${counts(rxPackets)} ${'0'.padEnd(6)} ${counts(txPackets)} ${'0'.padStart(6)} ${FLAG_LETTERS(link)}\n`;
}
