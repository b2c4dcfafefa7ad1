/**
 * What every controller shares: one reconcile per cluster and round, skipped while nothing it reads has changed.
 *
 * Models a controller's informers and work queue (k8s.io/client-go/tools/cache): here the informer is the identity of the
 * object maps in the API's storage. The controllers run in kube-controller-manager and kube-scheduler on the cluster's `apiHost`,
 * so they stand still while that host is off.
 */
import type { Agent } from '../agent.ts';
import { type EventRecord, recordEvents } from '../api/events.ts';
import { type ApiState, batched, objectsOf, type ResourceName } from '../api/storage.ts';
import { type Cluster, type World, withApi } from '../world.ts';

/** What a reconcile may know beside the API: no kernel, no host. */
export interface Reconciling {
  /** Virtual ms since the epoch. */
  readonly now: number;
  readonly seed: string;
  readonly cluster: Omit<Cluster, 'api'>;
  /** Events to record. Collected here and written when the reconcile is over, all at once: a busy round has thousands. */
  readonly events: EventRecord[];
}

export interface Reconciled {
  /** The same state when there was nothing to do. */
  readonly api: ApiState;
  /** Virtual ms at which to look again though nothing changes: only when something is due then. */
  readonly wakeAt?: number;
}

export interface Controller {
  readonly name: string;
  /** Resources whose objects it reads; absent: all but events. */
  readonly reads?: readonly ResourceName[];
  /** Reads `cluster.silentSince` too. */
  readonly readsSilence?: boolean;
  /** Its reconcile may be run as a batch of writes (api/storage.ts `batched` says what that asks of it). */
  readonly batched?: boolean;
  reconcile(api: ApiState, context: Reconciling): Reconciled;
}

interface Quiet {
  readonly inputs: readonly unknown[];
  readonly wakeAt?: number;
}

/** An agent that runs a controller's reconcile on every cluster whose control plane is up. */
export function controllerAgent(controller: Controller): Agent {
  const quiet = new WeakMap<object, Quiet>();
  return {
    name: controller.name,
    run(start: World) {
      let world = start;
      let wakeAt: number | undefined;
      for (const name of Object.keys(start.clusters)) {
        const cluster = start.clusters[name]!;
        if (!start.hosts[cluster.apiHost]?.up) continue;
        const inputs = inputsOf(controller, cluster, start.seed);
        const anchor = inputs[0] as object;
        const known = quiet.get(anchor);
        if (known && sameItems(known.inputs, inputs) && (known.wakeAt === undefined || known.wakeAt > start.now)) {
          wakeAt = earliest(wakeAt, known.wakeAt);
          continue;
        }
        const events: EventRecord[] = [];
        const work = () => controller.reconcile(cluster.api, { now: start.now, seed: start.seed, cluster, events });
        const result = controller.batched ? batched(work) : work();
        const api = recordEvents(result.api, events, start.now);
        if (api === cluster.api) quiet.set(anchor, { inputs, wakeAt: result.wakeAt });
        world = withApi(world, name, api);
        wakeAt = earliest(wakeAt, result.wakeAt);
      }
      return { world, wakeAt };
    },
  };
}

function inputsOf(controller: Controller, cluster: Cluster, seed: string): readonly unknown[] {
  const resources = controller.reads ?? Object.keys(cluster.api.objects).filter((resource) => resource !== 'events');
  const maps: unknown[] = resources.map((resource) => objectsOf(cluster.api, resource));
  if (maps.length === 0) maps.push(cluster.api.objects);
  maps.push(seed, cluster.name, controller.readsSilence ? cluster.silentSince : undefined);
  return maps;
}

/** A sync of one object that is skipped while its inputs are the ones with which it last changed nothing. */
export type Resting = (
  api: ApiState,
  object: object,
  /** Everything the sync reads beside the object itself, compared one by one by identity. */
  inputs: readonly unknown[],
  now: number,
  sync: () => Reconciled,
) => Reconciled;

/** A memory of resting objects, one for each controller. */
export function createResting(): Resting {
  const known = new WeakMap<object, Quiet>();
  return (api, object, inputs, now, sync) => {
    const quiet = known.get(object);
    if (quiet && sameItems(quiet.inputs, inputs) && (quiet.wakeAt === undefined || quiet.wakeAt > now))
      return { api, wakeAt: quiet.wakeAt };
    const result = sync();
    if (result.api === api) known.set(object, { inputs, wakeAt: result.wakeAt });
    return result;
  };
}

/** Element by element the same references. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The earlier of two deadlines, either of which may be absent. */
export function earliest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined || a < b ? a : b;
}
