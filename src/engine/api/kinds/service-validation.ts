/** What a Service may be. Models ValidateService and ValidateServiceUpdate of pkg/apis/core/validation (v1.32), sentence for sentence. */
import { parseAddress, parsePrefix } from '../../net/address.ts';
import type { Service, ServicePort } from '../objects.ts';
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '../validation/field.ts';
import { validateLabels } from '../validation/metadata.ts';
import { dns1123Label, dns1123Subdomain, portName, portNumber, qualifiedName } from '../validation/names.ts';
import { hasClusterIp, isExternallyAccessible, isHeadless, needsHealthCheckPort } from './service-allocation.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const POLICIES = ['Cluster', 'Local'];
const MAX_AFFINITY_SECONDS = 86400;

const sentences = (field: string, value: unknown, texts: readonly string[]) => texts.map((text) => invalid(field, value, text));

export function validatePort(field: string, port: unknown): FieldError[] {
  return sentences(field, port ?? 0, portNumber(typeof port === 'number' ? port : 0));
}

function portErrors(
  port: ServicePort,
  field: string,
  options: { readonly nameRequired: boolean; readonly names: Set<string> },
): FieldError[] {
  const errors: FieldError[] = [];
  if (!port.name) {
    if (options.nameRequired) errors.push(required(`${field}.name`));
  } else {
    errors.push(...sentences(`${field}.name`, port.name, dns1123Label(port.name)));
    if (options.names.has(port.name)) errors.push(duplicate(`${field}.name`, port.name));
    options.names.add(port.name);
  }
  errors.push(...validatePort(`${field}.port`, port.port));
  if (!['TCP', 'UDP', 'SCTP'].includes(port.protocol))
    errors.push(notSupported(`${field}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']));
  const target = port.targetPort;
  if (typeof target === 'string') errors.push(...sentences(`${field}.targetPort`, target, portName(target)));
  else errors.push(...validatePort(`${field}.targetPort`, target));
  if (port.appProtocol) errors.push(...sentences(`${field}.appProtocol`, port.appProtocol, qualifiedName(port.appProtocol)));
  return errors;
}

/** Go's print of the internal ServicePort that serves as the key of "duplicate". */
const portStruct = ({ protocol, port }: ServicePort) => ({
  go: `core.ServicePort{Name:"", Protocol:"${protocol}", AppProtocol:(*string)(nil), Port:${port}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`,
});

function duplicatePorts(ports: readonly ServicePort[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  const once = (key: string, field: string, value: unknown) => {
    if (seen.has(key)) errors.push(duplicate(field, value));
    seen.add(key);
  };
  for (const [i, { protocol, nodePort }] of ports.entries()) {
    if (nodePort) once(`node ${protocol} ${nodePort}`, `spec.ports[${i}].nodePort`, nodePort);
  }
  for (const [i, port] of ports.entries()) once(`${port.protocol} ${port.port}`, `spec.ports[${i}]`, portStruct(port));
  return errors;
}

function specialAddress(field: string, ip: string): FieldError[] {
  const address = parseAddress(ip);
  if (address === undefined) return [];
  const first = address >>> 24;
  if (address === 0) return [invalid(field, ip, `may not be unspecified (${ip})`)];
  if (first === 127) return [invalid(field, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')];
  if (address >>> 16 === 0xa9fe) return [invalid(field, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')];
  if (address >>> 8 === 0xe00000)
    return [invalid(field, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')];
  return [];
}

/** IPv6 is taken for what it looks like; this cluster routes IPv4 only. */
const looksIpv6 = (ip: string) => /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(ip) && ip.length <= 45;

const NOT_AN_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

function addressErrors(field: string, ip: string): FieldError[] {
  if (parseAddress(ip) === undefined && !looksIpv6(ip)) return [invalid(field, ip, NOT_AN_IP)];
  return [];
}

function clusterIpErrors(service: Service): FieldError[] {
  const { clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = service.spec;
  if (!hasClusterIp(service)) return [];
  const errors: FieldError[] = [];
  const field = 'spec.clusterIPs';
  if (clusterIP && clusterIPs.length === 0) errors.push(required(field));
  else if (clusterIP && clusterIPs[0] !== clusterIP) errors.push(invalid(field, clusterIPs, 'first value must match `clusterIP`'));
  else if (!clusterIP && clusterIPs.length > 0)
    errors.push(invalid(field, clusterIPs, 'must be empty when `clusterIP` is not specified'));
  for (const [i, family] of ipFamilies.entries()) {
    if (family !== 'IPv4' && family !== 'IPv6') errors.push(notSupported(`spec.ipFamilies[${i}]`, family, ['IPv4', 'IPv6']));
    if (ipFamilies.indexOf(family) < i) errors.push(duplicate(`spec.ipFamilies[${i}]`, family));
  }
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  if (ipFamilyPolicy && !policies.includes(ipFamilyPolicy))
    errors.push(notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, policies));
  for (const [i, ip] of clusterIPs.entries()) {
    if (ip !== 'None') errors.push(...addressErrors(`${field}[${i}]`, ip));
    else if (clusterIPs.length > 1) errors.push(invalid(field, clusterIPs, "'None' must be the first and only value"));
  }
  if (clusterIPs.length > 2) errors.push(invalid(field, clusterIPs, 'may only hold up to 2 values'));
  return errors;
}

function typeErrors(service: Service): FieldError[] {
  const { type, clusterIPs = [], ipFamilies = [], ipFamilyPolicy, externalName = '' } = service.spec;
  const headless = isHeadless(service);
  if (headless && (type === 'LoadBalancer' || type === 'NodePort')) {
    return [invalid('spec.clusterIPs[0]', clusterIPs[0], `may not be set to 'None' for ${type} services`)];
  }
  if (type !== 'ExternalName') return [];
  const forbids = (field: string, is: boolean) =>
    is ? [forbidden(`spec.${field}`, 'may not be set for ExternalName services')] : [];
  const name = externalName.replace(/\.$/, '');
  return [
    ...forbids('clusterIPs', clusterIPs.length > 0),
    ...forbids('ipFamilies', ipFamilies.length > 0),
    ...forbids('ipFamilyPolicy', ipFamilyPolicy !== undefined),
    ...(name ? sentences('spec.externalName', name, dns1123Subdomain(name)) : [required('spec.externalName')]),
  ];
}

function affinityErrors({ spec }: Service): FieldError[] {
  const { sessionAffinity, sessionAffinityConfig } = spec;
  const errors: FieldError[] = [];
  if (!sessionAffinity) errors.push(required('spec.sessionAffinity'));
  else if (sessionAffinity !== 'None' && sessionAffinity !== 'ClientIP') {
    errors.push(notSupported('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']));
  }
  if (sessionAffinity === 'ClientIP') {
    const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 0;
    if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
      const why = `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`;
      errors.push(invalid('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, why));
    }
  } else if (sessionAffinity === 'None' && sessionAffinityConfig) {
    errors.push(forbidden('spec.sessionAffinityConfig', 'must not be set when session affinity is None'));
  }
  return errors;
}

function balancerErrors({ spec }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const only = "may only be used when `type` is 'LoadBalancer'";
  const balancer = spec.type === 'LoadBalancer';
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0) {
    const field = 'spec.LoadBalancerSourceRanges';
    if (!balancer) errors.push(forbidden(field, only));
    ranges.forEach((range, i) => {
      const valid = parsePrefix(range.trim()) !== undefined || (looksIpv6(range.split('/')[0]!) && range.includes('/'));
      if (!valid) errors.push(invalid(`${field}[${i}]`, range, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'));
    });
  }
  if (!balancer && spec.allocateLoadBalancerNodePorts !== undefined)
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', only));
  if (!balancer && spec.loadBalancerClass !== undefined) errors.push(forbidden('spec.loadBalancerClass', only));
  else if (spec.loadBalancerClass !== undefined) {
    errors.push(...sentences('spec.loadBalancerClass', spec.loadBalancerClass, qualifiedName(spec.loadBalancerClass)));
  }
  return errors;
}

function trafficErrors(service: Service): FieldError[] {
  const { externalTrafficPolicy, internalTrafficPolicy, healthCheckNodePort = 0, type } = service.spec;
  const errors: FieldError[] = [];
  const field = 'spec.externalTrafficPolicy';
  if (!isExternallyAccessible(service)) {
    if (externalTrafficPolicy)
      errors.push(invalid(field, externalTrafficPolicy, 'may only be set for externally-accessible services'));
  } else if (!externalTrafficPolicy) errors.push(required(field));
  else if (!POLICIES.includes(externalTrafficPolicy)) errors.push(notSupported(field, externalTrafficPolicy, POLICIES));
  if (!needsHealthCheckPort(service)) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    if (healthCheckNodePort !== 0) errors.push(invalid('spec.healthCheckNodePort', healthCheckNodePort, why));
  } else errors.push(...validatePort('spec.healthCheckNodePort', healthCheckNodePort));
  if (!internalTrafficPolicy && type !== 'ExternalName' && TYPES.includes(type))
    errors.push(required('spec.internalTrafficPolicy'));
  else if (internalTrafficPolicy && !POLICIES.includes(internalTrafficPolicy)) {
    errors.push(notSupported('spec.internalTrafficPolicy', internalTrafficPolicy, POLICIES));
  }
  return errors;
}

export function validateService(service: Service): FieldError[] {
  const { spec } = service;
  const ports = spec.ports ?? [];
  const errors: FieldError[] = [];
  if (ports.length === 0 && !isHeadless(service) && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  errors.push(...typeErrors(service));
  const names = new Set<string>();
  ports.forEach((port, i) => {
    errors.push(...portErrors(port, `spec.ports[${i}]`, { nameRequired: ports.length > 1, names }));
  });
  errors.push(...validateLabels(spec.selector, 'spec.selector'), ...affinityErrors(service), ...clusterIpErrors(service));
  (spec.externalIPs ?? []).forEach((ip, i) => {
    const field = `spec.externalIPs[${i}]`;
    const wrong = addressErrors(field, ip);
    errors.push(...(wrong.length > 0 ? wrong : specialAddress(field, ip)));
  });
  if (!spec.type) errors.push(required('spec.type'));
  else if (!TYPES.includes(spec.type)) errors.push(notSupported('spec.type', spec.type, TYPES));
  if (spec.type === 'ClusterIP') {
    ports.forEach(({ nodePort }, i) => {
      if (nodePort) errors.push(forbidden(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    });
  }
  return [...errors, ...duplicatePorts(ports), ...balancerErrors(service), ...trafficErrors(service)];
}

/** ClusterIPs stay what they are, unless the Service was or becomes an ExternalName. */
export function validateServiceUpdate(next: Service, old: Service): FieldError[] {
  if (!hasClusterIp(next) || !hasClusterIp(old)) return [];
  const before = old.spec.clusterIPs ?? [];
  const after = next.spec.clusterIPs ?? [];
  const errors: FieldError[] = [];
  if (before.length > 0 && after.length === 0) {
    errors.push(invalid('spec.clusterIPs[0]', after, 'primary clusterIP can not be unset'));
  }
  after.forEach((ip, i) => {
    if (before[i] !== undefined && before[i] !== ip)
      errors.push(invalid(`spec.clusterIPs[${i}]`, after, 'may not change once set'));
  });
  const families = old.spec.ipFamilies ?? [];
  const wanted = next.spec.ipFamilies ?? [];
  if (families[0] && wanted[0] && families[0] !== wanted[0]) {
    errors.push(invalid('spec.ipFamilies[0]', wanted, 'may not change once set'));
  }
  return errors;
}
