/** What capture filters call things: protocols, ports, fields and flags, and the words libpcap has for mistakes. */
import { PROTO } from './headers.ts';

/** What libpcap says of a filter it cannot read. */
export class FilterError extends Error {}

export const syntaxError = (): FilterError => new FilterError("can't parse filter expression: syntax error");

/** Protocols above IP by keyword; `ip` and `arp` are told by the type of the frame. */
export const TRANSPORT: Readonly<Record<string, number>> = {
  ...PROTO,
  igmp: 2,
  sctp: 132,
  esp: 50,
  ah: 51,
  pim: 103,
  vrrp: 112,
};

/** Names of /etc/services that a lab meets. */
export const NAMED_PORTS: Readonly<Record<string, number>> = {
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  http: 80,
  ntp: 123,
  snmp: 161,
  bgp: 179,
  https: 443,
  'http-alt': 8080,
};

/** Services that have no UDP. */
export const TCP_ONLY = new Set(['ftp', 'ssh', 'telnet', 'smtp', 'http', 'bgp']);

/** Names of numbers in comparisons. */
export const CONSTANTS: Readonly<Record<string, number>> = {
  icmptype: 0,
  icmpcode: 1,
  'icmp-echoreply': 0,
  'icmp-unreach': 3,
  'icmp-sourcequench': 4,
  'icmp-redirect': 5,
  'icmp-echo': 8,
  'icmp-timxceed': 11,
  'icmp-paramprob': 12,
  tcpflags: 13,
  'tcp-fin': 1,
  'tcp-syn': 2,
  'tcp-rst': 4,
  'tcp-push': 8,
  'tcp-ack': 16,
  'tcp-urg': 32,
  'tcp-ece': 64,
  'tcp-cwr': 128,
};

export const KEYWORDS = new Set([
  ...Object.keys(TRANSPORT),
  ...Object.keys(CONSTANTS),
  ...'ip ip6 arp rarp ether link src dst host net mask port portrange proto gateway less greater broadcast multicast inbound outbound and or not len vlan mpls'.split(
    ' ',
  ),
]);

const TOKEN =
  /\s+|(<<|>>|<=|>=|!=|==|&&|\|\||[-+*/%&|^<>=!()[\]:])|([\w.\\][\w.-]*(?::[\da-fA-F]{1,2}){5}|[\w.\\][\w.-]*)|([\s\S])/y;

/** A filter's words and signs. */
export function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    if (match[3] !== undefined) throw syntaxError();
    const token = match[1] ?? match[2];
    if (token !== undefined) tokens.push(token);
    if (TOKEN.lastIndex >= text.length) break;
  }
  return tokens;
}

/** The reader of a filter's tokens. */
export class Tokens {
  readonly #tokens: readonly string[];
  at = 0;
  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }
  get done(): boolean {
    return this.at >= this.#tokens.length;
  }
  peek(ahead = 0): string {
    return this.#tokens[this.at + ahead] ?? '';
  }
  take(): string {
    if (this.done) throw syntaxError();
    return this.#tokens[this.at++]!;
  }
  /** Takes one of these, if it comes next. */
  accept(...wanted: readonly string[]): string | undefined {
    return !this.done && wanted.includes(this.peek()) ? this.take() : undefined;
  }
  expect(wanted: string): void {
    if (this.accept(wanted) === undefined) throw syntaxError();
  }
}

export function numberOf(text: string): number | undefined {
  if (/^0x[\da-f]+$/i.test(text)) return Number.parseInt(text, 16);
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
