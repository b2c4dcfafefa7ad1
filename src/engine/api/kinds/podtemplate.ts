/**
 * Defaults of a pod's spec, in a Pod and in the template of a workload. Models pkg/apis/core/v1/defaults.go: what
 * `kubectl get deploy -o yaml` shows though nobody wrote it.
 */
import type { Container, PodSpec, PodTemplate, Probe } from '../objects.ts';

/** `Always` for `latest` or no tag, else `IfNotPresent`. */
function pullPolicy(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  if (image.includes('@')) return 'IfNotPresent';
  const tag = last.includes(':') ? last.slice(last.indexOf(':') + 1) : 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: Probe): Probe {
  const httpGet = probe.httpGet && { ...probe.httpGet, path: probe.httpGet.path || '/', scheme: probe.httpGet.scheme || 'HTTP' };
  return {
    ...probe,
    ...(httpGet ? { httpGet } : {}),
    timeoutSeconds: probe.timeoutSeconds || 1,
    periodSeconds: probe.periodSeconds || 10,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  };
}

const PROBES = ['readinessProbe', 'livenessProbe', 'startupProbe'] as const;

interface EnvVar {
  readonly name: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly apiVersion?: string; readonly fieldPath: string } };
}

function defaultEnv(entry: EnvVar): EnvVar {
  const fieldRef = entry.valueFrom?.fieldRef;
  if (!fieldRef || fieldRef.apiVersion) return entry;
  return { ...entry, valueFrom: { ...entry.valueFrom, fieldRef: { ...fieldRef, apiVersion: 'v1' } } };
}

/** A limit is the request too where none is given. */
function defaultResources(resources: unknown): unknown {
  const { limits, requests, ...rest } = (resources ?? {}) as Record<string, Record<string, unknown> | undefined>;
  if (!limits) return { ...rest, ...(requests ? { requests } : {}) };
  return { ...rest, limits, requests: { ...limits, ...requests } };
}

function defaultContainer(container: Container, hostNetwork: boolean): Container {
  const probes = Object.fromEntries(
    PROBES.flatMap((name) => (container[name] ? [[name, defaultProbe(container[name] as Probe)]] : [])),
  );
  const ports = container.ports?.map((port) => ({
    ...port,
    ...(hostNetwork && !port.hostPort ? { hostPort: port.containerPort } : {}),
    protocol: port.protocol || ('TCP' as const),
  }));
  return {
    ...container,
    ...(ports ? { ports } : {}),
    ...(container.env ? { env: container.env.map((entry) => defaultEnv(entry as EnvVar)) } : {}),
    ...probes,
    imagePullPolicy: container.imagePullPolicy || pullPolicy(container.image ?? ''),
    resources: defaultResources(container.resources),
    terminationMessagePath: container.terminationMessagePath || '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy || 'File',
  };
}

interface Volume {
  readonly name: string;
  readonly [source: string]: unknown;
}

const VOLUME_MODES = ['configMap', 'secret', 'projected', 'downwardAPI'] as const;

function defaultVolume(volume: Volume): Volume {
  if (Object.keys(volume).length === 1) return { ...volume, emptyDir: {} };
  const source = VOLUME_MODES.find((name) => volume[name]);
  if (source) return { ...volume, [source]: { defaultMode: 420, ...(volume[source] as object) } };
  return volume.hostPath ? { ...volume, hostPath: { type: '', ...(volume.hostPath as object) } } : volume;
}

/** A pod's spec as the server stores it. */
export function defaultPodSpec(spec: PodSpec | undefined): PodSpec {
  const given = spec ?? ({} as PodSpec);
  const hostNetwork = given.hostNetwork === true;
  const account = given.serviceAccountName || (given.serviceAccount as string | undefined);
  return {
    ...given,
    ...(given.initContainers ? { initContainers: given.initContainers.map((it) => defaultContainer(it, hostNetwork)) } : {}),
    ...(given.containers ? { containers: given.containers.map((it) => defaultContainer(it, hostNetwork)) } : {}),
    ...(given.volumes ? { volumes: (given.volumes as Volume[]).map(defaultVolume) } : {}),
    ...(account ? { serviceAccountName: account, serviceAccount: account } : {}),
    dnsPolicy: given.dnsPolicy || 'ClusterFirst',
    restartPolicy: given.restartPolicy || 'Always',
    schedulerName: given.schedulerName || 'default-scheduler',
    securityContext: given.securityContext ?? {},
    terminationGracePeriodSeconds: given.terminationGracePeriodSeconds ?? 30,
  };
}

/** The same for a workload's template; `creationTimestamp: null` is what the real server prints there. */
export function defaultTemplate(template: PodTemplate | undefined): PodTemplate {
  return {
    ...template,
    metadata: { creationTimestamp: null, ...template?.metadata },
    spec: defaultPodSpec(template?.spec),
  } as PodTemplate;
}
