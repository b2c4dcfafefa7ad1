/** networking.k8s.io/v1 Ingress: stored and printed; no ingress controller acts on it. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import { withMore } from '../printing.ts';
import { type FieldError, invalid, notSupported, required } from '../validation/field.ts';
import { dns1123Subdomain, wildcardSubdomain } from '../validation/names.ts';

interface Ingress extends ApiObject {
  readonly spec: {
    readonly ingressClassName?: string;
    readonly tls?: readonly unknown[];
    readonly rules?: readonly {
      readonly host?: string;
      readonly http?: {
        readonly paths?: readonly { readonly path?: string; readonly pathType?: string; readonly backend?: Backend }[];
      };
    }[];
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

interface Backend {
  readonly service?: { readonly name?: string; readonly port?: { readonly name?: string; readonly number?: number } };
  readonly resource?: unknown;
}

function backendErrors(backend: Backend, at: string): FieldError[] {
  if (!backend.service) return backend.resource ? [] : [required(at, 'must specify a `service` or `resource`')];
  const { name, port } = backend.service;
  const errors = name ? [] : [required(`${at}.service.name`)];
  const given = [port?.name, port?.number].filter((it) => it !== undefined && it !== '' && it !== 0).length;
  return given === 1 ? errors : [...errors, required(`${at}.service.port`, 'port name or number is required')];
}

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];

function validateIngress({ spec }: Ingress): FieldError[] {
  const rules = spec.rules ?? [];
  if (rules.length === 0 && !spec.defaultBackend) {
    return [invalid('spec', { go: '[]networking.IngressRule(nil)' }, 'either `defaultBackend` or `rules` must be specified')];
  }
  const errors: FieldError[] = [];
  for (const [i, rule] of rules.entries()) {
    if (rule.host) {
      const wrong = rule.host.startsWith('*') ? wildcardSubdomain(rule.host) : dns1123Subdomain(rule.host);
      errors.push(...wrong.map((text) => invalid(`spec.rules[${i}].host`, rule.host, text)));
    }
    for (const [k, path] of (rule.http?.paths ?? []).entries()) {
      const at = `spec.rules[${i}].http.paths[${k}]`;
      if (!path.pathType) errors.push(required(`${at}.pathType`, 'pathType must be specified'));
      else if (!PATH_TYPES.includes(path.pathType)) errors.push(notSupported(`${at}.pathType`, path.pathType, PATH_TYPES));
      else if (path.pathType !== 'ImplementationSpecific' && !path.path?.startsWith('/')) {
        errors.push(invalid(`${at}.path`, path.path ?? '', 'must be an absolute path'));
      }
      errors.push(...backendErrors(path.backend ?? {}, `${at}.backend`));
    }
  }
  return spec.defaultBackend ? [...errors, ...backendErrors(spec.defaultBackend as Backend, 'spec.defaultBackend')] : errors;
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
  defaults: (ingress) => ({ ...ingress, spec: ingress.spec ?? {}, status: ingress.status ?? { loadBalancer: {} } }),
  prepareCreate: (ingress) => ({ ...ingress, status: { loadBalancer: {} } }),
  validate: validateIngress,
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
