/** Writes a Trace's hops and steps while a packet walks. Absent in walks that only ask yes or no. */
import type { Place, Ref } from '../world.ts';
import { headerOf, type Packet } from './packet.ts';
import type { EcmpChoice, Header, Hop, Step } from './trace.ts';

interface OpenHop {
  readonly place: Place;
  readonly in?: string;
  out?: string;
  readonly steps: Step[];
}

export interface StepExtra {
  readonly chain?: string;
  readonly ref?: Ref;
  readonly ecmp?: EcmpChoice;
}

export interface Recorder {
  /** A new host or pod; `dev` absent on the sender. */
  enter(place: Place, dev?: string): void;
  leave(dev: string): void;
  step(at: string, action: string, text: string, extra?: StepExtra): void;
  /** The header changed by what the last step said. */
  amend(): void;
  hops(): readonly Hop[];
}

const same = (h: Header, p: Header) =>
  h.src === p.src && h.dst === p.dst && h.sport === p.sport && h.dport === p.dport && h.ttl === p.ttl && h.mark === p.mark;

export function createRecorder(packet: Packet): Recorder {
  const hops: OpenHop[] = [];
  let header = headerOf(packet);
  /** The current header; the same object while nothing changes. */
  const current = (): Header => {
    const next = headerOf(packet);
    if (!same(header, next)) header = next;
    return header;
  };
  return {
    enter(place, dev) {
      hops.push({ place, ...(dev === undefined ? {} : { in: dev }), steps: [] });
    },
    leave(dev) {
      hops.at(-1)!.out = dev;
    },
    step(at, action, text, extra) {
      const now = current();
      hops.at(-1)!.steps.push({ at, action, text, before: now, after: now, ...extra });
    },
    amend() {
      const steps = hops.at(-1)!.steps;
      const last = steps.at(-1);
      if (last) steps[steps.length - 1] = { ...last, after: current() };
    },
    hops: () => hops,
  };
}
