import { describe, expect, it } from 'vitest';
import { parseWorld, type WorldError } from './parse.ts';

const GOOD = `title: Small
start: 2025-01-01T00:00:00Z
segments:
  lan: { cidr: 10.0.1.0/24, gateway: 10.0.1.1 }
hosts:
  host1:
    kind: bastion
    address: 10.0.1.10
  control1:
    kind: node
    address: 10.0.1.20
clusters:
  k:
    podCidr: 10.48.0.0/16
    serviceCidr: 10.49.0.0/16
    apiHost: control1
`;

const faultsOf = (text: string): readonly string[] => {
  try {
    parseWorld(text);
    return [];
  } catch (error) {
    return (error as WorldError).faults;
  }
};

describe('parseWorld', () => {
  it('fills in what may be left out', () => {
    expect(parseWorld(GOOD).hosts.host1).toEqual({
      kind: 'bastion',
      address: '10.0.1.10',
      interface: 'ens5',
      mtu: 9001,
      aliases: [],
      bird: false,
      roles: [],
      labels: {},
      sysctl: {},
      files: {},
    });
  });

  it.each([
    [
      'an address that is none',
      '10.0.1.10',
      '10.0.1.300',
      'world.yaml:8: hosts.host1.address: expected an IPv4 address such as 10.0.1.10',
    ],
    [
      'an address outside its segment',
      '10.0.1.10',
      '10.0.9.10',
      'world.yaml:8: hosts.host1.address: 10.0.9.10 is outside lan (10.0.1.0/24)',
    ],
    [
      'an address twice',
      '10.0.1.10',
      '10.0.1.20',
      'world.yaml:11: hosts.control1.address: 10.0.1.20 is already the address of host1',
    ],
    [
      'an unmasked prefix',
      '10.48.0.0/16',
      '10.48.0.9/16',
      'world.yaml:14: clusters.k.podCidr: expected a masked IPv4 prefix such as 10.0.1.0/24',
    ],
    ['an unknown field', 'kind: node', 'kind: node\n    colour: red', 'world.yaml:11: hosts.control1.colour: unknown field'],
    [
      'an API host that is no node',
      'apiHost: control1',
      'apiHost: host1',
      'world.yaml:16: clusters.k.apiHost: host1 is not a node of k',
    ],
    ['a missing field', 'start: 2025-01-01T00:00:00Z\n', '', 'world.yaml:1: start: is required'],
    [
      'no YAML',
      'title: Small',
      'title: [',
      'world.yaml:2: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ])('names line and field of %s', (_, from, to, fault) => {
    expect(faultsOf(GOOD.replace(from, to))[0]).toBe(fault);
  });

  it('refuses a megabyte', () => {
    expect(faultsOf('x'.repeat(1_000_001))).toEqual(['world.yaml: larger than 1000000 bytes']);
  });
});
