/** Containers, volumes and pod templates as `kubectl describe` prints them. */
import { byBytes, dig, fields, isDoc, items, number, sortedKeys, strings, text, type Value } from '../value.ts';
import { annotations, type Description, goBool, labels, orNone, rfc1123, selectorText, tolerations } from './writer.ts';

function ports(list: readonly Value[], field: string): string {
  return list.map((port) => `${number(port, field)}/${text(port, 'protocol')}`).join(', ');
}

function portLines(d: Description, container: Value): void {
  const list = items(container, 'ports');
  for (const [one, many, field] of [
    ['Port', 'Ports', 'containerPort'],
    ['Host Port', 'Host Ports', 'hostPort'],
  ] as const) {
    const shown = ports(list, field);
    d.field(shown.includes(',') ? many : one, orNone(shown), 2);
  }
}

function commandLines(d: Description, container: Value): void {
  for (const [title, field] of [
    ['Command', 'command'],
    ['Args', 'args'],
  ] as const) {
    const list = items(container, field);
    if (list.length === 0) continue;
    d.write(2, `${title}:\n`);
    for (const word of list) for (const line of String(word).split('\n')) d.write(3, `${line}\n`);
  }
}

function state(d: Description, title: string, value: Value | undefined): void {
  const terminated = dig(value, 'terminated');
  if (dig(value, 'running') !== undefined) {
    d.field(title, 'Running', 2);
    d.field('Started', rfc1123(text(value, 'running', 'startedAt')), 3);
  } else if (terminated !== undefined) {
    d.field(title, 'Terminated', 2);
    if (text(terminated, 'reason') !== '') d.field('Reason', text(terminated, 'reason'), 3);
    if (text(terminated, 'message') !== '') d.field('Message', text(terminated, 'message'), 3);
    d.field('Exit Code', number(terminated, 'exitCode'), 3);
    if (number(terminated, 'signal') > 0) d.field('Signal', number(terminated, 'signal'), 3);
    d.field('Started', rfc1123(text(terminated, 'startedAt')), 3);
    d.field('Finished', rfc1123(text(terminated, 'finishedAt')), 3);
  } else {
    d.field(title, 'Waiting', 2);
    if (text(value, 'waiting', 'reason') !== '') d.field('Reason', text(value, 'waiting', 'reason'), 3);
  }
}

function resources(d: Description, container: Value): void {
  for (const [title, field] of [
    ['Limits', 'limits'],
    ['Requests', 'requests'],
  ] as const) {
    const map = strings(container, 'resources', field);
    if (Object.keys(map).length > 0) d.write(2, `${title}:\n`);
    for (const name of sortedKeys(map)) d.field(name, map[name]!, 3);
  }
}

export function probeText(probe: Value): string {
  const n = (field: string) => number(probe, field);
  const attributes = `delay=${n('initialDelaySeconds')}s timeout=${n('timeoutSeconds')}s period=${n('periodSeconds')}s #success=${n('successThreshold')} #failure=${n('failureThreshold')}`;
  if (dig(probe, 'exec') !== undefined) return `exec [${items(probe, 'exec', 'command').join(' ')}] ${attributes}`;
  const http = dig(probe, 'httpGet');
  if (http !== undefined) {
    const path = text(http, 'path');
    const slash = path !== '' && !path.startsWith('/') ? '/' : '';
    return `http-get ${text(http, 'scheme').toLowerCase()}://${text(http, 'host')}:${text(http, 'port')}${slash}${path} ${attributes}`;
  }
  const tcp = dig(probe, 'tcpSocket');
  if (tcp !== undefined) return `tcp-socket ${text(tcp, 'host')}:${text(tcp, 'port')} ${attributes}`;
  const grpc = dig(probe, 'grpc');
  if (grpc !== undefined) return `grpc <pod>:${number(grpc, 'port')} ${text(grpc, 'service')} ${attributes}`;
  return `unknown ${attributes}`;
}

function probes(d: Description, container: Value): void {
  for (const [title, field] of [
    ['Liveness', 'livenessProbe'],
    ['Readiness', 'readinessProbe'],
    ['Startup', 'startupProbe'],
  ] as const) {
    const probe = dig(container, field);
    if (isDoc(probe)) d.field(title, probeText(probe), 2);
  }
}

function fieldValue(pod: Value | undefined, path: string): string {
  if (pod === undefined) return '';
  const subscript = /^metadata\.(labels|annotations)\['([^']*)'\]$/.exec(path);
  if (subscript) return strings(pod, 'metadata', subscript[1]!)[subscript[2]!] ?? '';
  // ExtractFieldPathAsString knows no more than these.
  return /^metadata\.(?:name|namespace|uid)$/.test(path) ? text(pod, ...path.split('.')) : '';
}

function environment(d: Description, container: Value, pod: Value | undefined): void {
  const from = items(container, 'envFrom');
  if (from.length > 0) {
    d.write(2, 'Environment Variables from:\n');
    for (const one of from) {
      const kind = dig(one, 'configMapRef') !== undefined ? 'ConfigMap' : 'Secret';
      const ref = dig(one, kind === 'ConfigMap' ? 'configMapRef' : 'secretRef');
      const prefix = text(one, 'prefix');
      const optional = dig(ref, 'optional') === true;
      d.write(3, `${text(ref, 'name')}\t${kind}${prefix === '' ? '' : ` with prefix '${prefix}'`}\tOptional: ${optional}\n`);
    }
  }
  const list = items(container, 'env');
  d.write(2, `Environment:${list.length === 0 ? '\t<none>' : ''}\n`);
  for (const one of list) variable(d, one, pod, container);
}

function variable(d: Description, one: Value, pod: Value | undefined, container: Value): void {
  const name = text(one, 'name');
  const from = dig(one, 'valueFrom');
  if (from === undefined) {
    text(one, 'value')
      .split('\n')
      .forEach((line, index) => {
        d.write(3, index === 0 ? `${name}:\t${line}\n` : `\t${line}\n`);
      });
    return;
  }
  const field = dig(from, 'fieldRef');
  if (field !== undefined) {
    const path = text(field, 'fieldPath');
    d.write(3, `${name}:\t${fieldValue(pod, path)} (${text(field, 'apiVersion')}:${path})\n`);
  }
  const resource = dig(from, 'resourceFieldRef');
  if (resource !== undefined) {
    const path = text(resource, 'resource');
    const value = text(container, 'resources', ...path.split('.')) || '0';
    d.write(3, `${name}:\t${value === '0' && path.startsWith('limits.') ? 'node allocatable' : value} (${path})\n`);
  }
  for (const [ref, phrase] of [
    ['secretKeyRef', 'in secret'],
    ['configMapKeyRef', 'of config map'],
  ] as const) {
    const key = dig(from, ref);
    if (key === undefined) continue;
    const optional = dig(key, 'optional') === true;
    d.write(3, `${name}:\t<set to the key '${text(key, 'key')}' ${phrase} '${text(key, 'name')}'>\tOptional: ${optional}\n`);
  }
}

function mounts(d: Description, container: Value): void {
  const list = [...items(container, 'volumeMounts')].sort((a, b) => byBytes(text(a, 'mountPath'), text(b, 'mountPath')));
  d.write(2, `Mounts:${list.length === 0 ? '\t<none>' : ''}\n`);
  for (const mount of list) {
    const flags = [dig(mount, 'readOnly') === true ? 'ro' : 'rw'];
    if (text(mount, 'subPath') !== '') flags.push(`path=${JSON.stringify(text(mount, 'subPath'))}`);
    d.write(3, `${text(mount, 'mountPath')} from ${text(mount, 'name')} (${flags.join(',')})\n`);
  }
}

/** @param pod where the containers run; absent for a template */
export function containers(
  d: Description,
  title: string,
  list: readonly Value[],
  statuses: readonly Value[],
  pod?: Value,
  space = '',
): void {
  d.write(0, `${space}${title}:${list.length === 0 ? ' <none>' : ''}\n`);
  for (const container of list) {
    const status = statuses.find((one) => text(one, 'name') === text(container, 'name'));
    d.write(1, `${space === '' ? '' : ' '}${text(container, 'name')}:\n`);
    if (status !== undefined) d.field('Container ID', text(status, 'containerID'), 2);
    d.field('Image', text(container, 'image'), 2);
    if (status !== undefined) d.field('Image ID', text(status, 'imageID'), 2);
    portLines(d, container);
    const seccomp = text(container, 'securityContext', 'seccompProfile', 'type');
    if (seccomp !== '') d.field('SeccompProfile', seccomp, 2);
    commandLines(d, container);
    if (status !== undefined) {
      state(d, 'State', dig(status, 'state'));
      if (dig(status, 'lastState', 'terminated') !== undefined) state(d, 'Last State', dig(status, 'lastState'));
      d.field('Ready', goBool(dig(status, 'ready')), 2);
      d.field('Restart Count', number(status, 'restartCount'), 2);
    }
    resources(d, container);
    probes(d, container);
    environment(d, container, pod);
    mounts(d, container);
  }
}

type VolumePrinter = (d: Description, source: Value) => void;

function volumeFields(type: string, ...rest: readonly (readonly [string, (source: Value) => string])[]): VolumePrinter {
  return (d, source) => {
    d.field('Type', type, 2);
    for (const [name, value] of rest) d.field(name, value(source), 2);
  };
}

const optional = (source: Value) => String(dig(source, 'optional') === true);

/** Volume sources by their field. */
const VOLUMES: Readonly<Record<string, VolumePrinter>> = {
  hostPath: volumeFields(
    'HostPath (bare host directory volume)',
    ['Path', (source) => text(source, 'path')],
    ['HostPathType', (source) => (dig(source, 'type') === undefined ? '<none>' : text(source, 'type'))],
  ),
  emptyDir: volumeFields(
    "EmptyDir (a temporary directory that shares a pod's lifetime)",
    ['Medium', (source) => text(source, 'medium')],
    ['SizeLimit', (source) => text(source, 'sizeLimit') || '<unset>'],
  ),
  secret: volumeFields(
    'Secret (a volume populated by a Secret)',
    ['SecretName', (source) => text(source, 'secretName')],
    ['Optional', optional],
  ),
  configMap: volumeFields(
    'ConfigMap (a volume populated by a ConfigMap)',
    ['Name', (source) => text(source, 'name')],
    ['Optional', optional],
  ),
  persistentVolumeClaim: volumeFields(
    'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    ['ClaimName', (source) => text(source, 'claimName')],
    ['ReadOnly', (source) => String(dig(source, 'readOnly') === true)],
  ),
  projected: (d, source) => {
    d.field('Type', 'Projected (a volume that contains injected data from multiple sources)', 2);
    for (const one of items(source, 'sources')) projected(d, one);
  },
  downwardAPI: (d, source) => {
    d.field('Type', 'DownwardAPI (a volume populated by information about the pod)', 2);
    d.write(2, 'Items:\n');
    for (const item of items(source, 'items')) {
      const from = text(item, 'fieldRef', 'fieldPath') || text(item, 'resourceFieldRef', 'resource');
      d.write(3, `${from} -> ${text(item, 'path')}\n`);
    }
  },
};

function projected(d: Description, source: Value): void {
  // Go prints the pointer of `optional`: <nil> when it is not set, which kubectl has always shown.
  const pointer = (value: Value | undefined) => (value === undefined ? '<nil>' : String(value));
  const secret = dig(source, 'secret');
  const config = dig(source, 'configMap');
  if (secret !== undefined) {
    d.field('SecretName', text(secret, 'name'), 2);
    d.field('SecretOptionalName', pointer(dig(secret, 'optional')), 2);
  } else if (dig(source, 'downwardAPI') !== undefined) d.field('DownwardAPI', 'true', 2);
  else if (config !== undefined) {
    d.field('ConfigMapName', text(config, 'name'), 2);
    d.field('ConfigMapOptional', pointer(dig(config, 'optional')), 2);
  } else if (dig(source, 'serviceAccountToken') !== undefined) {
    d.field('TokenExpirationSeconds', number(source, 'serviceAccountToken', 'expirationSeconds'), 2);
  }
}

export function volumes(d: Description, list: readonly Value[], space = ''): void {
  if (list.length === 0) {
    d.write(0, `${space}Volumes:\t<none>\n`);
    return;
  }
  d.write(0, `${space}Volumes:\n`);
  for (const volume of list) {
    d.write(1, `${space === '' ? '' : ' '}${text(volume, 'name')}:\n`);
    const source = Object.keys(fields(volume)).find((key) => Object.hasOwn(VOLUMES, key));
    if (source) VOLUMES[source]!(d, fields(volume, source));
    else d.write(1, '<unknown>\n');
  }
}

export function spreadConstraints(d: Description, list: readonly Value[], space = ''): void {
  if (list.length === 0) return;
  d.write(0, `${space}Topology Spread Constraints:\t`);
  const sorted = [...list].sort((a, b) => byBytes(text(a, 'topologyKey'), text(b, 'topologyKey')));
  sorted.forEach((one, index) => {
    const selector = dig(one, 'labelSelector');
    const chosen = selector === undefined ? '' : ` for selector ${orNone(selectorText(selector))}`;
    const key = text(one, 'topologyKey');
    d.write(
      0,
      `${index > 0 ? `${space}\t` : ''}${key}:${text(one, 'whenUnsatisfiable')} when max skew ${number(one, 'maxSkew')} is exceeded${chosen}\n`,
    );
  });
}

export function podTemplate(d: Description, template: Value | undefined): void {
  d.write(0, 'Pod Template:\n');
  labels(d, '  Labels', strings(template, 'metadata', 'labels'));
  const notes = strings(template, 'metadata', 'annotations');
  if (Object.keys(notes).length > 0) annotations(d, '  Annotations', notes);
  const spec = fields(template, 'spec');
  if (text(spec, 'serviceAccountName') !== '') d.field('Service Account', text(spec, 'serviceAccountName'), 1);
  const init = items(spec, 'initContainers');
  if (init.length > 0) containers(d, 'Init Containers', init, [], undefined, '  ');
  containers(d, 'Containers', items(spec, 'containers'), [], undefined, '  ');
  volumes(d, items(spec, 'volumes'), '  ');
  spreadConstraints(d, items(spec, 'topologySpreadConstraints'), '  ');
  if (text(spec, 'priorityClassName') !== '') d.field('Priority Class Name', text(spec, 'priorityClassName'), 1);
  labels(d, '  Node-Selectors', strings(spec, 'nodeSelector'));
  tolerations(d, items(spec, 'tolerations'), '  Tolerations');
}
