/** Opening, resetting and leaving a lab: wires the simulation, its clock, the tutor and what is saved. */
import type { ScreenClock } from '../clock.ts';

let clock: ScreenClock | undefined;

/** The clock of the lab that runs, if one does. */
export function currentClock(): ScreenClock | undefined {
  return clock;
}
