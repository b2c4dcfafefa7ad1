/** Types of projectcalico.org/v3 and crd.projectcalico.org/v1 (Calico v3.30). The notation is explained in types.ts. */
export const CALICO_TYPES = `
BGPConfiguration kind: metadata meta.ObjectMeta, spec BGPConfigurationSpec
BGPConfigurationSpec: logSeverityScreen string, nodeToNodeMeshEnabled bool, asNumber asNumber,
  serviceLoadBalancerIPs []ServiceLoadBalancerIPBlock, serviceExternalIPs []ServiceExternalIPBlock,
  serviceClusterIPs []ServiceClusterIPBlock, communities []Community, prefixAdvertisements []PrefixAdvertisement,
  listenPort uint16, nodeMeshPassword BGPPassword, nodeMeshMaxRestartTime duration, bindMode string, ignoredInterfaces []string,
  localWorkloadPeeringIPV4 string, localWorkloadPeeringIPV6 string
ServiceLoadBalancerIPBlock: cidr string
ServiceExternalIPBlock: cidr string
ServiceClusterIPBlock: cidr string
Community: name string, value string
PrefixAdvertisement: cidr string, communities []string
BGPPassword: secretKeyRef core.SecretKeySelector
BGPPeer kind: metadata meta.ObjectMeta, spec BGPPeerSpec
BGPPeerSpec: node string, nodeSelector string, peerIP string, asNumber asNumber, peerSelector string, keepOriginalNextHop bool,
  password BGPPassword, sourceAddress string, maxRestartTime duration, numAllowedLocalASNumbers int32, ttlSecurity uint8,
  reachableBy string, filters []string, localWorkloadSelector string
BGPFilter kind: metadata meta.ObjectMeta, spec BGPFilterSpec
BGPFilterSpec: exportV4 []BGPFilterRuleV4, importV4 []BGPFilterRuleV4, exportV6 []BGPFilterRuleV6, importV6 []BGPFilterRuleV6
BGPFilterRuleV4: cidr string, prefixLength BGPFilterPrefixLengthV4, source string, interface string, matchOperator string,
  action! string
BGPFilterPrefixLengthV4: min int32, max int32
BGPFilterRuleV6: cidr string, prefixLength BGPFilterPrefixLengthV6, source string, interface string, matchOperator string,
  action! string
BGPFilterPrefixLengthV6: min int32, max int32
FelixConfiguration kind: metadata meta.ObjectMeta, spec FelixConfigurationSpec
FelixConfigurationSpec: useInternalDataplaneDriver bool, dataplaneDriver string, dataplaneWatchdogTimeout duration,
  ipv6Support bool, routeRefreshInterval duration, interfaceRefreshInterval duration, iptablesRefreshInterval duration,
  iptablesPostWriteCheckInterval duration, iptablesLockFilePath string, iptablesLockTimeout duration,
  iptablesLockProbeInterval duration, featureDetectOverride string, featureGates string, ipsetsRefreshInterval duration,
  maxIpsetSize int64, iptablesBackend string, xdpRefreshInterval duration, netlinkTimeout duration, metadataAddr string,
  metadataPort int64, openstackRegion string, interfacePrefix string, interfaceExclude string, chainInsertMode string,
  defaultEndpointToHostAction string, iptablesFilterAllowAction string, iptablesMangleAllowAction string,
  iptablesFilterDenyAction string, logPrefix string, logFilePath string, logSeverityFile string, logSeverityScreen string,
  logSeveritySys string, logDebugFilenameRegex string, ipipEnabled bool, ipipMTU int64, vxlanEnabled bool, vxlanMTU int64,
  vxlanMTUV6 int64, vxlanPort int64, vxlanVNI int64, allowVXLANPacketsFromWorkloads bool, allowIPIPPacketsFromWorkloads bool,
  reportingInterval duration, reportingTTL duration, endpointReportingEnabled bool, endpointReportingDelay duration,
  endpointStatusPathPrefix string, iptablesMarkMask uint32, disableConntrackInvalidCheck bool, healthEnabled bool,
  healthHost string, healthPort int64, healthTimeoutOverrides []HealthTimeoutOverride, prometheusMetricsEnabled bool,
  prometheusMetricsHost string, prometheusMetricsPort int64, prometheusGoMetricsEnabled bool,
  prometheusProcessMetricsEnabled bool, prometheusWireGuardMetricsEnabled bool, failsafeInboundHostPorts []ProtoPort,
  failsafeOutboundHostPorts []ProtoPort, kubeNodePortRanges []intOrString, policySyncPathPrefix string,
  usageReportingEnabled bool, usageReportingInitialDelay duration, usageReportingInterval duration, natPortRange intOrString,
  natOutgoingAddress string, deviceRouteSourceAddress string, deviceRouteSourceAddressIPv6 string, deviceRouteProtocol int64,
  removeExternalRoutes bool, ipForwarding string, externalNodesList []string, debugMemoryProfilePath string,
  debugDisableLogDropping bool, debugSimulateCalcGraphHangAfter duration, debugSimulateDataplaneHangAfter duration,
  debugSimulateDataplaneApplyDelay duration, debugHost string, debugPort int64, iptablesNATOutgoingInterfaceFilter string,
  sidecarAccelerationEnabled bool, xdpEnabled bool, genericXDPEnabled bool, nftablesMode string, nftablesRefreshInterval duration,
  nftablesFilterAllowAction string, nftablesMangleAllowAction string, nftablesFilterDenyAction string, nftablesMarkMask uint32,
  bpfEnabled bool, bpfDisableUnprivileged bool, bpfLogLevel string, bpfConntrackLogLevel string, bpfConntrackMode string,
  bpfConntrackTimeouts BPFConntrackTimeouts, bpfLogFilters {}string, bpfCTLBLogFilter string, bpfDataIfacePattern string,
  bpfL3IfacePattern string, bpfConnectTimeLoadBalancingEnabled bool, bpfConnectTimeLoadBalancing string,
  bpfHostNetworkedNATWithoutCTLB string, bpfExternalServiceMode string, bpfDSROptoutCIDRs []string, bpfExtToServiceConnmark int64,
  bpfKubeProxyIptablesCleanupEnabled bool, bpfKubeProxyMinSyncPeriod duration, bpfKubeProxyEndpointSlicesEnabled bool,
  bpfPSNATPorts intOrString, bpfMapSizeNATFrontend int64, bpfMapSizeNATBackend int64, bpfMapSizeNATAffinity int64,
  bpfMapSizeRoute int64, bpfMapSizeConntrack int64, bpfMapSizePerCpuConntrack int64, bpfMapSizeConntrackScaling string,
  bpfMapSizeConntrackCleanupQueue int64, bpfMapSizeIPSets int64, bpfMapSizeIfState int64, bpfHostConntrackBypass bool,
  bpfEnforceRPF string, bpfPolicyDebugEnabled bool, bpfForceTrackPacketsFromIfaces []string, bpfDisableGROForIfaces string,
  bpfExcludeCIDRsFromNAT []string, bpfExportBufferSizeMB int64, flowLogsPolicyEvaluationMode string, bpfRedirectToPeer string,
  flowLogsFlushInterval duration, flowLogsCollectorDebugTrace bool, flowLogsGoldmaneServer string, bpfProfiling string,
  routeSource string, routeTableRanges []RouteTableIDRange, routeTableRange RouteTableRange, routeSyncDisabled bool,
  wireguardEnabled bool, wireguardEnabledV6 bool, wireguardThreadingEnabled bool, wireguardListeningPort int64,
  wireguardListeningPortV6 int64, wireguardRoutingRulePriority int64, wireguardInterfaceName string,
  wireguardInterfaceNameV6 string, wireguardMTU int64, wireguardMTUV6 int64, wireguardHostEncryptionEnabled bool,
  wireguardKeepAlive duration, awsSrcDstCheck string, serviceLoopPrevention string, workloadSourceSpoofing string,
  mtuIfacePattern string, floatingIPs string, windowsManageFirewallRules string, goGCThreshold int64, goMemoryLimitMB int64,
  goMaxProcs int64
HealthTimeoutOverride: name! string, timeout! duration
ProtoPort: protocol string, port! uint16, net string
BPFConntrackTimeouts: creationGracePeriod string, tcpSynSent string, tcpEstablished string, tcpFinsSeen string,
  tcpResetSeen string, udpTimeout string, genericTimeout string, icmpTimeout string
RouteTableIDRange: min! int64, max! int64
RouteTableRange: min! int64, max! int64
GlobalNetworkPolicy kind: metadata meta.ObjectMeta, spec GlobalNetworkPolicySpec
GlobalNetworkPolicySpec: tier string, order double, ingress []Rule, egress []Rule, selector string, types []string,
  doNotTrack bool, preDNAT bool, applyOnForward bool, serviceAccountSelector string, namespaceSelector string,
  performanceHints []string
Rule: action! string, ipVersion int64, protocol intOrString, icmp ICMPFields, notProtocol intOrString, notICMP ICMPFields,
  source EntityRule, destination EntityRule, http HTTPMatch, metadata RuleMetadata
ICMPFields: type int64, code int64
EntityRule: nets []string, selector string, namespaceSelector string, services ServiceMatch, ports []intOrString,
  notNets []string, notSelector string, notPorts []intOrString, serviceAccounts ServiceAccountMatch
ServiceMatch: name string, namespace string
ServiceAccountMatch: names []string, selector string
HTTPMatch: methods []string, paths []HTTPPath
HTTPPath: exact string, prefix string
RuleMetadata: annotations {}string
NetworkPolicy kind: metadata meta.ObjectMeta, spec NetworkPolicySpec
NetworkPolicySpec: tier string, order double, ingress []Rule, egress []Rule, selector string, types []string,
  serviceAccountSelector string, performanceHints []string
IPPool kind: metadata meta.ObjectMeta, spec IPPoolSpec
IPPoolSpec: cidr! string, vxlanMode string, ipipMode string, natOutgoing bool, disabled bool, disableBGPExport bool,
  blockSize int64, nodeSelector string, ipip IPIPConfiguration, nat-outgoing bool, allowedUses []string, assignmentMode string
IPIPConfiguration: enabled bool, mode string
Node kind: metadata meta.ObjectMeta, spec NodeSpec, status NodeStatus
NodeSpec: bgp NodeBGPSpec, ipv4VXLANTunnelAddr string, vxlanTunnelMACAddr string, ipv6VXLANTunnelAddr string,
  vxlanTunnelMACAddrV6 string, orchRefs []OrchRef, wireguard NodeWireguardSpec, addresses []NodeAddress
NodeBGPSpec: asNumber asNumber, ipv4Address string, ipv6Address string, ipv4IPIPTunnelAddr string,
  routeReflectorClusterID string
OrchRef: nodeName string, orchestrator! string
NodeWireguardSpec: interfaceIPv4Address string, interfaceIPv6Address string
NodeAddress: address! string, type string
NodeStatus: wireguardPublicKey string, wireguardPublicKeyV6 string, podCIDRs []string
BlockAffinity kind: metadata meta.ObjectMeta, spec BlockAffinitySpec
BlockAffinitySpec: state! string, node! string, type string, cidr! string, deleted! string
IPAMBlock kind: metadata meta.ObjectMeta, spec IPAMBlockSpec
IPAMBlockSpec: cidr! string, affinity string, allocations! []int64, unallocated! []int64, attributes! []AllocationAttribute,
  sequenceNumber int64, sequenceNumberForAllocation {}int64, deleted! bool, strictAffinity! bool
AllocationAttribute: handle_id string, secondary {}string
IPAMHandle kind: metadata meta.ObjectMeta, spec IPAMHandleSpec
IPAMHandleSpec: handleID! string, block! {}int64, deleted bool
ClusterInformation kind: metadata meta.ObjectMeta, spec ClusterInformationSpec
ClusterInformationSpec: clusterGUID string, clusterType string, calicoVersion string, datastoreReady bool, variant string
Tier kind: metadata meta.ObjectMeta, spec TierSpec
TierSpec: order double, defaultAction string
GlobalNetworkSet kind: metadata meta.ObjectMeta, spec GlobalNetworkSetSpec
GlobalNetworkSetSpec: nets []string
NetworkSet kind: metadata meta.ObjectMeta, spec NetworkSetSpec
NetworkSetSpec: nets []string
HostEndpoint kind: metadata meta.ObjectMeta, spec HostEndpointSpec
HostEndpointSpec: node string, interfaceName string, expectedIPs []string, profiles []string, ports []EndpointPort
EndpointPort: name! string, protocol! intOrString, port! uint16
IPReservation kind: metadata meta.ObjectMeta, spec IPReservationSpec
IPReservationSpec: reservedCIDRs []string
IPAMConfiguration kind: metadata meta.ObjectMeta, spec IPAMConfigurationSpec
IPAMConfigurationSpec: strictAffinity! bool, maxBlocksPerHost int32
IPAMConfig kind: metadata meta.ObjectMeta, spec IPAMConfigSpec
IPAMConfigSpec: strictAffinity! bool, autoAllocateBlocks! bool, maxBlocksPerHost int64
KubeControllersConfiguration kind: metadata meta.ObjectMeta, spec KubeControllersConfigurationSpec,
  status KubeControllersConfigurationStatus
KubeControllersConfigurationSpec: logSeverityScreen string, healthChecks string, etcdV3CompactionPeriod duration,
  prometheusMetricsPort int64, controllers! ControllersConfig, debugProfilePort int32
ControllersConfig: node NodeControllerConfig, policy ReconcilerConfig, workloadEndpoint ReconcilerConfig,
  serviceAccount ReconcilerConfig, namespace ReconcilerConfig, loadBalancer LoadBalancerControllerConfig
NodeControllerConfig: reconcilerPeriod duration, syncLabels string, hostEndpoint AutoHostEndpointConfig, leakGracePeriod duration
AutoHostEndpointConfig: autoCreate string, createDefaultHostEndpoint string, templates []HostEndpointTemplate
HostEndpointTemplate: generateName string, interfaceCIDRs []string, labels {}string, nodeSelector string
ReconcilerConfig: reconcilerPeriod duration
LoadBalancerControllerConfig: assignIPs string
KubeControllersConfigurationStatus: runningConfig KubeControllersConfigurationSpec, environmentVars {}string
Profile kind: metadata meta.ObjectMeta, spec ProfileSpec
ProfileSpec: ingress []Rule, egress []Rule, labelsToApply {}string
StagedGlobalNetworkPolicy kind: metadata meta.ObjectMeta, spec StagedGlobalNetworkPolicySpec
StagedGlobalNetworkPolicySpec: stagedAction string, tier string, order double, ingress []Rule, egress []Rule, selector string,
  types []string, doNotTrack bool, preDNAT bool, applyOnForward bool, serviceAccountSelector string, namespaceSelector string,
  performanceHints []string
StagedNetworkPolicy kind: metadata meta.ObjectMeta, spec StagedNetworkPolicySpec
StagedNetworkPolicySpec: stagedAction string, tier string, order double, ingress []Rule, egress []Rule, selector string,
  types []string, serviceAccountSelector string, performanceHints []string
StagedKubernetesNetworkPolicy kind: metadata meta.ObjectMeta, spec StagedKubernetesNetworkPolicySpec
StagedKubernetesNetworkPolicySpec: stagedAction string, podSelector meta.LabelSelector,
  ingress []networking.NetworkPolicyIngressRule, egress []networking.NetworkPolicyEgressRule, policyTypes []string
WorkloadEndpoint kind: metadata meta.ObjectMeta, spec WorkloadEndpointSpec
WorkloadEndpointSpec: orchestrator string, workload string, node string, containerID string, pod string, endpoint string,
  serviceAccountName string, ipNetworks []string, ipNATs []IPNAT, ipv4Gateway string, ipv6Gateway string, profiles []string,
  interfaceName string, mac string, ports []WorkloadEndpointPort, allowSpoofedSourcePrefixes []string
WorkloadEndpointPort: name! string, protocol! intOrString, port! uint16, hostPort! uint16, hostIP! string
IPNAT: internalIP! string, externalIP! string
`;
