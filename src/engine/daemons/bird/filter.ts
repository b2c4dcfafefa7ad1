/**
 * Runs filters over routes. Models filter/filter.c of BIRD 1.6.8: three-way verdicts, function calls, attribute changes, `~` on
 * prefixes, sets, paths and strings. A runtime error rejects the route, as f_run() does.
 */
import { contains, containsPrefix, formatAddress, masked, toNumber, toPrefix } from '../../net/address.ts';
import type { Block, Expression, FilterRef, Statement, Value, ValueOf } from './config/types.ts';
import type { Attributes, TableRoute } from './state.ts';

export interface Verdict {
  readonly accepted: boolean;
  /** The route as the filter leaves it: the same reference when it changed nothing. */
  readonly route: TableRoute;
}

type Outcome = 'accept' | 'reject' | 'error' | { readonly returned: Value };
class RuntimeError extends Error {}

interface Run {
  /** Absent where an expression is evaluated by itself. */
  readonly routeless?: boolean;
  route: TableRoute;
  locals: Record<string, Value>;
  depth: number;
}

/** Judges a route. Never throws. */
export function runFilter(filter: FilterRef, route: TableRoute): Verdict {
  if (filter.kind !== 'program') return { accepted: filter.kind === 'all', route };
  const run: Run = { route, locals: {}, depth: 0 };
  try {
    const outcome = execute(filter.body, run);
    return { accepted: outcome === 'accept', route: run.route };
  } catch (error) {
    if (error instanceof RuntimeError) return { accepted: false, route };
    throw error;
  }
}

/** The value of an expression that depends on no route; undefined: a runtime error. */
export function evaluateConstant(expression: Expression): Value {
  const none: TableRoute = {
    prefix: '0.0.0.0/0',
    protocol: '',
    id: '',
    source: 'static',
    destination: 'blackhole',
    preference: 0,
    attributes: {},
    since: 0,
  };
  try {
    return evaluate(expression, { routeless: true, route: none, locals: {}, depth: 0 });
  } catch (error) {
    if (error instanceof RuntimeError) return undefined;
    throw error;
  }
}

function execute(block: Block, run: Run): Outcome | undefined {
  for (const statement of block) {
    const outcome = perform(statement, run);
    if (outcome) return outcome;
  }
  return undefined;
}

function perform(statement: Statement, run: Run): Outcome | undefined {
  switch (statement.op) {
    case 'accept':
    case 'reject':
    case 'error':
      return statement.op;
    case 'print':
      return undefined;
    case 'if': {
      const holds = evaluate(statement.condition, run);
      if (typeof holds !== 'boolean') throw new RuntimeError('If requires boolean expression');
      return holds ? execute(statement.yes, run) : statement.no && execute(statement.no, run);
    }
    case 'return':
      return { returned: evaluate(statement.value, run) };
    case 'do': {
      const outcome = statement.call.op === 'call' ? call(statement.call, run) : undefined;
      return typeof outcome === 'string' ? outcome : undefined;
    }
    case 'set':
      if (statement.local) run.locals[statement.name] = evaluate(statement.value, run);
      else setAttribute(run, statement.name, evaluate(statement.value, run));
      return undefined;
    case 'unset':
      setAttribute(run, statement.name, undefined);
      return undefined;
    case 'amend': {
      const old = getAttribute(run.route, statement.name);
      setAttribute(run, statement.name, statement.by ? amend(old, statement.how, evaluate(statement.by, run)) : emptied(old));
      return undefined;
    }
    case 'case': {
      const of = evaluate(statement.of, run);
      const arm =
        statement.arms.find((each) => each.items && matches(of, each.items)) ?? statement.arms.find((each) => !each.items);
      return arm && execute(arm.body, run);
    }
  }
}

function call(expression: Expression & { readonly op: 'call' }, run: Run): Outcome | undefined {
  if (run.depth > 50) throw new RuntimeError('recursion');
  const locals: Record<string, Value> = {};
  expression.callee.params.forEach((param, i) => {
    const arg = expression.args[i];
    locals[param] = arg && evaluate(arg, run);
  });
  const inner: Run = { ...run, locals, depth: run.depth + 1 };
  const outcome = execute(expression.callee.body, inner);
  run.route = inner.route;
  return outcome;
}

function evaluate(expression: Expression, run: Run): Value {
  switch (expression.op) {
    case 'value':
      return expression.value;
    case 'variable':
      return run.locals[expression.name];
    case 'attribute':
      if (run.routeless) throw new RuntimeError('No route to access');
      return getAttribute(run.route, expression.name);
    case 'not': {
      const of = evaluate(expression.of, run);
      if (typeof of !== 'boolean') throw new RuntimeError('Not applied to non-boolean');
      return !of;
    }
    case 'defined':
      return evaluate(expression.of, run) !== undefined;
    case 'call': {
      const outcome = call(expression, run);
      return typeof outcome === 'object' ? outcome.returned : undefined;
    }
    case 'pair':
      return { type: 'pair', text: expression.parts.map((part) => scalarText(evaluate(part, run))).join(',') };
    case 'change':
      return amend(evaluate(expression.of, run), expression.how, evaluate(expression.by, run));
    case 'member':
      return member(expression.name, evaluate(expression.of, run), expression.args[0] && evaluate(expression.args[0], run));
    case 'binary':
      return binary(expression, run);
  }
}

function binary({ operator, left, right }: Expression & { readonly op: 'binary' }, run: Run): Value {
  const a = evaluate(left, run);
  if (operator === '&&') return truth(a) && truth(evaluate(right, run));
  if (operator === '||') return truth(a) || truth(evaluate(right, run));
  const b = evaluate(right, run);
  if (operator === '~') return matches(a, b);
  if (operator === '!~') return !matches(a, b);
  if (operator === '=') return same(a, b);
  if (operator === '!=') return !same(a, b);
  const [x, y] = [order(a), order(b)];
  if (operator === '<') return x < y;
  if (operator === '<=') return x <= y;
  if (operator === '>') return x > y;
  if (operator === '>=') return x >= y;
  if (typeof a !== 'number' || typeof b !== 'number') throw new RuntimeError('Usage of unknown type');
  if (operator === '+') return (a + b) >>> 0;
  if (operator === '-') return (a - b) >>> 0;
  if (operator === '*') return Math.imul(a, b) >>> 0;
  if (b === 0) throw new RuntimeError('Mother told me not to divide by 0');
  return operator === '/' ? Math.floor(a / b) : a % b;
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new RuntimeError('boolean expected');
  return value;
}

function order(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'object' && value.type === 'ip') return toNumber(value.ip);
  throw new RuntimeError("Can't compare these");
}

function same(a: Value, b: Value): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return JSON.stringify(a) === JSON.stringify(b);
}

const scalarText = (value: Value): string => (typeof value === 'object' && value.type === 'ip' ? value.ip : String(value));

function matches(a: Value, b: Value): boolean {
  if (typeof a === 'string' && typeof b === 'string') return glob(b, a);
  if (typeof b !== 'object' || a === undefined) throw new RuntimeError('~ applied on unknown type pair');
  if (b.type === 'prefix') {
    if (typeof a !== 'object') throw new RuntimeError('~ applied on unknown type pair');
    if (a.type === 'prefix') return containsPrefix(b, a);
    if (a.type === 'ip') return contains(b, toNumber(a.ip));
  }
  if (b.type === 'prefixes' && typeof a === 'object') {
    const net = a.type === 'ip' ? { address: toNumber(a.ip), length: 32 } : a.type === 'prefix' ? a : undefined;
    if (net)
      return b.patterns.some(
        (p) =>
          net.length >= p.low &&
          net.length <= p.high &&
          masked(net.address, Math.min(p.length, net.length)) === masked(p.address, Math.min(p.length, net.length)),
      );
  }
  if (b.type === 'set') return inSet(a, b);
  if (b.type === 'mask' && typeof a === 'object' && a.type === 'path') return pathMatches(a.list, b.items);
  if (b.type === 'path' && typeof a === 'number') return b.list.includes(a);
  if (b.type === 'communities' && typeof a === 'object' && a.type === 'pair') return b.items.includes(a.text);
  throw new RuntimeError('~ applied on unknown type pair');
}

function inSet(value: Value, set: ValueOf<'set'>): boolean {
  if (typeof value === 'object' && value.type === 'communities')
    return value.items.some((item) => inSet({ type: 'pair', text: item }, set));
  if (typeof value === 'object' && value.type === 'path') return value.list.some((as) => inSet(as, set));
  if (typeof value === 'object' && value.type === 'pair') {
    const parts = value.text.split(',');
    return set.items.some((item) => {
      const [from, to] = [item.from.split(','), item.to.split(',')];
      return (
        from.length === parts.length &&
        parts.every((part, i) => from[i] === '*' || (Number(part) >= Number(from[i]) && Number(part) <= Number(to[i])))
      );
    });
  }
  if (typeof value === 'object' && value.type === 'enum') return set.items.some((item) => item.from === value.name);
  const number = order(value);
  return set.items.some((item) => number >= item.low && number <= item.high);
}

function pathMatches(path: readonly number[], mask: ValueOf<'mask'>['items']): boolean {
  const [head, ...rest] = mask;
  if (head === undefined) return path.length === 0;
  if (head === '*') return path.some((_, i) => pathMatches(path.slice(i), rest)) || pathMatches([], rest);
  const as = path[0];
  if (as === undefined) return false;
  const fits = head === '?' || head === as || (typeof head === 'object' && as >= head.from && as <= head.to);
  return fits && pathMatches(path.slice(1), rest);
}

/** BIRD's patmatch(): `*` any text, `?` any character. */
export function glob(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function member(name: string, of: Value, arg: Value): Value {
  if (typeof of === 'object') {
    if (of.type === 'prefix' && name === 'ip') return { type: 'ip', ip: formatAddress(of.address) };
    if (of.type === 'prefix' && name === 'len') return of.length;
    if (of.type === 'ip' && name === 'mask' && typeof arg === 'number')
      return { type: 'ip', ip: formatAddress(masked(toNumber(of.ip), arg)) };
    if (of.type === 'path' && name === 'len') return of.list.length;
    if (of.type === 'path' && name === 'first') return of.list[0] ?? 0;
    if (of.type === 'path') return of.list.at(-1) ?? 0;
    if (of.type === 'communities' && name === 'len') return of.items.length;
  }
  throw new RuntimeError(`${name} of unknown type`);
}

function emptied(old: Value): Value {
  return typeof old === 'object' && old.type === 'path' ? { type: 'path', list: [] } : { type: 'communities', items: [] };
}

function amend(old: Value, how: 'add' | 'delete' | 'filter' | 'prepend' | 'empty', by: Value): Value {
  if (how === 'prepend') {
    if (typeof by !== 'number') throw new RuntimeError("Can't prepend non-integer");
    return { type: 'path', list: [by, ...(typeof old === 'object' && old.type === 'path' ? old.list : [])] };
  }
  if (typeof old === 'object' && old.type === 'path') {
    const inside = (as: number) => (typeof by === 'object' && by.type === 'set' ? inSet(as, by) : by === as);
    return { type: 'path', list: old.list.filter((as) => inside(as) === (how === 'filter')) };
  }
  const items = typeof old === 'object' && old.type === 'communities' ? old.items : [];
  if (how === 'add' && typeof by === 'object') {
    if (by.type === 'pair') return { type: 'communities', items: items.includes(by.text) ? items : [...items, by.text] };
    if (by.type === 'communities') return { type: 'communities', items: [...new Set([...items, ...by.items])] };
  }
  const inside = (item: string) => {
    if (typeof by !== 'object') return false;
    return by.type === 'pair'
      ? by.text === item
      : by.type === 'set'
        ? inSet({ type: 'pair', text: item }, by)
        : by.type === 'communities' && by.items.includes(item);
  };
  return { type: 'communities', items: items.filter((item) => inside(item) === (how === 'filter')) };
}

const RTS: Readonly<Record<TableRoute['source'], string>> = {
  static: 'RTS_STATIC',
  inherit: 'RTS_INHERIT',
  device: 'RTS_DEVICE',
  'static-device': 'RTS_STATIC_DEVICE',
  BGP: 'RTS_BGP',
};
const ORIGINS = ['ORIGIN_IGP', 'ORIGIN_EGP', 'ORIGIN_INCOMPLETE'];
const ip = (text: string | undefined): Value => (text === undefined ? undefined : { type: 'ip', ip: text });
const ZERO: Value = { type: 'ip', ip: '0.0.0.0' };
const list = (items: readonly string[] | undefined): Value => (items ? { type: 'communities', items } : undefined);

/** How filters read each attribute. */
const GET: Readonly<Record<string, (route: TableRoute) => Value>> = {
  net: (route) => ({ type: 'prefix', ...toPrefix(route.prefix) }),
  proto: (route) => route.protocol,
  source: (route) => ({ type: 'enum', name: RTS[route.source] }),
  dest: (route) => ({ type: 'enum', name: `RTD_${route.destination.toUpperCase()}` }),
  scope: () => ({ type: 'enum', name: 'SCOPE_UNIVERSE' }),
  cast: () => ({ type: 'enum', name: 'RTC_UNICAST' }),
  from: (route) => ip(route.from) ?? ZERO,
  gw: (route) => ip(route.gateway) ?? ZERO,
  // A route without an interface has an empty name there, which `defined()` still calls defined.
  ifname: (route) => route.device ?? '',
  ifindex: () => 0,
  preference: (route) => route.preference,
  bgp_origin: (route) =>
    route.attributes.origin === undefined ? undefined : { type: 'enum', name: ORIGINS[route.attributes.origin] ?? '' },
  bgp_path: (route) => ({ type: 'path', list: route.attributes.asPath ?? [] }),
  bgp_next_hop: (route) => ip(route.attributes.nextHop),
  bgp_med: (route) => route.attributes.med,
  bgp_local_pref: (route) => route.attributes.localPref,
  bgp_community: (route) => list(route.attributes.communities ?? []),
  bgp_large_community: (route) => list(route.attributes.largeCommunities ?? []),
  bgp_originator_id: (route) => ip(route.attributes.originatorId),
  bgp_cluster_list: (route) => list(route.attributes.clusterList ?? []),
  krt_source: (route) => route.attributes.krtSource,
  krt_metric: (route) => route.attributes.krtMetric,
  krt_scope: (route) => route.attributes.krtScope,
  krt_prefsrc: (route) => ip(route.attributes.krtPrefsrc),
  krt_tunnel: (route) => route.attributes.krtTunnel,
};

function getAttribute(route: TableRoute, name: string): Value {
  return GET[name]?.(route);
}

const addressText = (value: Value): string | undefined => (typeof value === 'object' && value.type === 'ip' ? value.ip : undefined);
const numberOf = (value: Value): number | undefined => (typeof value === 'number' ? value : undefined);
const items = (value: Value): readonly string[] | undefined =>
  typeof value === 'object' && value.type === 'communities' ? value.items : undefined;

/** How filters write the attributes that can be written. */
const SET: Readonly<Record<string, (value: Value) => Partial<{ -readonly [K in keyof Attributes]: Attributes[K] | undefined }>>> = {
  bgp_origin: (value) => ({ origin: typeof value === 'object' && value.type === 'enum' ? ORIGINS.indexOf(value.name) : undefined }),
  bgp_path: (value) => ({ asPath: typeof value === 'object' && value.type === 'path' ? value.list : undefined }),
  bgp_next_hop: (value) => ({ nextHop: addressText(value) }),
  bgp_med: (value) => ({ med: numberOf(value) }),
  bgp_local_pref: (value) => ({ localPref: numberOf(value) }),
  bgp_community: (value) => ({ communities: items(value) }),
  bgp_large_community: (value) => ({ largeCommunities: items(value) }),
  krt_metric: (value) => ({ krtMetric: numberOf(value) }),
  krt_source: (value) => ({ krtSource: numberOf(value) }),
  krt_scope: (value) => ({ krtScope: numberOf(value) }),
  krt_prefsrc: (value) => ({ krtPrefsrc: addressText(value) }),
  // An empty name means no tunnel at all, so that the route stays as it was.
  krt_tunnel: (value) => ({ krtTunnel: typeof value === 'string' && value !== '' ? value : undefined }),
};

function setAttribute(run: Run, name: string, value: Value): void {
  const { route } = run;
  if (name === 'preference') {
    if (typeof value !== 'number') throw new RuntimeError("Can't set preference to non-integer");
    run.route = { ...route, preference: value };
    return;
  }
  if (name === 'gw') {
    const gateway = addressText(value);
    if (gateway) run.route = { ...route, gateway, destination: 'router' };
    return;
  }
  if (name === 'dest') {
    const destination = typeof value === 'object' && value.type === 'enum' ? value.name.slice(4).toLowerCase() : '';
    if (!['blackhole', 'unreachable', 'prohibit'].includes(destination))
      throw new RuntimeError('Destination can be changed only to blackhole, unreachable or prohibit');
    const { gateway: _gateway, device: _device, nexthops: _nexthops, ...rest } = route;
    run.route = { ...rest, destination: destination as TableRoute['destination'] };
    return;
  }
  const change = SET[name]?.(value);
  if (!change) return;
  const attributes: Record<string, unknown> = { ...route.attributes };
  let changed = false;
  for (const [key, next] of Object.entries(change)) {
    if (JSON.stringify(attributes[key]) === JSON.stringify(next)) continue;
    changed = true;
    if (next === undefined) delete attributes[key];
    else attributes[key] = next;
  }
  if (changed) run.route = { ...route, attributes: attributes as Attributes };
}
