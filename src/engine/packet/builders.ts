/** Small worlds for tests of the packet path: hosts on one segment, pods on hosts, rules as iptables writes them. */

import { connectVeth, createNamespace, plugEther } from '../kernel/create.ts';
import { isKernelError, type KernelError } from '../kernel/errno.ts';
import { addRoute, type RouteMode } from '../kernel/fib-edit.ts';
import { globalAddress } from '../kernel/link.ts';
import type { NetNamespace, Route } from '../kernel/namespace.ts';
import type { Chain, HookName, Rule, TableName, Target } from '../kernel/netfilter/types.ts';
import { listen } from '../kernel/socket.ts';
import type { Host, World } from '../world.ts';
import type { Trace } from './trace.ts';

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

/** A trace in lines, its answer's after a `<`: one for each hop and step, for whole-trace assertions. */
export function summary(trace: Trace): readonly string[] {
  const lines = trace.hops.flatMap((hop) => [
    `${hop.place.host}${hop.place.netns && ` ${hop.place.netns}`} ${hop.in ?? '.'}>${hop.out ?? '.'}`,
    ...hop.steps.map((s) => {
      const [a, b] = [s.before!, s.after!];
      const moved = a.src !== b.src || a.dst !== b.dst || a.sport !== b.sport || a.dport !== b.dport;
      const change = moved ? ` [${b.src} > ${b.dst}:${b.dport}]` : '';
      return `  ${s.at}${s.chain ? ` ${s.chain}` : ''}: ${s.action.replace(/([0-9a-f]{2}:){5}[0-9a-f]{2}/, 'MAC')}${change}`;
    }),
  ]);
  return [...lines, `= ${trace.disposition}`, ...(trace.reverse ? summary(trace.reverse).map((line) => `< ${line}`) : [])];
}

/** A service as kube-proxy lays it out, cut down: VIP:80 → pods, off-cluster sources masqueraded. */
export function serviceRules(ns: NetNamespace, vip: string, pods: readonly string[]): NetNamespace {
  const sep = (i: number) => `KUBE-SEP-${i}`;
  const dport: Rule['matches'][number] = { type: 'dport', port: 80 };
  const chains: Record<string, readonly Rule[]> = {
    PREROUTING: [rule('KUBE-SERVICES')],
    OUTPUT: [rule('KUBE-SERVICES')],
    POSTROUTING: [rule('KUBE-POSTROUTING')],
    'KUBE-SERVICES': [rule('KUBE-SVC', { dst: { prefix: `${vip}/32` }, proto: 'tcp', matches: [dport] })],
    'KUBE-SVC': [
      rule('KUBE-MARK-MASQ', { src: { prefix: '10.48.0.0/16', not: true } }),
      ...pods.map((_, i) =>
        rule(sep(i), { matches: i < pods.length - 1 ? [{ type: 'statistic', probability: 1 / (pods.length - i) }] : [] }),
      ),
    ],
    'KUBE-MARK-MASQ': [rule({ type: 'MARK', value: 0x4000, mask: 0x4000 })],
    'KUBE-POSTROUTING': [
      rule({ type: 'RETURN' }, { matches: [{ type: 'mark', value: 0x4000, mask: 0x4000, not: true }] }),
      rule({ type: 'MASQUERADE' }),
    ],
  };
  pods.forEach((pod, i) => {
    chains[sep(i)] = [
      rule('KUBE-MARK-MASQ', { src: { prefix: `${pod}/32` } }),
      rule({ type: 'DNAT', to: `${pod}:80` }, { proto: 'tcp' }),
    ];
  });
  return withChains(ns, 'nat', chains);
}
