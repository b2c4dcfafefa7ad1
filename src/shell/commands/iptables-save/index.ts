/** iptables-save: the tables as text that iptables-restore reads. Models iptables-save 1.8.9 (nf_tables). */
import { NETFILTER_TABLES, saveText } from '../../../engine/index.ts';
import type { Command } from '../../command.ts';

const VERSION = 'iptables-save v1.8.9 (nf_tables)';

interface Request {
  readonly counters: boolean;
  readonly table?: string;
  readonly file?: string;
  readonly version: boolean;
  /** Standard error of a wrong line. */
  readonly error?: string;
}

export const iptablesSave: Command = {
  name: 'iptables-save',
  summary: 'print the packet filter and NAT rules as text',
  where: 'hosts',
  run(process, args) {
    const request = parse(args);
    if (request.error !== undefined) {
      process.err(request.error);
      return 1;
    }
    if (request.version) {
      process.out(`${VERSION}\n`);
      return 0;
    }
    if (!process.root) {
      process.err(`${VERSION}: Could not fetch rule set generation id: Permission denied (you must be root)\n`);
      return 4;
    }
    const table = NETFILTER_TABLES.find((name) => name === request.table);
    if (request.table !== undefined && !table) {
      process.err(`Table \`${request.table}' does not exist\n`);
      return 1;
    }
    const { netfilter } = process.kernel.namespace();
    const text = saveText(netfilter, process.now(), { counters: request.counters, ...(table ? { table } : {}) });
    if (request.file === undefined) {
      process.out(text);
      return 0;
    }
    const error = process.files.write(request.file, text);
    if (error) process.err(`Failed to open file: ${error}\n`);
    return error ? 1 : 0;
  },
  complete(_process, words, index) {
    const word = words[index] ?? '';
    const candidates = words[index - 1] === '-t' ? NETFILTER_TABLES : ['-c', '-t', '-f', '-V'];
    return candidates.filter((text) => text.startsWith(word)).map((text) => ({ text }));
  },
};

const LONG: Readonly<Record<string, string>> = {
  counters: 'c',
  table: 't',
  file: 'f',
  version: 'V',
  modprobe: 'M',
  dump: 'd',
  ipv4: '4',
  ipv6: '6',
};
const MANUAL = "Look at manual page `iptables-save.8' for more information.\n";

function parse(args: readonly string[]): Request {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const plain: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    if (!word.startsWith('-') || word === '-') {
      plain.push(word);
      continue;
    }
    const long = word.startsWith('--');
    const [name = '', attached] = long ? word.slice(2).split(/=(.*)/s) : [word[1] ?? '', word.slice(2) || undefined];
    const letter = long ? LONG[name] : name;
    if (letter === undefined) return wrong(`unrecognized option '${word}'`);
    if (!'ctfVMdb46'.includes(letter)) return wrong(`invalid option -- '${letter}'`);
    if (!'tfM'.includes(letter)) flags.add(letter);
    else {
      const value = attached ?? args[++i];
      if (value === undefined) return wrong(`option requires an argument -- '${letter}'`);
      values.set(letter, value);
    }
  }
  if (plain.length > 0) return { counters: false, version: false, error: 'Unknown arguments found on commandline\n' };
  return { counters: flags.has('c'), version: flags.has('V'), table: values.get('t'), file: values.get('f') };
}

function wrong(what: string): Request {
  return { counters: false, version: false, error: `iptables-save: ${what}\n${MANUAL}` };
}
