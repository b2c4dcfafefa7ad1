/**
 * Container logs: kept by the kubelet of the pod's host, read through the API server (`GET …/pods/x/log`).
 * Models pkg/kubelet/kuberuntime/logs and pkg/registry/core/pod/rest/log.go v1.32. Keeps the last `MAX_LINES` lines of a run.
 */
import type { ApiResponse } from '../../api/http.ts';
import type { Pod } from '../../api/objects.ts';
import { type World, withHost } from '../../world.ts';
import { type LogLine, MAX_LINES } from './state.ts';

/** Adds lines to a container's log. @param container `<namespace>/<pod>/<container>` */
export function appendLog(world: World, hostName: string, container: string, texts: readonly string[]): World {
  const host = world.hosts[hostName];
  const kubelet = host?.daemons.kubelet;
  const cut = container.lastIndexOf('/');
  const podKey = container.slice(0, cut);
  const name = container.slice(cut + 1);
  const pod = kubelet?.pods?.[podKey];
  const run = pod?.containers[name];
  if (!host || !kubelet || !pod || !run) return world;
  const lines = bounded([...run.lines, ...texts.map((text) => ({ at: world.now, text }))]);
  const containers = { ...pod.containers, [name]: { ...run, lines } };
  const pods = { ...kubelet.pods, [podKey]: { ...pod, containers } };
  return withHost(world, { ...host, daemons: { ...host.daemons, kubelet: { ...kubelet, pods } } });
}

export function bounded(lines: readonly LogLine[]): readonly LogLine[] {
  return lines.length > MAX_LINES ? lines.slice(lines.length - MAX_LINES) : lines;
}

export interface LogQuery {
  readonly container?: string;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly sinceTime?: number;
  readonly limitBytes?: number;
}

type Read = { readonly text: string } | { readonly status: number; readonly reason: string; readonly message: string };

/** A pod's log as the API server answers it. @param reaches whether the server reaches the pod's kubelet */
export function readLog(world: World, pod: Pod, query: LogQuery, reaches: boolean): ApiResponse {
  const read = readLines(world, pod, query, reaches);
  if ('text' in read) return { status: 200, headers: { 'content-type': 'text/plain' }, body: read.text };
  const { status, reason, message } = read;
  return { status, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code: status } };
}

function readLines(world: World, pod: Pod, query: LogQuery, reaches: boolean): Read {
  const { name, namespace } = pod.metadata;
  const bad = (message: string): Read => ({ status: 400, reason: 'BadRequest', message });
  const names = pod.spec.containers.map((container) => container.name);
  const all = [...(pod.spec.initContainers ?? []).map((container) => container.name), ...names];
  const wanted = query.container || (all.length === 1 ? all[0]! : '');
  if (!wanted)
    return bad(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]${initNote(pod)}`);
  if (!all.includes(wanted)) return bad(`container ${wanted} is not valid for pod ${name}`);
  const host = world.hosts[pod.spec.nodeName ?? ''];
  if (!host) return bad(`pod ${name} does not have a host assigned`);
  const run = host.daemons.kubelet?.pods?.[`${namespace}/${name}`]?.containers[wanted];
  if (!reaches || !run) {
    const url = `https://${host.address}:10250/containerLogs/${namespace}/${name}/${wanted}`;
    if (!reaches)
      return {
        status: 500,
        reason: 'InternalError',
        message: `Get "${url}": dial tcp ${host.address}:10250: connect: no route to host`,
      };
    return bad(`container "${wanted}" in pod "${name}" is waiting to start: ContainerCreating`);
  }
  if (query.previous && !run.previousLines) return bad(`previous terminated container "${wanted}" in pod "${name}" not found`);
  if (!query.previous && run.startedAt === undefined && !run.ended) {
    const why = run.waiting?.reason ?? 'ContainerCreating';
    const verb = why === 'ContainerCreating' || why === 'PodInitializing' ? 'waiting to start' : 'waiting to start';
    const detail = /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/.test(why) ? pullDetail(why) : why;
    return bad(`container "${wanted}" in pod "${name}" is ${verb}: ${detail}`);
  }
  return { text: printed(query.previous ? run.previousLines! : run.lines, query, world.now) };
}

function initNote(pod: Pod): string {
  const init = pod.spec.initContainers ?? [];
  return init.length ? ` or one of the init containers: [${init.map((container) => container.name).join(' ')}]` : '';
}

function pullDetail(reason: string): string {
  return reason === 'ErrImagePull'
    ? "image can't be pulled"
    : reason === 'ImagePullBackOff'
      ? 'trying and failing to pull image'
      : reason;
}

function printed(lines: readonly LogLine[], query: LogQuery, now: number): string {
  const since = query.sinceSeconds === undefined ? (query.sinceTime ?? 0) : now - query.sinceSeconds * 1000;
  const recent = lines.filter((line) => line.at >= since);
  const tail = query.tailLines === undefined ? recent : query.tailLines > 0 ? recent.slice(-query.tailLines) : [];
  const text = tail
    .map((line) => `${query.timestamps ? `${new Date(line.at).toISOString().replace('Z', '000000Z')} ` : ''}${line.text}\n`)
    .join('');
  return query.limitBytes === undefined ? text : text.slice(0, query.limitBytes);
}

/** Reads the query of `…/log?container=x&tailLines=5`. */
export function logQuery(parameters: ReadonlyMap<string, string>): LogQuery {
  const number = (name: string) => (parameters.has(name) ? Number(parameters.get(name)) : undefined);
  const flag = (name: string) => parameters.get(name) === 'true' || parameters.get(name) === '1';
  const sinceTime = parameters.get('sinceTime');
  return {
    container: parameters.get('container'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    tailLines: number('tailLines'),
    sinceSeconds: number('sinceSeconds'),
    sinceTime: sinceTime === undefined ? undefined : Date.parse(sinceTime),
    limitBytes: number('limitBytes'),
  };
}

const LOG_PATH = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/log$/;

/** The pod whose log a request asks for; undefined: it asks for something else. */
export function logTarget(path: string): { readonly key: string; readonly query: LogQuery } | undefined {
  const [bare = '', search = ''] = path.split('?');
  const match = LOG_PATH.exec(bare);
  if (!match) return undefined;
  const pairs = search
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      return [decode(name), decode(value)] as const;
    });
  return { key: `${decode(match[1]!)}/${decode(match[2]!)}`, query: logQuery(new Map(pairs)) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
