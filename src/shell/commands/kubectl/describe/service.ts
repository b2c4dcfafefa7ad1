/** describe service, endpoints, endpointslice, ingress. */
import { dig, fields, items, number, strings, text, type Value } from '../value.ts';
import type { Describer } from './index.ts';
import { annotations, type Description, events, formatLabels, head, labels, metadata, orNone } from './writer.ts';

const MAX_ADDRESSES = 3;

/** `10.48.0.134:80,…`: ready addresses of the slices' ports of that name. */
export function sliceAddresses(slices: readonly Value[], portName: string): string {
  if (slices.length === 0) return '<none>';
  const found: string[] = [];
  for (const slice of slices) {
    const ready = items(slice, 'endpoints').filter((one) => dig(one, 'conditions', 'ready') !== false);
    const address = (one: Value) => text(one, 'addresses', 0);
    const ports = items(slice, 'ports');
    if (ports.length === 0) found.push(...ready.map(address));
    for (const port of ports) {
      if (text(port, 'name') !== portName) continue;
      found.push(
        ...ready.map((one) => `${address(one).includes(':') ? `[${address(one)}]` : address(one)}:${number(port, 'port')}`),
      );
    }
  }
  const shown = found.slice(0, MAX_ADDRESSES).join(',');
  return found.length > MAX_ADDRESSES ? `${shown} + ${found.length - MAX_ADDRESSES} more...` : shown;
}

function ingressText(list: readonly Value[]): string {
  return list
    .map((one) => {
      const ip = text(one, 'ip');
      if (ip === '') return text(one, 'hostname');
      return dig(one, 'ipMode') === undefined ? ip : `${ip} (${text(one, 'ipMode')})`;
    })
    .join(', ');
}

function addressLines(d: Description, object: Value): void {
  const spec = fields(object, 'spec');
  if (dig(spec, 'ipFamilyPolicy') !== undefined) d.field('IP Family Policy', text(spec, 'ipFamilyPolicy'));
  d.field('IP Families', orNone(items(spec, 'ipFamilies').join(',')));
  d.field('IP', text(spec, 'clusterIP'));
  d.field('IPs', orNone(items(spec, 'clusterIPs').join(',')));
  if (items(spec, 'externalIPs').length > 0) d.field('External IPs', items(spec, 'externalIPs').join(','));
  if (text(spec, 'loadBalancerIP') !== '') d.field('Desired LoadBalancer IP', text(spec, 'loadBalancerIP'));
  if (text(spec, 'externalName') !== '') d.field('External Name', text(spec, 'externalName'));
  const ingress = items(object, 'status', 'loadBalancer', 'ingress');
  if (ingress.length > 0) d.field('LoadBalancer Ingress', ingressText(ingress));
}

function portLines(d: Description, object: Value, slices: readonly Value[]): void {
  for (const port of items(object, 'spec', 'ports')) {
    const name = text(port, 'name') || '<unset>';
    const protocol = text(port, 'protocol');
    d.field('Port', `${name}\t${number(port, 'port')}/${protocol}`);
    d.field('TargetPort', `${text(port, 'targetPort')}/${protocol}`);
    if (number(port, 'nodePort') !== 0) d.field('NodePort', `${name}\t${number(port, 'nodePort')}/${protocol}`);
    d.field('Endpoints', sliceAddresses(slices, text(port, 'name')));
  }
}

export const service: Describer = (d, object, world) => {
  const spec = fields(object, 'spec');
  const name = text(object, 'metadata', 'name');
  const namespace = text(object, 'metadata', 'namespace');
  head(d, object);
  metadata(d, object);
  d.field('Selector', formatLabels(strings(spec, 'selector')));
  d.field('Type', text(spec, 'type'));
  addressLines(d, object);
  portLines(
    d,
    object,
    world.list('endpointslices.discovery.k8s.io', namespace, { labelSelector: `kubernetes.io/service-name=${name}` }),
  );
  d.field('Session Affinity', text(spec, 'sessionAffinity'));
  if (text(spec, 'externalTrafficPolicy') !== '') d.field('External Traffic Policy', text(spec, 'externalTrafficPolicy'));
  if (dig(spec, 'internalTrafficPolicy') !== undefined) d.field('Internal Traffic Policy', text(spec, 'internalTrafficPolicy'));
  if (number(spec, 'healthCheckNodePort') !== 0) d.field('HealthCheck NodePort', number(spec, 'healthCheckNodePort'));
  const ranges = items(spec, 'loadBalancerSourceRanges');
  if (ranges.length > 0) d.field('LoadBalancer Source Ranges', ranges.join(','));
  events(d, world.events(object));
};

export const endpoints: Describer = (d, object, world) => {
  head(d, object);
  metadata(d, object);
  d.write(0, 'Subsets:\n');
  for (const subset of items(object, 'subsets')) {
    const list = (field: string) =>
      orNone(
        items(subset, field)
          .map((one) => text(one, 'ip'))
          .join(','),
      );
    d.field('Addresses', list('addresses'), 1);
    d.field('NotReadyAddresses', list('notReadyAddresses'), 1);
    const ports = items(subset, 'ports');
    if (ports.length > 0) {
      d.write(1, 'Ports:\n');
      d.write(2, 'Name\tPort\tProtocol\n');
      d.write(2, '----\t----\t--------\n');
      for (const port of ports)
        d.write(2, `${text(port, 'name') || '<unset>'}\t${number(port, 'port')}\t${text(port, 'protocol')}\n`);
    }
    d.write(0, '\n');
  }
  events(d, world.events(object));
};

export const endpointSlice: Describer = (d, object, world) => {
  head(d, object);
  metadata(d, object);
  d.field('AddressType', text(object, 'addressType'));
  const unset = (value: Value | undefined) => (value === undefined || value === null ? '<unset>' : String(value));
  const ports = items(object, 'ports');
  if (ports.length === 0) d.write(0, 'Ports: <unset>\n');
  else {
    d.write(0, 'Ports:\n');
    d.write(1, 'Name\tPort\tProtocol\n');
    d.write(1, '----\t----\t--------\n');
    for (const port of ports)
      d.write(1, `${text(port, 'name') || '<unset>'}\t${unset(dig(port, 'port'))}\t${text(port, 'protocol')}\n`);
  }
  const list = items(object, 'endpoints');
  d.write(0, list.length === 0 ? 'Endpoints: <none>\n' : 'Endpoints:\n');
  for (const one of list) {
    d.field('- Addresses', orNone(items(one, 'addresses').join(', ')), 1);
    d.write(2, 'Conditions:\n');
    d.field('Ready', unset(dig(one, 'conditions', 'ready')), 3);
    d.field('Hostname', unset(dig(one, 'hostname')), 2);
    const target = dig(one, 'targetRef');
    if (target !== undefined) d.field('TargetRef', `${text(target, 'kind')}/${text(target, 'name')}`, 2);
    d.field('NodeName', unset(dig(one, 'nodeName')), 2);
    d.field('Zone', unset(dig(one, 'zone')), 2);
  }
  events(d, world.events(object));
};

export const ingress: Describer = (d, object, world) => {
  const namespace = text(object, 'metadata', 'namespace');
  const spec = fields(object, 'spec');
  const backend = (one: Value | undefined): string => {
    const wanted = fields(one, 'service');
    const name = text(wanted, 'name');
    const port = text(wanted, 'port', 'number') || text(wanted, 'port', 'name');
    const found = world.get('services', namespace, name);
    if ('error' in found) return `${name}:${port} (<error: ${found.error}>)`;
    const match = items(found.object, 'spec', 'ports').find((p) => text(p, 'port') === port || text(p, 'name') === port);
    const slices = world.list('endpointslices.discovery.k8s.io', namespace, {
      labelSelector: `kubernetes.io/service-name=${name}`,
    });
    return `${name}:${port} (${sliceAddresses(slices, text(match, 'name'))})`;
  };
  d.field('Name', text(object, 'metadata', 'name'));
  labels(d, 'Labels', strings(object, 'metadata', 'labels'));
  d.field('Namespace', namespace);
  const addresses = items(object, 'status', 'loadBalancer', 'ingress').map((one) => text(one, 'ip') || text(one, 'hostname'));
  d.field('Address', [...new Set(addresses)].sort().join(','));
  d.field('Ingress Class', text(spec, 'ingressClassName') || '<none>');
  const fallback = dig(spec, 'defaultBackend') === undefined ? '<default>' : backend(dig(spec, 'defaultBackend'));
  d.field('Default backend', fallback);
  const tls = items(spec, 'tls');
  if (tls.length > 0) {
    d.write(0, 'TLS:\n');
    for (const one of tls) {
      const hosts = items(one, 'hosts').join(',');
      const secret = text(one, 'secretName');
      d.write(1, secret === '' ? `SNI routes ${hosts}\n` : `${secret} terminates ${hosts}\n`);
    }
  }
  d.write(0, 'Rules:\n  Host\tPath\tBackends\n');
  d.write(1, '----\t----\t--------\n');
  const rules = items(spec, 'rules').filter((rule) => dig(rule, 'http') !== undefined);
  for (const rule of rules) {
    d.write(1, `${text(rule, 'host') || '*'}\t\n`);
    for (const path of items(rule, 'http', 'paths')) d.write(2, `\t${text(path, 'path')} \t${backend(dig(path, 'backend'))}\n`);
  }
  if (rules.length === 0) d.write(1, `*\t*\t${fallback}\n`);
  annotations(d, 'Annotations', strings(object, 'metadata', 'annotations'));
  events(d, world.events(object));
};
