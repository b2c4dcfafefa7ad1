/** describe namespace, configmap, secret, serviceaccount, networkpolicy, and any kind kubectl has no describer for. */
import { decodeBase64 } from '../encode.ts';
import { goPrint } from '../printers/gofmt.ts';
import { type Doc, dig, isDoc, items, sortedKeys, strings, text, type Value } from '../value.ts';
import type { Describer } from './index.ts';
import { annotations, type Description, events, head, labels, metadata, orNone, rfc1123, selectorText } from './writer.ts';

export const namespace: Describer = (d, object, world) => {
  d.field('Name', text(object, 'metadata', 'name'));
  metadata(d, object);
  d.field('Status', text(object, 'status', 'phase'));
  const list = items(object, 'status', 'conditions');
  if (list.length > 0) {
    d.write(0, 'Conditions:\n');
    d.write(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage\n');
    d.write(1, '----\t------\t------------------\t------\t-------\n');
    for (const one of list) {
      const cells = [
        text(one, 'type'),
        text(one, 'status'),
        rfc1123(text(one, 'lastTransitionTime')),
        text(one, 'reason'),
        text(one, 'message'),
      ];
      d.write(1, `${cells.join('\t')}\n`);
    }
  }
  // Servers that have no quotas or limit ranges say so by not knowing them.
  if (world.serves('resourcequotas')) d.write(0, '\nNo resource quota.\n');
  if (world.serves('limitranges')) d.write(0, '\nNo LimitRange resource.\n');
};

export const configMap: Describer = (d, object, world) => {
  head(d, object);
  metadata(d, object);
  d.write(0, '\nData\n====\n');
  const values = strings(object, 'data');
  for (const key of sortedKeys(values)) {
    d.write(0, `${key}:\n----\n`);
    d.write(0, `${values[key]}\n`);
    d.write(0, '\n');
  }
  d.write(0, '\nBinaryData\n====\n');
  const binary = strings(object, 'binaryData');
  for (const key of sortedKeys(binary))
    d.write(0, `${key}: ${Math.floor((binary[key]!.replace(/=+$/, '').length * 3) / 4)} bytes\n`);
  d.write(0, '\n');
  events(d, world.events(object));
};

export const secret: Describer = (d, object) => {
  head(d, object);
  metadata(d, object);
  d.write(0, `\nType:\t${text(object, 'type')}\n`);
  d.write(0, '\nData\n====\n');
  const values = strings(object, 'data');
  for (const key of sortedKeys(values)) {
    const token = key === 'token' && text(object, 'type') === 'kubernetes.io/service-account-token';
    if (token) d.field(key, decodeBase64(values[key]!));
    else d.field(key, `${Math.floor((values[key]!.replace(/=+$/, '').length * 3) / 4)} bytes`);
  }
};

export const serviceAccount: Describer = (d, object, world) => {
  head(d, object);
  metadata(d, object);
  const secrets = world.list('secrets', text(object, 'metadata', 'namespace'), {});
  const known = new Set(secrets.map((one) => text(one, 'metadata', 'name')));
  const tokens = secrets.filter(
    (one) =>
      text(one, 'type') === 'kubernetes.io/service-account-token' &&
      strings(one, 'metadata', 'annotations')['kubernetes.io/service-account.uid'] === text(object, 'metadata', 'uid'),
  );
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['Image pull secrets:', items(object, 'imagePullSecrets').map((one) => text(one, 'name'))],
    ['Mountable secrets: ', items(object, 'secrets').map((one) => text(one, 'name'))],
    ['Tokens:            ', tokens.map((one) => text(one, 'metadata', 'name'))],
  ];
  for (const [title, names] of lists) {
    if (names.length === 0) d.write(0, `${title}\t<none>\n`);
    names.forEach((name, index) => {
      d.write(0, `${index === 0 ? title : ' '.repeat(19)}\t${name}${known.has(name) ? '' : ' (not found)'}\n`);
    });
  }
  events(d, world.events(object));
};

function policyPorts(d: Description, rule: Value): void {
  const ports = items(rule, 'ports');
  if (ports.length === 0) d.write(0, '    To Port: <any> (traffic allowed to all ports)\n');
  for (const port of ports) {
    const protocol = text(port, 'protocol') || 'TCP';
    const number = text(port, 'port') || '<nil>';
    if (dig(port, 'endPort') === undefined) d.write(0, `    To Port: ${number}/${protocol}\n`);
    else d.write(0, `    To Port Range: ${number}-${text(port, 'endPort')}/${protocol}\n`);
  }
}

function policyPeers(d: Description, peers: readonly Value[], word: 'From' | 'To'): void {
  if (peers.length === 0) {
    d.write(0, `    ${word}: <any> (traffic not restricted by ${word === 'From' ? 'source' : 'destination'})\n`);
    return;
  }
  for (const peer of peers) {
    d.write(0, `    ${word}:\n`);
    const [pods, namespaces] = [dig(peer, 'podSelector'), dig(peer, 'namespaceSelector')];
    if (namespaces !== undefined) d.write(1, `    NamespaceSelector: ${orNone(selectorText(namespaces))}\n`);
    if (pods !== undefined) d.write(1, `    PodSelector: ${orNone(selectorText(pods))}\n`);
    if (pods === undefined && namespaces === undefined && dig(peer, 'ipBlock') !== undefined) {
      d.write(1, '    IPBlock:\n');
      d.write(2, `    CIDR: ${text(peer, 'ipBlock', 'cidr')}\n`);
      d.write(2, `    Except: ${items(peer, 'ipBlock', 'except').join(', ')}\n`);
    }
  }
}

function policyRules(d: Description, rules: readonly Value[], way: 'ingress' | 'egress'): void {
  if (rules.length === 0) {
    d.write(0, `    <none> (Selected pods are isolated for ${way} connectivity)\n`);
    return;
  }
  rules.forEach((rule, index) => {
    policyPorts(d, rule);
    policyPeers(d, items(rule, way === 'ingress' ? 'from' : 'to'), way === 'ingress' ? 'From' : 'To');
    if (index !== rules.length - 1) d.write(0, '    ----------\n');
  });
}

export const networkPolicy: Describer = (d, object) => {
  head(d, object);
  const created = text(object, 'metadata', 'creationTimestamp');
  d.field('Created on', created === '' ? '<nil>' : created.replace('T', ' ').replace('Z', ' +0000 UTC'));
  metadata(d, object);
  d.write(0, 'Spec:\n');
  d.write(1, 'PodSelector: ');
  const selector = selectorText(dig(object, 'spec', 'podSelector'));
  d.write(2, selector === '' ? '<none> (Allowing the specific traffic to all pods in this namespace)\n' : `${selector}\n`);
  const types = items(object, 'spec', 'policyTypes').map(String);
  for (const [way, type] of [
    ['ingress', 'Ingress'],
    ['egress', 'Egress'],
  ] as const) {
    if (types.includes(type)) {
      d.write(1, `Allowing ${way} traffic:\n`);
      policyRules(d, items(object, 'spec', way), way);
    } else d.write(1, `Not affecting ${way} traffic\n`);
  }
  d.write(1, `Policy Types: ${orNone(types.join(', '))}\n`);
};

const ACRONYMS = new Set(['API', 'URL', 'UID', 'OSB', 'GUID']);

/** `apiVersion` → `API Version`; as fatih/camelcase splits, so `serviceClusterIPs` becomes `Service Cluster I Ps`. */
export function smartLabel(field: string): string {
  if (/[^\p{L}-]/u.test(field)) return field;
  const parts = field.match(/[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|[A-Z]+|[a-z]+|-+/g) ?? [field];
  return parts
    .map((part) => (ACRONYMS.has(part.toUpperCase()) ? part.toUpperCase() : part[0]!.toUpperCase() + part.slice(1)))
    .join(' ');
}

const HIDDEN = new Set([
  '.metadata.managedFields',
  '.metadata.name',
  '.metadata.namespace',
  '.metadata.labels',
  '.metadata.annotations',
]);

function content(d: Description, level: number, object: Doc, prefix: string): void {
  for (const field of sortedKeys(object)) {
    const path = `${prefix}.${field}`;
    if (HIDDEN.has(path)) continue;
    const value = object[field]!;
    if (isDoc(value)) {
      d.write(level, `${smartLabel(field)}:\n`);
      content(d, level + 1, value, path);
    } else if (Array.isArray(value)) {
      d.write(level, `${smartLabel(field)}:\n`);
      for (const child of value as readonly Value[]) {
        if (isDoc(child)) content(d, level + 1, child, path);
        else d.write(level + 1, `${goPrint(child)}\n`);
      }
    } else d.write(level, `${smartLabel(field)}:\t${goPrint(value)}\n`);
  }
}

export const anything: Describer = (d, object, world) => {
  head(d, object);
  labels(d, 'Labels', strings(object, 'metadata', 'labels'));
  annotations(d, 'Annotations', strings(object, 'metadata', 'annotations'));
  content(d, 0, object as Doc, '');
  events(d, world.events(object));
};
