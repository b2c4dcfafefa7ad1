/** Input: a process looks a host name up, as getaddrinfo() does. */
import { type Resolution, resolveName } from '../images/dns.ts';
import type { Place } from '../world.ts';
import type { InputHandler } from './input.ts';

export interface ResolveInput {
  readonly from: Place;
  readonly name: string;
}

export const resolveInput: InputHandler<ResolveInput, Omit<Resolution, 'world'>> = {
  apply(start, { from, name }) {
    const { world, ...result } = resolveName(start, from, name);
    return { world, result };
  },
};
