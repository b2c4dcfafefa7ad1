/** Input: a packet is sent and its answer awaited: what ping, nc, traceroute and a click on the map do. */
import { type ExchangeOptions, exchange } from '../packet/exchange.ts';
import type { Flow, Trace } from '../packet/trace.ts';
import type { InputHandler } from './input.ts';

export interface FlowInput extends ExchangeOptions {
  readonly flow: Flow;
}

export const flowInput: InputHandler<FlowInput, Trace> = {
  apply(world, { flow, ...options }) {
    const { world: next, trace } = exchange(world, flow, options);
    return { world: next, result: trace };
  },
};
