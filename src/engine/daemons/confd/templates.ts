/**
 * The three files confd writes for BIRD: bird.cfg, bird_aggr.cfg, bird_ipam.cfg.
 *
 * Their text, comments and blank lines included, is what the templates of Calico v3.30 give
 * (confd/etc/calico/confd/templates). IPv6 files and peerings with local workloads are left out.
 */
import type { NodeValues, PeerValues, TemplateValues } from './values.ts';

const underscored = (address: string): string => address.split('.').join('_');

/** Name of a BGPFilter's function in bird.cfg; long names are cut and hashed by Calico, which no name here needs. */
const filterFunction = (filter: string, direction: 'import' | 'export'): string => `'bgp_${filter}_${direction}FilterV4'`;

function communities({ prefixAdvertisements }: TemplateValues): string {
  let text = 'function apply_communities ()\n{';
  for (const { cidr, communities: values } of prefixAdvertisements) {
    text += `\n      if ( net ~ ${cidr} ) then {`;
    for (const value of values) {
      const parts = value.split(':');
      const attribute = parts.length === 2 ? 'bgp_community' : 'bgp_large_community';
      text += `\n          ${attribute}.add((${parts.join(', ')}));`;
    }
    text += '\n      }';
  }
  return `${text}\n}\n`;
}

function logging(values: TemplateValues): string {
  if (values.logLevel === 'debug') return '\n  debug all;';
  return values.logLevel === 'none' ? '' : '\n  debug { states };';
}

function listen({ bindMode, listenPort, node }: TemplateValues): string {
  const address = bindMode === 'NodeIP' && node.address !== '' ? ` address ${node.address}` : '';
  let text = '';
  if (node.listenPort !== undefined) text += '\n# Set node listen_port';
  else if (listenPort !== undefined) text += '\n# Set global listen_port';
  const wanted = node.listenPort ?? listenPort;
  const port = wanted === undefined ? '' : ` port ${wanted}`;
  return address === '' && port === '' ? text : `${text}\nlisten bgp${address}${port};`;
}

const KERNEL = `# Configure synchronization between routing tables and kernel.
protocol kernel {
  learn;             # Learn all alien routes from the kernel
  persist;           # Don't remove routes on bird shutdown
  scan time 2;       # Scan kernel routing table every 2 seconds
  import all;
  export filter calico_kernel_programming; # Default is export none
  graceful restart;  # Turn on graceful restart to reduce potential flaps in
                     # routes when reloading BIRD configuration.  With a full
                     # automatic mesh, there is no way to prevent BGP from
                     # flapping since multiple nodes update their BGP
                     # configuration at the same time, GR is not guaranteed to
                     # work correctly in this scenario.
  merge paths on;    # Allow export multipath routes (ECMP)
}
`;

function direct(values: TemplateValues): string {
  const head = `protocol direct {${logging(values)}`;
  if (values.ignoredInterfaces) {
    const ignored = values.ignoredInterfaces
      .split(',')
      .map((name) => `-"${name}", `)
      .join('');
    return `${head}\n  interface ${ignored}-"cali*", -"kube-ipvs*", "*";\n}\n`;
  }
  return `${head}
  interface -"cali*", -"kube-ipvs*", "*"; # Exclude cali* and kube-ipvs* but
                                          # include everything else.  In
                                          # IPVS-mode, kube-proxy creates a
                                          # kube-ipvs0 interface. We exclude
                                          # kube-ipvs0 because this interface
                                          # gets an address for every in use
                                          # cluster IP. We use static routes
                                          # for when we legitimately want to
                                          # export cluster IPs.
}
`;
}

function bgpTemplate(values: TemplateValues): string {
  return `
# Template for all BGP clients
template bgp bgp_template {${logging(values)}
  description "Connection to BGP peer";
  local as ${ownAs(values)};
  gateway recursive; # This should be the default, but just in case.
  add paths on;
  graceful restart;  # See comment in kernel section about graceful restart.
  connect delay time 2;
  connect retry time 5;
  error wait time 5,30;
}
`;
}

const ownAs = ({ node, asNumber }: TemplateValues): string => node.asNumber ?? asNumber;

function filterFunctions({ filters }: TemplateValues): string {
  const lines = filters.flatMap(({ importLines, exportLines }) => [...importLines, ...exportLines]);
  return [
    '# -------------- BGP Filters ------------------',
    ...(lines.length > 0 ? lines : ['# No v4 BGPFilters configured']),
  ].join('\n');
}

function mesh(values: TemplateValues): string {
  const { node, nodes } = values;
  const head = '# ------------- Node-to-node mesh -------------';
  if (node.clusterId !== '') {
    return `${head}\n# This node (${node.name}) is configured as a route reflector with cluster ID ${node.clusterId};\n# ignore node-to-node mesh setting.`;
  }
  if (!values.meshEnabled) return `${head}\n\n# Node-to-node mesh disabled\n`;
  return `${head}\n\n${nodes.map((other) => meshPeer(values, other)).join('')}\n`;
}

function meshPeer(values: TemplateValues, other: NodeValues): string {
  const { node } = values;
  const head = `\n\n\n\n# For peer /bgp/v1/host/${other.name}/ip_addr_v4\n`;
  if (other.address === node.address) return `${head}# Skipping ourselves (${node.address})`;
  if (other.clusterId !== '') {
    return `${head}# Skipping ${other.address} (${other.name}) as it is a route reflector with cluster ID ${other.clusterId}\n`;
  }
  const port = other.listenPort ?? values.listenPort;
  let text = `${head}protocol bgp Mesh_${underscored(other.address)} from bgp_template {
  neighbor ${other.address} ${port === undefined ? '' : `port ${port} `}as ${other.asNumber ?? values.asNumber};
  source address ${node.address};  # The local address we use for the TCP connection
  import all;        # Import all routes, since we don't know what the upstream
                     # topology is and therefore have to trust the ToR/RR.
  export filter {
    calico_export_to_bgp_peers(true);
    reject;
  };  # Only want to export routes for workloads.`;
  // The template compares the addresses as text.
  if (other.address > node.address) text += '\n  passive on; # Mesh is unidirectional, peer will connect to us.';
  if (values.meshRestartTime) text += `\n  graceful restart time ${values.meshRestartTime};`;
  return `${text}\n}`;
}

function peer(values: TemplateValues, data: PeerValues, name: string, scope: 'global' | 'node'): string {
  const { node, filters } = values;
  const head = `\n\n# For peer ${data.key}`;
  if (data.address === node.address) return `${head}\n# Skipping ourselves (${node.address})\n`;
  const internal = data.asNumber === ownAs(values);
  const known = (direction: 'import' | 'export') =>
    data.filters
      .filter((filter) =>
        filters.some((each) => each.name === filter && (direction === 'import' ? each.importLines : each.exportLines).length > 0),
      )
      .map((filter) => `\n    ${filterFunction(filter, direction)}();`)
      .join('');
  const lines = [
    `protocol bgp ${name}_${underscored(data.address)}${data.port ? `_port_${data.port}` : ''} from bgp_template {`,
    ...(data.ttlSecurity ? ['  ttl security on;', `  multihop ${data.ttlSecurity};`] : ['  ttl security off;', '  multihop;']),
    `  neighbor ${data.address} ${data.port ? `port ${data.port} ` : ''}as ${data.asNumber};`,
    ...(data.sourceAddress === 'UseNodeIP'
      ? [`  source address ${node.address};  # The local address we use for the TCP connection`]
      : []),
    `  import filter {${known('import')}`,
    '    accept; # Prior to introduction of BGP Filters we used "import all" so use default accept behaviour on import',
    '  };',
    `  export filter {${known('export')}`,
    `    calico_export_to_bgp_peers(${internal});`,
    '    reject;',
    '  };  # Only want to export routes for workloads.',
    ...(scope === 'global' && data.isCalicoNode && data.address > node.address
      ? ['  passive on; # Peering is unidirectional, peer will connect to us.']
      : []),
    ...(data.restartTime ? [`  graceful restart time ${data.restartTime};`] : []),
    ...(internal && node.clusterId !== '' && data.clusterId !== node.clusterId
      ? ['  rr client;', `  rr cluster id ${node.clusterId};`]
      : []),
    ...(!internal && data.keepNextHop ? ['  next hop keep;'] : []),
    ...(data.nextHopMode === 'Self' ? ['  next hop self;'] : []),
    ...(data.nextHopMode === 'Keep' ? ['  next hop keep;'] : []),
    ...(data.allowLocalAs ? [`  allow local as ${data.allowLocalAs};`] : []),
    '}',
  ];
  return `${head}\n${lines.join('\n')}\n`;
}

function globalPeers(values: TemplateValues): string {
  const { globalPeers: peers } = values;
  if (peers.length === 0) return '# ------------- Global peers -------------\n# No global peers configured.\n\n';
  const sections = peers.map((data) => peer(values, data, 'Global', 'global')).join('');
  // A second loop, over peers that are local workloads, leaves only its blank lines.
  return `# ------------- Global peers -------------\n\n${sections}\n\n\n\n\n${'\n\n\n'.repeat(peers.length)}\n`;
}

function nodePeers(values: TemplateValues): string {
  const { nodePeers: peers } = values;
  if (peers.length === 0)
    return '# ------------- Node-specific peers -------------\n\n# No node-specific peers configured.\n\n\n\n\n\n';
  const sections = peers.map((data) => peer(values, data, 'Node', 'node')).join('');
  return `# ------------- Node-specific peers -------------\n\n\n${sections}\n\n\n\n\n\n${'\n\n\n'.repeat(peers.length)}\n\n\n\n`;
}

/** `/etc/calico/confd/config/bird.cfg`. */
export function birdCfg(values: TemplateValues): string {
  const { node } = values;
  const head = `${communities(values)}
# Generated by confd
include "bird_aggr.cfg";
include "bird_ipam.cfg";

router id ${node.address};${listen(values)}

${KERNEL}
# Watch interface up/down events.
protocol device {${logging(values)}
  scan time 2;    # Scan interfaces every 2 seconds
}

${direct(values)}
`;
  if (node.address === '') return `${head}# IPv4 disabled on this node.\n\n`;
  return `${head}${bgpTemplate(values)}
${filterFunctions(values)}

${mesh(values)}


${globalPeers(values)}


${nodePeers(values)}`;
}

/** `/etc/calico/confd/config/bird_aggr.cfg`. */
export function birdAggrCfg(values: TemplateValues): string {
  const { blocks, staticRoutes } = values;
  let text = '# Generated by confd\n\nprotocol static {';
  if (blocks.length > 0) {
    text += '\n   # IP blocks for this host.';
    for (const { cidr } of blocks) if (!cidr.endsWith('/32')) text += `\n   route ${cidr} blackhole;`;
  }
  if (staticRoutes.length > 0) {
    text += '\n   # Static routes.';
    for (const cidr of staticRoutes) text += `\n   route ${cidr} blackhole;`;
  }
  text += reachableBy(values.globalPeers, '   # Static routes needed for global BGP peers.');
  text += reachableBy(values.nodePeers, '   # Static routes needed for node specific BGP peers.');
  if (text.endsWith('{')) text += '\n   # No IP blocks or static routes for this host.';
  text += '\n}\n\n# Aggregation of routes on this host; export the block, nothing beneath it.\nfunction calico_aggr ()\n{';
  for (const { cidr, state } of blocks) {
    text += `\n      # Block ${cidr} is ${state ?? 'implicitly confirmed.'}`;
    if (state !== undefined && state !== 'confirmed') continue;
    text += `\n      if ( net = ${cidr} ) then { accept; }\n      if ( net ~ ${cidr} ) then { reject; }`;
  }
  return `${text}\n}\n`;
}

function reachableBy(peers: readonly PeerValues[], title: string): string {
  const reached = peers.filter((data) => data.reachableBy !== '');
  if (reached.length === 0) return '';
  return `\n${title}${reached.map((data) => `\n   route ${data.address}/32 via ${data.reachableBy};`).join('')}`;
}

const IPAM_HEAD = `function reject_tunnel_routes () {
  # Don't export tunnel routes to other nodes, Felix programs them.
  # IPIP routes are handled by Bird, and it does not re-advertise them.
  if (defined(ifname)) then {
     if ((ifname ~ "*.cali") || (ifname ~ "*.calico")) then {
        reject;
     }
  }
}

function reject_local_routes () {
  # Don't export local routes learned via BPF as they should never leave the node.
  if (defined(ifname)) then {
     if (ifname ~ "bpf*.cali") then {
        reject;
     }
  }
}

function calico_export_to_bgp_peers(bool internal_peer) {
  # filter code terminates when it calls \`accept;\` or \`reject;\`,
  # call reject_disabled_pools() first, then reject_tunnel_routes(),
  # then apply_communities() and then calico_aggr()
  reject_disabled_pools();
  if (internal_peer) then {
    reject_tunnel_routes();
  }
  reject_local_routes();
  apply_communities();
  calico_aggr();`;

/** `/etc/calico/confd/config/bird_ipam.cfg`. */
export function birdIpamCfg(values: TemplateValues): string {
  const { pools, staticRoutes, rejectCidrs, loadBalancerCidrs, node } = values;
  let text = '# Generated by confd\nfunction reject_disabled_pools ()\n{\n';
  for (const { cidr, disableBGPExport } of pools) if (disableBGPExport) text += `\n  if ( net ~ ${cidr} ) then { reject; }`;
  text += `\n}\n\n${IPAM_HEAD}`;
  if (staticRoutes.length > 0) {
    text += '\n\n  # Export static routes.';
    for (const cidr of staticRoutes) text += `\n  if ( net ~ ${cidr} ) then { accept; }`;
  }
  if (node.clusterId !== '' && loadBalancerCidrs.length > 0) {
    text += '\n\n  # Configured as a RR - accept any routes within configured LB service IP ranges';
    for (const cidr of loadBalancerCidrs) if (!cidr.includes(':')) text += `\n  if ( net ~ ${cidr} ) then { accept; }`;
  }
  text += '\n';
  for (const { cidr, disableBGPExport } of pools) {
    text += disableBGPExport
      ? `\n  # Skip ${cidr} as BGP export is disabled for it`
      : `\n  if ( net ~ ${cidr} ) then {\n    accept;\n  }`;
  }
  text += '\n}\n\n\nfilter calico_kernel_programming {';
  if (rejectCidrs.length > 0) {
    text += "\n\n  # Don't program static routes into kernel.";
    for (const cidr of rejectCidrs) text += `\n  if ( net ~ ${cidr} ) then { reject; }`;
  }
  if (node.network !== undefined && pools.length > 0)
    text += `\n${pools.map((pool) => poolProgramming(pool, node.network ?? '')).join('')}`;
  return `${text}\n  accept;\n}\n`;
}

function poolProgramming({ cidr, vxlan, ipipMode }: TemplateValues['pools'][number], network: string): string {
  const head = `\n  if ( net ~ ${cidr} ) then {`;
  if (vxlan) return `${head}\n    # Don't program VXLAN routes into the kernel - these are handled by Felix.\n    reject;\n  }\n`;
  if (ipipMode === 'cross-subnet') {
    return `${head}\n    if defined(bgp_next_hop) && ( bgp_next_hop ~ ${network} ) then\n      krt_tunnel = "";\n    else\n      krt_tunnel = "tunl0";\n    accept;\n  }\n`;
  }
  return `${head}\n    krt_tunnel = "${ipipMode === undefined ? '' : 'tunl0'}";\n    accept;\n  }\n`;
}
