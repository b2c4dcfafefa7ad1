/**
 * Input: an iptables command line changes the tables of a namespace.
 * Models iptables 1.8.9 (nf_tables) as root. Listing is answered too, so that `ask` serves the commands that only read.
 */

import type { CommandLine } from '../kernel/netfilter/command-line.ts';
import { edit } from '../kernel/netfilter/edit.ts';
import { HELP } from '../kernel/netfilter/help.ts';
import { parseCommandLine } from '../kernel/netfilter/parse.ts';
import { listText, specText, VERSION } from '../kernel/netfilter/print.ts';
import type { Netfilter } from '../kernel/netfilter/types.ts';
import { UsageError } from '../kernel/netfilter/usage.ts';
import { type Place, type World, withNetns } from '../world.ts';
import type { InputHandler } from './input.ts';

export interface IptablesInput {
  readonly place: Place;
  /** The words after `iptables`. */
  readonly args: readonly string[];
}

export interface ToolResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export const iptablesInput: InputHandler<IptablesInput, ToolResult> = {
  apply(world: World, { place, args }) {
    const ns = world.hosts[place.host]?.netns[place.netns];
    if (!ns) return { world, result: { stdout: '', stderr: 'iptables: no such network namespace\n', exitCode: 1 } };
    try {
      const line = parseCommandLine(args, (set) => Object.hasOwn(ns.netfilter.ipsets, set));
      const names = hostNames(world.hosts[place.host]?.files['/etc/hosts'] ?? '');
      const shown = show(ns.netfilter, line, (address) => names.get(address));
      const { netfilter, stdout } = edit(ns.netfilter, line);
      // Rules that were only looked for or listed stay what they are.
      const reads = ['L', 'S', 'C', 'V', 'h'].includes(line.operation) && !line.zero;
      return {
        world: reads ? world : withNetns(world, place, { ...ns, netfilter }),
        result: { stdout: shown + stdout, stderr: '', exitCode: 0 },
      };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return { world, result: { stdout: '', stderr: error.text, exitCode: error.exitCode } };
    }
  },
};

function show(netfilter: Netfilter, line: CommandLine, hostName: (address: string) => string | undefined): string {
  const { operation, table, chain, number } = line;
  if (operation === 'V') return `iptables v${VERSION}\n`;
  if (operation === 'h') return `iptables v${VERSION}\n${HELP}`;
  if (operation !== 'L' && operation !== 'S') return '';
  if (chain !== undefined && !isListed(netfilter, line, chain)) {
    throw new UsageError(`iptables v${VERSION}: chain \`${chain}' in table \`${table}' is incompatible, use 'nft' tool.\n`, 1);
  }
  return operation === 'S'
    ? specText(netfilter, table, chain, line.verbose, number)
    : listText(netfilter, table, { ...line, hostName }, chain, number);
}

function isListed(netfilter: Netfilter, { table }: CommandLine, chain: string): boolean {
  const chains = netfilter.tables[table]?.chains ?? {};
  return Object.hasOwn(chains, chain) || specText(netfilter, table, chain) !== '';
}

function hostNames(hosts: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const line of hosts.split('\n')) {
    const [address, name] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address && name && !names.has(address)) names.set(address, name);
  }
  return names;
}
