/** core/v1 Service: defaults, the PORT(S) and EXTERNAL-IP cells; addresses and ports in service-allocation.ts. */
import { age } from '../age.ts';
import { compact } from '../equal.ts';
import { columns, defineKind } from '../kind.ts';
import type { Service, ServicePort } from '../objects.ts';
import { formatLabels } from '../printing.ts';
import { dns1035Label } from '../validation/names.ts';
import { allocate, dropTypeDependent, isExternallyAccessible, keepAllocated } from './service-allocation.ts';
import { validateService, validateServiceUpdate } from './service-validation.ts';

const DEFAULT_AFFINITY_SECONDS = 10800;

const defaultPort = (port: ServicePort): ServicePort => ({
  ...port,
  protocol: port.protocol || 'TCP',
  targetPort: port.targetPort || port.port,
});

function defaultService(service: Service): Service {
  const given = service.spec ?? ({} as Service['spec']);
  const type = given.type || 'ClusterIP';
  const sessionAffinity = given.sessionAffinity || 'None';
  const seconds = given.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS;
  const spec: Service['spec'] = {
    ...given,
    type,
    ...(given.ports ? { ports: given.ports.map(defaultPort) } : {}),
    sessionAffinity,
    sessionAffinityConfig: sessionAffinity === 'ClientIP' ? { clientIP: { timeoutSeconds: seconds } } : undefined,
    internalTrafficPolicy: given.internalTrafficPolicy || (type === 'ExternalName' ? undefined : 'Cluster'),
    allocateLoadBalancerNodePorts: given.allocateLoadBalancerNodePorts ?? (type === 'LoadBalancer' ? true : undefined),
    externalTrafficPolicy: given.externalTrafficPolicy || undefined,
  };
  const open = isExternallyAccessible({ ...service, spec });
  const policy = spec.externalTrafficPolicy ?? (open ? 'Cluster' : undefined);
  return { ...service, spec: compact({ ...spec, externalTrafficPolicy: policy }), status: service.status ?? { loadBalancer: {} } };
}

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

function warnings({ spec }: Service): string[] {
  const texts: string[] = [];
  if (spec.type === 'ExternalName' && (spec.externalIPs ?? []).length > 0) {
    texts.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (spec.type !== 'ExternalName' && spec.externalName)
    texts.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  return texts;
}

const tidy = (service: Service): Service => ({ ...service, spec: compact(service.spec) });

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
  connects: ['proxy'],
  validateName: dns1035Label,
  defaults: defaultService,
  prepareCreate: (service, scope) => tidy(allocate({ ...service, status: { loadBalancer: {} } }, undefined, scope)),
  prepareUpdate: (next, old, scope) => tidy(dropTypeDependent(allocate(keepAllocated(next, old), old, scope), old)),
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  warnings,
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
