/** core/v1 Service. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { Service } from '../objects.ts';
import { formatLabels } from '../printing.ts';
import { dns1035Label } from '../validation/names.ts';

function externalIp({ spec, status }: Service): string {
  const listed = (spec.externalIPs ?? []).join(',');
  if (spec.type === 'ExternalName') return spec.externalName ?? '';
  if (spec.type !== 'LoadBalancer') return listed || '<none>';
  const balancers = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').join(',');
  if (listed) return balancers ? `${balancers},${listed}` : listed;
  return balancers || '<pending>';
}

function portCell({ spec }: Service): string {
  const ports = (spec.ports ?? []).map(({ port, nodePort, protocol }) => `${nodePort ? `${port}:${nodePort}` : port}/${protocol}`);
  return ports.join(',') || '<none>';
}

export const serviceKind = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  answersDeleteWithObject: true,
  status: true,
  validateName: dns1035Label,
  fields: ({ spec }) => ({ 'spec.clusterIP': spec.clusterIP ?? '', 'spec.type': spec.type }),
  columns: columns('Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', 'Selector*'),
  row: (service, now) => [
    service.metadata.name,
    service.spec.type,
    service.spec.clusterIPs?.[0] || service.spec.clusterIP || '<none>',
    externalIp(service),
    portCell(service),
    age(service.metadata.creationTimestamp, now),
    formatLabels(service.spec.selector),
  ],
});
