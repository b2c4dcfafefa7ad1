/**
 * The sockets of `healthCheckNodePort`: HTTP 200 where the service has an endpoint on this node, else 503.
 * Models k8s.io/kubernetes v1.32 pkg/proxy/healthcheck/service_health.go; the answer itself is in engine/images.
 */
import type { Socket } from '../../kernel/namespace.ts';

export const HEALTHY_APP = 'kube-proxy-health-200';
export const UNHEALTHY_APP = 'kube-proxy-health-503';

/** The sockets with those of kube-proxy brought up to date; the same array when they are. */
export function healthSockets(sockets: readonly Socket[], health: ReadonlyMap<number, number>): readonly Socket[] {
  const wanted = [...health].map(
    ([port, endpoints]): Socket => ({
      proto: 'tcp',
      address: '0.0.0.0',
      port,
      process: 'kube-proxy',
      app: endpoints > 0 ? HEALTHY_APP : UNHEALTHY_APP,
    }),
  );
  const existing = sockets.filter(isHealthSocket);
  if (JSON.stringify(existing) === JSON.stringify(wanted)) return sockets;
  return [...sockets.filter((socket) => !isHealthSocket(socket)), ...wanted];
}

function isHealthSocket({ app }: Socket): boolean {
  return app === HEALTHY_APP || app === UNHEALTHY_APP;
}
