/**
 * connect() of a TCP socket while nobody answers: the SYN goes out again and again, each time through the tables as they are by then, until
 * somebody answers, an error comes back or the caller has waited enough. Models tcp_retransmit_timer() and tcp_write_timeout() of Linux 6.8
 * (tcp_syn_retries 6, tcp_syn_linear_timeouts 4).
 */
import { type Errno, outcomeOf, type Sim, type Trace } from '../engine/index.ts';

/** When a SYN is sent again, ms after the first: four times linearly, then after twice as long each time, on a coarse timer wheel. Measured. */
const RETRANSMITS_MS = [1020, 2044, 3068, 4096, 6108, 10_176, 18_364, 34_492, 67_004];
/** When connect() fails with ETIMEDOUT. */
export const SYN_TIMEOUT_MS = 133_552;

export interface Caller {
  readonly sim: Pick<Sim, 'dispatch'>;
  sleep(ms: number, why: string): Promise<void>;
}

/** What came of it, `afterMs` after the first SYN. Answered: the connection stands. */
export type Connection =
  | { readonly type: 'answered'; readonly trace: Trace; readonly afterMs: number }
  | { readonly type: 'error'; readonly errno: Errno; readonly afterMs: number }
  | { readonly type: 'timeout'; readonly afterMs: number };

/**
 * @param first the SYN's trace, which nobody answered
 * @param limitMs how long the caller is ready to wait
 */
export async function keepConnecting({ sim, sleep }: Caller, first: Trace, limitMs: number, why: string): Promise<Connection> {
  const { src, sport } = first.sent;
  const flow = { ...first.flow, src, sport };
  const endMs = Math.min(limitMs, SYN_TIMEOUT_MS);
  let afterMs = 0;
  const waitUntil = async (ms: number) => {
    await sleep(ms - afterMs, why);
    afterMs = ms;
  };
  for (const at of RETRANSMITS_MS) {
    if (at >= endMs) break;
    await waitUntil(at);
    const trace = sim.dispatch({ type: 'flow', flow, hold: true });
    const outcome = outcomeOf(trace);
    if (outcome.type === 'answered') return { type: 'answered', trace, afterMs };
    if (outcome.type === 'error') {
      if (afterMs + outcome.afterMs > endMs) break;
      await waitUntil(afterMs + outcome.afterMs);
      return { type: 'error', errno: outcome.errno, afterMs };
    }
  }
  await waitUntil(endMs);
  return { type: 'timeout', afterMs };
}
