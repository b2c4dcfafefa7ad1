/** A world of any size as text, for benchmarks and for the proof that size is only data: W workers, S services with two pods each. */
import type { WorldSource } from '../engine/index.ts';

export function largeWorld(workers: number, services: number): WorldSource {
  const names = Array.from({ length: workers }, (_, i) => `worker${i + 1}`);
  const address = (i: number) => `10.1.${Math.floor(i / 200)}.${(i % 200) + 30}`;
  const nodes = names.map((name, i) => `  ${name}: { kind: node, address: ${address(i)}, joined: 1d }`).join('\n');
  return {
    id: `large-${workers}-${services}`,
    files: {
      'world.yaml': `title: Large
start: 2025-01-02T00:00:00Z
segments:
  lan: { cidr: 10.1.0.0/16, gateway: 10.1.0.1 }
hosts:
  gateway: { kind: gateway, address: 10.1.0.1 }
  host1: { kind: bastion, address: 10.1.0.10, kubeconfig: kubernetes, bird: true }
  control1: { kind: node, address: 10.1.0.20, roles: [control-plane], joined: 1d }
${nodes}
clusters:
  kubernetes: { podCidr: 10.48.0.0/16, serviceCidr: 10.96.0.0/12, apiHost: control1 }
apply:
  - age: 23h
    files: [manifests/network.yaml]
  - age: 22h
    files: [manifests/services.yaml]
`,
      'files/host1/etc/bird/bird.conf': bastionBird(['10.1.0.20', ...names.map((_, i) => address(i))]),
      'manifests/network.yaml': NETWORK,
      'manifests/services.yaml': Array.from({ length: services }, (_, i) => service(i)).join('---\n'),
    },
  };
}

function bastionBird(nodes: readonly string[]): string {
  const peers = nodes.map((node, i) => `protocol bgp n${i} from node { neighbor ${node} as 64512; }\n`).join('');
  return `router id 10.1.0.10;
protocol direct { interface "*"; }
protocol kernel { learn; persist; scan time 2; import all; export all; merge paths on; }
protocol device { scan time 2; }
template bgp node { local as 64512; multihop; add paths on; graceful restart; import all; export none; }
${peers}`;
}

const NETWORK = `apiVersion: projectcalico.org/v3
kind: IPPool
metadata: { name: default-ipv4-ippool }
spec: { cidr: 10.48.0.0/16, blockSize: 26, ipipMode: Never, vxlanMode: Never, natOutgoing: true, nodeSelector: all() }
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: { name: bastion }
spec: { peerIP: 10.1.0.10, asNumber: 64512 }
---
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: { name: default }
spec: { serviceClusterIPs: [{ cidr: 10.96.0.0/12 }] }
`;

function service(i: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: app${i}, namespace: default }
spec:
  replicas: 2
  selector: { matchLabels: { app: app${i} } }
  template:
    metadata: { labels: { app: app${i} } }
    spec:
      containers: [{ name: web, image: nginx, ports: [{ containerPort: 80 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: app${i}, namespace: default }
spec:
  type: NodePort
  selector: { app: app${i} }
  ports: [{ name: http, port: 80 }]
`;
}
