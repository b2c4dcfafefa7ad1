/**
 * Felix's chains that are the same on every node: the ways in from the built-in chains, host-endpoint dispatch (empty, as there
 * are no host endpoints), reverse-path check of workloads, floating IPs (empty), outgoing NAT, service-loop prevention.
 *
 * Models projectcalico/calico v3.30 felix/rules/{static,nat}.go in iptables mode with no encapsulation, DefaultEndpointToHostAction
 * ACCEPT (as the operator sets it) and flow logs off. Leaves out IPVS, WireGuard, VXLAN, IPIP, failsafe chains (unreferenced, so
 * Felix does not program them without host endpoints).
 */
import type { Chain, Rule, TableName } from '../../kernel/netfilter/types.ts';
import type { Ref } from '../../world.ts';
import {
  ACCEPT,
  ALL_MARKS,
  chain,
  clearMark,
  DROP,
  type Draft,
  fromLink,
  goTo,
  inSet,
  jump,
  MARK,
  MASQUERADE,
  marked,
  REJECT,
  RETURN,
  rpfFailed,
  rule,
  rulesOf,
  setMark,
  state,
  toLink,
  toNet,
  unmarked,
} from './rules.ts';

/** What Felix wants of one table. */
export interface WantedTable {
  readonly chains: readonly Chain[];
  /** Rules that must stand first in a built-in chain. */
  readonly inserts: Readonly<Record<string, readonly Rule[]>>;
  /** Rules that must stand last. */
  readonly appends: Readonly<Record<string, readonly Rule[]>>;
}

/** A service CIDR that is advertised over BGP, and the setting that says so. */
export interface Blocked {
  readonly cidr: string;
  readonly ref: Ref;
}

export const MASQ_POOLS = 'cali40masq-ipam-pools';
export const ALL_POOLS = 'cali40all-ipam-pools';
const WORKLOADS = 'cali+';
const accepted = marked(MARK.accept);
const HEP_ACCEPTED = 'Host endpoint policy accepted packet.';

/** Every jump Felix puts at the head of a built-in chain. */
const INSERTS: Readonly<Record<TableName, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'POSTROUTING'],
  nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

const APPENDS = rulesOf('FORWARD*appends*', [
  rule([accepted], ACCEPT, 'Policy explicitly accepted packet.'),
  // Tells mangle POSTROUTING that the packet is forwarded, so not subject to host policy.
  rule([], setMark(MARK.accept)),
]);

const FILTER: Readonly<Record<string, readonly Draft[]>> = {
  'cali-FORWARD': [
    rule([], clearMark(ALL_MARKS & ~MARK.accept)),
    rule([unmarked(MARK.accept)], jump('cali-from-hep-forward')),
    rule([fromLink(WORKLOADS)], jump('cali-from-wl-dispatch')),
    rule([toLink(WORKLOADS)], jump('cali-to-wl-dispatch')),
    rule([], jump('cali-to-hep-forward')),
    rule([], jump('cali-cidr-block')),
  ],
  'cali-INPUT': [
    rule([fromLink(WORKLOADS)], goTo('cali-wl-to-host')),
    rule([accepted], ACCEPT),
    rule([], clearMark(ALL_MARKS)),
    rule([], jump('cali-from-host-endpoint')),
    rule([accepted], ACCEPT, HEP_ACCEPTED),
  ],
  'cali-OUTPUT': [
    rule([accepted], ACCEPT),
    rule([toLink(WORKLOADS)], RETURN),
    rule([], clearMark(ALL_MARKS)),
    // Host policy on a DNATed packet waits for mangle POSTROUTING, where its way out is known.
    rule([state('DNAT', true)], jump('cali-to-host-endpoint')),
    rule([accepted], ACCEPT, HEP_ACCEPTED),
  ],
  'cali-wl-to-host': [rule([], jump('cali-from-wl-dispatch')), rule([], ACCEPT, 'Configured DefaultEndpointToHostAction')],
  'cali-from-hep-forward': [],
  'cali-to-hep-forward': [],
  'cali-from-host-endpoint': [],
  'cali-to-host-endpoint': [],
};

const NAT: Readonly<Record<string, readonly Draft[]>> = {
  'cali-PREROUTING': [rule([], jump('cali-fip-dnat'))],
  'cali-OUTPUT': [rule([], jump('cali-fip-dnat'))],
  'cali-POSTROUTING': [rule([], jump('cali-fip-snat')), rule([], jump('cali-nat-outgoing'))],
  'cali-fip-dnat': [],
  'cali-fip-snat': [],
};

const MANGLE: Readonly<Record<string, readonly Draft[]>> = {
  'cali-PREROUTING': [
    rule([state('RELATED,ESTABLISHED')], ACCEPT),
    rule([accepted], ACCEPT),
    rule([], jump('cali-from-host-endpoint')),
    rule([accepted], ACCEPT, HEP_ACCEPTED),
  ],
  'cali-POSTROUTING': [
    rule([accepted], RETURN),
    rule([], clearMark(ALL_MARKS)),
    rule([state('DNAT')], jump('cali-to-host-endpoint')),
    rule([accepted], RETURN, HEP_ACCEPTED),
  ],
  'cali-from-host-endpoint': [],
  'cali-to-host-endpoint': [],
};

const RAW: Readonly<Record<string, readonly Draft[]>> = {
  'cali-PREROUTING': [
    rule([], clearMark(ALL_MARKS)),
    rule([fromLink(WORKLOADS)], setMark(MARK.scratch0)),
    rule([marked(MARK.scratch0)], jump('cali-rpf-skip')),
    rule([marked(MARK.scratch0), rpfFailed], DROP),
    rule([unmarked(MARK.scratch0)], jump('cali-from-host-endpoint')),
    rule([accepted], ACCEPT),
  ],
  'cali-OUTPUT': [rule([], clearMark(ALL_MARKS)), rule([], jump('cali-to-host-endpoint')), rule([accepted], ACCEPT)],
  'cali-rpf-skip': [],
  'cali-from-host-endpoint': [],
  'cali-to-host-endpoint': [],
};

function inserts(table: TableName): WantedTable['inserts'] {
  return Object.fromEntries(INSERTS[table].map((hook) => [hook, rulesOf(hook, [rule([], jump(`cali-${hook}`))])]));
}

function chains(drafts: Readonly<Record<string, readonly Draft[]>>): readonly Chain[] {
  return Object.entries(drafts).map(([name, own]) => chain(name, own));
}

/** The tables without the chains that depend on pools, BGP settings and workloads. */
export const STATIC: Readonly<Record<TableName, WantedTable>> = {
  raw: { chains: chains(RAW), inserts: inserts('raw'), appends: {} },
  mangle: { chains: chains(MANGLE), inserts: inserts('mangle'), appends: {} },
  nat: { chains: chains(NAT), inserts: inserts('nat'), appends: {} },
  filter: { chains: chains(FILTER), inserts: inserts('filter'), appends: { FORWARD: APPENDS } },
};

/** `cali-nat-outgoing`: pods of a natOutgoing pool that talk to anything outside all pools take the host's address. */
export function natOutgoing(pool: Ref | undefined): Chain {
  const masquerade = rule([inSet(MASQ_POOLS, 'src'), inSet(ALL_POOLS, 'dst', true)], MASQUERADE);
  return chain('cali-nat-outgoing', pool ? [{ ...masquerade, ref: pool }] : []);
}

/**
 * `cali-cidr-block`: what is still addressed to an advertised service CIDR when it is forwarded was not DNATed: no such service.
 * Without this it would go to the default gateway, which sends it back.
 */
export function cidrBlock(blocked: readonly Blocked[], action: 'Drop' | 'Reject' | 'Disabled'): Chain {
  const sorted = action === 'Disabled' ? [] : [...blocked].sort((a, b) => (a.cidr < b.cidr ? -1 : a.cidr > b.cidr ? 1 : 0));
  const target = action === 'Reject' ? REJECT : DROP;
  return chain(
    'cali-cidr-block',
    sorted.filter(({ cidr }) => !cidr.includes(':')).map(({ cidr, ref }) => ({ ...rule([toNet(cidr)], target), ref })),
  );
}
