/** Filters of ss 6.1 (misc/ssfilter.y): states, ports and addresses, joined by and, or, not and parentheses. Leaves out dev, fwmark and cgroup. */
import { isInside, parseAddress, toNumber } from '../../../engine/index.ts';
import { portOf } from '../services.ts';
import type { ListedSocket } from '../sockets.ts';
import { usage } from './usage.ts';

const STATES = [
  'established syn-sent syn-recv fin-wait-1 fin-wait-2 time-wait closed close-wait last-ack listening closing all connected',
  'synchronized bucket big unconnected bound-inactive',
].flatMap((line) => line.split(' '));

export interface Filter {
  /** Of `state`; absent: what -l and -a say. */
  readonly states?: States;
  matches(socket: ListedSocket): boolean;
}

/** What ss says of a filter that it cannot read. */
export class FilterMistake extends Error {
  readonly status: number;
  constructor(message: string, status = 255) {
    super(message);
    this.status = status;
  }
}

class Absent extends Error {}

type Test = Filter['matches'];

const BISON = `ss: bison bellows (while parsing filter): "syntax error!" Sorry.\n`;
const OPERATORS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  eq: (a, b) => a === b,
  '!=': (a, b) => a !== b,
  ne: (a, b) => a !== b,
  neq: (a, b) => a !== b,
  '>': (a, b) => a > b,
  gt: (a, b) => a > b,
  '<': (a, b) => a < b,
  lt: (a, b) => a < b,
  '>=': (a, b) => a >= b,
  ge: (a, b) => a >= b,
  geq: (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  le: (a, b) => a <= b,
  leq: (a, b) => a <= b,
};
const OTHERS = ['dev', 'fwmark', 'cgroup', 'autobound'];

const TCP_STATES =
  'established syn-sent syn-recv fin-wait-1 fin-wait-2 time-wait closed close-wait last-ack listening closing bound-inactive'.split(
    ' ',
  );
const CONNECTED = TCP_STATES.filter((name) => !/^(closed|listening|bound-inactive)$/.test(name));
/** Names for several. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  all: TCP_STATES,
  big: TCP_STATES.filter((name) => !/^(syn-recv|time-wait|bound-inactive)$/.test(name)),
  bucket: ['syn-recv', 'time-wait'],
  connected: CONNECTED,
  synchronized: CONNECTED.filter((name) => name !== 'syn-sent'),
  unconnected: ['closed'],
};
const NAME_OF: Readonly<Record<ListedSocket['state'], string>> = { LISTEN: 'listening', UNCONN: 'closed', ESTAB: 'established' };

/** Of which states sockets are shown. */
export type States = ReadonlySet<string>;
export const hasState = (states: States, { state }: ListedSocket): boolean => states.has(NAME_OF[state]);
export const LISTENING: States = new Set(['listening', 'closed']);
export const CONNECTIONS: States = new Set(CONNECTED);
export const ALL: States = new Set(TCP_STATES);

class Parser {
  states: Set<string> | undefined;
  private afterPort = false;
  private readonly tokens: string[];
  constructor(text: string) {
    this.tokens = text
      .replace(/([()])/g, ' $1 ')
      .split(/\s+/)
      .filter(Boolean);
  }

  private next(): string {
    const token = this.tokens.shift();
    if (token === undefined) throw new FilterMistake(BISON + usage);
    return token;
  }

  whole(): Test {
    while (this.tokens[0] === 'state' || this.tokens[0] === 'exclude') {
      const word = this.next();
      const name = this.tokens.shift();
      if (name === undefined) throw new FilterMistake('Command line is not complete. Try option "help"\n');
      if (!STATES.includes(name)) throw new FilterMistake(`ss: wrong state name: ${name}\n`);
      const named = GROUPS[name] ?? [name];
      if (word === 'state') this.states = new Set([...(this.states ?? []), ...named]);
      else this.states = new Set([...(this.states ?? TCP_STATES)].filter((state) => !named.includes(state)));
    }
    const test = this.tokens.length === 0 ? () => true : this.either();
    if (this.tokens.length > 0) throw new FilterMistake(BISON + usage);
    return test;
  }

  private either(): Test {
    let test = this.both();
    while (/^(or|\|\|?)$/.test(this.tokens[0] ?? '')) {
      this.next();
      const [left, right] = [test, this.both()];
      test = (socket) => left(socket) || right(socket);
    }
    return test;
  }

  /** What merely follows must hold too. */
  private both(): Test {
    let test = this.single();
    while (this.tokens.length > 0 && !/^(or|\|\|?|\))$/.test(this.tokens[0]!)) {
      if (/^(and|&&?)$/.test(this.tokens[0]!)) this.next();
      const [left, right] = [test, this.single()];
      test = (socket) => left(socket) && right(socket);
    }
    return test;
  }

  private single(): Test {
    const word = this.next();
    if (word === 'not' || word === '!') {
      const inner = this.single();
      return (socket) => !inner(socket);
    }
    if (word === '(') {
      const inner = this.either();
      if (this.next() !== ')') throw new FilterMistake(BISON + usage);
      return inner;
    }
    if (OTHERS.includes(word)) throw new Absent(word);
    if (!/^(sport|dport|src|dst)$/.test(word)) {
      // Where a port has just been read, whatever follows is read as one.
      if (this.afterPort) readPort(word);
      throw new FilterMistake(BISON + usage);
    }
    this.afterPort = word.endsWith('port');
    const compare = Object.hasOwn(OPERATORS, this.tokens[0] ?? '') ? OPERATORS[this.next()]! : OPERATORS.eq!;
    const own = word === 'sport' || word === 'src';
    return word.endsWith('port') ? this.port(own, compare) : this.address(own, compare);
  }

  private port(own: boolean, compare: (a: number, b: number) => boolean): Test {
    const port = readPort(this.next().replace(/^.*:/, ''));
    return ({ port: local, peer }) => compare(own ? local : (peer?.port ?? 0), port);
  }

  private address(own: boolean, compare: (a: number, b: number) => boolean): Test {
    const word = this.next();
    const [, prefix = '', port] = /^(.*?)(?::([^:]*))?$/.exec(word) ?? [];
    const [address = '', length] = prefix.split('/');
    const isAny = address === '' || address === '*';
    if (!isAny && parseAddress(address) === undefined)
      throw new FilterMistake(`Error: an inet prefix is expected rather than "${prefix}".\nCannot parse dst/src address.\n`, 1);
    const wanted = port === undefined || port === '' || port === '*' ? undefined : readPort(port);
    return ({ address: local, port: localPort, peer }) => {
      const [at, atPort] = own ? [local, localPort] : [peer?.address ?? '0.0.0.0', peer?.port ?? 0];
      const inside = isAny || isInside(at, `${address}/${length ?? 32}`);
      const same = inside && (wanted === undefined || atPort === wanted);
      return compare(same ? 1 : 0, 1);
    };
  }
}

function readPort(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : portOf(text);
  if (port === undefined)
    throw new FilterMistake(`Error: "${text}" does not look like a port.\nCannot parse dst/src address.\n`, 1);
  return port;
}

/** undefined: a filter that is not simulated. @throws FilterMistake */
export function readFilter(words: readonly string[]): Filter | undefined {
  const parser = new Parser(words.join(' '));
  try {
    const matches = parser.whole();
    return { ...(parser.states && { states: parser.states }), matches };
  } catch (problem) {
    if (problem instanceof Absent) return undefined;
    throw problem;
  }
}

/** By protocol, then state, address and port. */
export function inOrder(a: ListedSocket, b: ListedSocket): number {
  if (a.proto !== b.proto) return a.proto === 'udp' ? -1 : 1;
  if ((a.state === 'ESTAB') !== (b.state === 'ESTAB')) return a.state === 'ESTAB' ? 1 : -1;
  return toNumber(b.address) - toNumber(a.address) || a.port - b.port;
}
