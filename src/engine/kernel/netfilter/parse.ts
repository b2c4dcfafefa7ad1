/**
 * An iptables command line → what it asks for.
 * Models do_parse() of iptables 1.8.9 iptables/xshared.c: short and long options (abbreviated too), `!`, options of loaded modules,
 * its error texts. command-line.ts makes the command of it. Throws UsageError, which its callers turn into output. Leaves out IPv6 and fragments.
 */
import { type CommandLine, commandLineOf, type Draft, type Operation } from './command-line.ts';
import { MATCH_MODULES, type MatchModule, MISSING_MATCHES, MISSING_TARGETS, TARGET_MODULES } from './parse-extensions.ts';
import { BUILT_IN, VERSION } from './print.ts';
import type { Rule, TableName } from './types.ts';
import { badArgument, notSimulated, problem, UsageError } from './usage.ts';
import { checkName, link, optional, prefixes, rowNumber, take, type Words } from './words.ts';

const LONG: Readonly<Record<string, string>> = {
  append: 'A',
  check: 'C',
  delete: 'D',
  insert: 'I',
  replace: 'R',
  list: 'L',
  'list-rules': 'S',
  flush: 'F',
  zero: 'Z',
  'new-chain': 'N',
  'delete-chain': 'X',
  'rename-chain': 'E',
  policy: 'P',
  source: 's',
  src: 's',
  destination: 'd',
  dst: 'd',
  protocol: 'p',
  'in-interface': 'i',
  'out-interface': 'o',
  jump: 'j',
  goto: 'g',
  table: 't',
  match: 'm',
  numeric: 'n',
  verbose: 'v',
  wait: 'w',
  'wait-interval': 'W',
  exact: 'x',
  version: 'V',
  help: 'h',
  'line-numbers': '0',
  fragments: 'f',
  modprobe: 'M',
  'set-counters': 'c',
  ipv4: '4',
  ipv6: '6',
};
const COMMANDS = 'ACDIRLSFZNXEP';
const NEEDS_ARGUMENT = 'ACDIRNEPsdpijogtmMc';
/** These take the rest of their own word, or the next word when that is no option. */
const OPTIONAL_ARGUMENT = 'LSFZXwW';
const ONCE = 'sdpjiogtxn0vc';
const PROTOCOLS: Readonly<Record<string, Rule['proto'] | ''>> = {
  all: '',
  '0': '',
  tcp: 'tcp',
  '6': 'tcp',
  udp: 'udp',
  '17': 'udp',
  icmp: 'icmp',
  '1': 'icmp',
  ipencap: 'ipencap',
  '4': 'ipencap',
};
const OTHER_PROTOCOLS = 'sctp udplite dccp esp ah gre igmp ipv6-icmp icmpv6 mh'.split(' ');

/** @throws UsageError */
export function parseCommandLine(args: readonly string[], hasSet: (name: string) => boolean): CommandLine {
  const draft: Draft = {
    table: 'filter',
    zero: false,
    flags: new Set(),
    src: [],
    dst: [],
    goto: false,
    modules: [],
    targetOptions: new Map(),
  };
  const words: Words = { args, at: 0 };
  let invert = false;
  while (words.at < args.length) {
    const word = args[words.at++] as string;
    if (word === '!') {
      if (invert) throw problem('multiple consecutive ! not allowed');
      invert = true;
      continue;
    }
    if (word.startsWith('--') && word.length > 2) longOption(word, draft, words, invert);
    else if (word.startsWith('-') && word.length > 1) shortOptions(word, draft, words, invert);
    else throw badArgument(word);
    invert = false;
  }
  return commandLineOf(draft, hasSet);
}

function longOption(word: string, draft: Draft, words: Words, invert: boolean): void {
  const equals = word.indexOf('=');
  const name = word.slice(2, equals < 0 ? undefined : equals);
  const attached = equals < 0 ? undefined : word.slice(equals + 1);
  const letters = new Set(
    Object.hasOwn(LONG, name) ? [LONG[name]] : Object.keys(LONG).flatMap((l) => (l.startsWith(name) ? [LONG[l]] : [])),
  );
  if (!moduleKnows(name, draft) && letters.size === 1) {
    const [letter] = letters as Set<string>;
    if (attached !== undefined && !NEEDS_ARGUMENT.includes(letter as string)) throw unknown(word);
    option(letter as string, `--${name}`, draft, words, invert, attached);
  } else {
    extensionOption(name, word, draft, words, invert, attached);
  }
}

function shortOptions(word: string, draft: Draft, words: Words, invert: boolean): void {
  for (let i = 1; i < word.length; i++) {
    const letter = word[i] as string;
    if (!`${COMMANDS}sdpijogtmMcnvwWxVh0f46`.includes(letter) || letter === '0')
      throw unknown(word.length > 2 ? word : `-${letter}`);
    const rest = word.slice(i + 1);
    const takes = NEEDS_ARGUMENT.includes(letter) || OPTIONAL_ARGUMENT.includes(letter);
    option(letter, `-${letter}`, draft, words, invert, takes && rest !== '' ? rest : undefined);
    if (takes) return;
  }
}

const unknown = (word: string) => problem(`unknown option "${word}"`);

function option(letter: string, name: string, draft: Draft, words: Words, invert: boolean, attached?: string): void {
  if (COMMANDS.includes(letter)) {
    command(letter as Operation, draft, words, name, attached);
    return;
  }
  if (letter === 'V' || letter === 'h') draft.operation = letter;
  if (ONCE.includes(letter) && letter !== 'v' && draft.flags.has(letter === 'g' ? 'j' : letter)) {
    throw problem(`multiple -${letter === 'g' ? 'j' : letter} flags not allowed`);
  }
  draft.flags.add(letter === 'g' ? 'j' : letter);
  const handler = OPTIONS[letter];
  if (handler) handler(draft, words, { name, invert, attached });
  else if (invert) throw problem(`unexpected ! flag before ${name}`);
}

interface OptionWord {
  readonly name: string;
  readonly invert: boolean;
  readonly attached?: string;
}

const OPTIONS: Readonly<Record<string, (draft: Draft, words: Words, option: OptionWord) => void>> = {
  t(draft, words, { name, attached }) {
    const table = take(words, name, attached);
    if (!Object.hasOwn(BUILT_IN, table)) {
      if (table === 'security') throw notSimulated('-t security');
      const text = `iptables v${VERSION}: table '${table}' does not exist\nPerhaps iptables or your kernel needs to be upgraded.\n`;
      throw new UsageError(text, 3);
    }
    draft.table = table as TableName;
  },
  s(draft, words, { name, attached, invert }) {
    draft.src = prefixes(take(words, name, attached), invert);
  },
  d(draft, words, { name, attached, invert }) {
    draft.dst = prefixes(take(words, name, attached), invert);
  },
  i(draft, words, { name, attached, invert }) {
    draft.in = link(take(words, name, attached), invert);
  },
  o(draft, words, { name, attached, invert }) {
    draft.out = link(take(words, name, attached), invert);
  },
  p(draft, words, { name, attached, invert }) {
    const text = take(words, name, attached).toLowerCase();
    if (!Object.hasOwn(PROTOCOLS, text)) {
      if (OTHER_PROTOCOLS.includes(text) || (/^\d+$/.test(text) && Number(text) < 256)) throw notSimulated(`-p ${text}`);
      throw problem(`unknown protocol "${text}" specified`);
    }
    if (invert && PROTOCOLS[text] === '') throw problem('rule would never match protocol');
    draft.proto = PROTOCOLS[text] || undefined;
    draft.protoNot = invert;
  },
  j(draft, words, { name, attached }) {
    draft.target = take(words, name, attached);
    if (MISSING_TARGETS.includes(draft.target)) throw notSimulated(`-j ${draft.target}`);
  },
  g(draft, words, { name, attached }) {
    draft.target = take(words, name, attached);
    draft.goto = true;
  },
  m(draft, words, { name, attached }) {
    load(draft, take(words, name, attached));
  },
  c(draft, words, { name, attached }) {
    const [packets, bytes] = [take(words, name, attached), words.args[words.at++]];
    if (bytes === undefined) throw problem('-c requires packet and byte counter');
    if (!/^\d+$/.test(packets)) throw problem('-c packet counter not numeric');
    if (!/^\d+$/.test(bytes)) throw problem('-c byte counter not numeric');
    draft.counters = [Number(packets), Number(bytes)];
  },
  w(_draft, words, { attached }) {
    const next = attached ?? words.args[words.at];
    if (attached === undefined && next !== undefined && /^\d+$/.test(next)) words.at++;
  },
  M(_draft, words, { name, attached }) {
    take(words, name, attached);
  },
  f() {
    throw notSimulated('-f');
  },
  6() {
    throw new UsageError("Try `iptables -h' or 'iptables --help' for more information.\n", 2);
  },
};

function command(operation: Operation, draft: Draft, words: Words, name: string, attached?: string): void {
  const before = draft.operation;
  if (before && ((before === 'L' && operation === 'Z') || (before === 'Z' && operation === 'L'))) {
    draft.zero = true;
    draft.operation = 'L';
    draft.chain ??= optional(words, attached);
    return;
  }
  if (before) throw problem(`Cannot use -${operation} with -${before}`);
  draft.operation = operation;
  if ('LSFZX'.includes(operation)) draft.chain = optional(words, attached);
  else draft.chain = take(words, name, attached);
  if (draft.chain !== undefined && 'AINE'.includes(operation)) checkName(draft.chain);
  if (operation === 'R') draft.number = rowNumber(take(words, name));
  else if (operation === 'E' || operation === 'P') draft.argument = secondOf(operation, words);
  else if ('LSZ'.includes(operation) && draft.chain !== undefined) draft.number = optionalRow(words);
  else if (operation === 'I' || (operation === 'D' && /^\d/.test(words.args[words.at] ?? ''))) draft.number = optionalRow(words);
}

function secondOf(operation: 'E' | 'P', words: Words): string {
  const second = optional(words);
  if (second === undefined) {
    throw problem(operation === 'E' ? '-E requires old-chain-name and new-chain-name' : '-P requires a chain and a policy');
  }
  if (operation === 'E') checkName(second);
  return second;
}

function optionalRow(words: Words): number | undefined {
  const text = optional(words);
  return text === undefined ? undefined : rowNumber(text);
}

function load(draft: Draft, name: string): void {
  const module = Object.hasOwn(MATCH_MODULES, name) ? MATCH_MODULES[name] : undefined;
  if (!module) {
    if (MISSING_MATCHES.includes(name)) throw notSimulated(`-m ${name}`);
    throw problem(`Couldn't load match \`${name}':No such file or directory\n`);
  }
  draft.modules.push({ name, module, given: new Map() });
}

/** Longest known option that the word stands for: its full name or the only one it abbreviates. */
function resolve(
  word: string,
  options: Readonly<Record<string, number>>,
  aliases: Readonly<Record<string, string>> = {},
): string | undefined {
  if (Object.hasOwn(options, word)) return word;
  if (Object.hasOwn(aliases, word)) return aliases[word];
  const found = new Set([
    ...Object.keys(options).filter((name) => name.startsWith(word)),
    ...Object.entries(aliases).flatMap(([name, full]) => (name.startsWith(word) ? [full] : [])),
  ]);
  return found.size === 1 ? [...found][0] : undefined;
}

function moduleKnows(name: string, draft: Draft): boolean {
  const knows = (module: MatchModule) => Object.hasOwn(module.options, name) || Object.hasOwn(module.aliases ?? {}, name);
  return draft.modules.some(({ module }) => knows(module));
}

function extensionOption(name: string, word: string, draft: Draft, words: Words, invert: boolean, attached?: string): void {
  const target =
    draft.target !== undefined && Object.hasOwn(TARGET_MODULES, draft.target) ? TARGET_MODULES[draft.target] : undefined;
  if (target?.missing?.includes(name)) throw notSimulated(`-j ${draft.target} --${name}`);
  const ofTarget = target && resolve(name, target.options, target.aliases);
  if (target && ofTarget) {
    if (draft.targetOptions.has(ofTarget)) throw problem(`${draft.target}: option "--${ofTarget}" can only be used once.\n`);
    draft.targetOptions.set(ofTarget, { value: values(words, word, target.options[ofTarget] as number, attached), not: invert });
    return;
  }
  // A port or ICMP option loads its protocol's module by itself.
  const own = draft.proto && Object.hasOwn(MATCH_MODULES, draft.proto) ? MATCH_MODULES[draft.proto] : undefined;
  const loaded = [...draft.modules].reverse();
  const found = loaded.find(({ module }) => resolve(name, module.options, module.aliases));
  if (
    !found &&
    own &&
    !loaded.some(({ module }) => module === own) &&
    (resolve(name, own.options, own.aliases) || own.missing?.includes(name))
  ) {
    load(draft, draft.proto as string);
    extensionOption(name, word, draft, words, invert, attached);
    return;
  }
  if (!found) {
    const missing = loaded.find(({ module }) => module.missing?.includes(name));
    throw missing ? notSimulated(`-m ${missing.name} --${name}`) : unknown(word);
  }
  const full = resolve(name, found.module.options, found.module.aliases) as string;
  if (found.given.has(full)) throw problem(`${found.name}: option "--${full}" can only be used once.\n`);
  found.given.set(full, { value: values(words, word, found.module.options[full] as number, attached), not: invert });
}

function values(words: Words, name: string, count: number, attached?: string): string {
  if (count === 0) return '';
  const first = take(words, name, attached);
  if (count === 1) return first;
  const second = words.args[words.at];
  if (second === undefined || second.startsWith('-')) throw problem(`${name} requires two args.`);
  words.at++;
  return `${first} ${second}`;
}
