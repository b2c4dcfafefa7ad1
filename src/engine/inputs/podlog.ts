/**
 * Pod logs, which the API server does not store: it passes the request on to the kubelet of the pod's node.
 * Models pkg/registry/core/pod/rest/log.go v1.32: the pod is looked up first, then the node's port 10250 is asked.
 */
import type { ApiRequest, ApiResponse } from '../api/http.ts';
import type { Pod } from '../api/objects.ts';
import { getObject } from '../api/storage.ts';
import { logTarget, readLog } from '../daemons/kubelet/log.ts';
import { canReach } from '../packet/reach.ts';
import type { Cluster, World } from '../world.ts';

const KUBELET_PORT = 10250;

/** The answer to a request for a pod's log; undefined when it asks for something else, or for a pod that does not exist. */
export function podLog(world: World, cluster: Cluster, request: ApiRequest): ApiResponse | undefined {
  const target = request.method === 'GET' ? logTarget(request.path) : undefined;
  const pod = target && getObject<Pod>(cluster.api, 'pods', target.key);
  if (!target || !pod) return undefined;
  const host = world.hosts[pod.spec.nodeName ?? ''];
  const server = { host: cluster.apiHost, netns: '' };
  return readLog(world, pod, target.query, !!host && canReach(world, server, host.address, KUBELET_PORT));
}
