/** Right answers to a step's question, computed from a world in which the question's lines have run. One function a sort. */
import type { World } from '../engine/index.ts';
import { fillAll } from './expressions.ts';
import type { Prediction } from './lab.ts';

type Answerer = (world: World, params: Readonly<Record<string, unknown>>) => readonly string[];

const answerers: Readonly<Record<string, Answerer>> = {
  /** Names of the hosts that are next hops of `dst` on `host`, after longest-prefix match on exactly that prefix. */
  nexthops: (world, { host, dst }) => {
    const prefix = String(dst).includes('/') ? dst : `${String(dst)}/32`;
    const route = world.hosts[String(host)]?.netns['']?.routes.find((r) => r.dst === prefix);
    const byAddress = new Map(Object.values(world.hosts).map((h) => [h.address, h.name]));
    return (route?.nexthops ?? []).map((hop) => byAddress.get(hop.via ?? '') ?? hop.via ?? hop.dev).sort();
  },
  /** Whom the receiver of the last flow from `host` to `dst` saw as its client: a host's name, or the address. */
  seenAs: (world, { host, dst }) => {
    const flow = world.flows.findLast((t) => t.flow.from.host === host && t.flow.dst === dst);
    const seen = flow?.received?.header.src;
    if (seen === undefined) return ['nobody: it never arrives'];
    return [Object.values(world.hosts).find((h) => h.address === seen)?.name ?? seen];
  },
};

/**
 * @param after the world once the prediction's lines have run and settled
 * @returns the right options, sorted; empty when there is no such thing in this world
 */
export function rightAnswers(prediction: Prediction, after: World): readonly string[] {
  const { type, params } = prediction.answer;
  const answerer = Object.hasOwn(answerers, type) ? answerers[type] : undefined;
  return answerer?.(after, fillAll(params, after)) ?? [];
}
