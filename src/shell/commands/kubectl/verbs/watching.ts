/** Following a watch of the server's to its end (client-go's UntilWithoutRetry), on virtual time. */
import type { Watch } from '../../../../engine/index.ts';
import type { Kubectl } from '../context.ts';
import { fail } from '../errors.ts';
import type { Value } from '../value.ts';

/** How often a watch looks for events, ms of virtual time. */
const WATCH_STEP_MS = 200;

/** kube-apiserver ends a watch after half an hour or so, and kubectl does not begin another. */
const WATCH_LIFE_MS = 1_800_000;

/** Hands on every event but bookmarks until the server ends the watch: that is an error. */
export async function follow(kubectl: Kubectl, start: Watch, seen: (object: Value, event: string) => void): Promise<never> {
  let state = start;
  for (const until = kubectl.process.now() + WATCH_LIFE_MS; kubectl.process.now() < until; ) {
    const polled = await kubectl.client.next(state, WATCH_STEP_MS, 'watching for changes');
    state = polled.watch;
    for (const event of polled.events) if (event.type !== 'BOOKMARK') seen(event.object as Value, event.type);
  }
  return fail('watch closed before UntilWithoutRetry timeout');
}
