/**
 * The text of matches and targets: as options (`iptables-save`, `-S`) and as the listing shows them (`-L`).
 * Models the save and print functions of iptables 1.8.9 extensions/libxt_*.c. One entry per match or target type.
 */
import type { CtState, Match, Target } from './types.ts';

/** How a listing shows addresses and ports. */
export interface Naming {
  readonly numeric: boolean;
}

type MatchOf<T extends Match['type']> = Extract<Match, { type: T }>;
type TargetOf<T extends Target['type']> = Extract<Target, { type: T }>;

interface MatchText<M> {
  /** Options after `-m <name>`; with a leading space, as in all these functions. */
  save(match: M, proto: string): string;
  list(match: M, naming: Naming, proto: string): string;
}

interface TargetText<T> {
  save(target: T): string;
  /** Name in the target column; default: the type. */
  name?(target: T): string;
  list?(target: T, naming: Naming): string;
}

/** Services of Debian's /etc/services that a cluster meets, as `-L` without `-n` shows them. */
const SERVICES: Readonly<Record<number, string>> = {
  22: 'ssh',
  53: 'domain',
  80: 'http',
  123: 'ntp',
  179: 'bgp',
  443: 'https',
  8080: 'http-alt',
};
const ICMP_TYPES: Readonly<Record<number, string>> = {
  0: 'echo-reply',
  3: 'destination-unreachable',
  5: 'redirect',
  8: 'echo-request',
  11: 'time-exceeded',
  255: 'any',
};
/** Syslog's names, as a listing shows them. */
const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'];
const STATE_ORDER: readonly CtState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'];

const bang = (not: boolean | undefined) => (not ? ' !' : '');
const hex = (value: number) => `0x${(value >>> 0).toString(16)}`;
const portText = (port: number, { numeric }: Naming) => (numeric ? String(port) : (SERVICES[port] ?? String(port)));
const maskText = (value: number, mask: number) => (mask >>> 0 === 0xffffffff ? hex(value) : `${hex(value)}/${hex(mask)}`);
const statesText = (states: readonly CtState[]) => STATE_ORDER.filter((s) => states.includes(s)).join(',');

/** The kernel keeps 31 bits of it: 1/3 comes back as 0.33333333349. */
const chance = (p: number) => (Math.round(p * 0x8000_0000) / 0x8000_0000).toFixed(11);

function portOptions(side: 's' | 'd'): MatchText<MatchOf<'dport'> | MatchOf<'sport'>> {
  return {
    save: ({ port, to, not }) => `${bang(not)} --${side}port ${to === undefined ? port : `${port}:${to}`}`,
    list: ({ port, to, not }, naming) => {
      const text = to === undefined ? portText(port, naming) : `${portText(port, naming)}:${portText(to, naming)}`;
      return ` ${side}pt${to === undefined ? '' : 's'}:${not ? '!' : ''}${text}`;
    },
  };
}

export const MATCHES: { readonly [T in Match['type']]: MatchText<MatchOf<T>> } = {
  comment: { save: ({ text }) => ` --comment${quoted(text)}`, list: ({ text }) => ` /* ${text} */` },
  sport: portOptions('s'),
  dport: portOptions('d'),
  proto: { save: () => '', list: () => '' },
  syn: {
    save: ({ not }) => `${bang(not)} --tcp-flags FIN,SYN,RST,ACK SYN`,
    list: ({ not }, { numeric }) => ` flags:${not ? '!' : ''}${numeric ? '0x17/0x02' : 'FIN,SYN,RST,ACK/SYN'}`,
  },
  multiport: {
    save: ({ side, ports, not }) => `${bang(not)} --${side} ${ports.join(',')}`,
    list: ({ side, ports, not }, naming) =>
      ` multiport ${side} ${not ? ' !' : ''}${ports.map((p) => portText(p, naming)).join(',')}`,
  },
  addrtype: {
    save: ({ side, value, not }) => `${bang(not)} --${side}-type ${value}`,
    list: ({ side, value, not }) => ` ADDRTYPE match ${side}-type ${not ? '!' : ''}${value}`,
  },
  mark: {
    save: ({ value, mask, not }) => `${bang(not)} --mark ${maskText(value, mask)}`,
    list: ({ value, mask, not }) => ` mark match${bang(not)} ${maskText(value, mask)}`,
  },
  ctstate: {
    save: ({ states, not, as = 'ctstate' }) => `${bang(not)} --${as} ${statesText(states)}`,
    list: ({ states, not, as = 'ctstate' }) => `${bang(not)} ${as} ${statesText(states)}`,
  },
  statistic: {
    save: ({ probability }) => ` --mode random --probability ${chance(probability)}`,
    list: ({ probability }) => ` statistic mode random probability ${chance(probability)}`,
  },
  set: {
    save: ({ set, side, not }) => `${bang(not)} --match-set ${set} ${side}`,
    list: ({ set, side, not }) => `${bang(not)} match-set ${set} ${side}`,
  },
  icmp: {
    save: ({ icmpType }) => ` --icmp-type ${icmpType === 255 ? 'any' : icmpType}`,
    list: ({ icmpType }, { numeric }) =>
      numeric || !ICMP_TYPES[icmpType] ? ` icmptype ${icmpType}` : ` icmp ${ICMP_TYPES[icmpType]}`,
  },
  rpfilter: {
    save: ({ validmark, invert }) => `${validmark ? ' --validmark' : ''}${invert ? ' --invert' : ''}`,
    list: ({ validmark, invert }) => ` rpfilter${validmark ? ' validmark' : ''}${invert ? ' invert' : ''}`,
  },
  recent: {
    save: ({ name, action, seconds, reap }) =>
      ` --${action}${seconds ? ` --seconds ${seconds}` : ''}${reap ? ' --reap' : ''} --name ${name} --mask 255.255.255.255 --rsource`,
    list: ({ name, action, seconds, reap }) =>
      ` recent: ${action === 'set' ? 'SET' : 'CHECK'}${seconds ? ` seconds: ${seconds}` : ''}${reap ? ' reap' : ''} name: ${name} side: source mask: 255.255.255.255`,
  },
};

const plain = { save: () => '' };

export const TARGETS: { readonly [T in Target['type']]: TargetText<TargetOf<T>> } = {
  ACCEPT: plain,
  DROP: plain,
  RETURN: plain,
  NONE: { save: () => '', name: () => '' },
  jump: { save: () => '', name: ({ chain }) => chain },
  REJECT: { save: (t) => ` --reject-with ${t.with}`, list: (t) => ` reject-with ${t.with}` },
  DNAT: { save: (t) => ` --to-destination ${t.to}`, list: (t) => ` to:${t.to}` },
  SNAT: {
    save: (t) => ` --to-source ${t.to}${t.randomFully ? ' --random-fully' : ''}`,
    list: (t) => ` to:${t.to}${t.randomFully ? ' random-fully' : ''}`,
  },
  MASQUERADE: {
    save: (t) => (t.randomFully ? ' --random-fully' : ''),
    list: (t) => (t.randomFully ? ' random-fully' : ''),
  },
  MARK: {
    save: ({ value, mask }) => ` --set-xmark ${hex(value)}/${hex(mask)}`,
    list: ({ value, mask }) => {
      if (value === 0) return ` MARK and ${hex(~mask)}`;
      if (value === mask) return ` MARK or ${hex(value)}`;
      if (mask === 0) return ` MARK xor ${hex(value)}`;
      return mask >>> 0 === 0xffffffff ? ` MARK set ${hex(value)}` : ` MARK xset ${hex(value)}/${hex(mask)}`;
    },
  },
  NOTRACK: { save: () => '', list: () => ' NOTRACK' },
  LOG: {
    save: ({ prefix, level = 4 }) =>
      `${prefix ? ` --log-prefix${quoted(prefix)}` : ''}${level === 4 ? '' : ` --log-level ${level}`}`,
    list: ({ prefix, level = 4 }, { numeric }) =>
      ` LOG ${numeric ? `flags 0 level ${level}` : `level ${LEVELS[level]}`}${prefix ? ` prefix "${prefix}"` : ''}`,
  },
};

/** The module an option belongs to: `-m tcp --dport 80`. */
export function moduleOf(match: Match, proto: string): string {
  if (match.type === 'sport' || match.type === 'dport' || match.type === 'proto' || match.type === 'syn') return proto;
  return match.type === 'ctstate' ? (match.as ?? 'conntrack') : match.type;
}

/** ` --comment` argument as xtables_save_string writes it: in quotes unless it is one plain word. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_-]+$/.test(text) ? ` ${text}` : ` "${text.replace(/["\\']/g, '\\$&')}"`;
}
