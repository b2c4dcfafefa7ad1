/** networking.k8s.io/v1 Ingress: stored and printed; no ingress controller acts on it. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import { withMore } from '../printing.ts';
import { dns1123Subdomain } from '../validation/names.ts';

interface Ingress extends ApiObject {
  readonly spec: {
    readonly ingressClassName?: string;
    readonly tls?: readonly unknown[];
    readonly rules?: readonly { readonly host?: string }[];
    readonly defaultBackend?: unknown;
  };
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
  };
}

function hosts({ spec }: Ingress): string {
  const names = (spec.rules ?? []).flatMap(({ host }) => (host ? [host] : []));
  return withMore(names, 3) || '*';
}

export const ingressKind = defineKind<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  namespaced: true,
  generation: true,
  status: true,
  validateName: dns1123Subdomain,
  defaults: (ingress) => ({ ...ingress, status: ingress.status ?? { loadBalancer: {} } }),
  prepareCreate: (ingress) => ({ ...ingress, status: { loadBalancer: {} } }),
  columns: columns('Name', 'Class', 'Hosts', 'Address', 'Ports', 'Age'),
  row: (ingress, now) => [
    ingress.metadata.name,
    ingress.spec.ingressClassName ?? '<none>',
    hosts(ingress),
    (ingress.status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').join(','),
    (ingress.spec.tls ?? []).length > 0 ? '80, 443' : '80',
    age(ingress.metadata.creationTimestamp, now),
  ],
});
