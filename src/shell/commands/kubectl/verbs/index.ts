/** The list of verbs: a command's path in the tree and the function that runs it. Adding one: a file in this folder and a line here. */
import type { Verb } from '../context.ts';
import { apply } from './apply.ts';
import { canI, whoami } from './auth.ts';
import { autoscale } from './autoscale.ts';
import { clusterInfoDump } from './clusterinfodump.ts';
import { completion } from './completion.ts';
import * as config from './config.ts';
import { configmap, secret } from './create/config.ts';
import { create } from './create/index.ts';
import { ingress } from './create/ingress.ts';
import { cronjob, podDisruptionBudget, priorityclass, quota } from './create/policies.ts';
import { dockerRegistry, tls } from './create/secrets.ts';
import { clusterip, externalname, loadbalancer, nodeport } from './create/service.ts';
import { deployment, job, namespace, serviceaccount } from './create/workloads.ts';
import { remove } from './delete.ts';
import { describe } from './describe.ts';
import { edit } from './edit.ts';
import { editLastApplied } from './editlastapplied.ts';
import { events } from './events.ts';
import { exec } from './exec.ts';
import { explain } from './explain.ts';
import { expose } from './expose.ts';
import { get } from './get.ts';
import { annotate, label } from './label.ts';
import { setLastApplied, viewLastApplied } from './lastapplied.ts';
import { logs } from './logs.ts';
import { cordon, drain, taint, uncordon } from './nodes.ts';
import { patch } from './patch.ts';
import { alpha, pluginList, refused } from './refused.ts';
import { diff, replace } from './replace.ts';
import * as rollout from './rollout.ts';
import { run } from './run.ts';
import { scale } from './scale.ts';
import { apiResources, apiVersions, clusterInfo, topPod, version } from './server.ts';
import * as set from './set.ts';
import { env } from './setenv.ts';
import { wait } from './wait.ts';

export const verbs: Readonly<Record<string, Verb>> = {
  ...refused,
  alpha,
  annotate,
  'api-resources': apiResources,
  'api-versions': apiVersions,
  apply,
  'apply edit-last-applied': editLastApplied,
  'apply set-last-applied': setLastApplied,
  'apply view-last-applied': viewLastApplied,
  'auth can-i': canI,
  'auth whoami': whoami,
  autoscale,
  'cluster-info': clusterInfo,
  'cluster-info dump': clusterInfoDump,
  completion,
  'config current-context': config.currentContext,
  'config delete-cluster': config.deleteCluster,
  'config delete-context': config.deleteContext,
  'config delete-user': config.deleteUser,
  'config get-clusters': config.getClusters,
  'config get-contexts': config.getContexts,
  'config get-users': config.getUsers,
  'config rename-context': config.renameContext,
  'config set': config.set,
  'config set-cluster': config.setCluster,
  'config set-context': config.setContext,
  'config set-credentials': config.setCredentials,
  'config unset': config.unset,
  'config use-context': config.useContext,
  'config view': config.view,
  cordon,
  create,
  'create configmap': configmap,
  'create cronjob': cronjob,
  'create deployment': deployment,
  'create job': job,
  'create namespace': namespace,
  'create ingress': ingress,
  'create poddisruptionbudget': podDisruptionBudget,
  'create priorityclass': priorityclass,
  'create quota': quota,
  'create secret docker-registry': dockerRegistry,
  'create secret generic': secret,
  'create secret tls': tls,
  'create service clusterip': clusterip,
  'create service externalname': externalname,
  'create service loadbalancer': loadbalancer,
  'create service nodeport': nodeport,
  'create serviceaccount': serviceaccount,
  delete: remove,
  describe,
  diff,
  drain,
  edit,
  events,
  exec,
  explain,
  expose,
  get,
  label,
  logs,
  patch,
  'plugin list': pluginList,
  replace,
  'rollout history': rollout.history,
  'rollout pause': rollout.pause,
  'rollout restart': rollout.restart,
  'rollout resume': rollout.resume,
  'rollout status': rollout.status,
  'rollout undo': rollout.undo,
  run,
  scale,
  'set env': env,
  'set image': set.image,
  'set resources': set.resources,
  'set selector': set.selector,
  'set serviceaccount': set.serviceaccount,
  taint,
  'top node': topPod,
  'top pod': topPod,
  uncordon,
  version,
  wait,
};
