/** Journals to hold against the real kernel and the real BIRD: lines typed on the bastion, then what is asked of both sides. */

export interface Scenario {
  readonly name: string;
  /** World id. */
  readonly world: string;
  /** Typed on the bastion before the comparison. */
  readonly lines: readonly string[];
  readonly probes: readonly Probe[];
  /** In the sample of a short run. */
  readonly quick?: boolean;
}

/** A request with curl, from a host or from the first pod whose name begins so. */
export interface Probe {
  readonly from: string;
  readonly url: string;
}

const ADVERTISE = 'calicoctl apply -f 3.2-default-bgp.yaml';
const EXTERNAL = `calicoctl patch BGPConfig default --patch '{"spec": {"serviceExternalIPs": [{"cidr": "10.50.0.0/24"}]}}'`;
const ASSIGN = `kubectl patch svc -n yaobank customer -p '{"spec": {"externalIPs": ["10.50.0.10"]}}'`;
const policy = (value: string, service = 'customer') =>
  `kubectl patch svc -n yaobank ${service} -p '{"spec":{"externalTrafficPolicy":"${value}"}}'`;
const scale = (count: number, name = 'customer') => `kubectl scale deployment -n yaobank ${name} --replicas ${count}`;
/** Frees a deployment from its node, so that replicas spread. */
const unpin = (name = 'customer') =>
  `kubectl patch deployment -n yaobank ${name} --type json -p '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]'`;

const VIP = 'http://10.49.50.18/';
const EXT = 'http://10.50.0.10/';
const nodePort = (host: string) => `http://${host}:30180/`;
const outside = [VIP, EXT, nodePort('10.0.1.20'), nodePort('10.0.1.30'), nodePort('10.0.1.31')].map((url) => ({
  from: 'host1',
  url,
}));
const inside = [
  { from: 'control1', url: VIP },
  { from: 'control1', url: nodePort('10.0.1.20') },
  { from: 'worker1', url: EXT },
  { from: 'pod/database', url: VIP },
  { from: 'pod/database', url: nodePort('10.0.1.30') },
  { from: 'pod/customer', url: VIP },
];
const oddities = [
  { from: 'host1', url: 'http://10.49.1.2/' },
  { from: 'host1', url: 'http://10.49.50.18:81/' },
  { from: 'host1', url: 'http://10.0.1.20:30999/' },
  { from: 'host1', url: 'http://10.48.2.232/' },
  { from: 'worker2', url: 'http://10.49.213.58/' },
];
const all = [...outside, ...inside];

const yaobank = (name: string, lines: readonly string[], probes: readonly Probe[] = all): Scenario => ({
  name,
  world: 'yaobank',
  lines,
  probes,
});

export const scenarios: readonly Scenario[] = [
  yaobank('as the lab begins', [], [...all, ...oddities]),
  yaobank('range advertised', [ADVERTISE], [...all, ...oddities]),
  yaobank('Local', [ADVERTISE, policy('Local')]),
  yaobank('external range', [ADVERTISE, policy('Local'), EXTERNAL]),
  {
    ...yaobank('the lab’s end', [ADVERTISE, policy('Local'), EXTERNAL, ASSIGN], [...all, ...oddities]),
    quick: true,
  },
  yaobank('the lab’s end, Cluster again', [ADVERTISE, policy('Local'), EXTERNAL, ASSIGN, policy('Cluster')]),
  yaobank('external IP under Cluster', [ADVERTISE, EXTERNAL, ASSIGN]),
  yaobank('two customers on two nodes, Local', [ADVERTISE, EXTERNAL, ASSIGN, policy('Local'), unpin(), scale(2)]),
  yaobank('two customers on two nodes, Cluster', [ADVERTISE, EXTERNAL, ASSIGN, unpin(), scale(2)]),
  yaobank('three customers on two nodes, Local', [ADVERTISE, EXTERNAL, ASSIGN, policy('Local'), unpin(), scale(3)]),
  yaobank('no customers, Local', [ADVERTISE, EXTERNAL, ASSIGN, policy('Local'), scale(0)]),
  yaobank('no customers, Cluster', [ADVERTISE, EXTERNAL, ASSIGN, scale(0)]),
  yaobank(
    'summary as a NodePort, Local',
    [ADVERTISE, `kubectl patch svc -n yaobank summary -p '{"spec":{"type":"NodePort","externalTrafficPolicy":"Local"}}'`],
    outside,
  ),
  yaobank('internal policy Local', [
    ADVERTISE,
    `kubectl patch svc -n yaobank customer -p '{"spec":{"internalTrafficPolicy":"Local"}}'`,
  ]),
  yaobank(
    'session affinity',
    [ADVERTISE, unpin(), scale(2), `kubectl patch svc -n yaobank customer -p '{"spec":{"sessionAffinity":"ClientIP"}}'`],
    outside,
  ),
  yaobank('configuration deleted', [ADVERTISE, policy('Local'), 'calicoctl delete bgpconfig default'], outside),
  yaobank('file applied again', [ADVERTISE, EXTERNAL, ASSIGN, ADVERTISE], outside),
  yaobank('external range only', [
    `calicoctl create -f - <<E\napiVersion: projectcalico.org/v3\nkind: BGPConfiguration\nmetadata:\n  name: default\nspec:\n  serviceExternalIPs:\n  - cidr: 10.50.0.0/24\nE`,
    policy('Local'),
    ASSIGN,
  ]),
  yaobank(
    'control plane excluded',
    [ADVERTISE, 'kubectl label node control1 node.kubernetes.io/exclude-from-external-load-balancers=true --overwrite'],
    outside,
  ),
  yaobank(
    'worker2 excluded, Local',
    [ADVERTISE, policy('Local'), 'kubectl label node worker2 node.kubernetes.io/exclude-from-external-load-balancers=true'],
    outside,
  ),
  yaobank('selector typo', [
    ADVERTISE,
    policy('Local'),
    `kubectl patch svc -n yaobank customer -p '{"spec":{"selector":{"app":"custmer"}}}'`,
  ]),
  yaobank(
    'bastion without merge paths',
    [ADVERTISE, 'sudo sed -i "s/merge paths on;//" /etc/bird/bird.conf', 'sudo systemctl restart bird'],
    outside,
  ),
  yaobank(
    'bastion that filters the external range',
    [ADVERTISE, EXTERNAL, ASSIGN, 'sudo sed -i "s/, 10.50.0.0\\/24+//" /etc/bird/bird.conf', 'sudo birdc configure'],
    outside,
  ),
  yaobank('L4 hash', [ADVERTISE, 'sudo sysctl -w net.ipv4.fib_multipath_hash_policy=1'], outside),
  yaobank(
    'pool without export',
    [`calicoctl patch ippool external-pool -p '{"spec":{"disableBGPExport":true}}'`],
    [{ from: 'host1', url: 'http://10.48.2.232/' }],
  ),
  yaobank(
    'loop prevention off',
    [ADVERTISE, `calicoctl patch felixconfig default -p '{"spec":{"serviceLoopPrevention":"Reject"}}'`],
    [...outside, ...oddities],
  ),
  {
    name: 'another world, six nodes',
    world: 'harbour',
    lines: [
      'calicoctl apply -f advertise.yaml',
      `kubectl patch svc -n shop front -p '{"spec":{"externalTrafficPolicy":"Local","externalIPs":["203.0.113.7"]}}'`,
    ],
    probes: [
      { from: 'edge', url: 'http://203.0.113.7/' },
      { from: 'edge', url: 'http://192.168.66.21:31080/' },
      { from: 'pilot', url: 'http://192.168.66.10:31080/' },
      { from: 'dock2', url: 'http://203.0.113.7/' },
    ],
  },
];
