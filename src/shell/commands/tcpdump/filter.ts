/**
 * Capture filters: pcap-filter(7) as far as Ethernet and IPv4 go. `and` and `or` bind equally and from the left; an identifier without
 * qualifiers takes those of the one before (`port 80 or 443`). Leaves out IPv6, VLANs, MPLS, 802.11 and names of hosts.
 */
import { formatAddress, maskOf, parseAddress } from '../../../engine/index.ts';
import { comparison } from './filter-arithmetic.ts';
import {
  FilterError,
  KEYWORDS,
  NAMED_PORTS,
  numberOf,
  syntaxError,
  TCP_ONLY,
  Tokens,
  TRANSPORT,
  tokensOf,
} from './filter-words.ts';
import { hasPorts, type View } from './frame.ts';
import { ETHERTYPE, PROTO } from './headers.ts';

export { FilterError } from './filter-words.ts';

export type Filter = (packet: View) => boolean;

type Side = 'src' | 'dst' | 'either' | 'both';
type Kind = 'host' | 'net' | 'port' | 'portrange' | 'proto' | 'unsaid';

/** What qualifies an identifier. */
interface Qualifiers {
  readonly proto: string | undefined;
  readonly side: Side;
  readonly kind: Kind;
}

const UNQUALIFIED: Qualifiers = { proto: undefined, side: 'either', kind: 'unsaid' };
const PROTOCOLS = new Set(['ip', 'ip6', 'arp', 'rarp', 'ether', 'link', ...Object.keys(TRANSPORT)]);
const KINDS = ['host', 'net', 'port', 'portrange', 'proto', 'gateway'];

class Parser {
  readonly #tokens: Tokens;
  /** Of the last identifier that had any. */
  #last: Qualifiers = UNQUALIFIED;

  readonly #fromFile: boolean;

  constructor(tokens: Tokens, fromFile: boolean) {
    this.#tokens = tokens;
    this.#fromFile = fromFile;
  }

  expression(): Filter {
    const tokens = this.#tokens;
    let left = this.#term();
    for (let word = tokens.accept('and', 'or', '&&', '||'); word !== undefined; word = tokens.accept('and', 'or', '&&', '||')) {
      const [a, b] = [left, this.#term()];
      left = word === 'and' || word === '&&' ? (p) => a(p) && b(p) : (p) => a(p) || b(p);
    }
    return left;
  }

  #term(): Filter {
    const tokens = this.#tokens;
    if (tokens.accept('not', '!')) {
      const inner = this.#term();
      return (p) => !inner(p);
    }
    const compared = comparison(tokens);
    if (compared) return compared;
    if (tokens.accept('(')) {
      const inner = this.expression();
      tokens.expect(')');
      return inner;
    }
    return this.#other() ?? this.#qualified();
  }

  /** Terms that are no identifier with qualifiers. */
  #other(): Filter | undefined {
    const tokens = this.#tokens;
    const size = tokens.accept('less', 'greater');
    if (size !== undefined) {
      const bytes = numberOf(tokens.take());
      if (bytes === undefined) throw syntaxError();
      return size === 'less' ? ({ frame }) => frame.length <= bytes : ({ frame }) => frame.length >= bytes;
    }
    const way = tokens.accept('inbound', 'outbound');
    if (way !== undefined && this.#fromFile)
      throw new FilterError('inbound/outbound not supported on Ethernet when reading savefiles');
    if (way !== undefined)
      return ({ frame, whole }) => (way === 'outbound') === isOutbound(frame.direction, frame.link, whole.u8(10));
    const qualified = ['ether', 'ip'].includes(tokens.peek()) && ['broadcast', 'multicast'].includes(tokens.peek(1));
    if (qualified) tokens.take();
    const cast = tokens.accept('broadcast', 'multicast');
    if (cast === 'broadcast') return ({ whole, frame }) => frame.link === 'EN10MB' && whole.mac(0) === 'ff:ff:ff:ff:ff:ff';
    if (cast === 'multicast') return ({ whole, frame }) => frame.link === 'EN10MB' && (whole.u8(0) & 1) === 1;
    return undefined;
  }

  #qualified(): Filter {
    const tokens = this.#tokens;
    const proto = PROTOCOLS.has(tokens.peek()) ? tokens.take() : undefined;
    const side = this.#side();
    const kind = tokens.accept(...KINDS) as Kind | 'gateway' | undefined;
    if ((kind as string) === 'gateway') throw new FilterError("'gateway' not supported in this configuration");
    if (proto !== undefined && side === undefined && kind === undefined) {
      this.#last = { ...UNQUALIFIED, proto };
      return hasProtocol(proto);
    }
    const qualified = proto !== undefined || side !== undefined || kind !== undefined;
    // The first identifier of all needs to be told what it names.
    if (!qualified && this.#last === UNQUALIFIED) throw syntaxError();
    const q: Qualifiers = qualified ? { proto, side: side ?? 'either', kind: (kind as Kind | undefined) ?? 'unsaid' } : this.#last;
    const filter = this.#identifier(q);
    this.#last = q;
    return filter;
  }

  #side(): Side | undefined {
    const tokens = this.#tokens;
    const first = tokens.accept('src', 'dst');
    if (first === undefined) return undefined;
    const other = first === 'src' ? 'dst' : 'src';
    if (['or', 'and'].includes(tokens.peek()) && tokens.peek(1) === other) {
      const word = tokens.take();
      tokens.take();
      return word === 'or' ? 'either' : 'both';
    }
    return first as Side;
  }

  #identifier(q: Qualifiers): Filter {
    const tokens = this.#tokens;
    if (tokens.accept('(')) {
      this.#last = q;
      const inner = this.expression();
      tokens.expect(')');
      return inner;
    }
    const word = tokens.take();
    if (KEYWORDS.has(word) || !/^[\w\\]/.test(word)) throw syntaxError();
    if (q.kind === 'port' || q.kind === 'portrange') return portFilter(q, word, tokens);
    if (q.kind === 'proto') return protocolNumber(q, word);
    if (/^[\da-f]{1,2}(:[\da-f]{1,2}){5}$/i.test(word)) return macFilter(q, word.toLowerCase());
    return addressFilter(q, word, tokens);
  }
}

function isOutbound(direction: 'In' | 'Out' | undefined, link: string, kind: number): boolean {
  return direction === undefined ? link === 'LINUX_SLL2' && kind === 4 : direction === 'Out';
}

function hasProtocol(proto: string): Filter {
  if (proto === 'ip') return ({ ip }) => ip !== undefined;
  if (proto === 'arp') return ({ ethertype }) => ethertype === ETHERTYPE.arp;
  if (proto === 'ip6') return ({ ethertype }) => ethertype === 0x86dd;
  if (proto === 'rarp') return ({ ethertype }) => ethertype === 0x8035;
  if (proto === 'ether' || proto === 'link') throw syntaxError();
  const number = TRANSPORT[proto];
  return ({ ip }) => ip?.proto === number;
}

const onSides = (side: Side, src: boolean, dst: boolean): boolean =>
  side === 'src' ? src : side === 'dst' ? dst : side === 'both' ? src && dst : src || dst;

function portFilter({ proto, side, kind }: Qualifiers, word: string, tokens: Tokens): Filter {
  if (proto !== undefined && proto !== 'tcp' && proto !== 'udp' && proto !== 'sctp')
    throw new FilterError(kind === 'port' ? "illegal qualifier of 'port'" : "illegal qualifier of 'portrange'");
  const [from, to] = portsOf(kind, word, proto, tokens);
  const wanted = proto === undefined ? undefined : TRANSPORT[proto];
  const fits = (port: number) => port >= from && port <= to;
  return ({ ip }) => {
    if (!ip || !hasPorts(ip) || (wanted !== undefined && ip.proto !== wanted)) return false;
    return onSides(side, fits(ip.payload.u16(0)), fits(ip.payload.u16(2)));
  };
}

function portsOf(kind: Kind, word: string, proto: string | undefined, tokens: Tokens): readonly [number, number] {
  const one = (text: string): number => {
    if (proto === 'udp' && TCP_ONLY.has(text)) throw new FilterError(`port '${text}' is tcp`);
    const port = numberOf(text) ?? NAMED_PORTS[text];
    if (port !== undefined && port > 65_535) throw new FilterError(`illegal port number ${port} > 65535`);
    if (port === undefined) throw new FilterError(`unknown port '${text}'`);
    return port;
  };
  if (kind === 'port') return [one(word), one(word)];
  if (tokens.accept('-')) return [one(word), one(tokens.take())];
  const [first = '', second] = word.split('-');
  if (second === undefined) return [one(first), one(first)];
  const [from, to] = [one(first), one(second)];
  return from <= to ? [from, to] : [to, from];
}

/** `ip proto 6`, `ether proto 0x806` */
function protocolNumber({ proto }: Qualifiers, word: string): Filter {
  const name = word.replace(/^\\/, '');
  if (proto === 'ether') {
    const type = numberOf(name) ?? { ip: ETHERTYPE.ipv4, arp: ETHERTYPE.arp, ip6: 0x86dd }[name];
    if (type === undefined) throw new FilterError(`unknown ether proto '${name}'`);
    return ({ ethertype }) => ethertype === type;
  }
  const number = numberOf(name) ?? TRANSPORT[name];
  if (number === undefined) throw new FilterError(`unknown ip proto '${name}'`);
  return ({ ip }) => ip?.proto === number;
}

function macFilter({ proto, side }: Qualifiers, mac: string): Filter {
  if (proto !== 'ether' && proto !== undefined && proto !== 'link')
    throw new FilterError('ethernet address used in non-ether expression');
  if (proto === undefined) throw new FilterError('ethernet address used in non-ether expression');
  return ({ whole, frame }) => frame.link === 'EN10MB' && onSides(side, whole.mac(6) === mac, whole.mac(0) === mac);
}

function addressFilter(q: Qualifiers, word: string, tokens: Tokens): Filter {
  if (q.proto === 'ether')
    throw new FilterError(/^[\d.]+$/.test(word) ? 'illegal link layer address' : `unknown ether host '${word}'`);
  const { address, mask } = networkOf(q, word, tokens);
  const fits = (text: string) => (parseAddress(text)! & mask) >>> 0 === address;
  const ip: Filter = (p) => p.ip !== undefined && onSides(q.side, fits(p.ip.src), fits(p.ip.dst));
  const arp: Filter = ({ ethertype, network }) =>
    ethertype === ETHERTYPE.arp && onSides(q.side, fits(network.address(14)), fits(network.address(24)));
  if (q.proto === undefined) return (p) => ip(p) || arp(p);
  if (q.proto === 'ip') return ip;
  if (q.proto === 'arp') return arp;
  if (q.proto in PROTO) throw new FilterError(`'${q.proto}' modifier applied to ${q.kind === 'net' ? 'net' : 'host'}`);
  return () => false;
}

function networkOf(q: Qualifiers, word: string, tokens: Tokens): { readonly address: number; readonly mask: number } {
  const parts = /^\d+(\.\d+){0,3}$/.test(word) ? word.split('.').map(Number) : undefined;
  if (!parts) {
    if (q.kind === 'net') throw new FilterError(`unknown network '${word}'`);
    throw new FilterError(`unknown host '${word}'`);
  }
  if (parts.some((part) => part > 255)) throw new FilterError(`invalid IPv4 address '${word}'`);
  const given = parts.length * 8;
  const whole = parts.reduce((sum, part) => sum * 256 + part, 0) * 2 ** (32 - given);
  if (tokens.accept('/')) return masked(word, whole, numberOf(tokens.take()), q);
  if (tokens.accept('mask')) {
    const mask = parseAddress(tokens.take());
    if (mask === undefined) throw syntaxError();
    if ((whole & ~mask) !== 0) throw new FilterError(`non-network bits set in "${word} mask ${formatAddress(mask)}"`);
    return { address: whole, mask };
  }
  if (q.kind !== 'net') return { address: whole, mask: 0xffff_ffff };
  return { address: whole, mask: maskOf(given) };
}

function masked(word: string, address: number, bits: number | undefined, q: Qualifiers) {
  if (bits === undefined) throw syntaxError();
  if (bits > 32) throw new FilterError('mask length must be <= 32');
  if (q.kind === 'host') throw new FilterError('Mask syntax for networks only');
  const mask = maskOf(bits);
  if ((address & ~mask) !== 0) throw new FilterError(`non-network bits set in "${word}/${bits}"`);
  return { address, mask };
}

/**
 * @param fromFile the packets are an Ethernet savefile's
 * @throws FilterError
 */
export function readFilter(words: readonly string[], fromFile = false): Filter {
  const tokens = new Tokens(tokensOf(words.join(' ')));
  if (tokens.done) return () => true;
  const filter = new Parser(tokens, fromFile).expression();
  if (!tokens.done) throw syntaxError();
  return filter;
}
