/** Breaking and mending by a click on the map: each is an input of the simulation, journalled like a command. */
import { type Fault, type FaultTarget, faults, type World } from '../../engine/index.ts';
import { tell } from '../store/notices.ts';
import { simulation } from '../store/run.ts';

export interface FaultAction {
  readonly label: string;
  /** What of the host it befalls: `ens5`, `kube-proxy`, a pod's name. */
  readonly what?: string;
  /** True where it breaks something, false where it mends it. */
  readonly breaks: boolean;
  act(): Promise<void>;
}

/** Every fault that can befall a host, or a pod on it (`what`), as the world stands. */
export function faultActions(world: World, fits: (target: FaultTarget) => boolean): readonly FaultAction[] {
  return faults.flatMap((fault) =>
    fault
      .targets(world)
      .filter(fits)
      .map((target) => action(fault, target, !fault.broken(world, target))),
  );
}

/** `kubeProxy` → `kube-proxy`; a pod without its namespace. */
const nameOf = (what: string): string =>
  what.includes('/') ? what.slice(what.indexOf('/') + 1) : what.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

let clicks = 0;

function action(fault: Fault, target: FaultTarget, on: boolean): FaultAction {
  const label = on ? fault.breakLabel : fault.mendLabel;
  return {
    label,
    ...(target.what !== undefined && { what: nameOf(target.what) }),
    breaks: on,
    act: async () => {
      const line = `${label}: ${[target.host, target.what].filter(Boolean).join(' ')}`;
      clicks++;
      const by = { session: 'ui', line, serial: clicks };
      const failure = (await simulation()).dispatch({ type: 'fault', fault: fault.name, on, ...target }, by);
      if (failure) tell('fault', failure.error);
    },
  };
}
