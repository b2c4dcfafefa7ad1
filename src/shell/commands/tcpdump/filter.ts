/** Capture filters: the part of pcap-filter(7) that speaks of IPv4 hosts, nets, ports and protocols, joined by and, or, not. */
import { isInside, masked, parseAddress, parsePrefix } from '../../../engine/index.ts';
import type { Captured } from './capture.ts';

export type Filter = (packet: Captured) => boolean;

/** What libpcap says of a filter it cannot read. */
export class FilterError extends Error {}

const PROTOCOLS: Readonly<Record<string, Filter>> = {
  ip: (p) => p.proto !== 'arp',
  arp: (p) => p.proto === 'arp',
  tcp: (p) => p.proto === 'tcp',
  udp: (p) => p.proto === 'udp',
  icmp: (p) => p.proto === 'icmp',
};

const NAMED_PORTS: Readonly<Record<string, number>> = { ssh: 22, domain: 53, http: 80, bgp: 179, https: 443 };

class Parser {
  readonly #words: readonly string[];
  #at = 0;
  constructor(words: readonly string[]) {
    this.#words = words;
  }
  get done(): boolean {
    return this.#at >= this.#words.length;
  }
  #peek(): string {
    return this.#words[this.#at] ?? '';
  }
  #take(): string {
    if (this.done) throw new FilterError("can't parse filter expression: syntax error");
    return this.#words[this.#at++]!;
  }
  either(): Filter {
    let left = this.#both();
    while (['or', '||'].includes(this.#peek())) {
      this.#take();
      const [a, b] = [left, this.#both()];
      left = (p) => a(p) || b(p);
    }
    return left;
  }
  #both(): Filter {
    let left = this.#one();
    while (['and', '&&'].includes(this.#peek())) {
      this.#take();
      const [a, b] = [left, this.#one()];
      left = (p) => a(p) && b(p);
    }
    return left;
  }
  #one(): Filter {
    const word = this.#take();
    if (word === 'proto') throw new FilterError(`unknown ip proto '${this.#take()}'`);
    if (word === 'ether' && this.#peek() === 'host') {
      this.#take();
      throw new FilterError(`unknown ether host '${this.#take()}'`);
    }
    if (word === 'not' || word === '!') {
      const inner = this.#one();
      return (p) => !inner(p);
    }
    if (word === '(') {
      const inner = this.either();
      if (this.#take() !== ')') throw new FilterError("can't parse filter expression: syntax error");
      return inner;
    }
    const proto = PROTOCOLS[word];
    if (!proto) return this.#primitive(word);
    // `tcp port 80`: the protocol qualifies what follows it.
    if (!['port', 'portrange', 'src', 'dst', 'host', 'net'].includes(this.#peek())) return proto;
    const qualified = this.#take();
    const rest = this.#primitive(qualified);
    if (['port', 'portrange'].includes(qualified) && word !== 'tcp' && word !== 'udp' && word !== 'ip')
      throw new FilterError("illegal qualifier of 'port'");
    return (p) => proto(p) && rest(p);
  }
  #primitive(first: string): Filter {
    let word = first;
    let side: 'src' | 'dst' | 'any' = 'any';
    if (word === 'src' || word === 'dst') {
      side = word;
      word = this.#take();
    }
    const sides = <T>(src: T, dst: T): readonly T[] => (side === 'src' ? [src] : side === 'dst' ? [dst] : [src, dst]);
    if (word === 'port') {
      const port = this.#port(this.#take());
      return (p) => (p.proto === 'tcp' || p.proto === 'udp') && sides(p.sport, p.dport).includes(port);
    }
    if (word === 'net') {
      const net = this.#take();
      const [, bits] = net.split('/');
      if (bits !== undefined && Number(bits) > 32) throw new FilterError('mask length must be <= 32');
      const prefix = parsePrefix(net);
      if (prefix && masked(prefix.address, prefix.length) !== prefix.address)
        throw new FilterError(`non-network bits set in "${net}"`);
      if (!prefix) throw new FilterError(`unknown network '${net}'`);
      return (p) => sides(p.src, p.dst).some((address) => isInside(address, net));
    }
    const address = word === 'host' ? this.#take() : word;
    if (/^\d+\.\d+\.\d+\.\d+$/.test(address) && parseAddress(address) === undefined)
      throw new FilterError(`invalid IPv4 address '${address}'`);
    if (parseAddress(address) === undefined) {
      throw new FilterError(word === 'host' ? `unknown host '${address}'` : "can't parse filter expression: syntax error");
    }
    return (p) => sides(p.src, p.dst).includes(address);
  }
  #port(text: string): number {
    const port = NAMED_PORTS[text] ?? (/^\d+$/.test(text) ? Number(text) : undefined);
    if (port !== undefined && port > 65_535) throw new FilterError(`illegal port number ${text} > 65535`);
    if (port === undefined) throw new FilterError(`unknown port '${text}'`);
    return port;
  }
}

/** @throws FilterError */
export function readFilter(words: readonly string[]): Filter {
  const tokens = words.join(' ').replace(/[()!]/g, ' $& ').split(/\s+/).filter(Boolean);
  if (tokens.length === 0) return () => true;
  const parser = new Parser(tokens);
  const filter = parser.either();
  if (!parser.done) throw new FilterError("can't parse filter expression: syntax error");
  return filter;
}
