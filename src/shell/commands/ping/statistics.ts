/** The figures ping keeps and prints at its end (ping_common.c, finish), and the round trip times the simulation makes up. */
import type { Trace } from '../../../engine/index.ts';
import { random } from '../../../engine/index.ts';

/** Made-up round trip time in microseconds: some 30 µs within a host, some 200 µs for every wire there and back. */
export function roundTrip(seed: string, trace: Trace, seq: number): number {
  const hops = (trace.hops.length - 1) * 2;
  const hosts = new Set(trace.hops.map((hop) => hop.place.host)).size - 1;
  const spread = 0.85 + 0.3 * random(seed, 'rtt', trace.sent.src, trace.sent.dst, trace.sent.sport, seq);
  // The first packet finds caches cold and ARP unanswered.
  const first = seq === 1 && hosts > 0 ? 1.4 : 1;
  return Math.round((28 + hops * 12 + hosts * 290) * spread * first);
}

/** Microseconds as ping prints milliseconds: three significant digits. */
export function roundTripText(us: number): string {
  const ms = us / 1000;
  if (us >= 100_000) return ms.toFixed(0);
  if (us >= 10_000) return ms.toFixed(1);
  return us >= 1000 ? ms.toFixed(2) : ms.toFixed(3);
}

export class Statistics {
  sent = 0;
  received = 0;
  errors = 0;
  #pipe = 0;
  #sum = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  /** Eight times the moving average of the round trips, as ping_common.c keeps it, µs. */
  #smoothed = 0;

  /** @returns the packet's sequence number */
  send(): number {
    return ++this.sent;
  }

  outstanding(packets: number): void {
    this.#pipe = Math.max(this.#pipe, packets);
  }

  receive(us: number): void {
    this.received++;
    this.#sum += us;
    this.#squares += us * us;
    this.#min = Math.min(this.#min, us);
    this.#max = Math.max(this.#max, us);
    this.#smoothed += this.#smoothed === 0 ? us * 8 : us - this.#smoothed / 8;
  }

  get inFlight(): number {
    return this.sent - this.received - this.errors;
  }

  /** Moving average of the round trips, µs; undefined before the first. */
  get average(): number | undefined {
    return this.#smoothed === 0 ? undefined : this.#smoothed / 8;
  }

  fail(): void {
    this.errors++;
  }

  get slowestMs(): number {
    return this.#max / 1000;
  }

  /** `timed`: packets were big enough to carry a time stamp. `hurried`: no fixed interval, so the one there was is printed. */
  text(name: string, elapsedMs: number, { timed, hurried }: { readonly timed: boolean; readonly hurried: boolean }): string {
    const loss = Number(((100 * (this.sent - this.received)) / Math.max(this.sent, 1)).toPrecision(6));
    const errors = this.errors > 0 ? ` +${this.errors} errors,` : '';
    let text = `\n--- ${name} ping statistics ---\n${this.sent} packets transmitted, ${this.received} received,${errors} `;
    text += `${loss}% packet loss, time ${Math.round(elapsedMs)}ms\n`;
    if (this.received > 0 && timed) {
      const mean = this.#sum / this.received;
      const deviation = Math.sqrt(Math.max(this.#squares / this.received - mean * mean, 0));
      const figures = [this.#min, mean, this.#max, deviation].map((us) => (us / 1000).toFixed(3));
      text += `rtt min/avg/max/mdev = ${figures.join('/')} ms`;
    }
    if (this.#pipe > 1) text += `${this.received > 0 && timed ? ', ' : ''}pipe ${this.#pipe}`;
    if (hurried && this.received > 0 && this.sent > 1) {
      const gap = elapsedMs / (this.sent - 1);
      text += `, ipg/ewma ${gap.toFixed(3)}/${((this.average ?? 0) / 1000).toFixed(3)} ms`;
    }
    return `${text}\n`;
  }
}
