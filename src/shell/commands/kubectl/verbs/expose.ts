/** `kubectl expose`: a Service for what an object selects. */
import type { Kubectl } from '../context.ts';
import { CommandError, fail, StatusError, throwAll } from '../errors.ts';
import { withLastApplied } from '../lastapplied.ts';
import { checkFileNames, fileNames } from '../manifests.ts';
import { verbPrinter } from '../printers/objects.ts';
import { collectionPath, select, type Target } from '../selection.ts';
import { byBytes, type Doc, items, sorted, strings, text, type Value } from '../value.ts';
import { enforcedNamespace, suffix } from './create/finish.ts';
import { set, typed } from './create/typed.ts';
import { overridden } from './overrides.ts';

const EXPOSABLE = new Set(['ReplicationController', 'Service', 'Pod', 'Deployment.apps', 'ReplicaSet.apps']);

/** `a=b,c=d` of a map, in order. */
function joined(map: Readonly<Record<string, string>>): string {
  return Object.keys(map)
    .sort(byBytes)
    .map((key) => `${key}=${map[key]}`)
    .join(',');
}

function derivedSelector(target: Target): string {
  const object = target.object!;
  const problem = (why: string) => fail(`couldn't retrieve selectors via --selector flag or introspection: ${why}`);
  const { kind } = target.type;
  if (kind === 'Pod') {
    const labels = strings(object, 'metadata', 'labels');
    if (Object.keys(labels).length === 0) problem('the pod has no labels and cannot be exposed');
    return joined(labels);
  }
  if (kind === 'ReplicationController') return joined(strings(object, 'spec', 'selector'));
  if (kind === 'Service') {
    const map = strings(object, 'spec', 'selector');
    if (Object.keys(map).length === 0) problem('the service has no pod selector set');
    return joined(map);
  }
  if (items(object, 'spec', 'selector', 'matchExpressions').length > 0) problem("couldn't convert expressions - ");
  return joined(strings(object, 'spec', 'selector', 'matchLabels'));
}

function containersOf(target: Target): readonly Value[] {
  const path = target.type.kind === 'Pod' ? ['spec'] : ['spec', 'template', 'spec'];
  return items(target.object, ...path, 'containers');
}

interface PortDraft {
  readonly port: string;
  readonly protocol: string;
}

function derivedPorts(target: Target): readonly PortDraft[] {
  if (target.type.kind === 'Service') {
    return items(target.object, 'spec', 'ports').map((one) => ({
      port: text(one, 'port'),
      protocol: text(one, 'protocol') || 'TCP',
    }));
  }
  return containersOf(target).flatMap((container) =>
    items(container, 'ports').map((one) => ({ port: text(one, 'containerPort'), protocol: text(one, 'protocol') || 'TCP' })),
  );
}

function labelMap(spec: string): Record<string, string> {
  const out: Record<string, string> = {};
  for (const pair of spec.split(',')) {
    const parts = pair.split('=');
    if (parts.length !== 2) fail(`unexpected label spec: ${pair}`);
    if (parts[0] === '') fail('unexpected empty label key');
    out[parts[0]!] = parts[1]!;
  }
  return out;
}

function servicePorts(kubectl: Kubectl, target: Target): Value[] {
  const { flags } = kubectl;
  const given = flags.string('port');
  const derived = derivedPorts(target);
  const unique = [...new Set(derived.map((one) => one.port))];
  if (given === '' && unique.length === 0) {
    if (flags.string('cluster-ip') === 'None') return [];
    fail("couldn't find port via --port flag or introspection");
  }
  const ports = given === '' ? unique : given.split(',');
  const targetPort = flags.string('target-port');
  return ports.flatMap((port, index) => {
    if (!/^[-+]?\d+$/.test(port)) fail(`strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax`);
    const name = ports.length > 1 ? `port-${index + 1}` : '';
    const found = derived.filter((one) => one.port === port).map((one) => one.protocol);
    const protocols = flags.string('protocol') !== '' ? [flags.string('protocol')] : found.length > 0 ? found : ['TCP'];
    return protocols.map((protocol) => {
      const shown = protocols.length > 1 ? `port-${index + 1}-${protocol.toLowerCase()}` : name;
      const to = targetPort === '' ? Number(port) : /^\d+$/.test(targetPort) ? Number(targetPort) : targetPort;
      return { ...set({ name: shown }), protocol, port: Number(port), targetPort: to };
    });
  });
}

function draft(kubectl: Kubectl, target: Target): Doc {
  const { flags } = kubectl;
  const group = target.type.group === '' ? target.type.kind : `${target.type.kind}.${target.type.group}`;
  if (!EXPOSABLE.has(group)) fail(`cannot expose a ${group}`);
  const selector = flags.string('selector') || derivedSelector(target);
  const ports = servicePorts(kubectl, target);
  const labels = flags.string('labels') === '' ? strings(target.object, 'metadata', 'labels') : labelMap(flags.string('labels'));
  if (selector === '') fail('selector must be specified');
  const affinity = flags.string('session-affinity');
  if (affinity !== '' && affinity !== 'None' && affinity !== 'ClientIP') fail(`unknown session affinity: ${affinity}`);
  const type = flags.string('type');
  const external = flags.string('external-ip');
  return typed(
    'v1',
    'Service',
    {
      name: flags.string('name') || target.name.slice(0, 63),
      labels,
      namespace: kubectl.dryRun() === 'client' ? enforcedNamespace(kubectl) : undefined,
    },
    {
      spec: {
        ...set({ ports }),
        selector: labelMap(selector),
        ...set({
          clusterIP: flags.string('cluster-ip'),
          type,
          externalIPs: external === '' ? [] : [external],
          sessionAffinity: affinity,
          loadBalancerIP: type === 'LoadBalancer' ? flags.string('load-balancer-ip') : '',
        }),
      },
      status: { loadBalancer: {} },
    },
  );
}

export function expose(kubectl: Kubectl): number {
  const dryRun = kubectl.dryRun();
  const print = verbPrinter(kubectl, `exposed${suffix(dryRun)}`, { typed: dryRun === 'client' });
  checkFileNames(kubectl);
  const selection = select(kubectl, { args: kubectl.args, files: fileNames(kubectl) });
  const errors: Error[] = [...selection.errors];
  for (const target of selection.targets) {
    try {
      const service = overridden(kubectl, draft(kubectl, target));
      kubectl.out(print(dryRun === 'client' ? service : post(kubectl, service, dryRun)));
    } catch (error) {
      if (!(error instanceof CommandError) && !(error instanceof StatusError)) throw error;
      errors.push(error);
    }
  }
  throwAll(errors);
  return 0;
}

function post(kubectl: Kubectl, service: Doc, dryRun: string): Value {
  const object = kubectl.flags.bool('save-config') ? withLastApplied(service, true) : service;
  const type = kubectl.client.discovery.lookup('services');
  return kubectl.client.send({
    method: 'POST',
    path: collectionPath(type, kubectl.namespace),
    query: {
      dryRun: dryRun === 'server' ? 'All' : undefined,
      fieldManager: kubectl.flags.string('field-manager') || 'kubectl-expose',
    },
    body: sorted(object),
  }).body as Value;
}
