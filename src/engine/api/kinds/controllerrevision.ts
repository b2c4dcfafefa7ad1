/** apps/v1 ControllerRevision: what a DaemonSet's rollout history is kept in. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import { dns1123Subdomain } from '../validation/names.ts';

interface ControllerRevision extends ApiObject {
  readonly data?: unknown;
  readonly revision: number;
}

function controller({ metadata }: ControllerRevision): string {
  const owner = (metadata.ownerReferences ?? []).find((reference) => reference.controller);
  if (!owner) return '<none>';
  const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
  return `${owner.kind.toLowerCase()}${group ? `.${group}` : ''}/${owner.name}`;
}

export const controllerRevisionKind = defineKind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  namespaced: true,
  validateName: dns1123Subdomain,
  columns: columns('Name', 'Controller', 'Revision', 'Age'),
  row: (revision, now) => [
    revision.metadata.name,
    controller(revision),
    revision.revision,
    age(revision.metadata.creationTimestamp, now),
  ],
});
