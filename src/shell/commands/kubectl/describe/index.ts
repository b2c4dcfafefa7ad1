/** The describers by kind; a kind without one is described field by field. Adding one: a function and a line here. */
import type { Kubectl } from '../context.ts';
import { qualifiedKind } from '../discovery.ts';
import { NetworkFailure, StatusError } from '../errors.ts';
import { groupOf } from '../printers/objects.ts';
import { collectionPath, itemsOf, objectPath } from '../selection.ts';
import { text, type Value } from '../value.ts';
import { csiNode, podDisruptionBudget, priorityClass } from './cluster.ts';
import { node } from './node.ts';
import { anything, configMap, namespace, networkPolicy, secret, serviceAccount } from './others.ts';
import { pod } from './pod.ts';
import { endpointSlice, endpoints, ingress, service } from './service.ts';
import { persistentVolume, persistentVolumeClaim, storageClass } from './storage.ts';
import { daemonSet, deployment, job, replicaSet, replicationController, statefulSet } from './workloads.ts';
import { Description } from './writer.ts';

/** What a describer may ask the server for beside its object. */
export interface Surveyor {
  list(
    resource: string,
    namespace: string,
    query: { readonly labelSelector?: string; readonly fieldSelector?: string },
  ): readonly Value[];
  get(resource: string, namespace: string, name: string): { readonly object: Value } | { readonly error: string };
  serves(resource: string): boolean;
  /** undefined with --show-events=false. */
  events(object: Value, options?: { readonly anyKind?: boolean; readonly uid?: string }): readonly Value[] | undefined;
}

export type Describer = (d: Description, object: Value, world: Surveyor) => void;

const describers: Readonly<Record<string, Describer>> = {
  configmap: configMap,
  'csinode.storage.k8s.io': csiNode,
  'daemonset.apps': daemonSet,
  'deployment.apps': deployment,
  endpoints,
  'endpointslice.discovery.k8s.io': endpointSlice,
  'ingress.networking.k8s.io': ingress,
  'job.batch': job,
  namespace,
  'networkpolicy.networking.k8s.io': networkPolicy,
  node,
  persistentvolume: persistentVolume,
  persistentvolumeclaim: persistentVolumeClaim,
  pod,
  'poddisruptionbudget.policy': podDisruptionBudget,
  'priorityclass.scheduling.k8s.io': priorityClass,
  'replicaset.apps': replicaSet,
  replicationcontroller: replicationController,
  secret,
  service,
  serviceaccount: serviceAccount,
  'statefulset.apps': statefulSet,
  'storageclass.storage.k8s.io': storageClass,
};

export function surveyor(kubectl: Kubectl): Surveyor {
  const { client, flags } = kubectl;
  const limit = flags.has('chunk-size') ? flags.int('chunk-size') : 500;
  const list: Surveyor['list'] = (resource, space, query) => {
    const type = client.discovery.find(resource);
    if (!type) return [];
    return itemsOf(client.get(collectionPath(type, space), { ...query, limit }, undefined, { typed: true }), type);
  };
  return {
    list,
    get(resource, space, name) {
      const type = client.discovery.find(resource);
      // client-go's words for a path that no group answers.
      if (!type) return { error: `the server could not find the requested resource (get ${resource} ${name})` };
      try {
        return { object: client.get(objectPath({ type, namespace: space, name }), undefined, undefined, { typed: true }) };
      } catch (error) {
        if (error instanceof StatusError) return { error: error.message };
        throw error;
      }
    },
    serves: (resource) => client.discovery.find(resource) !== undefined,
    events(object, { anyKind = false, uid = text(object, 'metadata', 'uid') } = {}) {
      if (flags.has('show-events') && !flags.bool('show-events')) return undefined;
      const space = text(object, 'metadata', 'namespace');
      const terms = [
        ...(anyKind ? [] : [`involvedObject.kind=${text(object, 'kind')}`]),
        `involvedObject.name=${text(object, 'metadata', 'name')}`,
        `involvedObject.namespace=${space}`,
        `involvedObject.uid=${uid}`,
      ];
      try {
        return list('events', space, { fieldSelector: terms.join(',') });
      } catch (error) {
        if (error instanceof NetworkFailure) throw error;
        return [];
      }
    },
  };
}

export function describeObject(kubectl: Kubectl, object: Value): string {
  const key = qualifiedKind(text(object, 'kind'), groupOf(object));
  const describer = Object.hasOwn(describers, key) ? describers[key]! : anything;
  const d = new Description(kubectl.process.now());
  describer(d, object, surveyor(kubectl));
  return d.toString();
}
