/** The command line of conntrack 1.4.7 and its refusals. */
import { type Conntrack, contains, type Prefix, parsePrefix, toNumber } from '../../../engine/index.ts';

export type Verb = 'L' | 'E' | 'F' | 'D' | 'C' | 'S' | 'G' | 'V' | 'h';

export interface Request {
  readonly verb: Verb;
  readonly table: string;
  readonly extended: boolean;
  readonly id: boolean;
  /** As the options that would make the entry again. */
  readonly save: boolean;
  /** Events with the time they came. */
  readonly timed: boolean;
  /** Event types, for -E. */
  readonly events: ReadonlySet<string>;
  matches(entry: Conntrack): boolean;
}

/** All of standard error and the status. */
export interface Refusal {
  readonly text: string;
  readonly exitCode: number;
}

const PREFIX = 'conntrack v1.4.7 (conntrack-tools): ';
const HINT = "Try `conntrack -h' or 'conntrack --help' for more information.\n";
const TABLES = ['conntrack', 'expect', 'dying', 'unconfirmed'];
const LONG: Readonly<Record<string, string>> = {
  dump: 'L',
  create: 'I',
  delete: 'D',
  update: 'U',
  get: 'G',
  flush: 'F',
  event: 'E',
  count: 'C',
  stats: 'S',
  version: 'V',
  help: 'h',
  'orig-src': 's',
  src: 's',
  'orig-dst': 'd',
  dst: 'd',
  'reply-src': 'r',
  'reply-dst': 'q',
  protonum: 'p',
  proto: 'p',
  family: 'f',
  'src-nat': 'n',
  'dst-nat': 'g',
  'any-nat': 'j',
  output: 'o',
  'event-mask': 'e',
  status: 'u',
  mark: 'm',
  zero: 'z',
};
const NAMES: Readonly<Record<string, string>> = {
  s: 'orig-src',
  d: 'orig-dst',
  r: 'reply-src',
  q: 'reply-dst',
  p: 'protonum',
  f: 'family',
  n: 'src-nat',
  g: 'dst-nat',
  j: 'any-nat',
  o: 'output',
  e: 'event-mask',
  u: 'status',
  m: 'mark',
  z: 'zero',
};
const VERBS = 'LEFDCSVh';
const TAKES = 'sdrqpfoeum';
/** Their address may be left out. */
const MAY_TAKE = 'ngj';
const STATES = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'LISTEN',
];
const EVENTS = ['NEW', 'UPDATES', 'DESTROY', 'ALL'];
const STATUSES = [
  'ASSURED',
  'SEEN_REPLY',
  'FIXED_TIMEOUT',
  'EXPECTED',
  'SRC_NAT',
  'DST_NAT',
  'OFFLOAD',
  'HW_OFFLOAD',
  'UNSET',
  'UNREPLIED',
];

export const wrong = (message: string): Refusal => ({ text: `${PREFIX}${message}\n${HINT}`, exitCode: 2 });
export const say = (message: string): string => `${PREFIX}${message}\n`;

type Test = (entry: Conntrack) => boolean;

interface Draft {
  verb?: Verb;
  /** -I, -U or -G. */
  writes?: string;
  table: string;
  proto?: string;
  readonly used: Set<string>;
  readonly outputs: Set<string>;
  readonly events: Set<string>;
  readonly tests: Test[];
}

export function parseRequest(args: readonly string[]): Request | Refusal {
  const draft: Draft = { table: 'conntrack', used: new Set(), outputs: new Set(), events: new Set(), tests: [] };
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    const long = word.startsWith('--');
    const [name = '', attached] = long ? word.slice(2).split(/=(.*)/s) : [word.slice(1, 2), word.slice(2) || undefined];
    const letter = long ? LONG[name] : name;
    const known = word.startsWith('-') && (letter === undefined ? false : `${VERBS}${TAKES}ngjzIUG`.includes(letter));
    if (!known) {
      const port = portOption(word, args[i + 1], draft);
      if (!port) return word.startsWith('-') ? wrong(`unknown option \`${word}'`) : wrong(`Bad parameter \`${word}'`);
      if ('text' in port) return port;
      i++;
      continue;
    }
    let value = attached;
    const takes = `${TAKES}${MAY_TAKE}LEFDCS`.includes(letter as string);
    if (takes && value === undefined && args[i + 1] !== undefined && !args[i + 1]?.startsWith('-')) value = args[++i];
    const refusal = option(letter as string, value, draft);
    if (refusal) return refusal;
  }
  return finish(draft);
}

function option(letter: string, value: string | undefined, draft: Draft): Refusal | undefined {
  if ('IUG'.includes(letter)) {
    if (draft.verb || draft.writes) return wrong('Invalid commands combination');
    draft.writes = letter;
    return undefined;
  }
  if (VERBS.includes(letter)) {
    if (draft.verb) return wrong('Invalid commands combination');
    draft.verb = letter as Verb;
    if (value !== undefined && !TABLES.includes(value)) return wrong(`unknown type \`${value}'`);
    draft.table = value ?? 'conntrack';
    return undefined;
  }
  draft.used.add(letter);
  if (MAY_TAKE.includes(letter) && value !== undefined && !parsePrefix(value)) return wrong(`Invalid IP address \`${value}'`);
  if (TAKES.includes(letter) && value === undefined) return wrong(`option \`-${letter}' requires an argument`);
  return OPTIONS[letter]?.(value ?? '', draft);
}

const OPTIONS: Readonly<Record<string, (value: string, draft: Draft) => Refusal | undefined>> = {
  s: (value, draft) => address(value, draft, (entry) => entry.original.src),
  d: (value, draft) => address(value, draft, (entry) => entry.original.dst),
  r: (value, draft) => address(value, draft, (entry) => entry.reply.src),
  q: (value, draft) => address(value, draft, (entry) => entry.reply.dst),
  n: (_value, draft) => test(draft, isSourceNat),
  g: (_value, draft) => test(draft, isDestinationNat),
  j: (_value, draft) => test(draft, (entry) => isSourceNat(entry) || isDestinationNat(entry)),
  p(value, draft) {
    const proto = ({ '6': 'tcp', '17': 'udp', '1': 'icmp' } as Readonly<Record<string, string>>)[value] ?? value.toLowerCase();
    if (!['tcp', 'udp', 'icmp', 'sctp', 'dccp', 'gre', 'udplite', 'icmpv6'].includes(proto))
      return wrong(`\`${value}' unsupported protocol`);
    draft.proto = proto;
    return test(draft, (entry) => entry.original.proto === proto);
  },
  f: (value, draft) =>
    value === 'ipv4' ? undefined : value === 'ipv6' ? test(draft, () => false) : wrong(`\`${value}' unsupported protocol`),
  m: (value, draft) => test(draft, (entry) => entry.mark === (Number.parseInt(value, 10) || 0)),
  o(value, draft) {
    for (const each of value.split(',')) {
      if (!['extended', 'id', 'xml', 'timestamp', 'ktimestamp', 'labels', 'userspace', 'save'].includes(each))
        return wrong(`Bad parameter \`${each}'`);
      if (each === 'xml' || each === 'labels' || each === 'userspace')
        return { text: `conntrack: -o ${each}: not simulated in this lab\n`, exitCode: 1 };
      draft.outputs.add(each);
    }
    return undefined;
  },
  e(value, draft) {
    for (const each of value.split(',')) {
      if (!EVENTS.includes(each)) return wrong(`Bad parameter \`${each}'`);
      draft.events.add(each);
    }
    return undefined;
  },
  u(value, draft) {
    if (!STATUSES.includes(value)) return wrong(`Bad parameter \`${value}'`);
    if (value === 'ASSURED') return test(draft, (entry) => entry.assured);
    if (value === 'UNREPLIED') return test(draft, (entry) => !entry.replied);
    if (value === 'SEEN_REPLY') return test(draft, (entry) => entry.replied);
    if (value === 'SRC_NAT') return test(draft, isSourceNat);
    if (value === 'DST_NAT') return test(draft, isDestinationNat);
    return { text: `conntrack: -u ${value}: not simulated in this lab\n`, exitCode: 1 };
  },
};

/** Options of a protocol, known once `-p` has named it: undefined when the word is none. */
function portOption(word: string, value: string | undefined, draft: Draft): Refusal | { readonly done: true } | undefined {
  const name = word.replace(/^--/, '');
  const ports: Readonly<Record<string, (entry: Conntrack) => number>> = {
    sport: (e) => e.original.sport,
    'orig-port-src': (e) => e.original.sport,
    dport: (e) => e.original.dport,
    'orig-port-dst': (e) => e.original.dport,
    'reply-port-src': (e) => e.reply.sport,
    'reply-port-dst': (e) => e.reply.dport,
  };
  const port = Object.hasOwn(ports, name) ? ports[name] : undefined;
  if ((draft.proto === 'tcp' || draft.proto === 'udp') && port) {
    if (value === undefined) return wrong(`option \`${word}' requires an argument`);
    draft.tests.push((entry) => port(entry) === Number(value));
    return { done: true };
  }
  if (draft.proto === 'icmp' && (name === 'icmp-type' || name === 'icmp-code')) {
    if (value === undefined) return wrong(`option \`${word}' requires an argument`);
    // Every ICMP exchange of the simulation is an echo.
    draft.tests.push(() => Number(value) === (name === 'icmp-type' ? 8 : 0));
    return { done: true };
  }
  if (draft.proto === 'tcp' && name === 'state') {
    if (value === undefined || !STATES.includes(value)) return wrong(`unknown TCP state \`${value}'`);
    draft.tests.push((entry) => entry.state === value);
    return { done: true };
  }
  return undefined;
}

function address(value: string, draft: Draft, of: (entry: Conntrack) => string): Refusal | undefined {
  const prefix: Prefix | undefined = parsePrefix(value);
  if (!prefix) return wrong(`Invalid IP address \`${value}'`);
  return test(draft, (entry) => contains(prefix, toNumber(of(entry))));
}

function test(draft: Draft, condition: Test): undefined {
  draft.tests.push(condition);
  return undefined;
}

const isSourceNat: Test = ({ original, reply }) =>
  reply.dst !== original.src || (original.proto !== 'icmp' && reply.dport !== original.sport);
const isDestinationNat: Test = ({ original, reply }) =>
  reply.src !== original.dst || (original.proto !== 'icmp' && reply.sport !== original.dport);

/** The checks of a command that writes or fetches one entry; -I and -U write nothing here. */
function unwritten({ writes, used, tests }: Draft): Refusal | undefined {
  if (writes !== 'U' && !used.has('p')) return wrong("You need to supply the `--protonum' option for this command");
  if (writes === 'I') return wrong("You need to supply the `--timeout' option for this command");
  if (writes === 'G' && (!used.has('s') || !used.has('d'))) return wrong("you have to specify `--src' and `--dst'");
  if (writes === 'G') return undefined;
  return tests.length > 0 && !used.has('m')
    ? { text: say('0 flow entries have been updated.'), exitCode: 1 }
    : { text: `conntrack: -${writes}: not simulated in this lab\n`, exitCode: 1 };
}

function finish(draft: Draft): Request | Refusal {
  const refused = draft.writes === undefined ? undefined : unwritten(draft);
  if (refused) return refused;
  if (draft.writes === 'G') draft.verb = 'G';
  if (draft.used.has('z') && draft.verb === 'L' && draft.tests.length > 0) return wrong("Can't use -z with filtering parameters");
  if (draft.used.has('z') && draft.verb !== 'L') return wrong("Illegal option `--zero' with this command");
  const { verb = 'h', table, tests, outputs, events } = draft;
  if ('FCS'.includes(verb)) {
    const [first] = draft.used;
    if (first) return wrong(`Illegal option \`--${NAMES[first]}' with this command`);
  }
  return {
    verb,
    table,
    extended: outputs.has('extended'),
    id: outputs.has('id'),
    save: outputs.has('save'),
    timed: outputs.has('timestamp'),
    events,
    matches: (entry) => tests.every((t) => t(entry)),
  };
}
