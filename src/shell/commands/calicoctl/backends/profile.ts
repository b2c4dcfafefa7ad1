/**
 * Profiles stand for namespaces and service accounts, and one lets everything through. Models
 * libcalico-go/lib/backend/k8s/{resources/profile.go,conversion} and lib/resources/static.go, v3.30.
 */
import { convertUid } from '../../../../engine/index.ts';
import { type Backend, CalicoError, type Requests, type Resource, unsupported } from '../resource.ts';

const ALLOW = [{ action: 'Allow', source: {}, destination: {} }];

const profile = (metadata: Resource['metadata'], spec: Resource['spec']): Resource => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'Profile',
  metadata,
  spec,
});

const DEFAULT_ALLOW = profile(
  { name: 'projectcalico-default-allow', resourceVersion: '1', creationTimestamp: null },
  { ingress: ALLOW, egress: ALLOW },
);

/** Labels under a prefix, sorted as Go's maps print. */
function prefixed(prefix: string, { name = '', labels = {} }: Resource['metadata']): Readonly<Record<string, string>> {
  const all = Object.entries({ ...labels, 'projectcalico.org/name': name }).map(([key, value]) => [`${prefix}${key}`, value]);
  return Object.fromEntries(all.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
}

function ofNamespace({ metadata }: Resource): Resource {
  const { name, uid = '', creationTimestamp, resourceVersion } = metadata;
  return profile(
    { name: `kns.${name}`, uid: convertUid(uid), resourceVersion: `${resourceVersion}/`, creationTimestamp },
    { ingress: ALLOW, egress: ALLOW, labelsToApply: prefixed('pcns.', metadata) },
  );
}

function ofServiceAccount({ metadata }: Resource): Resource {
  const { name, namespace, uid = '', creationTimestamp, resourceVersion } = metadata;
  return profile(
    { name: `ksa.${namespace}.${name}`, uid: convertUid(uid), resourceVersion: `/${resourceVersion}`, creationTimestamp },
    { labelsToApply: prefixed('pcsa.', metadata) },
  );
}

function get(requests: Requests, name: string): Resource {
  const about = profile({ name }, {});
  if (name === DEFAULT_ALLOW.metadata.name) return DEFAULT_ALLOW;
  const [kind = '', first = '', ...rest] = name.split('.');
  if (!name.includes('.')) throw new CalicoError('other', `Invalid name ${name}`);
  if (kind === 'kns') {
    const namespace = encodeURIComponent([first, ...rest].join('.'));
    return ofNamespace(requests.get(`/api/v1/namespaces/${namespace}`, about));
  }
  if (kind !== 'ksa') throw new CalicoError('other', 'Revision  invalid');
  if (rest.length === 0) throw new CalicoError('other', `Profile ${name} is not formatted correctly`);
  const path = `/api/v1/namespaces/${encodeURIComponent(first)}/serviceaccounts/${encodeURIComponent(rest.join('.'))}`;
  return ofServiceAccount(requests.get(path, about));
}

export const profiles: Backend = {
  get,
  list: (requests) => {
    const namespaces = requests.list('/api/v1/namespaces');
    const accounts = requests.list('/api/v1/serviceaccounts');
    return {
      items: [DEFAULT_ALLOW, ...namespaces.items.map(ofNamespace), ...accounts.items.map(ofServiceAccount)],
      resourceVersion: `${namespaces.resourceVersion}/${accounts.resourceVersion}`,
    };
  },
  refusal: unsupported,
};
