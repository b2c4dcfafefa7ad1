/**
 * Reads filters and functions. Models filter/config.Y of BIRD 1.6.8: expressions with its precedences, sets, paths, communities.
 * Leaves out roa_check, extended communities and quitbird.
 */
import { formatAddress, masked, toNumber } from '../../../net/address.ts';
import { evaluateConstant } from '../filter.ts';
import { ENUM } from './lex.ts';
import type { Reader } from './reader.ts';
import type { Block, ConfigSymbol, Expression, PrefixPattern, Statement, Value, ValueOf } from './types.ts';

/** Names in sight while a program is read; `locals` are its parameters and declared variables. */
export interface Scope {
  readonly symbols: Readonly<Record<string, ConfigSymbol>>;
  readonly locals: Set<string>;
  /** What the text does not say by itself: keys of the functions called so far, values of the constants named. */
  readonly uses: Set<string>;
}

export const newScope = (symbols: Readonly<Record<string, ConfigSymbol>>): Scope => ({
  symbols,
  locals: new Set(),
  uses: new Set(),
});

const keys = new Map<string, string>();
const MAX_KEYS = 10_000;

/** A short key for a program: its text with what it uses. Equal programs have equal keys, here and on any host. */
export function programKey(text: string, uses: Iterable<string>): string {
  const whole = [text, ...uses].join('\n');
  const known = keys.get(whole);
  if (known !== undefined) return known;
  if (keys.size >= MAX_KEYS) keys.clear();
  // After a clearing the same text may get another key, which only makes work be done again.
  const key = `program ${++made}`;
  keys.set(whole, key);
  return key;
}
let made = 0;

/** Words that name something of the route, read-only ones included. */
const STATIC_ATTRIBUTES = new Set([
  'from',
  'gw',
  'net',
  'proto',
  'source',
  'scope',
  'cast',
  'dest',
  'ifname',
  'ifindex',
  'preference',
]);
const READ_ONLY = new Set(['net', 'proto', 'source', 'cast', 'ifindex']);
const DYNAMIC_ATTRIBUTE = /^(bgp|krt)_|^igp_metric$/;
const TYPES = new Set([
  'int',
  'bool',
  'ip',
  'prefix',
  'pair',
  'quad',
  'ec',
  'lc',
  'string',
  'bgpmask',
  'bgppath',
  'clist',
  'eclist',
  'lclist',
]);

const isDynamic = (reader: Reader): boolean => reader.peek().kind === 'keyword' && DYNAMIC_ATTRIBUTE.test(reader.peek().text);

/** Declarations, then a block: the body of a filter or function. */
export function readBody(reader: Reader, scope: Scope): Block {
  while (reader.peek().kind === 'keyword' && TYPES.has(reader.peek().text)) {
    readDeclaration(reader, scope);
    reader.expect(';');
  }
  reader.expect('{');
  return readStatements(reader, scope);
}

/** `int set name` @returns the name */
export function readDeclaration(reader: Reader, scope: Scope): string {
  if (!TYPES.has(reader.peek().text)) reader.fail();
  reader.next();
  while (reader.accept('set'));
  const name = reader.symbol().text;
  if (scope.locals.has(name)) reader.failHere('Symbol already defined');
  scope.locals.add(name);
  return name;
}

function readStatements(reader: Reader, scope: Scope): Block {
  const statements: Statement[] = [];
  while (!reader.accept('}')) statements.push(readStatement(reader, scope));
  return statements;
}

function readBlock(reader: Reader, scope: Scope): Block {
  return reader.accept('{') ? readStatements(reader, scope) : [readStatement(reader, scope)];
}

function readStatement(reader: Reader, scope: Scope): Statement {
  const token = reader.peek();
  if (token.kind === 'symbol') return readSymbolStatement(reader, scope);
  if (reader.accept('if')) {
    const condition = readExpression(reader, scope);
    reader.expect('then');
    const yes = readBlock(reader, scope);
    return reader.accept('else') ? { op: 'if', condition, yes, no: readBlock(reader, scope) } : { op: 'if', condition, yes };
  }
  if (reader.accept('return')) return ended(reader, { op: 'return', value: readExpression(reader, scope) });
  if (reader.accept('case')) return readCase(reader, scope);
  if (reader.accept('unset')) {
    reader.expect('(');
    if (!isDynamic(reader)) reader.fail();
    const name = reader.next().text;
    reader.expect(')');
    return ended(reader, { op: 'unset', name });
  }
  for (const op of ['accept', 'reject', 'error', 'print', 'printn'] as const) {
    if (!reader.accept(op)) continue;
    const args: Expression[] = [];
    if (!reader.at(';'))
      do args.push(readExpression(reader, scope));
      while (reader.accept(','));
    return ended(reader, op === 'accept' || op === 'reject' ? { op } : { op: op === 'error' ? 'error' : 'print', args });
  }
  if (isDynamic(reader)) return readAttributeStatement(reader, scope);
  if (token.kind === 'keyword' && STATIC_ATTRIBUTES.has(token.text)) {
    reader.next();
    reader.expect('=');
    const value = readExpression(reader, scope);
    reader.expect(';');
    if (READ_ONLY.has(token.text)) reader.failHere('This static attribute is read-only.');
    return { op: 'set', name: token.text, local: false, value };
  }
  return reader.fail();
}

function ended(reader: Reader, statement: Statement): Statement {
  reader.expect(';');
  return statement;
}

function readSymbolStatement(reader: Reader, scope: Scope): Statement {
  const name = reader.symbol().text;
  if (reader.at('(')) return ended(reader, { op: 'do', call: readCall(reader, scope, name) });
  reader.expect('=');
  const value = readExpression(reader, scope);
  reader.expect(';');
  if (!scope.locals.has(name)) reader.failHere('You may set only variables.');
  return { op: 'set', name, local: true, value };
}

function readAttributeStatement(reader: Reader, scope: Scope): Statement {
  const name = reader.next().text;
  if (reader.accept('=')) return ended(reader, { op: 'set', name, local: false, value: readExpression(reader, scope) });
  reader.expect('.');
  if (reader.accept('empty')) return ended(reader, { op: 'amend', name, how: 'empty' });
  for (const how of ['prepend', 'add', 'delete', 'filter'] as const) {
    if (!reader.accept(how)) continue;
    reader.expect('(');
    const by = readExpression(reader, scope);
    reader.expect(')');
    return ended(reader, { op: 'amend', name, how, by });
  }
  return reader.fail();
}

function readCase(reader: Reader, scope: Scope): Statement {
  const of = readExpression(reader, scope);
  const arms: { items?: Value; body: Block }[] = [];
  reader.expect('{');
  while (!reader.accept('}')) {
    const items = reader.accept('else:') ? undefined : readSetItems(reader, scope);
    if (items) reader.expect(':');
    const body: Statement[] = [];
    while (!reader.at('}') && !reader.at('else:') && !startsArm(reader)) body.push(readStatement(reader, scope));
    arms.push(items ? { items, body } : { body });
  }
  return { op: 'case', of, arms };
}

const startsArm = (reader: Reader): boolean => ['num', 'ip', 'enum'].includes(reader.peek().kind) || reader.at('(');

function readCall(reader: Reader, scope: Scope, name: string): Expression {
  const args: Expression[] = [];
  reader.expect('(');
  if (!reader.at(')'))
    do args.push(readExpression(reader, scope));
    while (reader.accept(','));
  reader.expect(')');
  const callee = scope.symbols[name];
  if (callee?.class !== 'function') return reader.failHere("You can't call something which is not a function. Really.");
  if (callee.params.length !== args.length) reader.failHere(`Wrong number of arguments for function ${name}.`);
  scope.uses.add(callee.key);
  return { op: 'call', name, args, callee };
}

/** Loosest first; conf/confbase.Y gives `&&` and `||` the same weight. */
const LEVELS: readonly (readonly string[])[] = [
  ['&&', '||'],
  ['=', '!=', '<', '<=', '>', '>=', '~', '!~'],
  ['+', '-'],
  ['*', '/'],
];

export function readExpression(reader: Reader, scope: Scope, level = 0): Expression {
  const operators = LEVELS[level];
  if (!operators) return readUnary(reader, scope);
  let left = readExpression(reader, scope, level + 1);
  while (reader.peek().kind === 'punct' && operators.includes(reader.peek().text)) {
    const operator = reader.next().text;
    left = { op: 'binary', operator, left, right: readExpression(reader, scope, level + 1) };
    // Comparisons do not associate: `a = b = c` is an error.
    if (level === 1) break;
  }
  return left;
}

function readUnary(reader: Reader, scope: Scope): Expression {
  if (reader.accept('!')) return { op: 'not', of: readUnary(reader, scope) };
  let term = readTerm(reader, scope);
  while (reader.accept('.')) {
    if (reader.accept('mask')) {
      reader.expect('(');
      const by = readExpression(reader, scope);
      reader.expect(')');
      term = { op: 'member', name: 'mask', of: term, args: [by] };
      continue;
    }
    if (!['ip', 'len', 'first', 'last', 'last_nonaggregated'].includes(reader.peek().text)) reader.fail();
    term = { op: 'member', name: reader.next().text, of: term, args: [] };
  }
  return term;
}

const value = (constant: Value): Expression => ({ op: 'value', value: constant });

function readTerm(reader: Reader, scope: Scope): Expression {
  const token = reader.peek();
  if (token.kind === 'num') return value(Number(reader.next().text));
  if (token.kind === 'text') return value(reader.next().text);
  if (token.kind === 'enum') return value({ type: 'enum', name: reader.next().text });
  if (token.kind === 'ip') return value(readAddressOrPrefix(reader));
  if (token.kind === 'symbol') return readName(reader, scope);
  if (reader.accept('true')) return value(true);
  if (reader.accept('false')) return value(false);
  if (reader.accept('(')) return readParenthesis(reader, scope);
  if (reader.accept('[')) return value(readSet(reader, scope));
  if (reader.accept('[=')) return value(readMask(reader));
  if (reader.accept('defined')) {
    reader.expect('(');
    const of = readExpression(reader, scope);
    reader.expect(')');
    return { op: 'defined', of };
  }
  for (const how of ['prepend', 'add', 'delete', 'filter'] as const) {
    if (!reader.accept(how)) continue;
    reader.expect('(');
    const of = readExpression(reader, scope);
    reader.expect(',');
    const by = readExpression(reader, scope);
    reader.expect(')');
    return { op: 'change', how, of, by };
  }
  if (reader.accept('+')) return emptyValue(reader, '+', { type: 'path', list: [] });
  if (reader.accept('-')) return emptyValue(reader, '-', { type: 'communities', items: [] });
  if (token.kind === 'keyword' && (STATIC_ATTRIBUTES.has(token.text) || DYNAMIC_ATTRIBUTE.test(token.text))) {
    return { op: 'attribute', name: reader.next().text };
  }
  return reader.fail();
}

function emptyValue(reader: Reader, sign: string, empty: Value): Expression {
  while (reader.accept(sign));
  reader.expect('empty');
  reader.expect(sign);
  while (reader.accept(sign));
  return value(empty);
}

function readName(reader: Reader, scope: Scope): Expression {
  const name = reader.symbol().text;
  if (reader.at('(')) return readCall(reader, scope, name);
  if (scope.locals.has(name)) return { op: 'variable', name };
  const symbol = scope.symbols[name];
  if (symbol?.class === 'constant') {
    scope.uses.add(`${name} = ${JSON.stringify(symbol.value)}`);
    return value(symbol.value);
  }
  return reader.fail(`${name}: variable expected.`);
}

function readParenthesis(reader: Reader, scope: Scope): Expression {
  const parts = [readExpression(reader, scope)];
  while (reader.accept(',')) parts.push(readExpression(reader, scope));
  reader.expect(')');
  if (parts.length > 3) reader.failHere('syntax error');
  return parts.length === 1 && parts[0] ? parts[0] : { op: 'pair', parts };
}

function readAddressOrPrefix(reader: Reader): Value {
  const ip = reader.next().text;
  if (!reader.at('/') || reader.peek(1).kind !== 'num') return { type: 'ip', ip };
  reader.next();
  const length = Number(reader.next().text);
  checkPrefix(reader, ip, length);
  return { type: 'prefix', address: toNumber(ip), length };
}

function checkPrefix(reader: Reader, ip: string, length: number): void {
  if (length > 32 || !(masked(toNumber(ip), length) === toNumber(ip))) reader.failHere(`Invalid network prefix: ${ip}/${length}.`);
}

/** After `[`: a set of prefixes or of anything else. */
function readSet(reader: Reader, scope: Scope): Value {
  const prefixes = reader.peek().kind === 'ip' && reader.at('/', 1);
  if (!prefixes) {
    const items = readSetItems(reader, scope);
    reader.expect(']');
    return items;
  }
  const patterns: PrefixPattern[] = [];
  do patterns.push(readPattern(reader));
  while (reader.accept(','));
  reader.expect(']');
  return { type: 'prefixes', patterns };
}

function readPattern(reader: Reader): PrefixPattern {
  if (reader.peek().kind !== 'ip') reader.fail();
  const text = reader.next().text;
  reader.expect('/');
  if (reader.peek().kind !== 'num') reader.fail();
  const length = Number(reader.next().text);
  checkPrefix(reader, text, length);
  const address = toNumber(text);
  if (reader.accept('+')) return { address, length, low: length, high: 32 };
  if (reader.accept('-')) return { address, length, low: 0, high: length };
  if (!reader.accept('{')) return { address, length, low: length, high: length };
  const low = readNumber(reader);
  reader.expect(',');
  const high = readNumber(reader);
  reader.expect('}');
  if (low > high || high > 32) reader.failHere(`Invalid prefix pattern range: {${low}, ${high}}.`);
  return { address, length, low, high };
}

function readNumber(reader: Reader): number {
  if (reader.peek().kind !== 'num') reader.fail();
  return Number(reader.next().text);
}

function readSetItems(reader: Reader, scope: Scope): ValueOf<'set'> {
  const items: { from: string; to: string; low: number; high: number }[] = [];
  do items.push(readSetItem(reader, scope));
  while (reader.accept(','));
  return { type: 'set', items };
}

const ANY = '*';

function readSetItem(reader: Reader, scope: Scope): { from: string; to: string; low: number; high: number } {
  const from: string[] = [];
  const to: string[] = [];
  if (reader.accept('(')) {
    do {
      if (reader.accept('*')) {
        from.push(ANY);
        to.push(ANY);
        continue;
      }
      const low = readSetAtom(reader, scope);
      from.push(low);
      to.push(reader.accept('..') ? readSetAtom(reader, scope) : low);
    } while (reader.accept(','));
    reader.expect(')');
    if (from.length > 1) return { from: from.join(','), to: to.join(','), low: Number.NaN, high: Number.NaN };
  } else {
    const low = readSetAtom(reader, scope);
    from.push(low);
    to.push(reader.accept('..') ? readSetAtom(reader, scope) : low);
  }
  const [first = '', last = ''] = [from[0], to[0]];
  return { from: first, to: last, low: scalar(first), high: scalar(last) };
}

function readSetAtom(reader: Reader, scope: Scope): string {
  if (['num', 'ip', 'enum'].includes(reader.peek().kind)) return reader.next().text;
  const constant = evaluateConstant(readTerm(reader, scope));
  if (typeof constant === 'number') return String(constant);
  if (typeof constant === 'object' && constant.type === 'ip') return constant.ip;
  return reader.failHere('Set-incompatible type');
}

const scalar = (text: string): number => (/^\d+$/.test(text) ? Number(text) : text.includes('.') ? toNumber(text) : Number.NaN);

function readMask(reader: Reader): Value {
  const items: (number | '*' | '?' | { from: number; to: number })[] = [];
  while (!reader.accept('=]')) {
    if (reader.accept('*')) items.push('*');
    else if (reader.accept('?')) items.push('?');
    else {
      const from = readNumber(reader);
      items.push(reader.accept('..') ? { from, to: readNumber(reader) } : from);
    }
  }
  return { type: 'mask', items };
}

/** The text of a value, as `print` and `birdc eval` write it. */
export function formatValue(constant: Value): string {
  if (constant === undefined) return '(void)';
  if (typeof constant === 'boolean') return constant ? 'TRUE' : 'FALSE';
  if (typeof constant !== 'object') return String(constant);
  switch (constant.type) {
    case 'ip':
      return constant.ip;
    case 'prefix':
      return `${formatAddress(constant.address)}/${constant.length}`;
    case 'enum': {
      const { type, value: number } = ENUM.get(constant.name) ?? { type: 0, value: 0 };
      return `(enum ${type.toString(16)})${number}`;
    }
    case 'pair':
      return `(${constant.text.replaceAll(',', constant.text.split(',').length > 2 ? ', ' : ',')})`;
    case 'path':
      return `(path ${constant.list.join(' ')})`;
    case 'communities':
      return `(clist ${constant.items.map((item) => `(${item})`).join(' ')})`;
    case 'mask':
      return `[= ${constant.items.map((item) => `${typeof item === 'object' ? `${item.from}..${item.to}` : item} `).join('')}=]`;
    case 'set':
      return `[${constant.items.map(({ from, to }) => (from === to ? from : `${from}..${to}`)).join(', ')}]`;
    case 'prefixes':
      return `[${constant.patterns.map(({ address, length }) => `${formatAddress(address)}/${length}`).join(', ')}]`;
  }
}
