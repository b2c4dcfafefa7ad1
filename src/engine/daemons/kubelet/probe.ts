/**
 * Probes, evaluated against the pod's real sockets and programs, without polling: what a probe finds is looked at whenever
 * something changed, and readiness follows at the tick at which a periodic probe would have said so.
 * Models pkg/kubelet/prober v1.32. Leaves out exec probes (they succeed), startup probes, and requests' log lines.
 */
import type { Container, Pod, Probe } from '../../api/objects.ts';
import type { HttpCall } from '../../images/image.ts';
import { imageNamed } from '../../images/registry.ts';
import { findSocket } from '../../kernel/socket.ts';
import { finish } from './container.ts';
import type { ContainerRun } from './state.ts';
import { hostOf, netnsOf, podEvent, type Work, wake } from './work.ts';

interface Finding {
  readonly ok: boolean;
  /** The kubelet's words when it failed. */
  readonly message?: string;
}

/** Brings `ready` of a running container up to date. @param forced the fault: its probe fails whatever it would find */
export function probed(
  work: Work,
  pod: Pod,
  container: Container,
  run: ContainerRun,
  address: string,
  forced: boolean,
): ContainerRun {
  if (run.stage !== 'running') return run.ready ? { ...run, ready: false } : run;
  const probe = container.readinessProbe;
  // A pod without a probe is ready as soon as it runs; the fault stands for one that fails.
  if (!probe) return run.ready === !forced ? run : { ...run, ready: !forced };
  const found = forced
    ? { ok: false, message: 'HTTP probe failed with statuscode: 503' }
    : evaluate(work, pod, container, run, probe, address);
  const since = run.probe?.ok === found.ok ? run.probe.since : work.world.now;
  const seen = run.probe?.ok === found.ok && run.probe.message === found.message ? run : { ...run, probe: { ...found, since } };
  if (seen.ready === found.ok) return seen;
  const due = changeAt(probe, run.startedAt ?? 0, since, found.ok);
  if (due > work.world.now) {
    wake(work, due);
    return seen;
  }
  if (!found.ok) podEvent(work, pod, 'Warning', 'Unhealthy', `Readiness probe failed: ${found.message}`, container);
  return { ...seen, ready: found.ok };
}

/** Kills a running container whose liveness probe has failed as often as it may; the restart policy decides what comes next. */
export function checkedAlive(work: Work, pod: Pod, container: Container, run: ContainerRun, address: string): ContainerRun {
  const probe = container.livenessProbe;
  if (!probe || run.stage !== 'running') return run;
  const found = evaluate(work, pod, container, run, probe, address);
  const since = run.alive?.ok === found.ok ? run.alive.since : work.world.now;
  const seen = run.alive?.ok === found.ok ? run : { ...run, alive: { ok: found.ok, since } };
  if (found.ok) return seen;
  const due = changeAt(probe, run.startedAt ?? 0, since, false);
  if (due > work.world.now) {
    wake(work, due);
    return seen;
  }
  podEvent(work, pod, 'Warning', 'Unhealthy', `Liveness probe failed: ${found.message}`, container);
  podEvent(work, pod, 'Normal', 'Killing', `Container ${container.name} failed liveness probe, will be restarted`, container);
  return finish(work, pod, container, seen, run.sigterm === 'exits' ? 0 : 137);
}

/** The first tick at or after `since`, and as many more as the threshold asks for. */
function changeAt(probe: Probe, startedAt: number, since: number, ok: boolean): number {
  const period = (probe.periodSeconds ?? 10) * 1000;
  const first = startedAt + (probe.initialDelaySeconds ?? 0) * 1000;
  const ticks = Math.max(0, Math.ceil((since - first) / period));
  const threshold = ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
  return first + (ticks + threshold - 1) * period;
}

function evaluate(work: Work, pod: Pod, container: Container, run: ContainerRun, probe: Probe, address: string): Finding {
  const target = probe.httpGet ?? probe.tcpSocket;
  if (!target) return { ok: true };
  const port =
    typeof target.port === 'number' ? target.port : container.ports?.find((each) => each.name === target.port)?.containerPort;
  if (port === undefined) return { ok: false, message: `strconv.Atoi: parsing "${target.port}": invalid syntax` };
  const ns = hostOf(work).netns[netnsOf(pod)];
  const own = (probe.httpGet as { readonly host?: string } | undefined)?.host ?? address;
  const socket = ns && findSocket(ns, 'tcp', own, port);
  if (!socket) {
    const refused = `dial tcp ${own}:${port}: connect: connection refused`;
    const { path = '/', scheme = 'HTTP' } = probe.httpGet ?? {};
    return { ok: false, message: probe.httpGet ? `Get "${scheme.toLowerCase()}://${own}:${port}${path}": ${refused}` : refused };
  }
  return probe.httpGet ? asked(work, pod, run, probe.httpGet, socket.app ?? '', own, port) : { ok: true };
}

function asked(
  work: Work,
  pod: Pod,
  run: ContainerRun,
  get: NonNullable<Probe['httpGet']>,
  app: string,
  address: string,
  port: number,
): Finding {
  const image = imageNamed(app);
  const url = `${(get.scheme ?? 'HTTP').toLowerCase()}://${address}:${port}${get.path ?? '/'}`;
  if (!image?.http) return { ok: false, message: `Get "${url}": EOF` };
  const tls = get.scheme === 'HTTPS' ? ([[':tls', '1']] as const) : [];
  const call: HttpCall = {
    world: work.world,
    place: { host: work.hostName, netns: netnsOf(pod) },
    method: 'GET',
    path: get.path ?? '/',
    headers: [['Host', `${address}:${port}`], ['User-Agent', 'kube-probe/1.32'], ...tls],
    body: '',
    client: { address: hostOf(work).address, port: 40000 },
    server: { address, port },
    hostname: pod.metadata.name,
    argv: run.argv,
    // A probe's own consequences are not followed: what lies behind the program counts as there.
    fetch: (world) => ({ world, tookMs: 0 }),
  };
  const status = image.http(call).response?.status;
  if (status === undefined) return { ok: false, message: `Get "${url}": EOF` };
  return status >= 200 && status < 400 ? { ok: true } : { ok: false, message: `HTTP probe failed with statuscode: ${status}` };
}
