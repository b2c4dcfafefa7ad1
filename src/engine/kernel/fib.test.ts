import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { toNumber } from '../net/address.ts';
import { host, must, route, withRoutes } from '../packet/builders.ts';
import { lookup } from './fib.ts';
import { addRoute, compareRoutes, deleteRoute, programRoutes, removeRoutes } from './fib-edit.ts';
import { addAddress, deleteAddress, globalAddress, setCarrier, setLink } from './link.ts';
import type { NetNamespace, Route } from './namespace.ts';

const base = (): NetNamespace => host('host1', '10.0.1.10').netns['']!;
const dsts = (ns: NetNamespace) => ns.routes.map((r) => `${r.dst}${r.metric ? ` metric ${r.metric}` : ''}`);
const via = (ns: NetNamespace, dst: string) => {
  const found = lookup(ns, toNumber(dst));
  return found.type === 'unicast' ? (found.hop.via ?? `dev ${found.dev}`) : found.type;
};

test('the table keeps the order of ip route: address, longer prefix first, metric', () => {
  const ns = withRoutes(base(), [
    route('10.50.0.0/24', { via: '10.0.1.31' }),
    route('10.48.128.128/26', { type: 'blackhole' }),
    route('10.49.50.18/32', { via: '10.0.1.31' }),
    route('10.48.128.128/32', { dev: 'ens5' }),
    route('10.49.0.0/16', { via: '10.0.1.31' }),
    route('10.0.1.1/32', { metric: 100 }),
    route('0.0.0.0/0', { via: '10.0.1.9' }),
  ]);
  expect(dsts(ns)).toEqual([
    '0.0.0.0/0',
    '0.0.0.0/0 metric 100',
    '10.0.1.0/24',
    '10.0.1.1/32 metric 100',
    '10.48.128.128/32',
    '10.48.128.128/26',
    '10.49.0.0/16',
    '10.49.50.18/32',
    '10.50.0.0/24',
  ]);
});

test('the longest prefix wins, then the lowest metric; what refuses says so', () => {
  const ns = withRoutes(base(), [
    route('10.49.0.0/16', { via: '10.0.1.20' }),
    route('10.49.50.18/32', { via: '10.0.1.31' }),
    route('10.49.50.18/32', { via: '10.0.1.30', metric: 10 }),
    route('10.48.0.0/24', { type: 'blackhole' }),
    route('10.60.0.0/24', { type: 'unreachable' }),
  ]);
  expect(
    ['10.49.50.18', '10.49.50.19', '10.0.1.30', '10.48.0.9', '10.60.0.9', '8.8.8.8', '10.0.1.10', '127.3.2.1', '10.0.1.255'].map(
      (d) => via(ns, d),
    ),
  ).toEqual(['10.0.1.31', '10.0.1.20', 'dev ens5', 'blackhole', 'unreachable', '10.0.1.1', 'local', 'local', 'broadcast']);
});

describe('what the kernel refuses', () => {
  const cases: readonly (readonly [string, Route, object])[] = [
    ['a second route with the prefix and metric', route('10.0.1.0/24'), { errno: 'EEXIST' }],
    ['a link that is not there', route('10.9.0.0/16', { dev: 'eth9' }), { errno: 'ENODEV' }],
    [
      'a gateway that is not on a link',
      route('10.9.0.0/16', { via: '10.99.0.1' }),
      { errno: 'ENETUNREACH', message: 'Nexthop has invalid gateway' },
    ],
    [
      'a preferred source it does not own',
      route('10.9.0.0/16', { src: '10.9.9.9' }),
      { errno: 'EINVAL', message: 'Invalid prefsrc address' },
    ],
  ];
  test.each(cases)('%s', (_name, wanted, error) => {
    expect(addRoute(base(), wanted)).toEqual(error);
  });
  test('changing or deleting what is not there', () => {
    expect(addRoute(base(), route('10.9.0.0/16'), 'change')).toEqual({ errno: 'ENOENT' });
    expect(deleteRoute(base(), { dst: '10.9.0.0/16' })).toEqual({ errno: 'ESRCH' });
  });
});

test('one gateway does not delete a route of several next hops, the whole list does', () => {
  const ns = withRoutes(base(), [route('10.49.0.0/16', { via: ['10.0.1.20', '10.0.1.30'] })]);
  expect(deleteRoute(ns, { dst: '10.49.0.0/16', nexthops: [{ via: '10.0.1.30', dev: '' }] })).toEqual({ errno: 'ESRCH' });
  const gone = must(
    deleteRoute(ns, {
      dst: '10.49.0.0/16',
      nexthops: [
        { via: '10.0.1.20', dev: '' },
        { via: '10.0.1.30', dev: '' },
      ],
    }),
  );
  expect(gone.routes).toEqual(base().routes);
});

test('a daemon programs its own rows and leaves those of others alone', () => {
  const owns = (r: Route) => r.proto === 'bird';
  const first = programRoutes(base(), owns, [
    route('10.49.0.0/16', { via: '10.0.1.20' }),
    route('0.0.0.0/0', { via: '10.0.1.31', metric: 100 }),
  ]);
  expect(dsts(first)).toEqual(['0.0.0.0/0 metric 100', '10.0.1.0/24', '10.49.0.0/16']);
  expect(via(first, '8.8.8.8')).toBe('10.0.1.1');
  expect(programRoutes(first, owns, [route('10.49.0.0/16', { via: '10.0.1.20' })])).toBe(first);
  expect(programRoutes(first, owns, []).routes).toEqual(base().routes);
});

test('a link that goes down takes its routes along; up again brings only the connected one', () => {
  const ns = withRoutes(base(), [
    route('10.49.0.0/16', { via: ['10.0.1.20', '10.0.1.30'] }),
    route('10.48.0.0/26', { type: 'blackhole' }),
  ]);
  const down = must(setLink(ns, 'ens5', { up: false }));
  expect(dsts(down)).toEqual(['10.48.0.0/26']);
  expect(dsts(must(setLink(down, 'ens5', { up: true })))).toEqual(['10.0.1.0/24', '10.48.0.0/26']);
});

test('a lost carrier leaves routes in place and in use', () => {
  const cut = setCarrier(base(), 'ens5', false);
  expect([dsts(cut), via(cut, '8.8.8.8')]).toEqual([dsts(base()), '10.0.1.1']);
  expect(setCarrier(cut, 'ens5', false)).toBe(cut);
});

test('an address brings its connected route, and its deletion takes what preferred it', () => {
  const added = must(addAddress(base(), 'ens5', globalAddress('10.5.0.1', 16)));
  const used = withRoutes(added, [route('10.6.0.0/16', { via: '10.5.0.9', src: '10.5.0.1' })]);
  expect(dsts(used)).toEqual(['0.0.0.0/0 metric 100', '10.0.1.0/24', '10.5.0.0/16', '10.6.0.0/16']);
  expect(must(deleteAddress(used, 'ens5', '10.5.0.1', 16)).routes).toEqual(base().routes);
});

test('with its last address a link loses every route out of it', () => {
  const ns = withRoutes(base(), [
    route('10.49.0.0/16', { via: ['10.0.1.20', '10.0.1.30'] }),
    route('10.48.0.0/26', { type: 'blackhole' }),
  ]);
  const own = ns.links.ens5!.addresses[0]!;
  const bare = must(deleteAddress(ns, 'ens5', own.address, own.prefixLength));
  expect(dsts(bare)).toEqual(['10.48.0.0/26']);
  expect(dsts(must(addAddress(bare, 'ens5', own)))).toEqual(['10.0.1.0/24', '10.48.0.0/26']);
});

const prefixes = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 12, max: 32 })).map(([n, length]) => {
  const address = (0x0b000000 | (n << 16) | (n << 4)) >>> 0;
  const mask = (0xffffffff << (32 - length)) >>> 0;
  const a = (address & mask) >>> 0;
  return `${a >>> 24}.${(a >>> 16) & 255}.${(a >>> 8) & 255}.${a & 255}/${length}`;
});

property.prop([fc.uniqueArray(prefixes, { maxLength: 30 })])(
  'added and then deleted, routes leave nothing behind, whatever the order',
  (list) => {
    let ns = base();
    for (const dst of list) ns = must(addRoute(ns, route(dst, { via: '10.0.1.20' })));
    expect(ns.routes).toEqual([...ns.routes].sort(compareRoutes));
    for (const dst of [...list].reverse()) ns = must(deleteRoute(ns, { dst }));
    expect(ns).toEqual(base());
    expect(removeRoutes(ns, () => false)).toBe(ns);
  },
);
