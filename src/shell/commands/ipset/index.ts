/** ipset: lists and changes the address sets that netfilter rules match against. Models ipset 7.17 (engine/kernel/netfilter/ipset.ts). */

import type { Command } from '../../command.ts';
import { HELP } from './usage.ts';

const CHANGES = ['create', 'add', 'del', 'destroy', 'flush', 'rename', 'swap', '-N', '-A', '-D', '-X', '-F', '-E', '-W', 'n', 'x'];
const COMMANDS = ['list', 'save', 'test', 'add', 'del', 'create', 'destroy', 'flush', 'rename', 'swap', 'version'];

export const ipset: Command = {
  name: 'ipset',
  summary: 'list and change address sets',
  where: 'hosts',
  run(process, args) {
    if (args[0] === 'help' || args[0] === '-H' || args[0] === '--help') {
      process.out(HELP);
      return 0;
    }
    const input = { type: 'ipset' as const, place: process.place, args };
    const asked = process.sim.ask(input);
    if (!process.root && asked.exitCode !== 2) {
      process.err('ipset v7.17: Kernel error received: Operation not permitted\n');
      return 1;
    }
    const result =
      asked.exitCode < 2 && args.some((word) => CHANGES.includes(word) || word.startsWith('--'))
        ? process.sim.dispatch(input)
        : asked;
    process.out(result.stdout);
    process.err(result.stderr);
    return result.exitCode;
  },
  complete(process, words, index) {
    const word = words[index] ?? '';
    const candidates = index === 1 ? COMMANDS : Object.keys(process.kernel.namespace().netfilter.ipsets);
    return candidates.filter((text) => text.startsWith(word)).map((text) => ({ text }));
  },
};
