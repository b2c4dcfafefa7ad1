/** The sentences of a trace: plain words for what a table did with a packet. Text only; decides nothing. */
import type { HopChoice } from '../kernel/fib.ts';
import type { Route } from '../kernel/namespace.ts';
import type { Rule, Target } from '../kernel/netfilter/types.ts';
import { formatAddress } from '../net/address.ts';
import type { Packet } from './packet.ts';
import type { EcmpChoice } from './trace.ts';
import type { Attached } from './walker.ts';

/** `10.49.50.18:80`; without a port for ICMP. */
export function endpoint(address: number, port: number): string {
  return port === 0 ? formatAddress(address) : `${formatAddress(address)}:${port}`;
}

const KINDS: Readonly<Record<Packet['kind'], string>> = {
  syn: 'SYN',
  'syn-ack': 'SYN-ACK',
  rst: 'RST',
  datagram: 'datagram',
  echo: 'echo request',
  'echo-reply': 'echo reply',
  'icmp-error': 'ICMP error',
};

export function kindWord(packet: Packet): string {
  return KINDS[packet.kind];
}

export function connectionSentence(a: Attached | undefined, packet: Packet): readonly [action: string, text: string] {
  if (!a) return ['INVALID', `The ${kindWord(packet)} belongs to no connection this host knows: conntrack calls it INVALID.`];
  if (!a.known) return ['NEW', 'Conntrack has not seen this connection: it is NEW, and its first packet decides the NAT.'];
  if (a.state === 'NEW') return ['NEW', 'Conntrack has seen this connection, but no answer to it yet.'];
  return a.dir === 1
    ? ['ESTABLISHED', 'Conntrack recognises the answer to a connection it keeps.']
    : ['ESTABLISHED', 'Conntrack recognises the connection.'];
}

/** `10.49.0.0/16`, or `default`. */
export function prefixWord(dst: string): string {
  return dst === '0.0.0.0/0' ? 'the default route' : dst;
}

export function routeSentence(route: Route, dst: number, via: number, dev: string): string {
  const way = via === 0 ? `straight out of ${dev}` : `via ${formatAddress(via)} out of ${dev}`;
  return `The longest prefix that holds ${formatAddress(dst)} is ${prefixWord(route.dst)} (proto ${route.proto}): ${way}.`;
}

export function noWaySentence(route: Route, dst: number): string {
  return `The longest prefix that holds ${formatAddress(dst)} is ${prefixWord(route.dst)}, a ${route.type} route (proto ${route.proto}).`;
}

export function ecmpChoice(choice: HopChoice, p: Packet): EcmpChoice {
  const inputs = [`src ${formatAddress(p.src)}`, `dst ${formatAddress(p.dst)}`];
  if (choice.policy === 1) inputs.push(`proto ${p.proto}`, `sport ${p.sport}`, `dport ${p.dport}`);
  return { policy: choice.policy, inputs, hash: choice.hash, buckets: choice.buckets, chosen: choice.chosen };
}

export function ecmpSentence(choice: EcmpChoice): string {
  const what = choice.policy === 1 ? 'addresses, protocol and ports' : 'source and destination address';
  const bucket = choice.buckets[choice.chosen]!;
  return (
    `The route has ${choice.buckets.length} equal next hops. The hash over ${what} is 0x${choice.hash.toString(16).padStart(8, '0')}, ` +
    `which falls into share ${choice.chosen + 1} of ${choice.buckets.length}: ${bucket.via || bucket.dev}.`
  );
}

const TARGET_WORDS: { readonly [K in Target['type']]?: (target: Extract<Target, { type: K }>) => string } = {
  jump: (target) => target.chain,
  DNAT: (target) => `DNAT to ${target.to}`,
  SNAT: (target) => `SNAT to ${target.to}`,
  MARK: (target) => `MARK 0x${target.value.toString(16)}/0x${target.mask.toString(16)}`,
  NONE: () => 'count',
};

/** `KUBE-SERVICES`, `DNAT to 10.48.0.134:80`, `MARK 0x4000/0x4000`. */
export function targetWord(target: Target): string {
  const word = TARGET_WORDS[target.type] as ((t: Target) => string) | undefined;
  return word ? word(target) : target.type;
}

const DEEDS: { readonly [K in Target['type']]?: string } = {
  ACCEPT: 'lets the packet pass',
  DROP: 'drops the packet without a word',
  RETURN: 'returns to the chain before',
  REJECT: 'refuses the packet and tells the sender',
  MASQUERADE: "replaces the source by this host's own address",
  NOTRACK: 'keeps the packet out of connection tracking',
  NONE: 'counts the packet',
  LOG: 'logs the packet',
};

export function ruleSentence(chain: string, index: number, rule: Rule): string {
  const { target } = rule;
  const comment = rule.matches.find((m) => m.type === 'comment')?.text;
  let deed = DEEDS[target.type] ?? '';
  if (target.type === 'jump') deed = `sends the packet to chain ${target.chain}`;
  if (target.type === 'DNAT') deed = `rewrites the destination to ${target.to}`;
  if (target.type === 'SNAT') deed = `rewrites the source to ${target.to}`;
  if (target.type === 'MARK') deed = `marks the packet 0x${target.value.toString(16)}`;
  return `Rule ${index + 1} of ${chain} ${deed}${comment ? ` (${comment})` : ''}.`;
}
