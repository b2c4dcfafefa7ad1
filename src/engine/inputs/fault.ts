/** Input: break or mend something (engine/faults). */

import type { FaultTarget } from '../faults/fault.ts';
import { faults } from '../faults/index.ts';
import type { World } from '../world.ts';
import type { Failure, InputHandler } from './input.ts';

export interface FaultInput extends FaultTarget {
  /** Name of a fault in engine/faults/index.ts. */
  readonly fault: string;
  /** true breaks, false mends. */
  readonly on: boolean;
}

export const faultInput: InputHandler<FaultInput, Failure | undefined> = {
  apply(world: World, { fault: name, on, host, what }) {
    const fault = faults.find((f) => f.name === name);
    if (!fault) return { world, result: { error: `no fault called ${name}` } };
    const target: FaultTarget = what === undefined ? { host } : { host, what };
    const known = fault.targets(world).some((t) => t.host === host && t.what === what);
    if (!known) return { world, result: { error: `${name}: nothing of that name: ${[host, what].filter(Boolean).join(' ')}` } };
    const next = fault.set(world, target, on);
    return 'error' in next ? { world, result: next } : { world: next, result: undefined };
  },
};
