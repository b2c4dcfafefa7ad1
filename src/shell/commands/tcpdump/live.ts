/** Frames as they pass, on the simulated clock: what an input shows at once is there at once, what comes a second later is waited for. */
import type { Process } from '../../command.ts';
import { type Captured, newMemory, packetsOf } from './capture.ts';
import type { Filter } from './filter.ts';
import { type Frame, viewOf } from './frame.ts';
import { type LinkType, linkHeader, Writer } from './headers.ts';

export interface Listening {
  readonly process: Process;
  /** A link's name, or `any`. */
  readonly dev: string;
  readonly filter: Filter;
  readonly snaplen: number;
  readonly count: number;
  /** -Q */
  readonly direction: string;
  readonly take: (frames: readonly Frame[]) => void;
}

/** What takes no longer belongs to the moment of the input that caused it. */
const MOMENT_MS = 500;

export const linkTypeOf = (dev: string): LinkType => (dev === 'any' ? 'LINUX_SLL2' : 'EN10MB');

/** Resolves when enough is captured or Ctrl-C ends it. @returns how many passed the filter */
export async function listen(listening: Listening, received: { count: number }): Promise<void> {
  const { process, count, take } = listening;
  const memory = newMemory();
  let later: readonly Captured[] = [];
  let taken = 0;
  let over = false;
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const end = () => {
    over = true;
    stop();
    finish();
  };
  const pass = (packets: readonly Captured[]) => {
    const frames = packets.map((packet) => frameOf(packet, listening)).filter((frame) => listening.filter(viewOf(frame)));
    // Packets of the other direction have passed the filter too.
    received.count += frames.length;
    const wanted = frames.filter((frame) => goesThatWay(frame, listening)).slice(0, count - taken);
    taken += wanted.length;
    if (wanted.length > 0) take(wanted);
    if (taken >= count) end();
  };
  let waiting = false;
  const waitForLater = async () => {
    if (waiting) return;
    waiting = true;
    try {
      while (later.length > 0 && !over) {
        await process.sleep(later[0]!.at - process.now());
        pass(due());
      }
    } catch {
      // Ctrl-C.
    }
    waiting = false;
  };
  /** Takes what has come out of what was to come. */
  const due = (): readonly Captured[] => {
    const now = process.now() + MOMENT_MS;
    const come = later.filter(({ at }) => at <= now);
    later = later.filter(({ at }) => at > now);
    return come;
  };
  let known = process.sim.world().flows;
  const stop = process.sim.subscribe(({ world }) => {
    if (world.flows === known || over) return;
    const before = new Set(known);
    known = world.flows;
    const traces = world.flows.filter((trace) => !before.has(trace));
    const packets = packetsOf(world, traces, process.place, memory).filter(
      ({ dev }) => listening.dev === 'any' || dev === listening.dev,
    );
    later = [...later, ...packets].sort((a, b) => a.at - b.at);
    pass(due());
    if (!over && later.length > 0) void waitForLater();
  });
  if (process.signal.aborted) end();
  process.signal.addEventListener('abort', end, { once: true });
  await finished;
}

const goesThatWay = ({ direction }: Frame, { direction: way }: Listening): boolean =>
  way === 'inout' || way === direction?.toLowerCase();

function frameOf(packet: Captured, { dev, snaplen }: Listening): Frame {
  const link = linkTypeOf(dev);
  const bytes = new Writer().bytes(linkHeader(link, packet)).bytes(packet.packet).done();
  return {
    at: Math.round(packet.at * 1000),
    link,
    bytes: bytes.subarray(0, snaplen),
    length: bytes.length,
    direction: packet.direction,
  };
}
