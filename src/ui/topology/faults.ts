/** Breaking and mending by a click on the map: each is an input of the simulation, journalled like a command. */
import { simulation } from '../store/run.ts';

export type FaultClick =
  | { readonly kind: 'power' | 'cable' | 'bird'; readonly host: string; readonly on: boolean }
  | { readonly kind: 'readiness'; readonly cluster: string; readonly pod: string; readonly on: boolean };

export function fault(click: FaultClick): void {
  void simulation;
  void click;
}
