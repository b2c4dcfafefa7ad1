/**
 * An object of a file after Go decoded it into its type and encoded it again, as --local does: the zero values that Go's encoder cannot
 * leave out appear (`creationTimestamp: null`, `status: {}`).
 */
import { type Doc, fields, isDoc, items, put, text, type Value } from '../value.ts';

const COUNTS: Doc = {
  currentNumberScheduled: 0,
  desiredNumberScheduled: 0,
  numberMisscheduled: 0,
  numberReady: 0,
};

/** What a kind's spec and status hold when a file says nothing of them. */
const ZEROES: Readonly<Record<string, { readonly spec: Doc; readonly status: Doc }>> = {
  DaemonSet: { spec: { updateStrategy: {} }, status: COUNTS },
  Deployment: { spec: { strategy: {} }, status: {} },
  Job: { spec: {}, status: {} },
  Pod: { spec: {}, status: {} },
  ReplicaSet: { spec: {}, status: { replicas: 0 } },
  ReplicationController: { spec: {}, status: { replicas: 0 } },
  Service: { spec: {}, status: { loadBalancer: {} } },
  StatefulSet: { spec: { updateStrategy: {} }, status: { availableReplicas: 0, replicas: 0 } },
};

function podSpec(spec: Doc): Doc {
  if (!Array.isArray(spec.containers)) return spec;
  const withResources = (list: readonly Value[]) => list.map((one) => ({ ...(one as Doc), resources: fields(one, 'resources') }));
  return {
    ...spec,
    containers: withResources(items(spec, 'containers')),
    ...(Array.isArray(spec.initContainers) ? { initContainers: withResources(items(spec, 'initContainers')) } : {}),
  };
}

function stamped(metadata: Doc): Doc {
  return { creationTimestamp: null, ...metadata };
}

export function asTyped(object: Value): Value {
  const kind = text(object, 'kind');
  if (!isDoc(object) || !Object.hasOwn(ZEROES, kind)) return object;
  const zero = ZEROES[kind]!;
  const spec = fields(object, 'spec');
  let next: Value = {
    ...object,
    metadata: stamped(fields(object, 'metadata')),
    spec: { ...zero.spec, ...podSpec(spec) },
    status: { ...zero.status, ...fields(object, 'status') },
  };
  if (isDoc(spec.template)) {
    const template = { metadata: stamped(fields(spec, 'template', 'metadata')), spec: podSpec(fields(spec, 'template', 'spec')) };
    next = put(next, ['spec', 'template'], template);
  }
  return next;
}
