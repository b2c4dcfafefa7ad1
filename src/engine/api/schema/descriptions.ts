/**
 * Short descriptions of types and fields, in our own words: what `kubectl explain` prints. One line each, `type` or `type.field`, the
 * package as in types.ts. A missing one prints as `<empty>`.
 */

const TEXT = `
meta.ObjectMeta: What every object carries beside its own fields: its name, labels, owner and history.
meta.ObjectMeta.name: The object's name, unique among its kind in its namespace. It cannot be changed.
meta.ObjectMeta.generateName: A prefix from which the server makes a unique name when none is given.
meta.ObjectMeta.namespace: The namespace the object lives in; empty for cluster-scoped kinds. It cannot be changed.
meta.ObjectMeta.uid: A value unique in time and space that the server gives the object. A new object of the same name gets another one.
meta.ObjectMeta.resourceVersion: Changes with every write. Clients compare it and hand it back to detect that somebody else wrote in between.
meta.ObjectMeta.generation: Counts the changes of the desired state (the spec). A controller notes in the status which one it has seen.
meta.ObjectMeta.creationTimestamp: When the server stored the object.
meta.ObjectMeta.deletionTimestamp: When the object is to be gone. Set by a delete; the object stays until its finalizers are removed.
meta.ObjectMeta.deletionGracePeriodSeconds: Seconds the object gets to end by itself before it is removed.
meta.ObjectMeta.labels: Keys and values by which objects are selected, by services and controllers among others.
meta.ObjectMeta.annotations: Keys and values for tools and people. They are not used to select objects.
meta.ObjectMeta.ownerReferences: Objects this one depends on. When all of them are gone the garbage collector removes it.
meta.ObjectMeta.finalizers: Must be empty before the object is removed. Each entry belongs to a component that has work to do first.
meta.ObjectMeta.managedFields: Which client wrote which field, for server-side apply.
meta.OwnerReference: Names an owner of the object, in the same namespace or cluster-scoped.
meta.OwnerReference.controller: True for the one owner that manages the object.
meta.OwnerReference.blockOwnerDeletion: With foreground deletion the owner stays until this object is gone.
meta.LabelSelector: Selects objects by labels. All of its parts must hold; an empty selector selects everything.
meta.LabelSelector.matchLabels: Labels the object must carry with exactly these values.
meta.LabelSelector.matchExpressions: Conditions on labels, all of which must hold.
meta.LabelSelectorRequirement.key: The label the condition is about.
meta.LabelSelectorRequirement.operator: In, NotIn, Exists or DoesNotExist.
meta.LabelSelectorRequirement.values: The values for In and NotIn; empty for the other operators.
core.Namespace: A scope for names. Most kinds live in one, and deleting it deletes everything inside.
core.Namespace.spec: What is wanted of the namespace.
core.Namespace.status: Whether it is in use or being emptied.
core.NamespaceSpec.finalizers: What must be done before the namespace can go away.
core.NamespaceStatus.phase: Active, or Terminating once it has been deleted.
core.Node: A machine of the cluster, as its kubelet reports it.
core.Node.spec: How the machine takes part in the cluster.
core.Node.status: What the kubelet last reported.
core.NodeSpec.podCIDR: The range of pod addresses given to the node. Calico does its own address management and does not use it.
core.NodeSpec.unschedulable: New pods are kept off the node. Set by cordon, cleared by uncordon.
core.NodeSpec.taints: Keep pods away that do not tolerate them.
core.Taint.key: The taint's name.
core.Taint.value: The value a toleration must match.
core.Taint.effect: NoSchedule keeps new pods off, PreferNoSchedule tries to, NoExecute also evicts pods that run already.
core.NodeStatus.addresses: Where the node is reached.
core.NodeStatus.conditions: Ready and what speaks against it.
core.NodeStatus.capacity: All the resources of the machine.
core.NodeStatus.allocatable: What of them is left for pods.
core.NodeStatus.nodeInfo: Versions and identifiers of the machine and its software.
core.Service: A name and a stable address for a set of pods. Traffic to it is sent on to one of the pods that its selector picks.
core.Service.spec: What is wanted of the service.
core.Service.status: What has come of it; only load balancers report here.
core.ServiceSpec.type: ClusterIP gives an address inside the cluster. NodePort also opens a port on every node, LoadBalancer also asks for an address from outside. ExternalName is only an alias in DNS.
core.ServiceSpec.selector: Pods with all of these labels are the service's endpoints, as long as they are ready. Without a selector somebody else writes the endpoints.
core.ServiceSpec.ports: The ports the service listens on and where it sends them.
core.ServiceSpec.clusterIP: The service's address inside the cluster, chosen by the server unless given. None makes the service headless: DNS answers with the pods themselves. It cannot be changed.
core.ServiceSpec.clusterIPs: The addresses by family. The first one equals clusterIP.
core.ServiceSpec.externalIPs: Further addresses at which nodes accept traffic for the service. Kubernetes does not route them to the nodes: that is the network's business, for example by BGP.
core.ServiceSpec.externalTrafficPolicy: How traffic from outside (node ports, external and load balancer addresses) is spread. Cluster uses every endpoint and hides the client's address. Local uses only endpoints on the node that was reached, keeps the client's address, and drops the traffic when there is none. With Calico, Local also decides which nodes advertise the service's own /32.
core.ServiceSpec.internalTrafficPolicy: The same for traffic that comes from inside the cluster to the clusterIP.
core.ServiceSpec.healthCheckNodePort: Where load balancers ask a node whether it has endpoints. Only for type LoadBalancer with externalTrafficPolicy Local.
core.ServiceSpec.sessionAffinity: ClientIP sends the connections of one client to the same pod. None spreads them.
core.ServiceSpec.sessionAffinityConfig: Settings of session affinity.
core.ServiceSpec.publishNotReadyAddresses: Endpoints count although their pods are not ready.
core.ServiceSpec.externalName: What DNS answers for a service of type ExternalName.
core.ServiceSpec.ipFamilies: IPv4, IPv6 or both. This cluster has IPv4.
core.ServiceSpec.ipFamilyPolicy: Whether one family is wanted or two.
core.ServiceSpec.loadBalancerIP: The address to ask the load balancer for. Deprecated.
core.ServiceSpec.loadBalancerSourceRanges: Clients a load balancer lets through.
core.ServiceSpec.loadBalancerClass: Which load balancer implementation is meant.
core.ServiceSpec.allocateLoadBalancerNodePorts: Whether a load balancer's service gets node ports as well. Defaults to true.
core.ServiceSpec.trafficDistribution: A preference for endpoints that are near.
core.ServicePort: One port of a service.
core.ServicePort.name: Names the port. Required when there are several.
core.ServicePort.protocol: TCP, UDP or SCTP.
core.ServicePort.port: The port on the service's address.
core.ServicePort.targetPort: The port on the pods, by number or by the name of a container port. Defaults to port.
core.ServicePort.nodePort: The port on every node, from 30000 to 32767. Chosen by the server unless given.
core.ServicePort.appProtocol: The protocol the application speaks, as a hint.
core.ServiceStatus.loadBalancer: The addresses a load balancer has been given.
core.Endpoints: The addresses behind a service, as one object. EndpointSlices replace it where there are many.
core.Endpoints.subsets: Addresses with the ports they have in common.
core.EndpointSubset.addresses: Endpoints that are ready.
core.EndpointSubset.notReadyAddresses: Endpoints that are not ready and get no traffic.
core.EndpointSubset.ports: The ports of all these addresses.
core.Pod: One or more containers that share a network namespace and run on one node.
core.Pod.spec: What is to run, and where.
core.Pod.status: What runs, as the kubelet last reported.
core.PodSpec.containers: The containers of the pod. There must be at least one.
core.PodSpec.initContainers: Containers that run to their end, one after the other, before the others start.
core.PodSpec.nodeName: The node the pod runs on. The scheduler sets it.
core.PodSpec.nodeSelector: Labels a node must carry for the pod to be placed there.
core.PodSpec.affinity: Rules and wishes about nodes and about other pods.
core.PodSpec.tolerations: Taints that do not keep the pod away.
core.PodSpec.topologySpreadConstraints: How evenly the pods are to be spread over nodes or zones.
core.PodSpec.serviceAccountName: The account whose token the containers get. Defaults to default.
core.PodSpec.hostNetwork: The pod uses the node's own network instead of one of its own.
core.PodSpec.restartPolicy: Whether containers that end are started again: Always, OnFailure or Never.
core.PodSpec.terminationGracePeriodSeconds: Seconds between asking the containers to end and killing them. Defaults to 30.
core.PodSpec.volumes: Storage that containers can mount.
core.PodSpec.dnsPolicy: Where the pod's resolv.conf comes from. ClusterFirst asks the cluster's DNS.
core.PodSpec.readinessGates: Conditions that must hold beside the containers' readiness.
core.Container: One container of a pod.
core.Container.name: Names the container within the pod.
core.Container.image: The image to run.
core.Container.imagePullPolicy: When the image is fetched. Defaults to Always for the tag latest, else IfNotPresent.
core.Container.command: What to run instead of the image's entrypoint.
core.Container.args: Arguments to it.
core.Container.env: Environment variables.
core.Container.ports: Ports the container listens on. For information, and for services that name them.
core.Container.resources: What the container is promised and may use at most.
core.Container.readinessProbe: Asked again and again. While it fails the pod is no endpoint of any service.
core.Container.livenessProbe: Asked again and again. When it fails the container is restarted.
core.Container.startupProbe: Until it has succeeded once the other probes are not asked.
core.Container.volumeMounts: Volumes and where they appear.
core.ContainerPort.containerPort: The port inside the pod.
core.ContainerPort.hostPort: The same port opened on the node. Rarely needed.
core.ContainerPort.name: A name by which services can refer to the port.
core.Probe: A question asked of a container from time to time.
core.Probe.httpGet: Succeeds when this request is answered with a code from 200 to 399.
core.Probe.tcpSocket: Succeeds when the port accepts a connection.
core.Probe.exec: Succeeds when the command exits with 0.
core.Probe.initialDelaySeconds: Seconds after the start before the first question.
core.Probe.periodSeconds: Seconds between questions. Defaults to 10.
core.Probe.timeoutSeconds: Seconds to wait for the answer. Defaults to 1.
core.Probe.failureThreshold: Failures in a row until it counts as failed. Defaults to 3.
core.Probe.successThreshold: Successes in a row until it counts as succeeded. Defaults to 1.
core.PodStatus.phase: Pending, Running, Succeeded, Failed or Unknown.
core.PodStatus.podIP: The pod's address.
core.PodStatus.hostIP: The address of its node.
core.PodStatus.conditions: Scheduled, initialized, ready, each with its reason.
core.PodStatus.containerStatuses: The state of each container.
core.PodTemplateSpec: What the pods that a controller makes look like.
core.ConfigMap: Configuration for pods to read.
core.ConfigMap.data: Keys and their text.
core.Secret: Like a ConfigMap, for values that are not for everybody's eyes.
core.Secret.data: Keys and their values in base64.
core.Secret.stringData: The same in plain text, for writing only.
core.Secret.type: What the secret is for; it decides which keys are required.
core.ServiceAccount: An identity for the processes in pods.
core.Event: A note that something happened to an object.
core.Event.involvedObject: The object it is about.
core.Event.reason: What happened, in one word.
core.Event.message: What happened, in a sentence.
core.Event.type: Normal or Warning.
core.Event.count: How often it happened.
apps.Deployment: Keeps a number of equal pods running and replaces them step by step when their template changes.
apps.Deployment.spec: What is wanted.
apps.Deployment.status: How far it has come.
apps.DeploymentSpec.replicas: How many pods are wanted. Defaults to 1.
apps.DeploymentSpec.selector: Which pods are the deployment's own. It must match the template's labels and cannot be changed.
apps.DeploymentSpec.template: What the pods look like. A change starts a new rollout.
apps.DeploymentSpec.strategy: How old pods are replaced by new ones.
apps.DeploymentSpec.minReadySeconds: Seconds a new pod must be ready before it counts as available.
apps.DeploymentSpec.revisionHistoryLimit: How many old ReplicaSets are kept to go back to. Defaults to 10.
apps.DeploymentSpec.paused: While true, changes of the template wait.
apps.DeploymentSpec.progressDeadlineSeconds: Seconds without progress after which the rollout is reported as failed. Defaults to 600.
apps.DeploymentStrategy.type: RollingUpdate replaces pods a few at a time, Recreate ends all of them first.
apps.DeploymentStrategy.rollingUpdate: How many at a time.
apps.RollingUpdateDeployment.maxSurge: How many pods there may be beyond the wanted number, absolute or in percent.
apps.RollingUpdateDeployment.maxUnavailable: How many may be missing meanwhile, absolute or in percent.
apps.ReplicaSet: Keeps a number of equal pods running. Deployments make them; seldom made by hand.
apps.DaemonSet: Runs one pod on every node, or on every node that its template selects.
apps.DaemonSetSpec.selector: Which pods are its own. It cannot be changed.
apps.DaemonSetSpec.template: What the pods look like.
apps.DaemonSetSpec.updateStrategy: How pods are replaced when the template changes.
apps.StatefulSet: Pods with names and storage that stay the same. Stored here, but nothing runs them.
batch.Job: Runs pods until enough of them have ended well.
batch.JobSpec.completions: How many pods must end well.
batch.JobSpec.parallelism: How many may run at once.
batch.JobSpec.backoffLimit: How many failures until the job is given up. Defaults to 6.
batch.JobSpec.template: What the pods look like. Their restartPolicy must be OnFailure or Never.
coordination.Lease: A heartbeat. The ones in kube-node-lease belong to the kubelets.
discovery.EndpointSlice: A part of the addresses behind a service, with what is known of each.
discovery.EndpointSlice.endpoints: The endpoints of this slice.
discovery.EndpointSlice.ports: The ports all of them listen on.
discovery.EndpointSlice.addressType: IPv4, IPv6 or FQDN.
discovery.Endpoint.addresses: The endpoint's addresses; consumers use the first.
discovery.Endpoint.conditions: Whether it is ready, serving, or on its way out.
discovery.Endpoint.nodeName: The node it runs on, by which traffic policies choose.
networking.Ingress: Rules by which an ingress controller sends HTTP requests to services. Stored here, but nothing acts on it.
networking.NetworkPolicy: Which connections the selected pods may have.
networking.NetworkPolicySpec.podSelector: The pods it is about.
networking.NetworkPolicySpec.ingress: What may come in. Without a rule, nothing.
networking.NetworkPolicySpec.egress: What may go out. Without a rule, nothing, if the policy is about egress.
networking.NetworkPolicySpec.policyTypes: Whether it is about Ingress, Egress or both.
core.PersistentVolume: A piece of storage in the cluster, made by an administrator or by a storage driver.
core.PersistentVolumeSpec.capacity: How much it holds.
core.PersistentVolumeSpec.accessModes: In how many places at once it can be mounted.
core.PersistentVolumeSpec.claimRef: The claim it is bound to.
core.PersistentVolumeSpec.persistentVolumeReclaimPolicy: What becomes of it when its claim is gone: Retain, Delete or Recycle.
core.PersistentVolumeSpec.storageClassName: The class it belongs to. Only claims of the same class get it.
core.PersistentVolumeSpec.hostPath: A directory of the node, for tests on a single machine.
core.PersistentVolumeStatus.phase: Available, Bound, Released or Failed; Pending before that.
core.PersistentVolumeClaim: A request for storage, which pods name to mount what it was given.
core.PersistentVolumeClaimSpec.accessModes: In how many places at once the volume must be mountable.
core.PersistentVolumeClaimSpec.resources: The least that is wanted.
core.PersistentVolumeClaimSpec.storageClassName: The class it asks for. Empty text means a volume without class; without the field the default class is asked.
core.PersistentVolumeClaimSpec.volumeName: The volume it is bound to.
core.PersistentVolumeClaimStatus.phase: Pending, Bound or Lost.
core.PodTemplate: A pod's description that is kept for later use.
core.ReplicationController: Keeps a number of equal pods running. ReplicaSets and Deployments have taken its place.
core.ReplicationControllerSpec.replicas: How many pods are wanted. Defaults to 1.
core.ReplicationControllerSpec.selector: Labels of the pods it counts. Without it the labels of the template are taken.
core.ReplicationControllerSpec.template: What the pods look like.
core.ReplicationControllerSpec.minReadySeconds: Seconds a new pod must be ready before it counts as available.
core.ReplicationControllerStatus.replicas: How many pods there are.
core.ReplicationControllerStatus.readyReplicas: How many of them are ready.
core.ResourceQuota: Bounds what a namespace may use in all.
core.ResourceQuotaSpec.hard: The most of each resource: pods, services, requests.cpu and so on.
core.ResourceQuotaSpec.scopes: Which pods count; all of them without scopes.
core.ResourceQuotaStatus.used: What is in use now.
core.LimitRange: Bounds and defaults for each pod or container of a namespace.
core.LimitRangeSpec.limits: The bounds by type: Pod, Container or PersistentVolumeClaim.
core.ComponentStatus: What the API server hears from another part of the control plane. Deprecated.
core.Binding: Binds a pod to a node: what a scheduler sends.
admissionregistration.MutatingWebhookConfiguration: Webhooks that may change objects before they are stored.
admissionregistration.ValidatingWebhookConfiguration: Webhooks that may refuse objects before they are stored.
admissionregistration.ValidatingAdmissionPolicy: Conditions in CEL that objects must meet to be stored.
admissionregistration.ValidatingAdmissionPolicyBinding: Where a ValidatingAdmissionPolicy holds, and what happens when it is not met.
autoscaling.HorizontalPodAutoscaler: Scales a workload by the CPU its pods use.
autoscaling.HorizontalPodAutoscalerSpec.maxReplicas: The most pods it may ask for.
autoscaling.HorizontalPodAutoscalerSpec.minReplicas: The fewest pods it may ask for. Defaults to 1.
autoscaling.HorizontalPodAutoscalerSpec.scaleTargetRef: The workload it scales.
autoscaling.HorizontalPodAutoscalerSpec.targetCPUUtilizationPercentage: The CPU use it aims for, in percent of what the pods request.
autoscalingv2.HorizontalPodAutoscaler: Scales a workload by what its pods use or by other metrics.
autoscalingv2.HorizontalPodAutoscalerSpec.maxReplicas: The most pods it may ask for.
autoscalingv2.HorizontalPodAutoscalerSpec.minReplicas: The fewest pods it may ask for. Defaults to 1.
autoscalingv2.HorizontalPodAutoscalerSpec.metrics: What it goes by. The metric that asks for most pods decides.
autoscalingv2.HorizontalPodAutoscalerSpec.behavior: How fast it may scale, up and down.
autoscalingv2.HorizontalPodAutoscalerSpec.scaleTargetRef: The workload it scales.
batch.CronJob: Makes Jobs at times that recur.
batch.CronJobSpec.schedule: When: minute, hour, day of the month, month and day of the week, as cron writes it.
batch.CronJobSpec.concurrencyPolicy: What happens when the last Job still runs: Allow, Forbid or Replace.
batch.CronJobSpec.suspend: While true, no Jobs are made.
batch.CronJobSpec.jobTemplate: What the Jobs look like.
certificates.CertificateSigningRequest: Asks a signer of the cluster for a certificate.
networking.IngressClass: Names an ingress controller, which Ingresses choose by the class.
networking.IngressClassSpec.controller: The controller's own name.
node.RuntimeClass: Names a container runtime that pods can choose.
policy.PodDisruptionBudget: How many of the selected pods must be left when others are evicted, as kubectl drain does.
policy.PodDisruptionBudgetSpec.minAvailable: Pods that must be left, absolute or in percent. Not together with maxUnavailable.
policy.PodDisruptionBudgetSpec.maxUnavailable: Pods that may be missing, absolute or in percent. Not together with minAvailable.
policy.PodDisruptionBudgetSpec.selector: The pods it protects. An empty one protects all pods of the namespace.
policy.PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy: Whether running pods that are not ready may always go (AlwaysAllow) or only while enough others are ready (IfHealthyBudget, the default).
policy.PodDisruptionBudgetStatus.currentHealthy: How many of the pods are ready.
policy.PodDisruptionBudgetStatus.desiredHealthy: How many must be ready.
policy.PodDisruptionBudgetStatus.disruptionsAllowed: How many may be evicted now.
policy.PodDisruptionBudgetStatus.expectedPods: How many pods there should be.
scheduling.PriorityClass: A name for a priority, which pods can ask for.
scheduling.PriorityClass.value: The priority. Pods with a higher one are placed first.
storage.CSIDriver: What the cluster must know of a storage driver.
storage.CSINode: Which storage drivers a node has.
storage.CSIStorageCapacity: How much a storage driver could still provide in a part of the cluster.
storage.StorageClass: A kind of storage, and who makes volumes of it.
storage.StorageClass.provisioner: Who makes the volumes.
storage.StorageClass.reclaimPolicy: What becomes of such volumes when their claim is gone. Defaults to Delete.
storage.StorageClass.volumeBindingMode: Immediate binds a claim at once, WaitForFirstConsumer when a pod needs it.
storage.StorageClass.allowVolumeExpansion: Whether claims may grow.
storage.VolumeAttachment: A volume that is to be attached to a node.
calico.BGPConfiguration: Settings of Calico's BGP. The one named default is for the whole cluster.
calico.BGPConfigurationSpec.asNumber: The AS number of nodes that have none of their own. Defaults to 64512.
calico.BGPConfigurationSpec.nodeToNodeMeshEnabled: Every node peers with every other one. Defaults to true.
calico.BGPConfigurationSpec.serviceClusterIPs: Ranges of cluster addresses that the nodes advertise. Every node advertises the range; a service with externalTrafficPolicy Local gets a /32 from the nodes with endpoints.
calico.BGPConfigurationSpec.serviceExternalIPs: Ranges of external service addresses that the nodes advertise, by the same rules.
calico.BGPConfigurationSpec.serviceLoadBalancerIPs: Ranges of load balancer addresses that the nodes advertise, by the same rules.
calico.BGPConfigurationSpec.logSeverityScreen: How much BIRD and confd say. Defaults to Info.
calico.BGPConfigurationSpec.listenPort: The port BGP listens on. Defaults to 179.
calico.BGPConfigurationSpec.communities: Names for BGP communities.
calico.BGPConfigurationSpec.prefixAdvertisements: Communities to attach to prefixes.
calico.ServiceClusterIPBlock.cidr: The range, with no host bits set.
calico.ServiceExternalIPBlock.cidr: The range, with no host bits set.
calico.BGPPeer: A BGP session between nodes and a router, or among nodes.
calico.BGPPeerSpec.peerIP: The router's address, with a port when it is not 179.
calico.BGPPeerSpec.asNumber: The router's AS number.
calico.BGPPeerSpec.node: The one node that peers. Without node and nodeSelector all nodes do.
calico.BGPPeerSpec.nodeSelector: The nodes that peer.
calico.BGPPeerSpec.peerSelector: Nodes to peer with, instead of an address.
calico.BGPPeerSpec.keepOriginalNextHop: Routes keep the next hop they were learned with.
calico.BGPPeerSpec.sourceAddress: The address to peer from: the node's, or what the kernel chooses.
calico.BGPPeerSpec.maxRestartTime: How long routes are kept while the peer restarts. BIRD's default is 120 seconds.
calico.IPPool: A range from which pods get their addresses.
calico.IPPoolSpec.cidr: The range. It cannot be changed.
calico.IPPoolSpec.blockSize: The prefix length of the blocks that nodes take from the pool. Defaults to 26.
calico.IPPoolSpec.natOutgoing: Traffic that leaves the pools is given its node's address.
calico.IPPoolSpec.disabled: No new addresses are taken from the pool.
calico.IPPoolSpec.disableBGPExport: The pool's routes are not advertised.
calico.IPPoolSpec.ipipMode: When packets between nodes travel in IP-in-IP.
calico.IPPoolSpec.vxlanMode: When packets between nodes travel in VXLAN.
calico.IPPoolSpec.nodeSelector: The nodes that may take blocks from the pool.
calico.IPPoolSpec.allowedUses: What the addresses may be for.
calico.FelixConfiguration: Settings of felix, Calico's agent on each node.
calico.FelixConfigurationSpec.serviceLoopPrevention: What happens to packets for service addresses that no rule claimed: Drop, Reject or Disabled.
`;

let parsed: ReadonlyMap<string, string> | undefined;

function descriptions(): ReadonlyMap<string, string> {
  parsed ??= new Map(
    TEXT.trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
  return parsed;
}

/** Of a type (`core.Service`), or of one of its fields. */
export function descriptionOf(type: string, field?: string): string | undefined {
  return descriptions().get(field === undefined ? type : `${type}.${field}`);
}

/** All names that have a description. */
export const describedNames = (): readonly string[] => [...descriptions().keys()];
