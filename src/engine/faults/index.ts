/** The list of faults. Adding one: a file in this folder and a line here. */
import { cableCut } from './cable-cut.ts';
import { daemonStopped } from './daemon-stopped.ts';
import type { Fault } from './fault.ts';
import { hostDown } from './host-down.ts';
import { podUnready } from './pod-unready.ts';

export const faults: readonly Fault[] = [hostDown, cableCut, daemonStopped, podUnready];
