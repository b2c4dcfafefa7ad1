/**
 * ClusterIPs and node ports. Models pkg/registry/core/service: values a client left out are taken from the old object, the rest is
 * allocated from the service range and from 30000-32767, both at random from the upper band as upstream does. IPv4 only.
 *
 * The allocator's bitmap is not state here: what the stored Services hold is what is taken.
 */
import { formatAddress, lastAddress, type Prefix, parseAddress, parsePrefix } from '../../net/address.ts';
import { hash32 } from '../../net/random.ts';
import type { WriteScope } from '../kind.ts';
import type { Service, ServicePort } from '../objects.ts';
import { internalError, invalidError, type StatusError } from '../status.ts';
import { type ApiState, keyOf, objectsOf } from '../storage.ts';
import { invalid } from '../validation/field.ts';

type Spec = Service['spec'];

export const NODE_PORTS = { first: 30000, last: 32767 } as const;
/** Below these offsets upstream allocates by itself only when the rest is full; people may ask for them. */
const STATIC_NODE_PORTS = 86;

export const hasClusterIp = ({ spec }: Service): boolean => spec.type !== 'ExternalName';
export const isHeadless = ({ spec }: Service): boolean => spec.clusterIPs?.[0] === 'None' || spec.clusterIP === 'None';

/** A load balancer may be told to do without node ports. */
export function needsNodePorts({ spec }: Service): boolean {
  if (spec.type === 'NodePort') return true;
  return spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false;
}

export const needsHealthCheckPort = ({ spec }: Service): boolean =>
  spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

export function isExternallyAccessible({ spec }: Service): boolean {
  if (spec.type === 'LoadBalancer' || spec.type === 'NodePort') return true;
  return spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0;
}

interface Taken {
  readonly ips: ReadonlySet<string>;
  readonly ports: ReadonlySet<string>;
}

const portKey = (protocol: string, port: number) => `${protocol} ${port}`;

/** What all Services but `self` hold. */
function takenBy(api: ApiState, self: Service): Taken {
  const ips = new Set<string>();
  const ports = new Set<string>();
  const own = keyOf(self);
  for (const [key, service] of Object.entries(objectsOf<Service>(api, 'services'))) {
    if (key === own) continue;
    for (const ip of service.spec.clusterIPs ?? []) ips.add(ip);
    if (service.spec.clusterIP) ips.add(service.spec.clusterIP);
    // The allocator keeps one space for all protocols between Services.
    for (const { nodePort } of service.spec.ports ?? []) if (nodePort) ports.add(String(nodePort));
    if (service.spec.healthCheckNodePort) ports.add(String(service.spec.healthCheckNodePort));
  }
  return { ips, ports };
}

const refused = (service: Service, field: string, value: unknown, why: string): StatusError =>
  invalidError({ group: '', kind: 'Service' }, service.metadata.name, [invalid(field, value, why)]);

/** The same random place for the same Service at the same moment; the next free one after it. */
function pick(
  low: number,
  high: number,
  key: readonly (string | number)[],
  isFree: (value: number) => boolean,
): number | undefined {
  const size = high - low + 1;
  const start = hash32(...key) % size;
  for (let i = 0; i < size; i++) {
    const value = low + ((start + i) % size);
    if (isFree(value)) return value;
  }
  return undefined;
}

function allocateIp(service: Service, range: Prefix, taken: Taken, scope: WriteScope): string {
  const first = range.address + 1;
  const last = lastAddress(range) - 1;
  const size = last - first + 1;
  const reserved = Math.min(Math.max(16, Math.floor((size + 2) / 16)), 256);
  const key = [scope.seed, 'clusterIP', keyOf(service), scope.api.resourceVersion];
  const isFree = (value: number) => !taken.ips.has(formatAddress(value));
  const low = size > reserved ? first + reserved : first;
  const found = pick(low, last, key, isFree) ?? pick(first, last, key, isFree);
  if (found === undefined) throw internalError('failed to allocate a serviceIP: range is full');
  return formatAddress(found);
}

function checkIp(service: Service, ip: string, range: Prefix, taken: Taken): void {
  const address = parseAddress(ip);
  const refuse = (why: string) =>
    refused(service, 'spec.clusterIPs', service.spec.clusterIPs ?? [ip], `failed to allocate IP ${ip}: ${why}`);
  if (address === undefined || address <= range.address || address >= lastAddress(range)) {
    const shown = `${formatAddress(range.address)}/${range.length}`;
    throw refuse(`the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${shown}`);
  }
  if (taken.ips.has(ip)) throw refuse('provided IP is already allocated');
}

/** Policy and families as upstream infers them on an IPv4 cluster. */
function withFamilies(service: Service, old: Service | undefined): Service {
  const { spec } = service;
  const bare = isHeadless(service) && Object.keys(spec.selector ?? {}).length === 0;
  const policy = spec.ipFamilyPolicy ?? old?.spec.ipFamilyPolicy ?? (bare ? 'RequireDualStack' : 'SingleStack');
  const families = (spec.ipFamilies ?? []).length > 0 ? spec.ipFamilies! : (['IPv4'] as const);
  if (!bare && policy === 'RequireDualStack') {
    throw refused(service, 'spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services');
  }
  const foreign = families.findIndex((family) => family !== 'IPv4');
  if (!bare && foreign >= 0)
    throw refused(service, `spec.ipFamilies[${foreign}]`, families[foreign], 'not configured on this cluster');
  const both =
    bare && policy !== 'SingleStack' && families.length < 2 ? [families[0]!, families[0] === 'IPv4' ? 'IPv6' : 'IPv4'] : families;
  return { ...service, spec: { ...spec, ipFamilyPolicy: policy, ipFamilies: both } };
}

function withClusterIp(service: Service, old: Service | undefined, taken: () => Taken, scope: WriteScope): Service {
  const range = parsePrefix(scope.cluster?.serviceCidr ?? '');
  if (isHeadless(service)) return { ...service, spec: { ...service.spec, clusterIP: 'None', clusterIPs: ['None'] } };
  const asked = service.spec.clusterIP || service.spec.clusterIPs?.[0];
  const held = old && hasClusterIp(old) && !isHeadless(old) ? old.spec.clusterIP : undefined;
  if (!range || (asked && held)) return service;
  if (asked) {
    if (parseAddress(asked) === undefined) return service;
    checkIp(service, asked, range, taken());
    return { ...service, spec: { ...service.spec, clusterIP: asked, clusterIPs: service.spec.clusterIPs ?? [asked] } };
  }
  const ip = allocateIp(service, range, taken(), scope);
  return { ...service, spec: { ...service.spec, clusterIP: ip, clusterIPs: [ip] } };
}

const RANGE_FAULT = `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`;

function withNodePorts(service: Service, old: Service | undefined, taken: () => Taken, scope: WriteScope): Service {
  if (!needsNodePorts(service)) return service;
  const ports = service.spec.ports ?? [];
  const before = new Set(old && needsNodePorts(old) ? (old.spec.ports ?? []).map(({ nodePort }) => nodePort) : []);
  const own = new Set<string>();
  const byNumber = new Map<string, string>();
  for (const [i, port] of ports.entries()) {
    if (!port.nodePort) continue;
    checkNodePort(service, i, port, { held: before.has(port.nodePort), own, byNumber, taken });
  }
  const filled = ports.map((port, i): ServicePort => {
    if (port.nodePort) return port;
    // One number serves the same port over several protocols.
    const shared = ports.find(
      (other, k) => k !== i && other.port === port.port && other.protocol !== port.protocol && other.nodePort,
    )?.nodePort;
    const nodePort = shared && !own.has(portKey(port.protocol, shared)) ? shared : allocatePort(service, i, own, taken(), scope);
    own.add(portKey(port.protocol, nodePort));
    own.add(String(nodePort));
    return { ...port, nodePort };
  });
  return { ...service, spec: { ...service.spec, ports: filled } };
}

interface PortsSeen {
  readonly held: boolean;
  readonly own: Set<string>;
  readonly byNumber: Map<string, string>;
  readonly taken: () => Taken;
}

function checkNodePort(service: Service, i: number, port: ServicePort, seen: PortsSeen): void {
  const number = port.nodePort!;
  const field = `spec.ports[${i}].nodePort`;
  if (!seen.held && (number < NODE_PORTS.first || number > NODE_PORTS.last)) throw refused(service, field, number, RANGE_FAULT);
  if (!seen.held && seen.taken().ports.has(String(number)))
    throw refused(service, field, number, 'provided port is already allocated');
  seen.own.add(portKey(port.protocol, number));
  seen.own.add(String(number));
  seen.byNumber.set(String(number), port.protocol);
}

function allocatePort(service: Service, i: number, own: ReadonlySet<string>, taken: Taken, scope: WriteScope): number {
  const key = [scope.seed, 'nodePort', keyOf(service), i, scope.api.resourceVersion];
  const isFree = (value: number) => !taken.ports.has(String(value)) && !own.has(String(value));
  const { first, last } = NODE_PORTS;
  const found = pick(first + STATIC_NODE_PORTS, last, key, isFree) ?? pick(first, last, key, isFree);
  if (found === undefined) throw internalError('failed to allocate a nodePort: range is full');
  return found;
}

function withHealthCheckPort(service: Service, taken: () => Taken, scope: WriteScope): Service {
  if (!needsHealthCheckPort(service) || service.spec.healthCheckNodePort) return service;
  const own = new Set((service.spec.ports ?? []).map(({ nodePort }) => String(nodePort)));
  return { ...service, spec: { ...service.spec, healthCheckNodePort: allocatePort(service, -1, own, taken(), scope) } };
}

/** A Service with everything allocated that it needs. @throws StatusError 422 when a wish cannot be met */
export function allocate(service: Service, old: Service | undefined, scope: WriteScope): Service {
  if (!hasClusterIp(service)) return service;
  let known: Taken | undefined;
  const taken = () => {
    known ??= takenBy(scope.api, service);
    return known;
  };
  const addressed = withClusterIp(withFamilies(service, old), old, taken, scope);
  return withHealthCheckPort(withNodePorts(addressed, old, taken, scope), taken, scope);
}

/** What a client left out of an update but the old object has: the same address and ports go on. */
export function keepAllocated(next: Service, old: Service): Service {
  let spec: Spec = next.spec;
  if (hasClusterIp(next) && hasClusterIp(old)) {
    const clusterIP = spec.clusterIP || old.spec.clusterIP;
    const plural =
      (spec.clusterIPs ?? []).length > 0 ? spec.clusterIPs : clusterIP === old.spec.clusterIP ? old.spec.clusterIPs : undefined;
    spec = { ...spec, clusterIP, clusterIPs: plural };
  }
  spec = alignClusterIps(spec, old.spec);
  if (needsNodePorts(next) && needsNodePorts(old)) spec = { ...spec, ports: keepNodePorts(spec.ports ?? [], old.spec.ports ?? []) };
  if (needsHealthCheckPort(next) && needsHealthCheckPort(old) && !spec.healthCheckNodePort) {
    spec = { ...spec, healthCheckNodePort: old.spec.healthCheckNodePort };
  }
  return { ...next, spec };
}

/** A client that moves the singular `clusterIP` means the plural too. */
function alignClusterIps(spec: Spec, old: Spec): Spec {
  const same = (spec.clusterIPs ?? []).join() === (old.clusterIPs ?? []).join();
  if (spec.clusterIP === old.clusterIP || !same) return spec;
  return { ...spec, clusterIPs: spec.clusterIP ? [spec.clusterIP] : undefined };
}

function keepNodePorts(next: readonly ServicePort[], old: readonly ServicePort[]): readonly ServicePort[] {
  const mentioned = new Set(next.map(({ nodePort }) => nodePort));
  const used = new Set(old.flatMap(({ nodePort }) => (nodePort && mentioned.has(nodePort) ? [nodePort] : [])));
  const byName = new Map(old.map(({ name, nodePort }) => [name ?? '', nodePort]));
  return next.map((port) => {
    const before = byName.get(port.name ?? '');
    if (port.nodePort || !before || used.has(before)) return port;
    used.add(before);
    return { ...port, nodePort: before };
  });
}

/**
 * Fields that lose their meaning with a change of type and that the client did not touch: a NodePort made ClusterIP gives its node
 * ports and its externalTrafficPolicy up.
 */
export function dropTypeDependent(next: Service, old: Service): Service {
  let spec: Spec = next.spec;
  const same = (field: keyof Spec) => JSON.stringify(next.spec[field]) === JSON.stringify(old.spec[field]);
  if (hasClusterIp(old) && !hasClusterIp(next)) {
    if (same('clusterIPs') && same('clusterIP')) spec = { ...spec, clusterIP: undefined, clusterIPs: undefined };
    if (same('ipFamilies')) spec = { ...spec, ipFamilies: undefined };
    if (same('ipFamilyPolicy')) spec = { ...spec, ipFamilyPolicy: undefined };
  }
  if (needsNodePorts(old) && !needsNodePorts(next)) {
    const numbers = ({ ports = [] }: Spec) => ports.map(({ nodePort }) => nodePort ?? 0).join();
    if (numbers(next.spec) === numbers(old.spec)) {
      spec = { ...spec, ports: spec.ports?.map(({ nodePort: _gone, ...port }) => port) };
    }
  }
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(next) && same('healthCheckNodePort'))
    spec = { ...spec, healthCheckNodePort: undefined };
  if (old.spec.type === 'LoadBalancer' && next.spec.type !== 'LoadBalancer') {
    if (same('allocateLoadBalancerNodePorts')) spec = { ...spec, allocateLoadBalancerNodePorts: undefined };
    if (same('loadBalancerClass')) spec = { ...spec, loadBalancerClass: undefined };
  }
  if (isExternallyAccessible(old) && !isExternallyAccessible(next) && same('externalTrafficPolicy')) {
    spec = { ...spec, externalTrafficPolicy: undefined };
  }
  return { ...next, spec };
}
