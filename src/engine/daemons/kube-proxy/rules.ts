/** Short spellings of the rules kube-proxy writes. Models the argument lists of proxier.go, no more. */
import type { Match, Rule, Target } from '../../kernel/netfilter/types.ts';
import type { Ref } from '../../world.ts';
import type { Protocol } from './names.ts';

export const ACCEPT: Target = { type: 'ACCEPT' };
export const DROP: Target = { type: 'DROP' };
export const REJECT: Target = { type: 'REJECT', with: 'icmp-port-unreachable' };
export const MARK_MASQ: Target = { type: 'jump', chain: 'KUBE-MARK-MASQ' };
export const SOURCE_LOCAL: Match = { type: 'addrtype', side: 'src', value: 'LOCAL' };
export const TO_LOCAL: Match = { type: 'addrtype', side: 'dst', value: 'LOCAL' };

export function jump(chain: string): Target {
  return { type: 'jump', chain };
}

export function comment(text: string): Match {
  return { type: 'comment', text };
}

export function only(address: string): { readonly prefix: string } {
  return { prefix: `${address}/32` };
}

/** `-d <ip> -p <proto> -m comment --comment <text> -m <proto> --dport <port>`: traffic to one port of one address. */
export function toPort(ip: string, proto: Protocol, port: number, text: string, target: Target, ref: Ref): Rule {
  return { dst: only(ip), proto, matches: [comment(text), { type: 'dport', port }], target, ref };
}
