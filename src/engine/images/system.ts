/**
 * The images a kubeadm cluster with Calico runs for itself. Their work is done by the engine's own agents; here they are processes
 * that run on and ports that are open. Models registry.k8s.io's control plane v1.32, Calico v3.30, tigera-operator, ingress-nginx.
 */
import { byteLength, type HttpAnswer, type HttpCall, httpDate, type Image, type Listening, server } from './image.ts';
import { runCommand } from './process.ts';

const loopback = (port: number, process: string): Listening => ({ proto: 'tcp', port, address: '127.0.0.1', process });

interface Daemon {
  readonly name: string;
  readonly repositories: readonly string[];
  readonly bytes: number;
  readonly ports?: readonly (number | Listening)[];
  readonly commands?: readonly string[];
  readonly tls?: readonly number[];
  readonly lines?: readonly string[];
  /** A job that ends. */
  readonly endsAfterMs?: number;
  readonly http?: (call: HttpCall) => HttpAnswer;
}

const PROBES = new Set(['/healthz', '/readyz', '/livez', '/liveness', '/readiness', '/health']);

/** Every one of them answers its own health checks, and TLS ports refuse plain HTTP as Go's server does. */
function health(tls: readonly number[]) {
  return (call: HttpCall): HttpAnswer => {
    const path = call.path.split('?')[0]!;
    const refused = tls.includes(call.server.port) && !call.headers.some(([name]) => name === ':tls');
    const healthy = PROBES.has(path);
    const body = refused ? 'Client sent an HTTP request to an HTTPS server.\n' : healthy ? 'ok' : '404 page not found\n';
    const [status, reason] = refused
      ? ([400, 'Bad Request'] as const)
      : healthy
        ? ([200, 'OK'] as const)
        : ([404, 'Not Found'] as const);
    const headers = refused
      ? []
      : ([
          ['Content-Type', 'text/plain; charset=utf-8'],
          ['Date', httpDate(call.world.now)],
          ['Content-Length', String(byteLength(body))],
        ] as const);
    return { world: call.world, response: { version: refused ? '1.0' : '1.1', status, reason, headers, body } };
  };
}

function daemon({ name, repositories, bytes, ports = [], commands = [], tls = [], lines = [], endsAfterMs, http }: Daemon): Image {
  return {
    name,
    repositories,
    bytes,
    commands,
    entrypoint: [name],
    tls,
    start: ({ argv }) => {
      // A manifest may name the binary itself or its path; only a shell command means something else.
      if (/(^|\/)(sh|bash|sleep)$/.test(argv[0] ?? '')) return runCommand(argv, commands);
      if (endsAfterMs !== undefined) return { sockets: [], lines, sigterm: 'exits', exit: { afterMs: endsAfterMs, code: 0 } };
      return server(name, ports, lines);
    },
    http: http ?? health(tls),
  };
}

const k8s = (name: string) => [`registry.k8s.io/${name}`, `k8s.gcr.io/${name}`];
const calico = (name: string) => [`docker.io/calico/${name}`, `quay.io/calico/${name}`];

function ingressHttp(call: HttpCall): HttpAnswer {
  if (call.server.port === 10254) return health([])(call);
  const page =
    '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';
  const headers = [
    ['Date', httpDate(call.world.now)],
    ['Content-Type', 'text/html'],
    ['Content-Length', String(byteLength(page))],
    ['Connection', 'keep-alive'],
  ] as const;
  const body = call.method === 'HEAD' ? '' : page;
  return { world: call.world, response: { version: '1.1', status: 404, reason: 'Not Found', headers, body } };
}

export const system: readonly Image[] = [
  daemon({ name: 'kube-apiserver', repositories: k8s('kube-apiserver'), bytes: 28_700_000, ports: [6443], tls: [6443] }),
  daemon({
    name: 'etcd',
    repositories: [...k8s('etcd'), 'quay.io/coreos/etcd'],
    bytes: 57_700_000,
    ports: [2379, 2380, loopback(2381, 'etcd')],
    tls: [2379, 2380],
    commands: ['etcdctl'],
  }),
  daemon({
    name: 'kube-controller-manager',
    repositories: k8s('kube-controller-manager'),
    bytes: 26_300_000,
    ports: [loopback(10257, 'kube-controller')],
    tls: [10257],
  }),
  daemon({
    name: 'kube-scheduler',
    repositories: k8s('kube-scheduler'),
    bytes: 20_700_000,
    ports: [loopback(10259, 'kube-scheduler')],
    tls: [10259],
  }),
  daemon({
    name: 'kube-proxy',
    repositories: k8s('kube-proxy'),
    bytes: 30_900_000,
    ports: [10256, loopback(10249, 'kube-proxy')],
    commands: ['sh', 'bash', 'iptables', 'iptables-save', 'ipset', 'conntrack', 'ip'],
  }),
  daemon({
    name: 'calico-node',
    repositories: calico('node'),
    bytes: 158_000_000,
    ports: [loopback(9099, 'calico-node')],
    commands: [
      'sh',
      'bash',
      'birdcl',
      'bird',
      'ip',
      'iptables',
      'iptables-save',
      'ipset',
      'cat',
      'ls',
      'ps',
      'hostname',
      'calico-node',
    ],
  }),
  daemon({ name: 'calico-typha', repositories: calico('typha'), bytes: 31_000_000, ports: [5473, loopback(9098, 'calico-typha')] }),
  daemon({ name: 'kube-controllers', repositories: calico('kube-controllers'), bytes: 49_000_000, ports: [9440] }),
  daemon({ name: 'calico-apiserver', repositories: calico('apiserver'), bytes: 44_000_000, ports: [5443], tls: [5443] }),
  daemon({ name: 'calico-cni', repositories: calico('cni'), bytes: 71_000_000, endsAfterMs: 1000 }),
  daemon({ name: 'pod2daemon-flexvol', repositories: calico('pod2daemon-flexvol'), bytes: 6_600_000, endsAfterMs: 500 }),
  daemon({ name: 'calico-csi', repositories: [...calico('csi'), ...calico('node-driver-registrar')], bytes: 9_000_000 }),
  daemon({
    name: 'goldmane',
    repositories: [...calico('goldmane'), ...calico('whisker'), ...calico('whisker-backend')],
    bytes: 20_000_000,
  }),
  daemon({ name: 'operator', repositories: ['quay.io/tigera/operator'], bytes: 21_000_000 }),
  daemon({
    name: 'nginx-ingress-controller',
    repositories: ['registry.k8s.io/ingress-nginx/controller', 'k8s.gcr.io/ingress-nginx/controller'],
    bytes: 110_000_000,
    ports: [80, 443, 8443, 10254],
    tls: [443, 8443],
    commands: ['sh', 'bash', 'curl', 'cat', 'ls', 'nginx'],
    http: ingressHttp,
  }),
  daemon({
    name: 'kube-webhook-certgen',
    repositories: [
      'registry.k8s.io/ingress-nginx/kube-webhook-certgen',
      'k8s.gcr.io/ingress-nginx/kube-webhook-certgen',
      'docker.io/jettech/kube-webhook-certgen',
    ],
    bytes: 18_000_000,
    endsAfterMs: 900,
  }),
];
