/**
 * Options of match and target modules → Match and Target objects.
 * Models the x6_parse functions of iptables 1.8.9 extensions/. Options that the real module knows and the simulation does not are
 * refused as such; all others as unknown options, by the caller.
 */
import type { CtState, Match, RejectType, Rule, Target } from './types.ts';
import { notSimulated, problem, type UsageError } from './usage.ts';

export interface Given {
  readonly value: string;
  readonly not: boolean;
}

/** What the parsers may ask about the rest of the line and the kernel. */
export interface Surroundings {
  readonly proto: Rule['proto'];
  readonly hasSet: (name: string) => boolean;
}

export interface MatchModule {
  /** Option → number of arguments. */
  readonly options: Readonly<Record<string, number>>;
  readonly aliases?: Readonly<Record<string, string>>;
  /** Options of the real module that are left out here. */
  readonly missing?: readonly string[];
  parse(given: ReadonlyMap<string, Given>, around: Surroundings): readonly Match[];
}

export interface TargetModule {
  readonly options: Readonly<Record<string, number>>;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly missing?: readonly string[];
  parse(given: ReadonlyMap<string, Given>, around: Surroundings): Target;
}

const not = (given: Given) => (given.not ? { not: true } : {});
const required = (module: string, option: string): UsageError => problem(`${module}: option "--${option}" must be specified\n`);

const PORT_NAMES: Readonly<Record<string, number>> = {
  ssh: 22,
  domain: 53,
  http: 80,
  ntp: 123,
  bgp: 179,
  https: 443,
  'http-alt': 8080,
};

function portNumber(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : PORT_NAMES[text];
  if (port === undefined || port > 65535) throw problem(`invalid port/service \`${text}' specified`);
  return port;
}

function portMatch(type: 'sport' | 'dport', given: Given): Match {
  const colon = given.value.indexOf(':');
  if (colon < 0) return { type, port: portNumber(given.value), ...not(given) };
  const port = colon === 0 ? 0 : portNumber(given.value.slice(0, colon));
  const to = colon === given.value.length - 1 ? 65535 : portNumber(given.value.slice(colon + 1));
  if (port > to) throw problem('invalid portrange (min > max)');
  return { type, port, to, ...not(given) };
}

const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ALL', 'NONE'];

/** `--tcp-flags`, of which only the pair that `--syn` stands for is simulated. */
function flags(given: Given | undefined): Given | undefined {
  if (!given) return undefined;
  const [mask = '', compared = ''] = given.value.split(' ').map((list) => list.toUpperCase().split(','));
  const bad = given.value.split(/[ ,]/).find((flag) => !TCP_FLAGS.includes(flag.toUpperCase()));
  if (bad !== undefined) throw problem(`Unknown TCP flag \`${bad}'`);
  if ([...mask].sort().join() !== 'ACK,FIN,RST,SYN' || [...compared].join() !== 'SYN')
    throw notSimulated(`--tcp-flags ${given.value}`);
  return given;
}

function ports(name: 'tcp' | 'udp', missing: readonly string[] = []): MatchModule {
  return {
    options: name === 'tcp' ? { sport: 1, dport: 1, syn: 0, 'tcp-flags': 2 } : { sport: 1, dport: 1 },
    aliases: { 'source-port': 'sport', 'destination-port': 'dport' },
    missing,
    parse(given, { proto }) {
      if (given.size > 0 && proto !== name) throw problem(`${name.toUpperCase()} match requires '-p ${name}'`);
      if (proto !== undefined && proto !== name) throw notSimulated(`-p ${proto} -m ${name}`);
      const found: Match[] = [];
      for (const type of ['sport', 'dport'] as const) {
        const option = given.get(type);
        if (option) found.push(portMatch(type, option));
      }
      const syn = given.get('syn') ?? flags(given.get('tcp-flags'));
      if (syn) found.push({ type: 'syn', ...not(syn) });
      return found.length > 0 ? found : [{ type: 'proto' }];
    },
  };
}

/** A number with an optional mask: `0x4000/0x4000`. */
function masked(module: string, option: string, text: string): { readonly value: number; readonly mask: number } {
  const [, value = '', mask] = /^(0[xX][0-9a-fA-F]+|\d+)(?:\/(0[xX][0-9a-fA-F]+|\d+))?$/.exec(text) ?? [];
  const numbers = [Number(value), mask === undefined ? 0xffffffff : Number(mask)] as const;
  if (value === '' || numbers.some((n) => n > 0xffffffff)) {
    throw problem(`${module}: bad integer value for option "--${option}", or out of range.\n`);
  }
  return { value: numbers[0], mask: numbers[1] };
}

const STATES: readonly CtState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'];

function states(text: string, bad: string): readonly CtState[] {
  const found = text.split(',').map((word) => {
    const state = STATES.find((s) => s === word.toUpperCase());
    if (!state) throw problem(`Bad ${bad} "${word}"`);
    return state;
  });
  return STATES.filter((state) => found.includes(state));
}

const ADDRESS_TYPES = 'UNSPEC UNICAST LOCAL BROADCAST ANYCAST MULTICAST BLACKHOLE UNREACHABLE PROHIBIT THROW NAT XRESOLVE'.split(
  ' ',
);
const ICMP_TYPES: Readonly<Record<string, number>> = {
  'echo-reply': 0,
  pong: 0,
  'destination-unreachable': 3,
  redirect: 5,
  'echo-request': 8,
  ping: 8,
  'time-exceeded': 11,
};

function addrtype(side: 'src' | 'dst', given: Given): Match {
  const value = given.value.toUpperCase();
  if (!ADDRESS_TYPES.includes(value)) throw problem(`addrtype: bad type "${given.value}"`);
  if (value !== 'LOCAL') throw notSimulated(`-m addrtype --${side}-type ${value}`);
  return { type: 'addrtype', side, value, ...not(given) };
}

export const MATCH_MODULES: Readonly<Record<string, MatchModule>> = {
  tcp: ports('tcp', ['tcp-option']),
  udp: ports('udp'),
  icmp: {
    options: { 'icmp-type': 1 },
    parse(given) {
      const type = given.get('icmp-type');
      if (!type) return [{ type: 'proto' }];
      if (type.not || type.value.includes('/')) throw notSimulated(`--icmp-type ${type.value}`);
      if (type.value === 'any') return [{ type: 'icmp', icmpType: 255 }];
      const icmpType = /^\d+$/.test(type.value) ? Number(type.value) : ICMP_TYPES[type.value.toLowerCase()];
      if (icmpType === undefined || icmpType > 255) throw problem(`Unknown ICMP type \`${type.value}'`);
      return [{ type: 'icmp', icmpType }];
    },
  },
  comment: {
    options: { comment: 1 },
    parse(given) {
      const text = given.get('comment');
      if (!text) throw required('comment', 'comment');
      return [{ type: 'comment', text: text.value.slice(0, 255) }];
    },
  },
  conntrack: {
    options: { ctstate: 1 },
    missing: ['ctproto', 'ctorigsrc', 'ctorigdst', 'ctreplsrc', 'ctrepldst', 'ctstatus', 'ctexpire', 'ctdir', 'ctorigdstport'],
    parse(given) {
      const state = given.get('ctstate');
      if (!state) throw problem('conntrack: At least one option is required');
      return [{ type: 'ctstate', states: states(state.value, 'ctstate'), ...not(state) }];
    },
  },
  state: {
    options: { state: 1 },
    parse(given) {
      const state = given.get('state');
      if (!state) throw problem('You must specify `--state');
      return [{ type: 'ctstate', states: states(state.value, 'state'), ...not(state), as: 'state' }];
    },
  },
  multiport: {
    options: { dports: 1, sports: 1 },
    aliases: { 'destination-ports': 'dports', 'source-ports': 'sports' },
    missing: ['ports'],
    parse(given, { proto }) {
      if (given.size > 1) throw problem('multiport: option "--source-ports" cannot be used together with "--destination-ports".\n');
      if (proto !== 'tcp' && proto !== 'udp') {
        throw problem("multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'");
      }
      const [entry] = given;
      if (!entry) throw problem('multiport expection an option');
      const [side, option] = entry as ['dports' | 'sports', Given];
      if (option.value.includes(':')) throw notSimulated('-m multiport with port ranges');
      return [{ type: 'multiport', side, ports: option.value.split(',').map(portNumber), ...not(option) }];
    },
  },
  addrtype: {
    options: { 'src-type': 1, 'dst-type': 1 },
    missing: ['limit-iface-in', 'limit-iface-out'],
    parse(given) {
      const [src, dst] = [given.get('src-type'), given.get('dst-type')];
      if (!src && !dst) throw problem('addrtype: you must specify --src-type or --dst-type');
      if (src && dst) throw notSimulated('-m addrtype with both types');
      return [src ? addrtype('src', src) : addrtype('dst', dst as Given)];
    },
  },
  mark: {
    options: { mark: 1 },
    parse(given) {
      const mark = given.get('mark');
      if (!mark) throw required('mark', 'mark');
      return [{ type: 'mark', ...masked('mark', 'mark', mark.value), ...not(mark) }];
    },
  },
  statistic: {
    options: { mode: 1, probability: 1 },
    missing: ['every', 'packet'],
    parse(given) {
      const mode = given.get('mode')?.value ?? 'random';
      if (mode === 'nth') throw notSimulated('-m statistic --mode nth');
      if (mode !== 'random') throw problem(`Bad mode "${mode}"`);
      const chance = given.get('probability');
      if (!chance) throw problem('--probability must be specified when using random mode');
      const probability = Number(chance.value);
      if (chance.not) throw notSimulated('! --probability');
      if (!(probability >= 0 && probability <= 1)) {
        throw problem('statistic: bad value for option "--probability", or out of range (0-1).\n');
      }
      return [{ type: 'statistic', probability }];
    },
  },
  set: {
    options: { 'match-set': 2 },
    missing: ['return-nomatch', 'update-counters', 'update-subcounters', 'packets-eq', 'bytes-eq'],
    parse(given, { hasSet }) {
      const option = given.get('match-set');
      if (!option) throw problem("You must specify `--match-set' with proper arguments");
      const [set = '', side = ''] = option.value.split(' ');
      if (!hasSet(set)) throw problem(`Set ${set} doesn't exist.\n`);
      if (side !== 'src' && side !== 'dst') throw notSimulated(`--match-set ${set} ${side}`);
      return [{ type: 'set', set, side, ...not(option) }];
    },
  },
  recent: {
    options: { set: 0, rcheck: 0, name: 1, seconds: 1, reap: 0, rsource: 0, mask: 1 },
    missing: ['update', 'remove', 'hitcount', 'rttl', 'rdest'],
    parse(given) {
      const action = given.has('set') ? 'set' : given.has('rcheck') ? 'rcheck' : undefined;
      if (!action) throw problem("recent: you must specify one of `--set', `--rcheck' `--update' or `--remove'");
      const seconds = given.get('seconds');
      const name = given.get('name')?.value ?? 'DEFAULT';
      return [
        {
          type: 'recent',
          name,
          action,
          ...(seconds ? { seconds: Number(seconds.value) } : {}),
          ...(given.has('reap') ? { reap: true } : {}),
        },
      ];
    },
  },
  rpfilter: {
    options: { validmark: 0, invert: 0 },
    missing: ['loose', 'accept-local'],
    parse: (given) => [
      {
        type: 'rpfilter',
        ...(given.has('validmark') ? { validmark: true } : {}),
        ...(given.has('invert') ? { invert: true } : {}),
      },
    ],
  },
};

/** Modules of the real iptables that are left out here. */
export const MISSING_MATCHES =
  'ah bpf cgroup cluster connbytes connlabel connlimit connmark cpu dccp devgroup dscp ecn esp hashlimit helper iprange ipvs length limit mac nfacct osf owner physdev pkttype policy quota rateest realm sctp socket string tcpmss time tos ttl u32'.split(
    ' ',
  );

const REJECT_TYPES =
  'icmp-net-unreachable icmp-host-unreachable icmp-proto-unreachable icmp-port-unreachable icmp-net-prohibited icmp-host-prohibited tcp-reset icmp-admin-prohibited'.split(
    ' ',
  );
const MARK_OPTIONS = ['set-xmark', 'set-mark', 'and-mark', 'or-mark', 'xor-mark'] as const;

function address(text: string, proto: Rule['proto']): string {
  const [, ip = '', port] = /^([^:]*)(?::(.*))?$/.exec(text) ?? [];
  if (ip.includes('-') || port?.includes('-')) throw notSimulated('address and port ranges in NAT');
  const valid = /^\d+(\.\d+){3}$/.test(ip) && ip.split('.').every((octet) => Number(octet) <= 255);
  if (!valid) throw problem(`Bad IP address "${ip}"`);
  if (port !== undefined) {
    if (proto !== 'tcp' && proto !== 'udp') throw problem('Need TCP, UDP, SCTP or DCCP with port specification');
    if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65535) throw problem(`Port \`${port}' not valid\n`);
  }
  return text;
}

const LEVELS: Readonly<Record<string, number>> = {
  emerg: 0,
  panic: 0,
  alert: 1,
  crit: 2,
  error: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
};

function logLevel(text: string): number {
  const level = /^[0-7]$/.test(text) ? Number(text) : LEVELS[text];
  if (level === undefined) throw problem(`log level "${text}" unknown\n`);
  return level;
}

function markTarget(given: ReadonlyMap<string, Given>): Target {
  const used = MARK_OPTIONS.filter((option) => given.has(option));
  const [option, second] = used;
  if (!option) throw problem('MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required');
  if (second) throw problem(`MARK: option "--${option}" cannot be used together with "--${second}".\n`);
  const { value, mask } = masked('MARK', option, given.get(option)?.value ?? '');
  if (option === 'and-mark') return { type: 'MARK', value: 0, mask: ~value >>> 0 };
  if (option === 'or-mark') return { type: 'MARK', value, mask: value };
  if (option === 'xor-mark') return { type: 'MARK', value, mask: 0 };
  return { type: 'MARK', value, mask: option === 'set-mark' ? (mask | value) >>> 0 : mask };
}

export const TARGET_MODULES: Readonly<Record<string, TargetModule>> = {
  REJECT: {
    options: { 'reject-with': 1 },
    parse(given) {
      const type = given.get('reject-with')?.value ?? 'icmp-port-unreachable';
      if (!REJECT_TYPES.includes(type)) throw problem(`unknown reject type "${type}"`);
      if (type === 'icmp-proto-unreachable') throw notSimulated(`--reject-with ${type}`);
      return { type: 'REJECT', with: type as RejectType };
    },
  },
  DNAT: {
    options: { 'to-destination': 1 },
    missing: ['random', 'persistent'],
    parse(given, { proto }) {
      const to = given.get('to-destination');
      if (!to) throw required('DNAT', 'to-destination');
      return { type: 'DNAT', to: address(to.value, proto) };
    },
  },
  SNAT: {
    options: { 'to-source': 1, 'random-fully': 0 },
    missing: ['random', 'persistent'],
    parse(given, { proto }) {
      const to = given.get('to-source');
      if (!to) throw required('SNAT', 'to-source');
      return { type: 'SNAT', to: address(to.value, proto), ...(given.has('random-fully') ? { randomFully: true } : {}) };
    },
  },
  MASQUERADE: {
    options: { 'random-fully': 0 },
    missing: ['random', 'to-ports'],
    parse: (given) => ({ type: 'MASQUERADE', ...(given.has('random-fully') ? { randomFully: true } : {}) }),
  },
  MARK: { options: Object.fromEntries(MARK_OPTIONS.map((option) => [option, 1])), parse: markTarget },
  LOG: {
    options: { 'log-prefix': 1, 'log-level': 1 },
    missing: ['log-tcp-sequence', 'log-tcp-options', 'log-ip-options', 'log-uid', 'log-macdecode'],
    // The kernel keeps 29 characters.
    parse(given) {
      const level = given.get('log-level');
      const number = level ? logLevel(level.value) : 4;
      return {
        type: 'LOG',
        prefix: (given.get('log-prefix')?.value ?? '').slice(0, 29),
        ...(number === 4 ? {} : { level: number }),
      };
    },
  },
  NOTRACK: { options: {}, parse: () => ({ type: 'NOTRACK' }) },
};

export const MISSING_TARGETS =
  'AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DSCP ECN HMARK IDLETIMER LED NETMAP NFLOG NFQUEUE QUEUE RATEEST REDIRECT SECMARK SET SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS TPROXY TRACE TTL ULOG'.split(
    ' ',
  );
