/** Generator: ingress, from `host/path=service:port[,tls[=secret]]` rules. */
import type { Kubectl } from '../../context.ts';
import { fail } from '../../errors.ts';
import type { Doc, Value } from '../../value.ts';
import { enforcedNamespace, finish, nameArgument } from './finish.ts';
import { set, typed } from './typed.ts';

const RULE = /^(?<host>[\w*\-.]*)(?<path>\/[^,=\n]*)=(?<service>[\w-]+:[\w-]+)(?:,(?<tls>tls)=?(?<secret>[\w-]+)?)?$/;

interface Rule {
  readonly host: string;
  readonly path: string;
  readonly service: string;
  readonly tls: boolean;
  readonly secret: string;
}

function check(kubectl: Kubectl): readonly Rule[] {
  const { flags } = kubectl;
  const backend = flags.string('default-backend');
  const given = flags.list('rule');
  if (backend === '' && given.length === 0) {
    fail(
      'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
    );
  }
  const rules = given.map((rule): Rule => {
    const groups = RULE.exec(rule)?.groups;
    if (!groups) return fail(`rule ${rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
    const { host, path, service, tls, secret } = groups;
    return { host: host!, path: path!, service: service!, tls: tls !== undefined, secret: secret ?? '' };
  });
  for (const annotation of flags.list('annotation')) {
    if (!annotation.includes('=')) fail(`annotation ${annotation} is invalid and should be in format key=[value]`);
  }
  if (backend !== '' && backend.split(':').length !== 2) fail('default-backend should be in format servicename:serviceport');
  return rules;
}

function backendOf(service: string): Doc {
  const [name, port] = service.split(':') as [string, string];
  return { service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } };
}

/** A path that ends in `*` matches as a prefix. */
function pathOf({ path, service }: Rule): Doc {
  const prefix = path.endsWith('*');
  return { path: prefix ? path.slice(0, -1) : path, pathType: prefix ? 'Prefix' : 'Exact', backend: backendOf(service) };
}

function ruleList(rules: readonly Rule[]): Value[] {
  const hosts = [...new Set(rules.map((rule) => rule.host))];
  return hosts.map((host) => ({
    ...set({ host }),
    http: { paths: rules.filter((rule) => rule.host === host).map(pathOf) },
  }));
}

/** One entry a secret; a host counts once. */
function tlsList(rules: readonly Rule[]): Value[] {
  const bySecret = new Map<string, string[]>();
  const seen = new Set<string>();
  for (const { host, secret } of rules.filter((rule) => rule.tls)) {
    if (seen.has(host)) continue;
    seen.add(host);
    bySecret.set(secret, [...(bySecret.get(secret) ?? []), host]);
  }
  return [...bySecret].map(([secretName, hosts]) => set({ hosts: hosts.filter((host) => host !== ''), secretName }));
}

export function ingress(kubectl: Kubectl): number {
  const name = nameArgument(kubectl);
  const rules = check(kubectl);
  const { flags } = kubectl;
  const backend = flags.string('default-backend');
  const annotations = Object.fromEntries(
    flags.list('annotation').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  const draft = typed(
    'networking.k8s.io/v1',
    'Ingress',
    { name, namespace: enforcedNamespace(kubectl), annotations },
    {
      spec: set({
        ingressClassName: flags.string('class'),
        defaultBackend: backend === '' ? undefined : backendOf(backend),
        tls: tlsList(rules),
        rules: ruleList(rules),
      }),
      status: { loadBalancer: {} },
    },
  );
  return finish(kubectl, draft, 'failed to create ingress');
}
