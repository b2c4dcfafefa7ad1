/**
 * Who owns what: owner references, adoption, pods made from a template. Models k8s.io/kubernetes/pkg/controller/controller_utils.go
 * and controller_ref_manager.go. Leaves out expectations: a round sees its own writes.
 */
import type { ApiObject, OwnerReference, Pod, PodTemplate } from '../api/objects.ts';
import { StatusError } from '../api/status.ts';
import { type ApiState, keyOf, type ResourceName } from '../api/storage.ts';
import { createObject, deleteObject, updateObject } from '../api/write.ts';
import type { Reconciling } from './controller.ts';

/** The owner that manages an object, if one does. */
export function controllerOf(object: ApiObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller);
}

/** A reference that makes `object` the managing owner. */
export function controlledBy(object: ApiObject): OwnerReference {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name,
    uid: object.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** An owner that creates and deletes pods, and the names its events carry. */
export interface PodOwner {
  readonly resource: ResourceName;
  readonly object: ApiObject;
  /** Event source: `replicaset-controller`. */
  readonly component: string;
  /** How it tells of a pod made or deleted; default: `Created pod: web-1`. */
  readonly tells?: (verb: 'create' | 'delete', pod: string) => string;
}

/** What came of creating a pod. */
export interface PodCreation {
  readonly api: ApiState;
  /** The server refused it: its message. */
  readonly error?: string;
}

/**
 * Creates one pod from a template and records `SuccessfulCreate` on the owner, or `FailedCreate` when the server refuses it.
 * @param extra labels and fields of the spec that the owner adds to its template's, and a name of its own choice
 */
export function createPod(
  api: ApiState,
  owner: PodOwner,
  template: PodTemplate,
  context: Reconciling,
  extra: {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly spec?: Readonly<Record<string, unknown>>;
  } = {},
): PodCreation {
  const { metadata } = owner.object;
  const draft = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(extra.name ? { name: extra.name } : { generateName: `${metadata.name}-` }),
      namespace: metadata.namespace,
      labels: { ...template.metadata?.labels, ...extra.labels },
      ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
      ownerReferences: [controlledBy(owner.object)],
    },
    spec: { ...template.spec, ...extra.spec },
  };
  try {
    const created = createObject(api, 'pods', draft, context);
    const pod = created.object.metadata.name;
    ownerEvent(owner, 'SuccessfulCreate', owner.tells?.('create', pod) ?? `Created pod: ${pod}`, context);
    return { api: created.api };
  } catch (refusal) {
    // Admission refuses by throwing its Status: a missing service account, for one.
    if (!(refusal instanceof StatusError)) throw refusal;
    // The server judges before it makes up the rest of the name.
    const error = refusal.message.replace(/^pods "[^"]*"/, `pods "${metadata.name}-"`);
    const { object, resource, component } = owner;
    context.events.push({
      object,
      resource,
      component,
      type: 'Warning',
      reason: 'FailedCreate',
      message: `Error creating: ${error}`,
    });
    return { api, error };
  }
}

/** Deletes one pod, gracefully, and records `SuccessfulDelete` on the owner. */
export function deletePod(api: ApiState, owner: PodOwner, pod: Pod, context: Reconciling): ApiState {
  const { name } = pod.metadata;
  ownerEvent(owner, 'SuccessfulDelete', owner.tells?.('delete', name) ?? `Deleted pod: ${name}`, context);
  return deleteObject(api, 'pods', keyOf(pod), { now: context.now });
}

/** Records a normal event on an owner. */
export function ownerEvent(owner: PodOwner, reason: string, message: string, context: Reconciling): void {
  const { object, resource, component } = owner;
  context.events.push({ object, resource, reason, message, type: 'Normal', component });
}

/** Makes `owner` the manager of an orphan that its selector matches. */
export function adopt(api: ApiState, resource: ResourceName, orphan: ApiObject, owner: ApiObject, context: Reconciling): ApiState {
  return updateObject(
    api,
    resource,
    keyOf(orphan),
    (object) => ({
      ...object,
      metadata: { ...object.metadata, ownerReferences: [...(object.metadata.ownerReferences ?? []), controlledBy(owner)] },
    }),
    { now: context.now },
  );
}
