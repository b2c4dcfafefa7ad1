import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { plugEther } from '../kernel/create.ts';
import { globalAddress, setCarrier } from '../kernel/link.ts';
import type { NetNamespace } from '../kernel/namespace.ts';
import { listen } from '../kernel/socket.ts';
import type { Host, World } from '../world.ts';
import { change, gateway, host, must, route, withRoutes, world } from './builders.ts';
import { exchange } from './exchange.ts';
import { canReach } from './reach.ts';

const bgp = (name: string, address: string) =>
  change(host(name, address), '', (ns) => must(listen(ns, { proto: 'tcp', address: '0.0.0.0', port: 179, process: 'bird' })));
const [a, b] = [bgp('a', '10.0.1.20'), bgp('b', '10.0.1.30')];
const from = { host: 'a', netns: '' };

test('a listening port of a running host that is on the wire can be reached', () => {
  const ask = (hosts: readonly Host[], port = 179) => canReach(world(hosts), from, '10.0.1.30', port);
  expect({
    listening: ask([a, b]),
    again: ask([a, b]),
    'wrong port': ask([a, b], 180),
    off: ask([a, { ...b, up: false }]),
    'cable cut': ask([a, change(b, '', (ns) => setCarrier(ns, 'ens5', false))]),
    'own cable cut': ask([change(a, '', (ns) => setCarrier(ns, 'ens5', false)), b]),
    'sender off': ask([{ ...a, up: false }, b]),
    absent: ask([a, gateway]),
  }).toEqual({
    listening: true,
    again: true,
    'wrong port': false,
    off: false,
    'cable cut': false,
    'own cable cut': false,
    'sender off': false,
    absent: false,
  });
});

/** Routers joined by one segment for each edge of a tree, with the shortest way to every segment in every table. */
function tree(parents: readonly number[]): World {
  const size = parents.length + 1;
  const edges = parents.map((parent, i) => [parent % (i + 1), i + 1] as const);
  const subnet = (edge: number) => `10.${100 + edge}.0`;
  const address = (edge: number, node: number) => `${subnet(edge)}.${edges[edge]![0] === node ? 1 : 2}`;
  /** First edge and next router from a node towards another. */
  const towards = (start: number): ReadonlyMap<number, readonly [edge: number, next: number]> => {
    const found = new Map<number, readonly [number, number]>();
    const queue: [node: number, first: readonly [number, number] | undefined][] = [[start, undefined]];
    const seen = new Set([start]);
    for (let item = queue.shift(); item; item = queue.shift()) {
      const [node, first] = item;
      if (first) found.set(node, first);
      edges.forEach(([p, c], edge) => {
        const next = p === node ? c : c === node ? p : -1;
        if (next < 0 || seen.has(next)) return;
        seen.add(next);
        queue.push([next, first ?? [edge, next]]);
      });
    }
    return found;
  };
  const hosts = Array.from({ length: size }, (_, node): Host => {
    const bare: Host = { ...host(`r${node}`, '10.0.1.1', { kind: 'gateway' }), kind: 'node' };
    return change(bare, '', (empty) => {
      let ns: NetNamespace = { ...empty, links: { lo: empty.links.lo! }, routes: [], sysctl: { 'net.ipv4.ip_forward': '1' } };
      edges.forEach(([p, c], edge) => {
        if (p !== node && c !== node) return;
        ns = {
          ...ns,
          ...plugEther(ns, {
            name: `eth${edge}`,
            segment: `s${edge}`,
            addresses: [globalAddress(address(edge, node), 24)],
            owner: `r${node}`,
          }),
        };
      });
      const ways = towards(node);
      const routes = edges.flatMap(([p, c], edge) => {
        if (p === node || c === node) return [];
        // The nearer end of the far segment decides the way.
        const first = ways.get(p)!;
        const nearer = ways.get(c)!;
        const [by, next] = first[0] === nearer[0] ? first : nearer;
        return [route(`${subnet(edge)}.0/24`, { dev: `eth${by}`, via: address(by, next) })];
      });
      return { ...ns, ...withRoutes(ns, routes) };
    });
  });
  return world(hosts, {
    segments: Object.fromEntries(edges.map((_, i) => [`s${i}`, { name: `s${i}`, cidr: `${subnet(i)}.0/24` }])),
  });
}

property.prop([fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 9 }), fc.nat(), fc.nat()], { numRuns: 60 })(
  'in converged routing every packet arrives without passing a router twice',
  (parents, x, y) => {
    const w = tree(parents);
    const names = Object.keys(w.hosts);
    const target = w.hosts[names[y % names.length]!]!;
    const addresses = Object.values(target.netns['']!.links).flatMap((link) =>
      link.addresses.filter((each) => each.scope === 'global'),
    );
    const sender = names[x % names.length]!;
    const { trace } = exchange(w, {
      from: { host: sender, netns: '' },
      proto: 'icmp',
      dst: addresses[0]!.address,
      dport: 0,
      sport: 1,
    });
    const passed = trace.hops.map((hop) => hop.place.host);
    const other = sender === target.name ? 1 : 0;
    expect([trace.disposition, trace.reverse?.disposition]).toEqual(['delivered', 'delivered']);
    expect(new Set(passed).size).toBe(passed.length - other);
    expect(canReach(w, { host: sender, netns: '' }, addresses[0]!.address, 179)).toBe(false);
  },
);
