/** For tests: the smallest world a shell can run in: a bastion and two nodes, nothing installed. */
import { createSim, type Host, type NetNamespace, type Sim, type World } from '../engine/index.ts';

const NOW = Date.UTC(2026, 0, 15, 14, 0, 0);

function namespace(name: string, address: string): NetNamespace {
  return {
    name,
    links: {
      ens5: {
        name: 'ens5',
        index: 2,
        type: 'ether',
        mac: '02:00:00:00:00:01',
        mtu: 9001,
        up: true,
        carrier: true,
        addresses: [{ address, prefixLength: 24, scope: 'global' }],
        segment: 'lan',
      },
    },
    routes: [],
    neighbours: {},
    sysctl: {},
    netfilter: { tables: {}, ipsets: {}, counters: {} },
    conntrack: {},
    sockets: [],
    nextPort: 32768,
  };
}

function host(name: string, kind: Host['kind'], address: string, files: Readonly<Record<string, string>> = {}): Host {
  return {
    name,
    kind,
    address,
    aliases: [`ip-${address.replaceAll('.', '-')}`],
    up: true,
    bootedAt: NOW - 3_600_000,
    files,
    netns: { '': namespace('', address) },
    daemons: {},
  };
}

export function smallWorld(files: Readonly<Record<string, string>> = {}): World {
  return {
    id: 'small',
    seed: 'test',
    now: NOW,
    inputs: 0,
    hosts: {
      host1: host('host1', 'bastion', '10.0.1.10', files),
      worker1: host('worker1', 'node', '10.0.1.30'),
      worker2: host('worker2', 'node', '10.0.1.31'),
    },
    segments: { lan: { name: 'lan', cidr: '10.0.1.0/24' } },
    clusters: {},
    flows: [],
  };
}

export function smallSim(files?: Readonly<Record<string, string>>): Sim {
  return createSim(smallWorld(files));
}
