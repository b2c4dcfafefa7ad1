/** Journals of what people set: policies, replicas, placements, kinds of VIP, filters. Nothing is broken in them but by their own hand. */
import type { Scenario } from './scenario.ts';
import { ADVERTISE, ASSIGN, all, EXT, EXTERNAL, oddities, outside, policy, scale, unpin, VIP, yaobank } from './words.ts';

/** What a load balancer's controller would write. */
const BALANCED = `kubectl patch svc -n yaobank customer --subresource=status -p '{"status":{"loadBalancer":{"ingress":[{"ip":"10.50.0.10"}]}}}'`;
const manifest = (yaml: string) => `calicoctl create -f - <<E\napiVersion: projectcalico.org/v3\n${yaml}\nE`;

export const plain: readonly Scenario[] = [
  yaobank('as the lab begins', [], { probes: [...all, ...oddities] }),
  yaobank('range advertised', [ADVERTISE], { probes: [...all, ...oddities] }),
  yaobank('Local', [ADVERTISE, policy('Local')]),
  yaobank('external range', [ADVERTISE, policy('Local'), EXTERNAL]),
  yaobank('the lab’s end', [ADVERTISE, policy('Local'), EXTERNAL, ASSIGN], {
    probes: [...all, ...oddities],
    thorough: true,
    quick: true,
  }),
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
    { probes: outside },
  ),
  yaobank('internal policy Local', [
    ADVERTISE,
    `kubectl patch svc -n yaobank customer -p '{"spec":{"internalTrafficPolicy":"Local"}}'`,
  ]),
  yaobank(
    'session affinity',
    [ADVERTISE, unpin(), scale(2), `kubectl patch svc -n yaobank customer -p '{"spec":{"sessionAffinity":"ClientIP"}}'`],
    { probes: outside, sticky: true },
  ),
  yaobank('configuration deleted', [ADVERTISE, policy('Local'), 'calicoctl delete bgpconfig default'], { probes: outside }),
  yaobank('file applied again', [ADVERTISE, EXTERNAL, ASSIGN, ADVERTISE], { probes: outside }),
  yaobank('external range only', [
    manifest('kind: BGPConfiguration\nmetadata:\n  name: default\nspec:\n  serviceExternalIPs:\n  - cidr: 10.50.0.0/24'),
    policy('Local'),
    ASSIGN,
  ]),
  yaobank(
    'control plane excluded',
    [ADVERTISE, 'kubectl label node control1 node.kubernetes.io/exclude-from-external-load-balancers=true --overwrite'],
    { probes: outside },
  ),
  yaobank(
    'worker2 excluded, Local',
    [ADVERTISE, policy('Local'), 'kubectl label node worker2 node.kubernetes.io/exclude-from-external-load-balancers=true'],
    { probes: outside },
  ),
  yaobank('selector typo', [
    ADVERTISE,
    policy('Local'),
    `kubectl patch svc -n yaobank customer -p '{"spec":{"selector":{"app":"custmer"}}}'`,
  ]),
  yaobank(
    'bastion without merge paths',
    [ADVERTISE, 'sudo sed -i "s/merge paths on;//" /etc/bird/bird.conf', 'sudo systemctl restart bird'],
    { probes: outside },
  ),
  yaobank(
    'bastion that filters the external range',
    [ADVERTISE, EXTERNAL, ASSIGN, 'sudo sed -i "s/, 10.50.0.0\\/24+//" /etc/bird/bird.conf', 'sudo birdc configure'],
    { probes: outside },
  ),
  yaobank('L4 hash', [ADVERTISE, 'sudo sysctl -w net.ipv4.fib_multipath_hash_policy=1'], {
    probes: outside,
    shares: { from: 'host1', url: 'http://10.49.213.58/' },
  }),
  yaobank('pool without export', [`calicoctl patch ippool external-pool -p '{"spec":{"disableBGPExport":true}}'`], {
    probes: [{ from: 'host1', url: 'http://10.48.2.232/' }],
  }),
  yaobank(
    'loop prevention off',
    [ADVERTISE, `calicoctl patch felixconfig default -p '{"spec":{"serviceLoopPrevention":"Reject"}}'`],
    { probes: [...outside, ...oddities] },
  ),
  yaobank('an IP of a load balancer, Local', [
    ADVERTISE,
    `calicoctl patch bgpconfig default -p '{"spec":{"serviceLoadBalancerIPs":[{"cidr":"10.50.0.0/24"}]}}'`,
    `kubectl patch svc -n yaobank customer -p '{"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local"}}'`,
    BALANCED,
  ]),
  yaobank(
    'an IP of a load balancer, Cluster, limited sources',
    [
      ADVERTISE,
      `calicoctl patch bgpconfig default -p '{"spec":{"serviceLoadBalancerIPs":[{"cidr":"10.50.0.0/24"}]}}'`,
      `kubectl patch svc -n yaobank customer -p '{"spec":{"type":"LoadBalancer","loadBalancerSourceRanges":["10.0.1.20/32"]}}'`,
      BALANCED,
    ],
    { probes: [...all, { from: 'control1', url: EXT }] },
  ),
  yaobank('no mesh', [ADVERTISE, `calicoctl patch bgpconfig default -p '{"spec":{"nodeToNodeMeshEnabled":false}}'`]),
  yaobank('a route reflector', [
    ADVERTISE,
    `calicoctl patch node worker1 -p '{"spec":{"bgp":{"routeReflectorClusterID":"244.0.0.1"}}}'`,
    'kubectl label node worker1 route-reflector=true',
    manifest(
      `kind: BGPPeer\nmetadata:\n  name: reflector\nspec:\n  nodeSelector: all()\n  peerSelector: route-reflector == 'true'`,
    ),
    `calicoctl patch bgpconfig default -p '{"spec":{"nodeToNodeMeshEnabled":false}}'`,
  ]),
  yaobank(
    'a bastion of another AS',
    [
      ADVERTISE,
      policy('Local'),
      `calicoctl patch bgppeer bgppeer-global-64512 -p '{"spec":{"asNumber":64513}}'`,
      'sudo sed -i "s/local as 64512/local as 64513/" /etc/bird/bird.conf',
      'sudo systemctl restart bird',
    ],
    { probes: outside, thorough: true },
  ),
  yaobank(
    'communities',
    [
      ADVERTISE,
      `calicoctl patch bgpconfig default -p '{"spec":{"communities":[{"name":"c","value":"64512:120"}],"prefixAdvertisements":[{"cidr":"10.49.0.0/16","communities":["c","64512:7:9"]}]}}'`,
    ],
    { probes: [], thorough: true },
  ),
  yaobank(
    'a policy that lets only the summary in',
    [
      ADVERTISE,
      `kubectl apply -f - <<E\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: c\n  namespace: yaobank\nspec:\n  podSelector:\n    matchLabels:\n      app: customer\n  ingress:\n  - from:\n    - podSelector:\n        matchLabels:\n          app: summary\nE`,
    ],
    { probes: [...all, { from: 'pod/summary', url: VIP }] },
  ),
];
