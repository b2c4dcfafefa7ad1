/** Generators: service clusterip, nodeport, loadbalancer, externalname. */
import type { Kubectl } from '../../context.ts';
import { fail } from '../../errors.ts';
import { quote } from '../../flags.ts';
import type { Value } from '../../value.ts';
import { enforcedNamespace, finish, nameArgument } from './finish.ts';
import { set, typed } from './typed.ts';

/** @throws CommandError with the words of utilsnet.ParsePort and validation.IsValidPortName */
function parsePorts(pair: string): { readonly port: number; readonly targetPort: number | string } {
  const [first, second] = pair.split(':');
  if (!/^\d+$/.test(first!)) fail(`strconv.ParseUint: parsing ${quote(first!)}: invalid syntax`);
  const port = Number(first);
  if (port > 65535) fail(`strconv.ParseUint: parsing ${quote(first!)}: value out of range`);
  if (second === undefined) return { port, targetPort: port };
  if (/^[-+]?\d+$/.test(second)) {
    const target = Number(second);
    if (target < 1 || target > 65535) fail('must be between 1 and 65535, inclusive');
    return { port, targetPort: target };
  }
  const errors = portNameErrors(second);
  if (errors.length > 0) fail(errors.join(','));
  return { port, targetPort: second };
}

function portNameErrors(name: string): string[] {
  const errors: string[] = [];
  if (name.length > 15) errors.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) errors.push('must contain at least one letter (a-z)');
  if (name.includes('--')) errors.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

function ports(kubectl: Kubectl, nodePort: number): Value[] {
  return kubectl.flags.list('tcp').map((pair) => {
    const { port, targetPort } = parsePorts(pair);
    return { name: pair.replaceAll(':', '-'), protocol: 'TCP', port, targetPort, ...set({ nodePort }) };
  });
}

function generate(kubectl: Kubectl, type: string): number {
  const name = nameArgument(kubectl);
  const { flags } = kubectl;
  const clusterIP = flags.has('clusterip') ? flags.string('clusterip') : '';
  const externalName = flags.has('external-name') ? flags.string('external-name') : '';
  const tcp = flags.list('tcp');
  if (tcp.length === 0 && clusterIP !== 'None' && type !== 'ExternalName') {
    fail('at least one tcp port specifier must be provided');
  }
  // What url.Parse and the server would both refuse.
  if (type === 'ExternalName' && !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\.?$/.test(externalName)) {
    fail(`invalid service external name ${externalName}`);
  }
  const list = ports(kubectl, flags.has('node-port') ? flags.int('node-port') : 0);
  const labels = { app: name };
  const draft = typed(
    'v1',
    'Service',
    { name, namespace: enforcedNamespace(kubectl), labels },
    {
      spec: { ...set({ ports: list }), selector: labels, ...set({ clusterIP, type, externalName }) },
      status: { loadBalancer: {} },
    },
  );
  return finish(kubectl, draft, `failed to create ${type} service`);
}

export const clusterip = (kubectl: Kubectl) => generate(kubectl, 'ClusterIP');
export const nodeport = (kubectl: Kubectl) => generate(kubectl, 'NodePort');
export const loadbalancer = (kubectl: Kubectl) => generate(kubectl, 'LoadBalancer');
export const externalname = (kubectl: Kubectl) => generate(kubectl, 'ExternalName');
