/**
 * What Felix reads of the cluster's settings: IP pools, advertised service CIDRs, its own configuration. The same for all hosts
 * that see the same objects, so it is made once. Models projectcalico/calico v3.30 felix/dataplane/linux/{masq_mgr,service_loop_mgr}.go.
 */
import type { ApiObject, BGPConfiguration, IPPool } from '../../api/objects.ts';
import { type ApiState, objectsOf } from '../../api/storage.ts';
import type { Chain, IpSet } from '../../kernel/netfilter/types.ts';
import { remember } from '../../memo.ts';
import { comparePrefixes, toPrefix } from '../../net/address.ts';
import { hash32 } from '../../net/random.ts';
import { ALL_POOLS, type Blocked, cidrBlock, MASQ_POOLS, natOutgoing } from './static.ts';

export interface Settings {
  readonly digest: string;
  readonly cidrBlock: Chain;
  readonly natOutgoing: Chain;
  readonly ipsets: readonly IpSet[];
}

const POOLS = 'ippools.projectcalico.org';
const BGP = 'bgpconfigurations.projectcalico.org';
const FELIX = 'felixconfigurations.projectcalico.org';
/** FelixConfiguration's maxIpsetSize. */
export const MAX_IPSET_SIZE = 1_048_576;
const FIELDS = ['serviceClusterIPs', 'serviceExternalIPs', 'serviceLoadBalancerIPs'] as const;

const made = new WeakMap<object, WeakMap<object, WeakMap<object, Settings>>>();

export function settingsOf(view: ApiState, cluster: string): Settings {
  const pools = objectsOf<IPPool>(view, POOLS);
  const bgp = objectsOf<BGPConfiguration>(view, BGP);
  const felix = objectsOf(view, FELIX);
  const byBgp = remember(made, pools, () => new WeakMap<object, WeakMap<object, Settings>>());
  const byFelix = remember(byBgp, bgp, () => new WeakMap<object, Settings>());
  return remember(byFelix, felix, () => read(pools, bgp, felix, cluster));
}

function read(
  pools: Readonly<Record<string, IPPool>>,
  bgp: Readonly<Record<string, BGPConfiguration>>,
  felix: Readonly<Record<string, ApiObject>>,
  cluster: string,
): Settings {
  const versions = [pools, bgp, felix].flatMap((all) =>
    Object.entries(all).map(([key, o]) => `${key} ${o.metadata.resourceVersion}`),
  );
  const ipv4 = Object.values(pools).filter(({ spec }) => !spec.cidr.includes(':'));
  const masquerading = ipv4.filter(({ spec }) => spec.natOutgoing);
  const first = masquerading[0]?.metadata.name;
  const poolRef = first
    ? ({ kind: 'object', cluster, resource: POOLS, key: first, field: 'spec.natOutgoing' } as const)
    : undefined;
  return {
    digest: hash32('felix settings', ...versions).toString(16),
    cidrBlock: cidrBlock(blockedBy(bgp.default, cluster), loopPrevention(felix.default)),
    natOutgoing: natOutgoing(poolRef),
    ipsets: [netSet(ALL_POOLS, ipv4), netSet(MASQ_POOLS, masquerading)],
  };
}

function blockedBy(config: BGPConfiguration | undefined, cluster: string): readonly Blocked[] {
  return FIELDS.flatMap((field) =>
    (config?.spec[field] ?? []).map(({ cidr }, i) => ({
      cidr,
      ref: { kind: 'object', cluster, resource: BGP, key: 'default', field: `spec.${field}[${i}]` } as const,
    })),
  );
}

function loopPrevention(config: ApiObject | undefined): 'Drop' | 'Reject' | 'Disabled' {
  const value = (config?.spec as { readonly serviceLoopPrevention?: unknown } | undefined)?.serviceLoopPrevention;
  return value === 'Reject' || value === 'Disabled' ? value : 'Drop';
}

function netSet(name: string, pools: readonly IPPool[]): IpSet {
  const cidrs = [...new Set(pools.map(({ spec }) => spec.cidr))];
  return {
    name,
    type: 'hash:net',
    maxelem: MAX_IPSET_SIZE,
    members: cidrs.sort((a, b) => comparePrefixes(toPrefix(a), toPrefix(b))),
  };
}
