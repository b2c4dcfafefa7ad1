/** The agents of a round, in order: API server's watches, controllers, then each host's daemons, then BGP. A line each. */
import type { Agent } from './agent.ts';
import { daemonsetAgent } from './controllers/daemonset.ts';
import { deploymentAgent } from './controllers/deployment/index.ts';
import { disruptionAgent } from './controllers/disruption.ts';
import { endpointsAgent } from './controllers/endpoints.ts';
import { endpointsliceAgent } from './controllers/endpointslice.ts';
import { eventTtlAgent } from './controllers/eventttl.ts';
import { garbageCollectorAgent } from './controllers/garbagecollector.ts';
import { jobAgent } from './controllers/job.ts';
import { namespaceAgent } from './controllers/namespace.ts';
import { nodeLifecycleAgent } from './controllers/nodelifecycle.ts';
import { replicasetAgent, replicationControllerAgent } from './controllers/replicaset.ts';
import { schedulerAgent } from './controllers/scheduler/index.ts';
import { statefulsetAgent } from './controllers/statefulset.ts';
import { volumesAgent } from './controllers/volumes.ts';
import { bird } from './daemons/bird/agent.ts';
import { confd } from './daemons/confd/agent.ts';
import { felixAgent } from './daemons/felix/agent.ts';
import { kubeProxyAgent } from './daemons/kube-proxy/agent.ts';
import { kubeletAgent } from './daemons/kubelet/agent.ts';
import { heartbeatAgent } from './daemons/kubelet/heartbeat.ts';
import { neighbourTimers } from './packet/neighbourtimers.ts';
import { watch } from './watch.ts';

export const agents: readonly Agent[] = [
  watch,
  heartbeatAgent,
  nodeLifecycleAgent,
  namespaceAgent,
  garbageCollectorAgent,
  deploymentAgent,
  replicasetAgent,
  replicationControllerAgent,
  daemonsetAgent,
  statefulsetAgent,
  jobAgent,
  volumesAgent,
  schedulerAgent,
  endpointsAgent,
  endpointsliceAgent,
  disruptionAgent,
  eventTtlAgent,
  kubeletAgent,
  kubeProxyAgent,
  felixAgent,
  confd,
  bird,
  neighbourTimers,
];
