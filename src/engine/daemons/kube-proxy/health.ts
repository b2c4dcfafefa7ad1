/**
 * `healthCheckNodePort`: a socket for each load-balancer service with policy Local, which answers HTTP 200 where the service has a
 * ready endpoint on this node and 503 elsewhere. Models k8s.io/kubernetes v1.32 pkg/proxy/healthcheck/service_health.go.
 */
import { byteLength, type HttpAnswer, type HttpCall, httpDate, type Image } from '../../images/image.ts';
import type { Socket } from '../../kernel/namespace.ts';
import { planFor } from './plan.ts';

const APP = 'kube-proxy-health';

/** The sockets with those of kube-proxy brought up to date; the same array when they are. */
export function healthSockets(sockets: readonly Socket[], ports: readonly number[]): readonly Socket[] {
  const own = sockets.filter(({ app }) => app === APP);
  if (own.length === ports.length && own.every(({ port }, i) => port === ports[i])) return sockets;
  const wanted = ports.map((port): Socket => ({ proto: 'tcp', address: '0.0.0.0', port, process: 'kube-proxy', app: APP }));
  return [...sockets.filter(({ app }) => app !== APP), ...wanted];
}

/** The server behind those sockets. No container image: kube-proxy itself answers. */
export const kubeProxyHealth: Image = {
  name: APP,
  repositories: [],
  bytes: 0,
  commands: [],
  start: () => ({ sockets: [], lines: [], sigterm: 'exits' }),
  http: answer,
};

function answer({ world, place, server }: HttpCall): HttpAnswer {
  const host = world.hosts[place.host];
  const cluster = world.clusters[host?.cluster ?? ''];
  if (!host?.apiView || !cluster) return { world };
  const setting = { cluster: cluster.name, podCidr: cluster.podCidr, node: host.name, nodeIP: host.address };
  const health = planFor(host.apiView, setting).health.get(server.port);
  if (!health) return { world };
  const [namespace, name] = health.service.split('/');
  const { localEndpoints } = health;
  const body = `${JSON.stringify({ service: { namespace, name }, localEndpoints, serviceProxyHealthy: true }, null, '\t')}\n`;
  const [status, reason] = localEndpoints > 0 ? ([200, 'OK'] as const) : ([503, 'Service Unavailable'] as const);
  const headers = [
    ['Content-Type', 'application/json'],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Load-Balancing-Endpoint-Weight', String(localEndpoints)],
    ['Date', httpDate(world.now)],
    ['Content-Length', String(byteLength(body))],
  ] as const;
  return { world, response: { version: '1.1', status, reason, headers, body } };
}
