/**
 * The ipset command on a namespace's sets: create, add, del, test, destroy, list, save, flush, rename, swap.
 * Models ipset 7.17 for sets of type hash:ip and hash:net. Members are kept and shown in address order (`-s`), where the kernel's
 * hash has its own. Other set types, timeouts and counters are left out. Pure.
 */
import { comparePrefixes, contains, formatPrefix, masked, type Prefix, parseAddress, toPrefix } from '../../net/address.ts';
import { hash32 } from '../../net/random.ts';
import type { IpSet, Netfilter } from './types.ts';

export interface IpsetAnswer {
  readonly netfilter: Netfilter;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

class Refusal extends Error {
  readonly text: string;
  readonly exitCode: number;
  constructor(text: string, exitCode = 1) {
    super(text);
    this.text = text;
    this.exitCode = exitCode;
  }
}

type Sets = Readonly<Record<string, IpSet>>;

interface Line {
  readonly command: string;
  readonly words: readonly string[];
  readonly names: boolean;
  readonly terse: boolean;
  readonly quiet: boolean;
  readonly exist: boolean;
  readonly output: string;
}

interface Done {
  readonly sets?: Sets;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

/** Command → how many words it must and may have. */
const COMMANDS: Readonly<Record<string, readonly [need: number, most: number]>> = {
  create: [2, 99],
  add: [2, 99],
  del: [2, 99],
  test: [2, 99],
  destroy: [0, 1],
  list: [0, 1],
  save: [0, 1],
  flush: [0, 1],
  rename: [2, 2],
  swap: [2, 2],
  version: [0, 99],
  help: [0, 1],
  restore: [0, 0],
};
const LETTERS: Readonly<Record<string, string>> = {
  '-N': 'create',
  '--create': 'create',
  n: 'create',
  '-A': 'add',
  '--add': 'add',
  '-D': 'del',
  '--del': 'del',
  '-T': 'test',
  '--test': 'test',
  '-X': 'destroy',
  '--destroy': 'destroy',
  x: 'destroy',
  '-L': 'list',
  '--list': 'list',
  '-S': 'save',
  '--save': 'save',
  '-F': 'flush',
  '--flush': 'flush',
  '-E': 'rename',
  '--rename': 'rename',
  '-W': 'swap',
  '--swap': 'swap',
  '-v': 'version',
  '--version': 'version',
  '-V': 'version',
  '-h': 'help',
  '--help': 'help',
  '-R': 'restore',
  '--restore': 'restore',
};
const TYPES =
  'hash:mac hash:ip,mac hash:net,iface hash:net,port hash:net,port,net hash:net,net hash:ip,port,net hash:ip,port,ip hash:ip,mark hash:ip,port bitmap:port bitmap:ip,mac bitmap:ip list:set'.split(
    ' ',
  );
const REVISIONS: Readonly<Record<string, number>> = { 'hash:ip': 6, 'hash:net': 7, 'hash:ip,port': 7 };
const MEMORY: Readonly<Record<string, readonly [empty: number, each: number]>> = {
  'hash:ip': [200, 48],
  'hash:net': [456, 48],
  'hash:ip,port': [200, 64],
};

/** @param seed of the sets' hash, which the listing shows */
export function runIpset(netfilter: Netfilter, args: readonly string[], seed: string): IpsetAnswer {
  let quiet = false;
  try {
    const line = parse(args);
    quiet = line.quiet;
    const run = RUN[line.command];
    if (!run) throw new Refusal(`ipset: ${line.command}: not simulated in this lab\n`);
    const { sets = netfilter.ipsets, stdout = '', stderr = '', exitCode = 0 } = run(line, netfilter, seed);
    const next = sets === netfilter.ipsets ? netfilter : { ...netfilter, ipsets: sets };
    return { netfilter: next, stdout, stderr: quiet ? '' : stderr, exitCode };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { netfilter, stdout: '', stderr: quiet ? '' : error.text, exitCode: error.exitCode };
  }
}

const failed = (message: string) => new Refusal(`ipset v7.17: ${message}\n`);
const usage = (message: string) => new Refusal(`ipset v7.17: ${message}\nTry \`ipset help' for more information.\n`, 2);
const ALREADY_ADDED = "Element cannot be added to the set: it's already added";
const missing = () => failed('The set with the given name does not exist');

function parse(args: readonly string[]): Line {
  const words: string[] = [];
  const flags = new Set<string>();
  let command: string | undefined;
  let output = 'plain';
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    if (['-n', '-t', '-q', '-s', '-r', '-exist', '-!', '-name', '-terse', '-quiet', '-sorted', '-resolve'].includes(word))
      flags.add(word.slice(0, 2));
    else if (word === '-o' || word === '-output') output = mode(args[++i]);
    else if (command === undefined) {
      command = Object.hasOwn(COMMANDS, word) ? word : LETTERS[word];
      if (command === undefined) throw usage(`No command specified: unknown argument ${word}`);
    } else words.push(word);
  }
  if (command === undefined) throw usage('No command specified.');
  const [need, most] = COMMANDS[command] as readonly [number, number];
  if (words.length < need) {
    throw usage(`Missing ${words.length === 1 ? 'second ' : ''}mandatory argument to command ${command}`);
  }
  if (words.length > most) throw usage(`Unknown argument ${words[most]}`);
  const exist = flags.has('-e') || flags.has('-!');
  return { command, words, names: flags.has('-n'), terse: flags.has('-t'), quiet: flags.has('-q'), exist, output };
}

function mode(word: string | undefined): string {
  if (word === undefined) throw usage('Missing mandatory argument to option -output');
  if (word === 'xml') throw new Refusal('ipset: -o xml: not simulated in this lab\n');
  if (word !== 'plain' && word !== 'save') throw failed(`Syntax error: unknown output mode '${word}'`);
  return word;
}

const RUN: Readonly<Record<string, (line: Line, netfilter: Netfilter, seed: string) => Done>> = {
  version: () => ({ stdout: 'ipset v7.17, protocol version: 7\n' }),
  list(line, netfilter, seed) {
    const shown = selected(netfilter.ipsets, line.words[0]);
    if (line.names) return { stdout: shown.map(({ name }) => `${name}\n`).join('') };
    if (line.output === 'save') return { stdout: shown.map((set) => saved(set, seed)).join('') };
    return { stdout: shown.map((set) => listed(set, netfilter, seed, line.terse)).join('\n') };
  },
  save: ({ words }, { ipsets }, seed) => ({
    stdout: selected(ipsets, words[0])
      .map((set) => saved(set, seed))
      .join(''),
  }),
  create({ words: [name = '', type = '', ...options], exist }, { ipsets }) {
    if (name.length > 31) throw failed(`Syntax error: setname '${name}' is longer than 31 characters`);
    if (TYPES.includes(type)) throw new Refusal(`ipset: ${type}: not simulated in this lab\n`);
    if (type !== 'hash:ip' && type !== 'hash:net') throw failed(`Syntax error: typename '${type}' is unknown`);
    const maxelem = createOptions(options);
    if (Object.hasOwn(ipsets, name)) {
      if (exist) return {};
      throw failed('Set cannot be created: set with the same name already exists');
    }
    return { sets: { ...ipsets, [name]: { name, type, members: [], ...(maxelem ? { maxelem } : {}) } } };
  },
  add({ words: [name, element = ''], exist }, { ipsets }) {
    const set = find(ipsets, name);
    const whole = elements(set, element);
    const known = new Set(set.members);
    // A range is added element by element until one is there already.
    const stop = exist ? -1 : whole.findIndex((each) => known.has(each));
    const fresh = (stop < 0 ? whole : whole.slice(0, stop)).filter((each) => !known.has(each));
    if (stop === 0) throw failed(ALREADY_ADDED);
    const members = [...set.members, ...fresh].sort((a, b) => comparePrefixes(toPrefix(a), toPrefix(b)));
    if (members.length > (set.maxelem ?? 65536)) throw failed('Hash is full, cannot add more elements');
    const sets = { ...ipsets, [set.name]: { ...set, members } };
    return stop < 0 ? { sets } : { sets, stderr: failed(ALREADY_ADDED).text, exitCode: 1 };
  },
  del({ words: [name, element = ''], exist }, { ipsets }) {
    const set = find(ipsets, name);
    const gone = elements(set, element).filter((each) => set.members.includes(each));
    if (gone.length === 0) {
      if (exist) return {};
      throw failed("Element cannot be deleted from the set: it's not added");
    }
    return { sets: { ...ipsets, [set.name]: { ...set, members: set.members.filter((member) => !gone.includes(member)) } } };
  },
  test({ words: [name, element = ''] }, { ipsets }) {
    const set = find(ipsets, name);
    const wanted = parsePrefixOf(element);
    const holds = set.members.some((member) => {
      const prefix = toPrefix(member);
      return wanted.length === 32 ? contains(prefix, wanted.address) : member === formatPrefix(wanted);
    });
    return holds
      ? { stderr: `Warning: ${element} is in set ${set.name}.\n` }
      : { stderr: `${element} is NOT in set ${set.name}.\n`, exitCode: 1 };
  },
  flush: ({ words: [only] }, { ipsets }) => ({
    sets: { ...ipsets, ...Object.fromEntries(selected(ipsets, only).map((set) => [set.name, { ...set, members: [] }])) },
  }),
  destroy({ words: [only], exist }, netfilter) {
    if (only !== undefined && exist && !Object.hasOwn(netfilter.ipsets, only)) return {};
    const gone = selected(netfilter.ipsets, only);
    for (const set of gone) {
      if (references(netfilter, set.name) > 0) throw failed('Set cannot be destroyed: it is in use by a kernel component');
    }
    return {
      sets: Object.fromEntries(Object.entries(netfilter.ipsets).filter(([name]) => !gone.some((set) => set.name === name))),
    };
  },
  rename({ words: [from, to = ''] }, { ipsets }) {
    const set = find(ipsets, from);
    if (Object.hasOwn(ipsets, to)) throw failed('Set cannot be renamed: a set with the new name already exists');
    return {
      sets: Object.fromEntries(
        Object.entries(ipsets).map(([name, each]) => (each === set ? [to, { ...set, name: to }] : [name, each])),
      ),
    };
  },
  swap({ words: [a, b = ''] }, { ipsets }) {
    const first = find(ipsets, a);
    const second = Object.hasOwn(ipsets, b) ? ipsets[b] : undefined;
    if (!second) throw failed('Sets cannot be swapped: the second set does not exist');
    if (first.type !== second.type) throw failed('The sets cannot be swapped: their type does not match');
    return { sets: { ...ipsets, [first.name]: { ...second, name: first.name }, [second.name]: { ...first, name: second.name } } };
  },
};

const CREATE_OPTIONS = [
  'family',
  'hashsize',
  'timeout',
  'netmask',
  'counters',
  'comment',
  'skbinfo',
  'forceadd',
  'bucketsize',
  'initval',
];

function createOptions(options: readonly string[]): number | undefined {
  let maxelem: number | undefined;
  for (let i = 0; i < options.length; i += 2) {
    const [option = '', value] = [options[i], options[i + 1]];
    if (option === 'maxelem') maxelem = Number(value);
    else if (!CREATE_OPTIONS.includes(option)) throw usage(`Unknown argument: \`${option}'`);
    else if (!(option === 'family' && value === 'inet') && option !== 'hashsize')
      throw new Refusal(`ipset: ${option}: not simulated in this lab\n`);
  }
  return maxelem;
}

function find(sets: Sets, name: string | undefined): IpSet {
  const set = name !== undefined && Object.hasOwn(sets, name) ? sets[name] : undefined;
  if (!set) throw missing();
  return set;
}

function selected(sets: Sets, only: string | undefined): readonly IpSet[] {
  return only === undefined ? Object.values(sets) : [find(sets, only)];
}

function parsePrefixOf(text: string): Prefix {
  const [ip = '', length] = text.split('/');
  const address = parseAddress(ip);
  if (address === undefined) throw failed(`Syntax error: cannot parse ${ip}: resolving to IPv4 address failed`);
  if (length !== undefined && !(/^\d+$/.test(length) && Number(length) <= 32))
    throw failed(`Syntax error: '${length}' is out of range 0-32`);
  const bits = length === undefined ? 32 : Number(length);
  return { address: masked(address, bits), length: bits };
}

/** What an element stands for in a set of this type: a network, or each address of it. */
function elements(set: IpSet, text: string): readonly string[] {
  const prefix = parsePrefixOf(text);
  if (set.type === 'hash:net') {
    if (prefix.length === 0) throw failed('The value of the CIDR parameter of the IP address is invalid');
    return [shown(prefix)];
  }
  if (prefix.length < 16) throw failed('Hash is full, cannot add more elements');
  return Array.from({ length: 2 ** (32 - prefix.length) }, (_, i) => shown({ address: prefix.address + i, length: 32 }));
}

const shown = (prefix: Prefix) => formatPrefix(prefix).replace(/\/32$/, '');

function header({ name, maxelem = 65536 }: IpSet, seed: string): string {
  return `family inet hashsize 1024 maxelem ${maxelem} bucketsize 12 initval 0x${hash32('ipset', seed, name).toString(16).padStart(8, '0')}`;
}

function listed(set: IpSet, netfilter: Netfilter, seed: string, terse: boolean): string {
  const [empty, each] = MEMORY[set.type] ?? [0, 0];
  const text = `Name: ${set.name}
Type: ${set.type}
Revision: ${REVISIONS[set.type]}
Header: ${header(set, seed)}
Size in memory: ${empty + each * set.members.length}
References: ${references(netfilter, set.name)}
Number of entries: ${set.members.length}
`;
  return terse ? text : `${text}Members:\n${set.members.map((member) => `${member}\n`).join('')}`;
}

function saved(set: IpSet, seed: string): string {
  return `create ${set.name} ${set.type} ${header(set, seed)}\n${set.members.map((member) => `add ${set.name} ${member}\n`).join('')}`;
}

function references({ tables }: Netfilter, name: string): number {
  let count = 0;
  for (const table of Object.values(tables)) {
    for (const chain of Object.values(table.chains)) {
      for (const { matches } of chain.rules) for (const match of matches) if (match.type === 'set' && match.set === name) count++;
    }
  }
  return count;
}
