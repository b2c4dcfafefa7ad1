/** Check `flow`: one of the flows that were walked went this way. Looks at the packets, so any client program passes. */
import * as v from 'valibot';
import type { Trace, World } from '../../engine/index.ts';
import { checkKind } from './predicate.ts';

export const flowCheck = checkKind({
  name: 'flow',
  params: v.strictObject({
    /** Host the flow started on. */
    from: v.string(),
    dst: v.string(),
    port: v.optional(v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))])),
    /** `answered`: the reply came back. */
    outcome: v.picklist(['answered', 'refused', 'unanswered']),
    /** Host that the flow entered the cluster by. */
    enters: v.optional(v.string()),
    /** Source address the receiver saw: a host by name, or an address. */
    seenAs: v.optional(v.string()),
    /** Prefix of the route that the sender used. */
    route: v.optional(v.string()),
  }),
  missing(world, params) {
    const flows = world.flows.filter(
      (t) => t.flow.from.host === params.from && t.flow.dst === params.dst && portFits(t, params.port),
    );
    if (flows.length === 0)
      return `nothing was sent from ${params.from} to ${params.dst}${params.port ? `:${params.port}` : ''} yet`;
    const reasons = flows.map((trace) => mismatch(world, trace, params));
    return reasons.includes(undefined) ? undefined : reasons.at(-1);
  },
});

const portFits = (trace: Trace, port: number | undefined) => port === undefined || trace.flow.dport === port;

interface Wanted {
  readonly outcome: 'answered' | 'refused' | 'unanswered';
  readonly enters?: string;
  readonly seenAs?: string;
  readonly route?: string;
}

function mismatch(world: World, trace: Trace, { outcome, enters, seenAs, route }: Wanted): string | undefined {
  const was =
    trace.disposition === 'delivered' && trace.reverse?.disposition === 'delivered'
      ? 'answered'
      : trace.disposition === 'refused'
        ? 'refused'
        : 'unanswered';
  if (was !== outcome) return `the last one was ${was}: ${trace.reason}`;
  if (enters !== undefined && trace.hops[1]?.place.host !== enters)
    return `it entered by ${trace.hops[1]?.place.host ?? 'no node'}`;
  const seen = trace.received?.header.src;
  if (seenAs !== undefined && seen !== (world.hosts[seenAs]?.address ?? seenAs)) return `the receiver saw ${seen ?? 'nothing'}`;
  if (route !== undefined && !usesRoute(trace, route)) return `it followed another route than ${route}`;
  return undefined;
}

function usesRoute(trace: Trace, dst: string): boolean {
  return trace.hops[0]?.steps.some((step) => step.ref?.kind === 'route' && step.ref.dst === dst) ?? false;
}
