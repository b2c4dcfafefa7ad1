/** Small worlds for tests of the packet path: hosts on one segment, pods on hosts, rules as iptables writes them. */

import { connectVeth, createNamespace, plugEther } from '../kernel/create.ts';
import { isKernelError, type KernelError } from '../kernel/errno.ts';
import { addRoute, type RouteMode } from '../kernel/fib.ts';
import { globalAddress } from '../kernel/link.ts';
import type { NetNamespace, Route } from '../kernel/namespace.ts';
import type { Chain, HookName, Rule, TableName, Target } from '../kernel/netfilter/types.ts';
import { listen } from '../kernel/socket.ts';
import type { Host, World } from '../world.ts';

export const NOW = Date.UTC(2026, 0, 1, 12);

/** The namespace, or an error thrown: for builders only. */
export function must(result: NetNamespace | KernelError): NetNamespace {
  if (isKernelError(result)) throw new Error(`${result.errno} ${result.message ?? ''}`);
  return result;
}

export function route(dst: string, over: Partial<Route> & { via?: string | readonly string[]; dev?: string } = {}): Route {
  const { via, dev = 'ens5', ...rest } = over;
  const vias = via === undefined ? [undefined] : typeof via === 'string' ? [via] : via;
  const nexthops = vias.map((v) => ({ ...(v === undefined ? {} : { via: v }), dev, weight: 1 }));
  const type = rest.type ?? 'unicast';
  return {
    dst,
    type,
    nexthops: type === 'unicast' ? nexthops : [],
    proto: 'bird',
    scope: via === undefined && type === 'unicast' ? 'link' : 'global',
    ...rest,
  };
}

export function withRoutes(ns: NetNamespace, routes: readonly Route[], mode: RouteMode = 'add'): NetNamespace {
  return routes.reduce((at, r) => must(addRoute(at, r, mode)), ns);
}

export function host(name: string, address: string, over: Partial<Host> = {}): Host {
  const bare = plugEther(createNamespace(''), {
    name: 'ens5',
    segment: 'lan',
    addresses: [globalAddress(address, 24)],
    owner: name,
    mtu: 9001,
  });
  const gateway = address.replace(/\d+$/, '1');
  const ns =
    over.kind === 'gateway'
      ? bare
      : withRoutes(bare, [route('0.0.0.0/0', { via: gateway, proto: 'dhcp', src: address, metric: 100 })]);
  return {
    name,
    kind: 'node',
    address,
    aliases: [],
    up: true,
    bootedAt: NOW - 86_400_000,
    files: {},
    netns: { '': ns },
    daemons: {},
    ...over,
  };
}

export function change(h: Host, netns: string, edit: (ns: NetNamespace) => NetNamespace): Host {
  return { ...h, netns: { ...h.netns, [netns]: edit(h.netns[netns]!) } };
}

/** A pod with a veth, its /32 route, forwarding on, and a listener on port 80. */
export function withPod(h: Host, name: string, address: string, dev: string, port = 80): Host {
  const joined = connectVeth(
    h,
    { netns: '', link: dev, mac: 'ee:ee:ee:ee:ee:ee', proxyArp: true },
    { netns: name, link: 'eth0', addresses: [{ address, prefixLength: 32, scope: 'global' }] },
  );
  const podSide = change(joined, name, (ns) => {
    const routed = withRoutes(ns, [
      route('169.254.1.1/32', { dev: 'eth0', proto: 'boot' }),
      route('0.0.0.0/0', { dev: 'eth0', via: '169.254.1.1', proto: 'boot' }),
    ]);
    return must(listen(routed, { proto: 'tcp', address: '0.0.0.0', port, process: 'python' }));
  });
  return change(podSide, '', (ns) => ({
    ...withRoutes(ns, [route(`${address}/32`, { dev, proto: 'boot' })]),
    sysctl: { ...ns.sysctl, 'net.ipv4.ip_forward': '1' },
  }));
}

export function world(hosts: readonly Host[], over: Partial<World> = {}): World {
  return {
    id: 'test',
    seed: 'seed',
    now: NOW,
    inputs: 1,
    hosts: Object.fromEntries(hosts.map((h) => [h.name, h])),
    segments: { lan: { name: 'lan', cidr: '10.0.1.0/24' } },
    clusters: {},
    flows: [],
    ...over,
  };
}

export const gateway = host('gateway', '10.0.1.1', { kind: 'gateway' });

const BUILT_IN = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] satisfies HookName[]);

export function rule(target: Target | string, over: Partial<Rule> = {}): Rule {
  return { matches: [], target: typeof target === 'string' ? { type: 'jump', chain: target } : target, ...over };
}

/** Loads chains into a table, beside the ones that are there. */
export function withChains(ns: NetNamespace, table: TableName, chains: Readonly<Record<string, readonly Rule[]>>): NetNamespace {
  const made: Record<string, Chain> = { ...ns.netfilter.tables[table]?.chains };
  for (const [name, rules] of Object.entries(chains)) {
    made[name] = { name, rules, ...((BUILT_IN as Set<string>).has(name) ? { policy: 'ACCEPT' as const } : {}) };
  }
  return { ...ns, netfilter: { ...ns.netfilter, tables: { ...ns.netfilter.tables, [table]: { chains: made } } } };
}
