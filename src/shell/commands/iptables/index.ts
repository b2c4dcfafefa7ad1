/**
 * iptables: lists and changes the netfilter rules of the namespace it runs in.
 * Models iptables 1.8.9 (nf_tables). The engine parses the line (engine/kernel/netfilter/parse.ts): listing asks, a change is an
 * input of the simulation.
 */
import type { Command, Completion, Process } from '../../command.ts';

const DENIED = 'iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n';
const TABLES = ['filter', 'nat', 'mangle', 'raw'] as const;
const OPTIONS: Readonly<Record<string, string>> = {
  '-L': 'list the rules',
  '-S': 'print the rules as options',
  '-A': 'append a rule',
  '-I': 'insert a rule',
  '-D': 'delete a rule',
  '-R': 'replace a rule',
  '-C': 'check for a rule',
  '-F': 'flush',
  '-Z': 'zero the counters',
  '-N': 'new chain',
  '-X': 'delete a chain',
  '-P': 'set a policy',
  '-E': 'rename a chain',
  '-t': 'table',
  '-n': 'numeric',
  '-v': 'counters and interfaces',
  '-x': 'exact counters',
  '--line-numbers': 'number the rules',
  '-s': 'source',
  '-d': 'destination',
  '-p': 'protocol',
  '-i': 'in interface',
  '-o': 'out interface',
  '-j': 'target',
  '-m': 'match',
};

export const iptables: Command = {
  name: 'iptables',
  summary: 'list and change packet filter and NAT rules',
  where: 'hosts',
  run(process, args) {
    const input = { type: 'iptables' as const, place: process.place, args };
    const asked = process.sim.ask(input);
    // Usage errors come before the kernel is asked; so do -V and -h.
    const answered = asked.exitCode === 2 || asked.exitCode === 3 || /^iptables v[^:]*\n/.test(asked.stdout);
    if (!process.root && !answered) {
      process.err(DENIED);
      return 4;
    }
    const result = asked.exitCode === 0 && changes(args) ? process.sim.dispatch(input) : asked;
    process.out(result.stdout);
    process.err(result.stderr);
    return result.exitCode;
  },
  complete(process, words, index) {
    const word = words[index] ?? '';
    const before = words[index - 1] ?? '';
    if (/^-\w*t$|^--table$/.test(before)) return TABLES.filter((table) => table.startsWith(word)).map((text) => ({ text }));
    if (word.startsWith('-')) return optionsFor(word);
    if (/^-\w*[LSAIDRCFZXPE]$|^--(list|append|insert|delete|flush|policy|zero|check|replace)/.test(before) || before === '-j') {
      return chainsOf(process, words)
        .filter((name) => name.startsWith(word))
        .map((text) => ({ text }));
    }
    return [];
  },
};

/** Whether a line that is right alters anything; listings are not journaled. */
function changes(args: readonly string[]): boolean {
  return args.some((word) => /^-[a-zA-Z]*[AIDRFZNXPE]/.test(word) || /^--(app|ins|del|rep|flu|zer|new|ren|pol)/.test(word));
}

function optionsFor(word: string): readonly Completion[] {
  return Object.entries(OPTIONS).flatMap(([text, hint]) => (text.startsWith(word) ? [{ text, hint }] : []));
}

function chainsOf(process: Process, words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => /^-\w*t$|^--table$/.test(word));
  const table = TABLES.find((name) => name === words[at + 1]) ?? 'filter';
  const chains = process.kernel.namespace().netfilter.tables[table]?.chains ?? {};
  return Object.keys(chains).sort();
}
