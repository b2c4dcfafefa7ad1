import { expect, test } from 'vitest';
import type { Service } from '../objects.ts';
import { type Client, clientWith, messageOf } from '../testing.ts';

const PATH = '/api/v1/namespaces/bank/services';

function service(name: string, spec: Readonly<Record<string, unknown>>) {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } };
}

const made = (on: Client, name: string, spec: Readonly<Record<string, unknown>>) =>
  on.object<Service>('POST', PATH, service(name, spec)).spec;

const customer = {
  type: 'NodePort',
  clusterIP: '10.49.50.18',
  selector: { app: 'customer' },
  ports: [{ port: 80, name: 'http', nodePort: 30180 }],
};

test('a service is stored with the defaults of the server', () => {
  expect(made(clientWith('bank'), 'customer', customer)).toEqual({
    clusterIP: '10.49.50.18',
    clusterIPs: ['10.49.50.18'],
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [{ name: 'http', nodePort: 30180, port: 80, protocol: 'TCP', targetPort: 80 }],
    selector: { app: 'customer' },
    sessionAffinity: 'None',
    type: 'NodePort',
  });
});

test('addresses and ports are allocated once and not twice', () => {
  const on = clientWith('bank');
  const specs = Array.from({ length: 60 }, (_, i) => made(on, `s${i}`, { type: 'NodePort' }));
  const ips = specs.map((spec) => spec.clusterIP);
  const ports = specs.map((spec) => spec.ports?.[0]?.nodePort ?? 0);
  expect(new Set(ips).size).toBe(60);
  expect(new Set(ports).size).toBe(60);
  expect(ips.every((ip) => ip?.startsWith('10.49.'))).toBe(true);
  expect(ports.every((port) => port >= 30086 && port <= 32767)).toBe(true);
});

const refusals: readonly [what: string, spec: Readonly<Record<string, unknown>>, why: string][] = [
  [
    'a taken node port',
    { type: 'NodePort', ports: [{ port: 80, nodePort: 30180 }] },
    'spec.ports[0].nodePort: Invalid value: 30180: provided port is already allocated',
  ],
  [
    'a node port outside the range',
    { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] },
    'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
  ],
  [
    'a taken clusterIP',
    { clusterIP: '10.49.50.18' },
    'spec.clusterIPs: Invalid value: []string{"10.49.50.18"}: failed to allocate IP 10.49.50.18: provided IP is already allocated',
  ],
  [
    'a foreign clusterIP',
    { clusterIP: '10.96.0.1' },
    'spec.clusterIPs: Invalid value: []string{"10.96.0.1"}: failed to allocate IP 10.96.0.1: the provided IP (10.96.0.1) is not in the valid range. The range of valid IPs is 10.49.0.0/16',
  ],
  [
    'Local on a ClusterIP',
    { externalTrafficPolicy: 'Local' },
    'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
  ],
  [
    'a word as an external IP',
    { externalIPs: ['10.50.0.300'] },
    'spec.externalIPs[0]: Invalid value: "10.50.0.300": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ],
  [
    'a loopback external IP',
    { externalIPs: ['127.0.0.1'] },
    'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
  ],
  ['no ports', { ports: [] }, 'spec.ports: Required value'],
  [
    'a port of 0',
    { ports: [{ port: 0, targetPort: 80 }] },
    'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
  ],
  [
    'two ports without names',
    { ports: [{ port: 80 }, { port: 81 }] },
    '[spec.ports[0].name: Required value, spec.ports[1].name: Required value]',
  ],
  [
    'an unknown type',
    { type: 'Nodeport' },
    'spec.type: Unsupported value: "Nodeport": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
  ],
  [
    'a node port on a ClusterIP',
    { ports: [{ port: 80, nodePort: 30181 }] },
    `spec.ports[0].nodePort: Forbidden: may not be used when \`type\` is 'ClusterIP'`,
  ],
];

test.each(refusals)('%s is refused', (_what, spec, why) => {
  const on = clientWith('bank');
  made(on, 'customer', customer);
  const before = on.api();
  expect(messageOf(on.send('POST', PATH, service('other', spec)))).toBe(`Service "other" is invalid: ${why}`);
  expect(on.api()).toBe(before);
});

test('an invalid service is answered with its causes', () => {
  const response = clientWith('bank').send('POST', PATH, service('Web', {}));
  const why =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
  expect(response).toEqual({
    status: 422,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `Service "Web" is invalid: metadata.name: Invalid value: "Web": ${why}`,
      reason: 'Invalid',
      details: {
        name: 'Web',
        kind: 'Service',
        causes: [{ reason: 'FieldValueInvalid', message: `Invalid value: "Web": ${why}`, field: 'metadata.name' }],
      },
      code: 422,
    },
  });
});

test('a NodePort made ClusterIP gives its node port and its policy up', () => {
  const on = clientWith('bank');
  made(on, 'customer', { ...customer, externalTrafficPolicy: 'Local' });
  const { spec } = on.patch(`${PATH}/customer`, { spec: { type: 'ClusterIP' } }).body as Service;
  expect(spec).toEqual({
    clusterIP: '10.49.50.18',
    clusterIPs: ['10.49.50.18'],
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 80 }],
    selector: { app: 'customer' },
    sessionAffinity: 'None',
    type: 'ClusterIP',
  });
});

test('the clusterIP may not change once set', () => {
  const on = clientWith('bank');
  made(on, 'customer', customer);
  expect(messageOf(on.patch(`${PATH}/customer`, { spec: { clusterIP: '10.49.1.1' } }))).toBe(
    'Service "customer" is invalid: spec.clusterIPs[0]: Invalid value: []string{"10.49.1.1"}: may not change once set',
  );
});

test('a replaced service keeps the address and node port it does not mention', () => {
  const on = clientWith('bank');
  made(on, 'customer', customer);
  const body = service('customer', { type: 'NodePort', ports: [{ name: 'http', port: 8080 }] });
  const { spec } = on.object<Service>('PUT', `${PATH}/customer`, body);
  expect([spec.clusterIP, spec.ports]).toEqual([
    '10.49.50.18',
    [{ name: 'http', nodePort: 30180, port: 8080, protocol: 'TCP', targetPort: 8080 }],
  ]);
});
