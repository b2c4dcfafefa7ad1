/**
 * Field by field, what libcalico-go's validator (lib/validator/v3, v3.30) refuses of the kinds that calico-validation.ts has no checks of
 * its own for: each rule is a `validate` tag of a Go struct. Then what it says of a struct as a whole: rules of policies, filters, host
 * endpoints. IPv6 is recognised, not looked into; HTTP matches and Felix's ranges are left out.
 */
import { masked, parsePrefix } from '../../net/address.ts';
import { isFields } from '../equal.ts';
import { structType, type TypeRef } from '../schema/types.ts';
import { isSelector } from './calico-selector.ts';
import type { CalicoFault } from './calico-validation.ts';

interface Rule {
  readonly tag: string;
  readonly valid: (value: unknown) => boolean;
  /** An empty value is looked at too. */
  readonly always?: boolean;
}

const matching = (tag: string, pattern: RegExp): Rule => ({ tag, valid: (value) => pattern.test(String(value)) });
const oneOf = (...words: readonly string[]): Rule => ({ tag: 'oneof', valid: (value) => words.includes(String(value)) });

const IPV6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:.]*(\/\d{1,3})?$/;
const isV4 = (text: string): boolean => parsePrefix(text) !== undefined;
const isV6 = (text: string): boolean => IPV6.test(text);
/** A network whose host bits are clear, or an address. */
function isStrictV4(text: string): boolean {
  const prefix = parsePrefix(text);
  return prefix !== undefined && masked(prefix.address, prefix.length) === prefix.address;
}
const onText = (tag: string, valid: (text: string) => boolean): Rule => ({ tag, valid: (value) => valid(String(value)) });

const SELECTOR = onText('selector', isSelector);
const LOG_LEVEL = matching('logLevel', /^(Debug|Info|Warning|Error|Fatal)$/);
const NET = onText('net', (text) => isStrictV4(text) || isV6(text));
const CIDR = onText('cidr', (text) => (isV4(text) || isV6(text)) && (text.includes('/') || isV4(text) || isV6(text)));
const POLICY_TYPE = matching('policyType', /^(Ingress|Egress)$/);
const STAGED = matching('stagedAction', /^(Set|Delete|Learn|Ignore)$/);
const SWITCH = oneOf('Enabled', 'Disabled');
const REQUIRED = 'required';

/** By Go struct and field; a rule of a list is of its items, but for those named `all`. */
const RULES: Readonly<Record<string, Rule>> = {
  'BGPFilterRuleV4.action': { ...matching('filterAction', /^(Accept|Reject)$/), always: true },
  'BGPFilterRuleV4.cidr': onText('netv4', (text) => isStrictV4(text)),
  'BGPFilterRuleV4.source': oneOf('RemotePeers'),
  'BGPFilterRuleV4.interface': matching('bgpFilterInterface', /^[a-zA-Z0-9_.*-]{1,15}$/),
  'BGPFilterRuleV4.matchOperator': matching('matchOperator', /^(Equal|In|NotEqual|NotIn)$/),
  'BGPFilterPrefixLengthV4.min': { ...matching('bgpFilterPrefixLengthV4', /^([0-9]|[12][0-9]|3[0-2])$/) },
  'BGPFilterPrefixLengthV4.max': { ...matching('bgpFilterPrefixLengthV4', /^([0-9]|[12][0-9]|3[0-2])$/) },
  'BGPFilterRuleV6.action': { ...matching('filterAction', /^(Accept|Reject)$/), always: true },
  'BGPFilterRuleV6.cidr': onText('netv6', isV6),
  'BGPFilterRuleV6.source': oneOf('RemotePeers'),
  'BGPFilterRuleV6.interface': matching('bgpFilterInterface', /^[a-zA-Z0-9_.*-]{1,15}$/),
  'BGPFilterRuleV6.matchOperator': matching('matchOperator', /^(Equal|In|NotEqual|NotIn)$/),
  'FelixConfigurationSpec.logSeverityScreen': LOG_LEVEL,
  'FelixConfigurationSpec.logSeverityFile': LOG_LEVEL,
  'FelixConfigurationSpec.logSeveritySys': LOG_LEVEL,
  'FelixConfigurationSpec.iptablesBackend': matching('iptablesBackend', /^(Auto|NFT|Legacy)$/i),
  'KubeControllersConfigurationSpec.logSeverityScreen': LOG_LEVEL,
  'KubeControllersConfigurationSpec.healthChecks': SWITCH,
  'NodeControllerConfig.syncLabels': SWITCH,
  'AutoHostEndpointConfig.autoCreate': SWITCH,
  'LoadBalancerControllerConfig.assignIPs': matching('assignIPs', /^(AllServices|RequestedServicesOnly)$/),
  'GlobalNetworkPolicySpec.selector': SELECTOR,
  'GlobalNetworkPolicySpec.serviceAccountSelector': SELECTOR,
  'GlobalNetworkPolicySpec.namespaceSelector': SELECTOR,
  'GlobalNetworkPolicySpec.types': POLICY_TYPE,
  'NetworkPolicySpec.selector': SELECTOR,
  'NetworkPolicySpec.serviceAccountSelector': SELECTOR,
  'NetworkPolicySpec.types': POLICY_TYPE,
  'StagedGlobalNetworkPolicySpec.stagedAction': STAGED,
  'StagedGlobalNetworkPolicySpec.selector': SELECTOR,
  'StagedGlobalNetworkPolicySpec.types': POLICY_TYPE,
  'StagedNetworkPolicySpec.stagedAction': STAGED,
  'StagedNetworkPolicySpec.selector': SELECTOR,
  'StagedNetworkPolicySpec.types': POLICY_TYPE,
  'StagedKubernetesNetworkPolicySpec.stagedAction': STAGED,
  'Rule.action': { ...matching('action', /^(Allow|Deny|Log|Pass)$/), always: true },
  'EntityRule.nets': NET,
  'EntityRule.notNets': NET,
  'EntityRule.selector': SELECTOR,
  'EntityRule.namespaceSelector': SELECTOR,
  'EntityRule.notSelector': SELECTOR,
  'GlobalNetworkSetSpec.nets': CIDR,
  'NetworkSetSpec.nets': CIDR,
  'HostEndpointSpec.interfaceName': matching('interface', /^(\*|[a-zA-Z0-9_.-]{1,15})$/),
  'HostEndpointSpec.expectedIPs': onText('ip', (text) => !text.includes('/') && (isV4(text) || isV6(text))),
  'TierSpec.defaultAction': oneOf('Deny', 'Pass'),
  'NodeBGPSpec.ipv4Address': onText('cidrv4', (text) => text.includes('/') && isV4(text)),
  'NodeBGPSpec.routeReflectorClusterID': onText('ipv4', isV4),
};

/** Rules that look at a whole list. */
const LISTS: Readonly<Record<string, Rule>> = {
  'IPReservationSpec.reservedCIDRs': {
    tag: 'cidrs',
    valid: (value) => (value as readonly unknown[]).every((each) => isV4(String(each)) || isV6(String(each))),
  },
};

const ACRONYMS: Readonly<Record<string, string>> = { cidr: 'CIDR', ipv4Address: 'IPv4Address' };
const goName = (field: string): string => ACRONYMS[field] ?? `${field[0]?.toUpperCase()}${field.slice(1)}`;

function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(shown).join(' ')}]` : String(value ?? '');
}

function tagged(field: string, value: unknown, tag: string): CalicoFault {
  const reason = `Reason: failed to validate Field: ${field} because of Tag: ${tag} `;
  return { name: field, value: shown(value), reason };
}

function fieldFaults(struct: string, field: string, value: unknown): readonly CalicoFault[] {
  const key = `${struct}.${field}`;
  const name = goName(field);
  const whole = LISTS[key];
  if (whole && Array.isArray(value) && !whole.valid(value)) return [tagged(name, value, whole.tag)];
  const rule = RULES[key];
  if (!rule) return [];
  if (Array.isArray(value)) return value.flatMap((item, i) => (rule.valid(item) ? [] : [tagged(`${name}[${i}]`, item, rule.tag)]));
  const empty = value === undefined || value === null || value === '';
  if (empty) return rule.always ? [tagged(name, '', struct.startsWith('BGPFilter') ? REQUIRED : rule.tag)] : [];
  return rule.valid(value) ? [] : [tagged(name, value, rule.tag)];
}

type Fields = Readonly<Record<string, unknown>>;
const fault = (name: string, value: unknown, reason: string): CalicoFault => ({ name, value: shown(value), reason });

function filterRule({ cidr, matchOperator }: Fields): readonly CalicoFault[] {
  if (cidr && !matchOperator) return [fault('CIDR', cidr, 'MatchOperator cannot be empty when CIDR is not')];
  if (matchOperator && !cidr) return [fault('MatchOperator', matchOperator, 'CIDR cannot be empty when MatchOperator is not')];
  return [];
}

const PROTOCOLS = ['TCP', 'UDP', 'ICMP', 'ICMPv6', 'SCTP', 'UDPLite'];
const WITH_PORTS: readonly unknown[] = ['TCP', 'UDP', 'SCTP', 6, 17, 132];

/** validateRule: ports need a protocol that has them. */
function policyRule({ protocol, source, destination }: Fields): readonly CalicoFault[] {
  const faults: CalicoFault[] = [];
  if (typeof protocol === 'string' && !PROTOCOLS.includes(protocol) && !/^\d+$/.test(protocol))
    faults.push(fault('Protocol', protocol, 'protocol name invalid'));
  for (const [side, entity] of [
    ['Source', source],
    ['Destination', destination],
  ] as const) {
    if (!isFields(entity)) continue;
    for (const field of ['ports', 'notPorts']) {
      const ports = entity[field];
      if (WITH_PORTS.includes(protocol) || !Array.isArray(ports) || ports.length === 0) continue;
      faults.push(fault(`${side}.${goName(field)}`, ports, 'rules that specify ports must set protocol to TCP or UDP or SCTP'));
    }
    for (const field of ['nets', 'notNets']) {
      const nets = Array.isArray(entity[field]) ? (entity[field] as readonly unknown[]) : [];
      const bad = nets.find((net) => !isV4(String(net)) && !isV6(String(net)));
      if (bad !== undefined) faults.push(fault(`${side}.${goName(field)}`, bad, 'invalid CIDR'));
    }
  }
  return faults;
}

function hostEndpoint({ interfaceName, expectedIPs, node }: Fields): readonly CalicoFault[] {
  const addresses = Array.isArray(expectedIPs) ? expectedIPs : [];
  if (!interfaceName && addresses.length === 0)
    return [fault('InterfaceName', '', 'no interface or expected IPs have been specified')];
  return node ? [] : [fault('InterfaceName', '', 'no node has been specified')];
}

function globalPolicy({ doNotTrack, preDNAT, applyOnForward }: Fields): readonly CalicoFault[] {
  if (!(doNotTrack || preDNAT) || applyOnForward) return [];
  const reason = 'ApplyOnForward must be true if either PreDNAT or DoNotTrack is true, for a given PolicySpec';
  return [fault('PolicySpec.ApplyOnForward', 'false', reason)];
}

const STRUCTS: Readonly<Record<string, (value: Fields) => readonly CalicoFault[]>> = {
  BGPFilterRuleV4: filterRule,
  BGPFilterRuleV6: filterRule,
  Rule: policyRule,
  HostEndpointSpec: hostEndpoint,
  GlobalNetworkPolicySpec: globalPolicy,
};

/** What is wrong with a value of a type, in the order in which the validator walks Go's structs. */
export function structFaults(value: unknown, type: TypeRef): readonly CalicoFault[] {
  if (type.is === 'list') return Array.isArray(value) ? value.flatMap((item) => structFaults(item, type.of)) : [];
  if (type.is !== 'struct' || !isFields(value)) return [];
  const struct = structType(type.name);
  if (struct?.pack !== 'calico') return [];
  const inFields = [...struct.fields].flatMap(([name, field]) => [
    ...fieldFaults(struct.short, name, value[name]),
    ...structFaults(value[name], field.type),
  ]);
  // What a struct says as a whole repeats no fault of its own fields.
  const own = STRUCTS[struct.short]?.(value) ?? [];
  return [...inFields, ...own.filter(({ name }) => !inFields.some((each) => each.name === name))];
}
