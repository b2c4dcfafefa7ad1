/** A fault: something that breaks in the world and can be mended. One file each in this folder, a line in index.ts. */
import type { Failure } from '../inputs/input.ts';
import type { World } from '../world.ts';

/** What is broken: a host, and where the fault asks for one, a link, daemon or pod on it. */
export interface FaultTarget {
  readonly host: string;
  /** Interface, daemon or pod (`namespace/name`), by the fault's sort. */
  readonly what?: string;
}

export interface Fault {
  /** `node-down` */
  readonly name: string;
  /** What a menu offers: `Power off`; and to mend it: `Power on`. */
  readonly breakLabel: string;
  readonly mendLabel: string;
  /** Everything that can be broken so. */
  targets(world: World): readonly FaultTarget[];
  /** Whether it is broken now. */
  broken(world: World, target: FaultTarget): boolean;
  /** Breaks (`on`) or mends it. The target was checked to exist. */
  set(world: World, target: FaultTarget, on: boolean): World | Failure;
}
