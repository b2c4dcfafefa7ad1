/** Comparisons of capture filters: `tcp[tcpflags] & (tcp-syn|tcp-ack) != 0`, `ip[8] < 5`, `len > 100`. */
import { CONSTANTS, FilterError, numberOf, syntaxError, type Tokens, TRANSPORT } from './filter-words.ts';
import type { Reader, View } from './frame.ts';
import { ETHERTYPE } from './headers.ts';

class SizeError extends FilterError {}

/** undefined: the packet has no such bytes, and is let go. */
type Value = (packet: View) => number | undefined;

const OPERATORS: readonly Readonly<Record<string, (a: number, b: number) => number | undefined>>[] = [
  { '|': (a, b) => (a | b) >>> 0, '^': (a, b) => (a ^ b) >>> 0 },
  { '&': (a, b) => (a & b) >>> 0 },
  { '<<': (a, b) => (a << b) >>> 0, '>>': (a, b) => a >>> b },
  { '+': (a, b) => (a + b) >>> 0, '-': (a, b) => (a - b) >>> 0 },
  {
    '*': (a, b) => Math.imul(a, b) >>> 0,
    '/': (a, b) => (b === 0 ? undefined : Math.floor(a / b)),
    '%': (a, b) => (b === 0 ? undefined : a % b),
  },
];

const RELATIONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** A comparison at the tokens, or undefined and the tokens as they were. */
export function comparison(tokens: Tokens): ((packet: View) => boolean) | undefined {
  const start = tokens.at;
  try {
    const left = expression(tokens, 0);
    const relation = tokens.accept(...Object.keys(RELATIONS));
    if (relation !== undefined) {
      const right = expression(tokens, 0);
      return (packet) => {
        const [a, b] = [left(packet), right(packet)];
        return a !== undefined && b !== undefined && RELATIONS[relation]!(a, b);
      };
    }
  } catch (error) {
    // Else it was no comparison after all.
    if (error instanceof SizeError) throw error;
  }
  tokens.at = start;
  return undefined;
}

function expression(tokens: Tokens, level: number): Value {
  const operators = OPERATORS[level];
  if (!operators) return operand(tokens);
  let left = expression(tokens, level + 1);
  for (let sign = tokens.accept(...Object.keys(operators)); sign !== undefined; sign = tokens.accept(...Object.keys(operators))) {
    const [a, b, apply] = [left, expression(tokens, level + 1), operators[sign]!];
    left = (packet) => {
      const [x, y] = [a(packet), b(packet)];
      return x === undefined || y === undefined ? undefined : apply(x, y);
    };
  }
  return left;
}

function operand(tokens: Tokens): Value {
  if (tokens.accept('(')) {
    const inner = expression(tokens, 0);
    tokens.expect(')');
    return inner;
  }
  if (tokens.accept('-')) {
    const inner = operand(tokens);
    return (packet) => {
      const value = inner(packet);
      return value === undefined ? undefined : -value >>> 0;
    };
  }
  const word = tokens.take();
  if (word === 'len') return ({ frame }) => frame.length;
  if (tokens.peek() === '[') return bytesAt(tokens, word);
  const number = numberOf(word) ?? CONSTANTS[word];
  if (number === undefined) throw syntaxError();
  return () => number;
}

/** `proto[offset]`, `proto[offset:size]` */
function bytesAt(tokens: Tokens, proto: string): Value {
  const part = partOf(proto);
  if (!part) throw syntaxError();
  tokens.expect('[');
  const offset = expression(tokens, 0);
  const size = tokens.accept(':') ? numberOf(tokens.take()) : 1;
  tokens.expect(']');
  if (size !== 1 && size !== 2 && size !== 4) throw new SizeError('data size must be 1, 2, or 4');
  return (packet) => {
    const [reader, at] = [part(packet), offset(packet)];
    if (!reader || at === undefined || at + size > reader.length) return undefined;
    return size === 1 ? reader.u8(at) : size === 2 ? reader.u16(at) : reader.u32(at);
  };
}

/** Where the bytes of a protocol begin in a packet that has it. */
function partOf(proto: string): ((packet: View) => Reader | undefined) | undefined {
  if (proto === 'ether' || proto === 'link') return ({ whole }) => whole;
  if (proto === 'ip') return ({ ip, network }) => (ip ? network : undefined);
  if (proto === 'arp') return ({ ethertype, network }) => (ethertype === ETHERTYPE.arp ? network : undefined);
  const number = TRANSPORT[proto];
  if (number === undefined) return undefined;
  return ({ ip }) => (ip && ip.proto === number && (ip.fragment & 0x1fff) === 0 ? ip.payload : undefined);
}
