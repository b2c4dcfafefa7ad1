/** describe persistentvolume, persistentvolumeclaim, storageclass. */
import { byBytes, dig, items, strings, text, type Value } from '../value.ts';
import type { Describer } from './index.ts';
import { type Description, events, formatLabels, head, labels, metadata } from './writer.ts';

const MODES = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

function modesText(list: readonly Value[]): string {
  return MODES.filter(([mode]) => list.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

function statusLine(d: Description, object: Value): void {
  const gone = text(object, 'metadata', 'deletionTimestamp');
  d.field('Status', gone === '' ? text(object, 'status', 'phase') : `Terminating (lasts ${d.since(gone)})`);
}

const finalizers = (object: Value) => `[${items(object, 'metadata', 'finalizers').join(' ')}]`;

function nodeAffinity(d: Description, object: Value): void {
  const required = dig(object, 'spec', 'nodeAffinity', 'required');
  if (required === undefined) {
    d.field('Node Affinity', '<none>');
    return;
  }
  d.write(0, 'Node Affinity:\t\n');
  const terms = items(required, 'nodeSelectorTerms');
  d.write(1, `Required Terms:\t${terms.length === 0 ? '<none>' : ''}\n`);
  terms.forEach((term, index) => {
    const list = items(term, 'matchExpressions').map((one) => {
      const values = items(one, 'values');
      const end = values.length > 0 ? ` [${values.join(', ')}]` : '';
      return `${text(one, 'key')} ${text(one, 'operator').toLowerCase()}${end}`;
    });
    d.write(2, `Term ${index}:\t${list.length === 0 ? '<none>\n' : ''}`);
    list.forEach((line, at) => {
      d.write(0, `${at > 0 ? '\t' : ''}${line}\n`);
    });
  });
}

/** Where the volume is: the kinds of volumes that people make by hand. */
function source(d: Description, spec: Value | undefined): void {
  d.write(0, 'Source:\n');
  const [hostPath, nfs, local] = [dig(spec, 'hostPath'), dig(spec, 'nfs'), dig(spec, 'local')];
  if (hostPath !== undefined) {
    d.field('Type', 'HostPath (bare host directory volume)', 2);
    d.field('Path', text(hostPath, 'path'), 2);
    d.field('HostPathType', dig(hostPath, 'type') === undefined ? '<none>' : text(hostPath, 'type'), 2);
  } else if (nfs !== undefined) {
    d.field('Type', 'NFS (an NFS mount that lasts the lifetime of a pod)', 2);
    d.field('Server', text(nfs, 'server'), 2);
    d.field('Path', text(nfs, 'path'), 2);
    d.field('ReadOnly', String(dig(nfs, 'readOnly') === true), 2);
  } else if (local !== undefined) {
    d.field('Type', 'LocalVolume (a persistent volume backed by local storage on a node)', 2);
    d.field('Path', text(local, 'path'), 2);
  } else d.write(1, '<unknown>\n');
}

export const persistentVolume: Describer = (d, object, world) => {
  const spec = dig(object, 'spec');
  d.field('Name', text(object, 'metadata', 'name'));
  metadata(d, object);
  d.field('Finalizers', finalizers(object));
  d.field('StorageClass', text(spec, 'storageClassName'));
  statusLine(d, object);
  const claim = dig(spec, 'claimRef');
  d.field('Claim', claim === undefined ? '' : `${text(claim, 'namespace')}/${text(claim, 'name')}`);
  d.field('Reclaim Policy', text(spec, 'persistentVolumeReclaimPolicy'));
  d.field('Access Modes', modesText(items(spec, 'accessModes')));
  if (dig(spec, 'volumeMode') !== undefined) d.field('VolumeMode', text(spec, 'volumeMode'));
  d.field('Capacity', text(spec, 'capacity', 'storage') || '0');
  nodeAffinity(d, object);
  d.field('Message', text(object, 'status', 'message'));
  source(d, spec);
  events(d, world.events(object));
};

export const persistentVolumeClaim: Describer = (d, object, world) => {
  const spec = dig(object, 'spec');
  const name = text(object, 'metadata', 'name');
  head(d, object);
  d.field('StorageClass', text(spec, 'storageClassName'));
  statusLine(d, object);
  const volume = text(spec, 'volumeName');
  d.field('Volume', volume);
  metadata(d, object);
  d.field('Finalizers', finalizers(object));
  d.field('Capacity', volume === '' ? '' : text(object, 'status', 'capacity', 'storage') || '0');
  d.field('Access Modes', volume === '' ? '' : modesText(items(object, 'status', 'accessModes')));
  if (dig(spec, 'volumeMode') !== undefined) d.field('VolumeMode', text(spec, 'volumeMode'));
  const users = world
    .list('pods', text(object, 'metadata', 'namespace'), {})
    .filter((pod) => items(pod, 'spec', 'volumes').some((one) => text(one, 'persistentVolumeClaim', 'claimName') === name))
    .map((pod) => text(pod, 'metadata', 'name'))
    .sort(byBytes);
  d.write(0, `Used By:\t${users.length === 0 ? '<none>\n' : ''}`);
  users.forEach((pod, index) => {
    d.write(0, `${index > 0 ? '\t' : ''}${pod}\n`);
  });
  events(d, world.events(object));
};

export const storageClass: Describer = (d, object, world) => {
  d.field('Name', text(object, 'metadata', 'name'));
  const annotations = strings(object, 'metadata', 'annotations');
  d.field('IsDefaultClass', annotations['storageclass.kubernetes.io/is-default-class'] === 'true' ? 'Yes' : 'No');
  d.field('Annotations', formatLabels(annotations));
  d.field('Provisioner', text(object, 'provisioner'));
  d.field('Parameters', formatLabels(strings(object, 'parameters')));
  const expands = dig(object, 'allowVolumeExpansion');
  d.field('AllowVolumeExpansion', expands === undefined ? '<unset>' : expands === true ? 'True' : 'False');
  const options = items(object, 'mountOptions');
  d.write(0, options.length === 0 ? 'MountOptions:\t<none>\n' : 'MountOptions:\n');
  for (const option of options) d.write(1, `${option}\n`);
  d.field('ReclaimPolicy', text(object, 'reclaimPolicy'));
  d.field('VolumeBindingMode', text(object, 'volumeBindingMode'));
  events(d, world.events(object));
};

/** What a StatefulSet makes for each of its pods. */
export function claimTemplates(d: Description, list: readonly Value[]): void {
  if (list.length === 0) {
    d.field('Volume Claims', '<none>');
    return;
  }
  d.write(0, 'Volume Claims:\n');
  for (const claim of list) {
    d.field('Name', text(claim, 'metadata', 'name'), 1);
    d.field('StorageClass', text(claim, 'spec', 'storageClassName'), 1);
    labels(d, 'Labels', strings(claim, 'metadata', 'labels'), '  ');
    labels(d, 'Annotations', strings(claim, 'metadata', 'annotations'), '  ');
    d.field('Capacity', text(claim, 'spec', 'resources', 'requests', 'storage') || '<default>', 1);
    d.field('Access Modes', `[${items(claim, 'spec', 'accessModes').join(' ')}]`, 1);
  }
}
