/**
 * What admission plugins add to a new pod: ServiceAccount (the `default` account and its token volume), DefaultTolerationSeconds,
 * Priority, and the pod's QoS class. Models plugin/pkg/admission/{serviceaccount,defaulttolerationseconds,priority}.
 */
import { KUBE_ALPHABET, randomText } from '../../net/random.ts';
import type { WriteScope } from '../kind.ts';
import type { Container, Pod, PodSpec, Toleration } from '../objects.ts';
import { forbiddenError } from '../status.ts';
import { getObject, objectsOf } from '../storage.ts';
import { SYSTEM_PRIORITIES } from './priorityclass.ts';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
}

function tokenVolume(name: string) {
  return {
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
        { downwardAPI: { items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }] } },
      ],
    },
  };
}

function withMount(container: Container, volume: string): Container {
  const mounts = (container.volumeMounts ?? []) as readonly VolumeMount[];
  if (mounts.some(({ mountPath }) => mountPath === TOKEN_PATH)) return container;
  return { ...container, volumeMounts: [...mounts, { mountPath: TOKEN_PATH, name: volume, readOnly: true }] };
}

function withAccount(spec: PodSpec, suffix: string): PodSpec {
  const account = spec.serviceAccountName || 'default';
  const named: PodSpec = { ...spec, serviceAccountName: account, serviceAccount: account };
  if (spec.automountServiceAccountToken === false) return named;
  const volumes = (spec.volumes ?? []) as readonly { readonly name: string }[];
  if (volumes.some(({ name }) => name.startsWith('kube-api-access-'))) return named;
  const volume = `kube-api-access-${suffix}`;
  return {
    ...named,
    containers: (spec.containers ?? []).map((container) => withMount(container, volume)),
    ...(spec.initContainers ? { initContainers: spec.initContainers.map((it) => withMount(it, volume)) } : {}),
    volumes: [...volumes, tokenVolume(volume)],
  };
}

const EVICTION_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

function withTolerations(spec: PodSpec): PodSpec {
  const given = spec.tolerations ?? [];
  const covered = (key: string) => given.some((it) => (it.key === key || !it.key) && (it.effect === 'NoExecute' || !it.effect));
  const added = EVICTION_TAINTS.filter((key) => !covered(key)).map(
    (key): Toleration => ({ effect: 'NoExecute', key, operator: 'Exists', tolerationSeconds: 300 }),
  );
  return added.length === 0 ? spec : { ...spec, tolerations: [...given, ...added] };
}

type Quantities = Readonly<Record<string, string>> | undefined;

function qosClass(spec: PodSpec): string {
  const all = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(
    (it) => (it.resources ?? {}) as { readonly limits?: Quantities; readonly requests?: Quantities },
  );
  if (all.every(({ limits, requests }) => !limits && !requests)) return 'BestEffort';
  const guaranteed = all.every(({ limits, requests }) =>
    ['cpu', 'memory'].every((name) => limits?.[name] !== undefined && limits[name] === (requests?.[name] ?? limits[name])),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** A request's pod needs its service account to be there; controllers inside the engine are not asked. @throws StatusError 403 */
function checkAccount(pod: Pod, account: string, { api, cluster }: WriteScope): void {
  const { name, namespace = '' } = pod.metadata;
  if (cluster === undefined || getObject(api, 'serviceaccounts', `${namespace}/${account}`)) return;
  const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
  throw forbiddenError({ group: '', plural: 'pods', kind: 'Pod' }, name, why);
}

function checkPriority(pod: Pod, { cluster }: WriteScope): void {
  const name = pod.spec.priorityClassName as string | undefined;
  if (cluster === undefined || !name || SYSTEM_PRIORITIES.has(name)) return;
  const why = `no PriorityClass with name ${name} was found`;
  throw forbiddenError({ group: '', plural: 'pods', kind: 'Pod' }, pod.metadata.name, why);
}

/**
 * Nearly three times what a node can run. A real cluster would take more, and a browser tab would stand still over it: the refusal
 * shows where a quota's would, in the events of the ReplicaSet.
 */
const MAX_PODS_PER_NODE = 300;

function checkRoom(pod: Pod, { api }: WriteScope): void {
  const most = MAX_PODS_PER_NODE * Math.max(1, Object.keys(objectsOf(api, 'nodes')).length);
  if (Object.keys(objectsOf(api, 'pods')).length < most) return;
  const why = `not simulated in this lab: more than ${most} pods`;
  throw forbiddenError({ group: '', plural: 'pods', kind: 'Pod' }, pod.metadata.name, why);
}

/** The pod as admission lets it in, Pending. @throws StatusError 403 */
export function admitPod(pod: Pod, scope: WriteScope): Pod {
  checkRoom(pod, scope);
  checkPriority(pod, scope);
  checkAccount(pod, pod.spec.serviceAccountName || 'default', scope);
  const suffix = randomText(
    5,
    KUBE_ALPHABET,
    scope.seed,
    'token volume',
    pod.metadata.namespace ?? '',
    pod.metadata.name,
    pod.metadata.uid,
  );
  const spec = withTolerations(withAccount(pod.spec, suffix));
  const priority = SYSTEM_PRIORITIES.get((spec.priorityClassName as string) ?? '') ?? 0;
  return {
    ...pod,
    spec: { ...spec, preemptionPolicy: spec.preemptionPolicy ?? 'PreemptLowerPriority', priority: spec.priority ?? priority },
    status: { phase: 'Pending', qosClass: qosClass(spec) },
  };
}
