/**
 * `ip -d link`: what a link is made of (iproute2 6.1, print_linkinfo; iplink_bridge.c). Sizes and limits are the kernel's defaults for the sort
 * of link; an Ethernet card is Amazon's `ena`, for the lab's hosts stand in its cloud.
 */
import type { NetLink } from '../../../engine/index.ts';
import type { Json } from './json.ts';

interface Making {
  readonly mtus: readonly [min: number, max: number];
  readonly queues: number;
  readonly tsoMaxSize: number;
}

const SEGMENTS = 65_535;
const SIZE = 65_536;
const WHOLE = 524_280;

const MADE: Readonly<Record<NetLink['type'], Making>> = {
  loopback: { mtus: [0, 0], queues: 1, tsoMaxSize: WHOLE },
  ether: { mtus: [128, 9216], queues: 2, tsoMaxSize: SIZE },
  veth: { mtus: [68, 65_535], queues: 2, tsoMaxSize: WHOLE },
  bridge: { mtus: [68, 65_535], queues: 1, tsoMaxSize: SIZE },
  dummy: { mtus: [0, 0], queues: 1, tsoMaxSize: SIZE },
};

const BRIDGE_DEFAULTS =
  'root_port 0 root_path_cost 0 topology_change 0 topology_change_detected 0 hello_timer    0.00 tcn_timer    0.00 topology_change_timer    0.00 gc_timer    0.00 group_fwd_mask 0 group_address 01:80:c2:00:00:00 mcast_snooping 1 no_linklocal_learn 0 mcast_vlan_snooping 0 mcast_router 1 mcast_query_use_ifaddr 0 mcast_querier 0 mcast_hash_elasticity 16 mcast_hash_max 4096 mcast_last_member_count 2 mcast_startup_query_count 2 mcast_last_member_interval 100 mcast_membership_interval 26000 mcast_querier_interval 25500 mcast_query_interval 12500 mcast_query_response_interval 1000 mcast_startup_query_interval 3124 mcast_stats_enabled 0 mcast_igmp_version 2 mcast_mld_version 1 nf_call_iptables 0 nf_call_ip6tables 0 nf_call_arptables 0';

/** A bridge is its own root: its id is its priority and its address. */
function bridgeText({ mac }: NetLink): string {
  const id = `8000.${mac
    .split(':')
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':')}`;
  return `bridge forward_delay 1500 hello_time 200 max_age 2000 ageing_time 30000 stp_state 0 priority 32768 vlan_filtering 0 bridge_id ${id} designated_root ${id} ${BRIDGE_DEFAULTS} `;
}

/** @param mode `ip link`, which also tells how IPv6 addresses are made */
export function detailsText(link: NetLink, mode: boolean, newline: string): string {
  const { mtus, queues, tsoMaxSize } = MADE[link.type];
  const kind = link.type === 'veth' || link.type === 'dummy' ? `${link.type} ` : link.type === 'bridge' ? bridgeText(link) : '';
  return (
    ` promiscuity 0  allmulti 0 minmtu ${mtus[0]} maxmtu ${mtus[1]} ${kind && `${newline}    ${kind}`}` +
    `${mode ? 'addrgenmode eui64 ' : ''}numtxqueues ${queues} numrxqueues ${queues} gso_max_size ${SIZE} gso_max_segs ${SEGMENTS} ` +
    `tso_max_size ${tsoMaxSize} tso_max_segs ${SEGMENTS} gro_max_size ${SIZE} `
  );
}

export function detailsJson(link: NetLink, mode: boolean): Record<string, Json> {
  const { mtus, queues, tsoMaxSize } = MADE[link.type];
  const isVirtual = link.type !== 'loopback' && link.type !== 'ether';
  return {
    promiscuity: 0,
    allmulti: 0,
    min_mtu: mtus[0],
    max_mtu: mtus[1],
    ...(isVirtual ? { linkinfo: { info_kind: link.type } } : {}),
    ...(mode ? { inet6_addr_gen_mode: 'eui64' } : {}),
    num_tx_queues: queues,
    num_rx_queues: queues,
    gso_max_size: SIZE,
    gso_max_segs: SEGMENTS,
    tso_max_size: tsoMaxSize,
    tso_max_segs: SEGMENTS,
    gro_max_size: SIZE,
  };
}
