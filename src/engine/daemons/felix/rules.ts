/**
 * Felix's rules: each is written once in Felix's own words, from which come both the kernel's rule and the hash in its comment.
 *
 * Models projectcalico/calico v3.30 felix/iptables (match_builder.go, actions.go, renderer.go) and felix/generictables/rules.go
 * (RuleHashes): a rule's hash takes in the chain's name and every rule above it, so `cali:wUHhoiAYhphO9Mso` here is the one a
 * real node shows.
 */
import type { Chain, CtState, Inverted, Match, Prefixed, Rule, Target } from '../../kernel/netfilter/types.ts';
import { base64url, sha224, sha256 } from '../../net/sha256.ts';
import type { Ref } from '../../world.ts';

/** A piece of a rule's match: Felix's words for it, and what it is to the kernel. */
interface Piece {
  readonly text: string;
  readonly src?: Prefixed;
  readonly dst?: Prefixed;
  readonly in?: Inverted;
  readonly out?: Inverted;
  readonly proto?: Rule['proto'];
  readonly match?: Match;
}

interface Action {
  readonly text: string;
  readonly target: Target;
}

export interface Draft {
  readonly pieces: readonly Piece[];
  readonly action?: Action;
  readonly comments: readonly string[];
  readonly ref?: Ref;
}

/** Felix's bits of the packet mark (default IptablesMarkMask 0xffff0000, bits handed out from the lowest). */
export const MARK = { accept: 0x10000, pass: 0x20000, scratch0: 0x40000, scratch1: 0x80000 } as const;
export const ALL_MARKS = 0xf0000;
const encoder = new TextEncoder();
/** Longest name of an iptables chain. */
const MAX_CHAIN_NAME = 28;

const UNSAFE = /[^\w @%+=:,./-]/;

const hex = (value: number) => (value === 0 ? '0' : `0x${value.toString(16)}`);

export function rule(pieces: readonly Piece[], action?: Action, ...comments: readonly string[]): Draft {
  return { pieces, action, comments: comments.map(plain) };
}

export const fromLink = (name: string): Piece => ({ text: `--in-interface ${name}`, in: { name } });
export const toLink = (name: string): Piece => ({ text: `--out-interface ${name}`, out: { name } });
export const protocol = (proto: 'tcp' | 'udp', text: string = proto): Piece => ({ text: `-p ${text}`, proto });
export const ipInIp: Piece = { text: '-p 4', proto: 'ipencap' };
export const fromNet = (cidr: string): Piece => ({ text: `--source ${cidr}`, src: { prefix: withLength(cidr) } });
export const toNet = (cidr: string): Piece => ({ text: `--destination ${cidr}`, dst: { prefix: withLength(cidr) } });
export const rpfFailed: Piece = {
  text: '-m rpfilter --invert --validmark',
  match: { type: 'rpfilter', validmark: true, invert: true },
};

export function toPorts(...ports: readonly number[]): Piece {
  return { text: `-m multiport --destination-ports ${ports.join(',')}`, match: { type: 'multiport', side: 'dports', ports } };
}

export function inSet(set: string, side: 'src' | 'dst', not = false): Piece {
  return {
    text: `-m set ${not ? '! ' : ''}--match-set ${set} ${side}`,
    match: { type: 'set', set, side, ...(not ? { not } : {}) },
  };
}

export function marked(value: number, mask = value): Piece {
  return { text: `-m mark --mark ${hex(value)}/${hex(mask)}`, match: { type: 'mark', value, mask } };
}

export function unmarked(mask: number): Piece {
  return marked(0, mask);
}

export function state(states: string, not = false): Piece {
  const match: Match = { type: 'ctstate', states: states.split(',') as CtState[], ...(not ? { not } : {}) };
  return { text: `-m conntrack ${not ? '! ' : ''}--ctstate ${states}`, match };
}

export const ACCEPT: Action = { text: '--jump ACCEPT', target: { type: 'ACCEPT' } };
export const DROP: Action = { text: '--jump DROP', target: { type: 'DROP' } };
export const RETURN: Action = { text: '--jump RETURN', target: { type: 'RETURN' } };
export const REJECT: Action = { text: '--jump REJECT', target: { type: 'REJECT', with: 'icmp-port-unreachable' } };
export const MASQUERADE: Action = { text: '--jump MASQUERADE --random-fully', target: { type: 'MASQUERADE', randomFully: true } };

export const jump = (chain: string): Action => ({ text: `--jump ${chain}`, target: { type: 'jump', chain } });
export const goTo = (chain: string): Action => ({ text: `--goto ${chain}`, target: { type: 'jump', chain, goto: true } });

export function setMark(mark: number): Action {
  return { text: `--jump MARK --set-mark ${hex(mark)}/${hex(mark)}`, target: { type: 'MARK', value: mark, mask: mark } };
}

export function clearMark(mask: number): Action {
  return { text: `--jump MARK --set-mark 0/${hex(mask)}`, target: { type: 'MARK', value: 0, mask } };
}

export function chain(name: string, drafts: readonly Draft[]): Chain {
  return { name, rules: rulesOf(name, drafts) };
}

/**
 * Rules with their hash comments, as they stand in the kernel.
 * @param name of the chain; Felix hashes what it appends to a built-in chain as `<chain>*appends*`
 */
export function rulesOf(name: string, drafts: readonly Draft[]): readonly Rule[] {
  let hash = sha224(encoder.encode(name));
  return drafts.map((draft) => {
    const text = encoder.encode(fragment(name, draft));
    const input = new Uint8Array(hash.length + text.length);
    input.set(hash);
    input.set(text, hash.length);
    hash = sha224(input);
    return kernelRule(draft, base64url(hash).slice(0, 16));
  });
}

/** A name that fits: the suffix itself, or `_` and its hash (felix/hashutils/id.go). */
export function shortName(prefix: string, suffix: string): string {
  const length = prefix.length + suffix.length;
  if (length < MAX_CHAIN_NAME || (length === MAX_CHAIN_NAME && !suffix.startsWith('_'))) return prefix + suffix;
  const hash = base64url(sha256(encoder.encode(suffix)));
  return `${prefix}_${hash.slice(0, MAX_CHAIN_NAME - 1 - prefix.length)}`;
}

/** The rule as Felix renders it for hashing: the comment's place is held by the word HASH. */
function fragment(name: string, { pieces, action, comments }: Draft): string {
  const parts = ['-A', name, 'HASH', ...comments.map((text) => `-m comment --comment "${text}"`)];
  const match = pieces.map((piece) => piece.text).join(' ');
  if (match) parts.push(match);
  if (action) parts.push(action.text);
  return parts.join(' ');
}

function kernelRule({ pieces, action, comments, ref }: Draft, hash: string): Rule {
  let made: Omit<Rule, 'matches' | 'target'> = {};
  const matches: Match[] = [
    { type: 'comment', text: `cali:${hash}` },
    ...comments.map((text): Match => ({ type: 'comment', text })),
  ];
  for (const { text, match, ...own } of pieces) {
    void text;
    made = { ...made, ...own };
    if (match) matches.push(match);
  }
  return { ...made, matches, target: action?.target ?? { type: 'NONE' }, ...(ref ? { ref } : {}) };
}

/** Characters a shell might take amiss become underscores (renderer.go escapeComment); at most 256 of them. */
function plain(text: string): string {
  return UNSAFE.test(text) || text.length > 256 ? text.replace(new RegExp(UNSAFE, 'g'), '_').slice(0, 256) : text;
}

function withLength(cidr: string): string {
  return cidr.includes('/') ? cidr : `${cidr}/32`;
}
