/**
 * The environment a container's process starts with: the image's, the pod's own variables, one set for every service of its namespace.
 * Models pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables) and pkg/kubelet/envvars v1.32. The services are those of now, not of
 * the container's start. Leaves out resourceFieldRef and divisors.
 */
import type { ConfigMap, Container, Pod, Service } from '../api/objects.ts';
import { type ApiState, getObject, objectsOf } from '../api/storage.ts';
import type { Place, World } from '../world.ts';
import { podAt } from './place.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

type Variables = Record<string, string>;

/** Name → value, in the order in which `env` prints them; undefined: there is no such container. */
export function containerEnv(world: World, place: Place, container: string): Readonly<Variables> | undefined {
  const pod = podAt(world, place);
  const host = world.hosts[place.host];
  const api = host?.apiView ?? world.clusters[host?.cluster ?? '']?.api;
  const spec = pod && [...(pod.spec.initContainers ?? []), ...pod.spec.containers].find((each) => each.name === container);
  if (!pod || !api || !spec) return undefined;
  const services = serviceVariables(api, pod);
  return { PATH, HOSTNAME: pod.metadata.name, ...own(api, pod, spec, services), ...services, HOME: '/root' };
}

/** The variables of services: all of the pod's namespace (unless it does without), and always the API server's. */
function serviceVariables(api: ApiState, pod: Pod): Variables {
  const { namespace } = pod.metadata;
  const links = pod.spec.enableServiceLinks !== false;
  const variables: Variables = {};
  for (const service of Object.values(objectsOf<Service>(api, 'services'))) {
    const { name, namespace: where } = service.metadata;
    const isApi = where === 'default' && name === 'kubernetes';
    if (isApi || (links && where === namespace)) Object.assign(variables, linkVariables(service));
  }
  return variables;
}

const upper = (text: string) => text.toUpperCase().replaceAll('-', '_');

function linkVariables({ metadata, spec }: Service): Variables {
  const ports = spec.ports ?? [];
  const host = spec.clusterIP;
  if (!host || host === 'None' || ports.length === 0) return {};
  const prefix = upper(metadata.name);
  const variables: Variables = { [`${prefix}_SERVICE_HOST`]: host, [`${prefix}_SERVICE_PORT`]: String(ports[0]!.port) };
  for (const port of ports) if (port.name) variables[`${prefix}_SERVICE_PORT_${upper(port.name)}`] = String(port.port);
  const urlOf = (port: (typeof ports)[number]) => `${port.protocol.toLowerCase()}://${host}:${port.port}`;
  variables[`${prefix}_PORT`] = urlOf(ports[0]!);
  for (const port of ports) {
    const each = `${prefix}_PORT_${port.port}_${port.protocol}`;
    variables[each] = urlOf(port);
    variables[`${each}_PROTO`] = port.protocol.toLowerCase();
    variables[`${each}_PORT`] = String(port.port);
    variables[`${each}_ADDR`] = host;
  }
  return variables;
}

interface Source {
  readonly fieldRef?: { readonly fieldPath: string };
  readonly configMapKeyRef?: { readonly name: string; readonly key: string };
  readonly secretKeyRef?: { readonly name: string; readonly key: string };
}

function own(api: ApiState, pod: Pod, container: Container, services: Variables): Variables {
  const variables: Variables = {};
  for (const from of (container.envFrom ?? []) as readonly {
    readonly prefix?: string;
    readonly configMapRef?: { readonly name: string };
  }[]) {
    const map = from.configMapRef && getObject<ConfigMap>(api, 'configmaps', `${pod.metadata.namespace}/${from.configMapRef.name}`);
    for (const [key, value] of Object.entries(map?.data ?? {})) variables[`${from.prefix ?? ''}${key}`] = value;
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const found = valueFrom ? sourced(api, pod, valueFrom as Source) : expanded(value ?? '', { ...services, ...variables });
    if (found !== undefined) variables[name] = found;
  }
  return variables;
}

/** `$(NAME)` of a variable known so far; `$$` is a dollar sign; anything else stays. */
function expanded(text: string, variables: Variables): string {
  return text.replace(/\$\$|\$\(([A-Za-z_.-][\w.-]*)\)/g, (all, name: string | undefined) =>
    name === undefined ? '$' : Object.hasOwn(variables, name) ? variables[name]! : all,
  );
}

function sourced(api: ApiState, pod: Pod, source: Source): string | undefined {
  const { namespace } = pod.metadata;
  if (source.configMapKeyRef)
    return getObject<ConfigMap>(api, 'configmaps', `${namespace}/${source.configMapKeyRef.name}`)?.data?.[
      source.configMapKeyRef.key
    ];
  if (source.secretKeyRef) {
    const secret = getObject<ConfigMap>(api, 'secrets', `${namespace}/${source.secretKeyRef.name}`);
    return decoded(secret?.data?.[source.secretKeyRef.key]);
  }
  return fieldOf(pod, source.fieldRef?.fieldPath ?? '');
}

function fieldOf(pod: Pod, path: string): string | undefined {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return pod.metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2]!] ?? '';
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName,
    'status.hostIP': pod.status.hostIP,
    'status.podIP': pod.status.podIP,
    'status.podIPs': pod.status.podIPs?.map(({ ip }) => ip).join(','),
  };
  return Object.hasOwn(fields, path) ? fields[path] : undefined;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The text behind base64. */
function decoded(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const bytes: number[] = [];
  let pending = 0;
  let bits = 0;
  for (const letter of text.replace(/[=\s]/g, '')) {
    pending = ((pending << 6) | Math.max(0, BASE64.indexOf(letter))) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((pending >> bits) & 255);
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
