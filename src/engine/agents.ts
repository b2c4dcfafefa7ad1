/** The agents of a round, in order: API server's watches, controllers, then each host's daemons, then BGP. A line each. */
import type { Agent } from './agent.ts';
import { kubeProxy } from './daemons/kube-proxy/agent.ts';

export const agents: readonly Agent[] = [kubeProxy];
