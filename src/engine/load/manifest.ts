/** Where an object of a manifest belongs in the API: its kind's row of the kinds' table, and the path to POST it to. */
import type { Kind } from '../api/kind.ts';
import { kinds } from '../api/kinds/index.ts';
import type { ApiObject } from '../api/objects.ts';

/** undefined: not a kind that is simulated. */
export function kindOfManifest(object: ApiObject): Kind | undefined {
  return kinds.find((kind) => kind.kind === object.kind && apiVersion(kind) === object.apiVersion);
}

export function manifestPath(kind: Kind, object: ApiObject): string {
  const group = kind.group === '' ? '/api/v1' : `/apis/${kind.group}/${kind.version}`;
  const namespace = kind.namespaced ? `/namespaces/${object.metadata?.namespace ?? 'default'}` : '';
  return `${group}${namespace}/${kind.plural}`;
}

const apiVersion = (kind: Kind) => (kind.group === '' ? kind.version : `${kind.group}/${kind.version}`);
