/** `arp` of net-tools 2.10: shows, writes and deletes neighbour entries. Leaves out -f and -D. */
import { compareAddresses, errorText, isInside, type Neighbour, neighbourState, parseAddress } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { getopt, type OptionSpec, shortOptions } from '../getopt.ts';
import { nameOf } from '../net-tools.ts';
import { usage } from './usage.ts';

const LONG: Readonly<Record<string, string>> = {
  a: 'all',
  v: 'verbose',
  n: 'numeric',
  d: 'delete',
  i: 'device',
  s: 'set',
  f: 'file',
  D: 'use-device',
  h: 'help',
  V: 'version',
  e: 'end',
};
const OPTIONS: readonly OptionSpec[] = shortOptions('aenvVhDA:p:H:t:i:dsf').map((spec) => ({
  ...spec,
  ...(LONG[spec.short] ? { long: LONG[spec.short]! } : {}),
}));

const VERSION = `net-tools 2.10
+I18N +SELINUX
AF: (inet) +UNIX +INET +INET6 +IPX +AX25 +NETROM +X25 +ATALK +ECONET +ROSE -BLUETOOTH
HW: (ether) +ETHER +ARC +SLIP +PPP +TUNNEL -TR +AX25 +NETROM +X25 +FR +ROSE +ASH +SIT +FDDI +HIPPI +HDLC/LAPB +EUI64 
`;
const HEADER = 'Address                  HWtype  HWaddress           Flags Mask            Iface\n';

/** Entries as /proc/net/arp has them: a failed one is incomplete. */
function entries(process: Process): readonly Neighbour[] {
  return Object.values(process.kernel.namespace().neighbours)
    .filter((n) => n.state !== 'NOARP')
    .sort((a, b) => a.dev.localeCompare(b.dev) || compareAddresses(a.address, b.address));
}

function rowText(process: Process, n: Neighbour, numeric: boolean): string {
  const name = nameOf(process, n.address, numeric).slice(0, 23).padEnd(23);
  const complete = n.mac !== undefined && neighbourState(n, process.now()) !== 'FAILED';
  if (!complete) return `${name}          (incomplete)                              ${n.dev}\n`;
  const flags = n.state === 'PERMANENT' ? 'CM' : 'C';
  return `${name}  ${'ether'.padEnd(7)} ${n.mac!.padEnd(17)}   ${flags.padEnd(6)}${''.padEnd(16)}${n.dev}\n`;
}

function bsdText(process: Process, n: Neighbour, numeric: boolean): string {
  const name = nameOf(process, n.address, numeric);
  const complete = n.mac !== undefined && neighbourState(n, process.now()) !== 'FAILED';
  const what = complete ? `at ${n.mac} [ether]${n.state === 'PERMANENT' ? ' PERM' : ''}` : 'at <incomplete>';
  return `${name === n.address ? '?' : name} (${n.address}) ${what} on ${n.dev}\n`;
}

function remove(process: Process, address: string): number {
  const found = entries(process).find((n) => n.address === address);
  if (!found) {
    process.err(`No ARP entry for ${address}\n`);
    return 255;
  }
  if (!process.root) {
    process.err(`SIOCDARP(dontpub): ${errorText('EPERM')}\n`);
    return 255;
  }
  process.sim.dispatch({ type: 'neighbour', place: process.place, dev: found.dev, address, action: 'delete' });
  return 0;
}

/** `arp -s`: a permanent entry on the link the address lies on. */
function write(process: Process, address: string | undefined, mac: string | undefined, dev: string | undefined): number {
  const fail = (text: string) => {
    process.err(`${text}\n`);
    return 255;
  };
  if (address === undefined) return fail('arp: need host name');
  if (mac === undefined) return fail('arp: need hardware address');
  if (!/^[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}$/.test(mac)) return fail('arp: invalid hardware address');
  if (!process.root) return fail(`SIOCSARP: ${errorText('EPERM')}`);
  const { links } = process.kernel.namespace();
  const link =
    dev ??
    Object.values(links).find((each) =>
      each.addresses.some((own) => isInside(address, `${own.address}/${own.prefixLength}`) && each.name !== 'lo'),
    )?.name;
  if (link === undefined || !links[link]) return fail(`SIOCSARP: ${errorText('ENETUNREACH')}`);
  process.sim.dispatch({
    type: 'neighbour',
    place: process.place,
    dev: link,
    address,
    action: 'replace',
    mac: mac.toLowerCase(),
    state: 'PERMANENT',
  });
  return 0;
}

function show(
  process: Process,
  args: {
    readonly bsd: boolean;
    readonly numeric: boolean;
    readonly dev?: string;
    readonly address?: string;
    readonly typed?: string;
  },
): number {
  const rows = entries(process).filter(
    (n) => (args.dev === undefined || n.dev === args.dev) && (args.address === undefined || n.address === args.address),
  );
  if (rows.length === 0) {
    if (args.typed !== undefined && !args.bsd) {
      process.out(`${args.typed} (${args.address}) -- no entry\n`);
      return 0;
    }
    const isEmpty = Object.keys(process.kernel.namespace().neighbours).length === 0;
    if (!isEmpty && (args.dev !== undefined || args.bsd))
      process.out(`arp: in ${Object.keys(process.kernel.namespace().neighbours).length} entries no match found.\n`);
    return 0;
  }
  if (args.bsd) process.out(rows.map((n) => bsdText(process, n, args.numeric)).join(''));
  else process.out(HEADER + rows.map((n) => rowText(process, n, args.numeric)).join(''));
  return 0;
}

export const arp: Command = {
  name: 'arp',
  summary: 'show the neighbour (ARP) table',
  where: 'everywhere',
  run(process, args) {
    const { options, operands, error } = getopt(args, OPTIONS);
    const given = (name: string) => options.find((option) => option.name === name);
    if (error !== undefined || given('h')) {
      process.err((error === undefined ? '' : `arp: ${error}\n`) + usage);
      return error === undefined ? 0 : 3;
    }
    if (given('V')) {
      process.out(VERSION);
      return 0;
    }
    const hardware = given('H')?.value ?? given('t')?.value;
    if (hardware !== undefined && hardware !== 'ether') {
      process.err(`arp: ${hardware}: unknown hardware type.\n`);
      return 255;
    }
    if (given('f') || given('D')) {
      process.err('arp: writing entries from a file or a device: not simulated in this lab (use ip neigh add)\n');
      return 1;
    }
    const [host] = operands;
    let address: string | undefined;
    if (host !== undefined) {
      address =
        parseAddress(host) !== undefined
          ? host
          : process.sim.dispatch({ type: 'resolve', from: process.place, name: host }).addresses[0];
      if (address === undefined) {
        process.err(`${host}: Unknown host\n`);
        return 255;
      }
    }
    if (given('s')) return write(process, address, operands[1], given('i')?.value);
    if (given('d')) {
      if (address === undefined) {
        process.err('arp: need host name\n');
        return 255;
      }
      return remove(process, address);
    }
    const dev = given('i')?.value;
    return show(process, {
      bsd: given('a') !== undefined,
      numeric: given('n') !== undefined,
      ...(dev === undefined ? {} : { dev }),
      ...(address === undefined ? {} : { address, typed: host! }),
    });
  },
};
