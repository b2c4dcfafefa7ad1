/** What the sender of an exchange notices: the face of a Trace that curl, ping and applications look at. */

import type { Errno } from '../kernel/errno.ts';
import { ARP_FAILS_AFTER_MS } from '../kernel/neighbour.ts';
import type { Trace } from './trace.ts';

export type Outcome =
  /** The answer came. */
  | { readonly type: 'answered' }
  /** connect() or sendto() fails, `afterMs` of virtual time later. */
  | { readonly type: 'error'; readonly errno: Errno; readonly afterMs: number }
  /** Nothing ever comes: the sender retries until it gives up. */
  | { readonly type: 'silence' };

const SILENCE: Outcome = { type: 'silence' };

const ICMP_ERRNO: { readonly [K in Trace['disposition']]?: Errno } = {
  refused: 'ECONNREFUSED',
  'no-route': 'ENETUNREACH',
  'neighbour-unreachable': 'EHOSTUNREACH',
  prohibited: 'EHOSTUNREACH',
  'ttl-exceeded': 'EHOSTUNREACH',
};

/** The outcome of an exchange for a connecting socket. Its own kernel's refusals come at once, ARP failures after about 3 s. */
export function outcomeOf(trace: Trace): Outcome {
  const waited = trace.disposition === 'neighbour-unreachable' ? ARP_FAILS_AFTER_MS : 0;
  if (trace.errno !== undefined) return { type: 'error', errno: trace.errno, afterMs: waited };
  if (trace.reverse?.disposition !== 'delivered') return SILENCE;
  if (trace.disposition === 'delivered') return { type: 'answered' };
  const errno = ICMP_ERRNO[trace.disposition];
  return errno === undefined ? SILENCE : { type: 'error', errno, afterMs: waited };
}
