/** What can be done to a thing on the map: break it, mend it, go there. */
import { Network, Terminal, Wrench, Zap } from 'lucide-react';
import type { PodView } from '../model/pods.ts';
import type { MenuItem } from '../parts/Menu.tsx';
import { run } from '../store/run.ts';
import { inspect } from '../store/screen.ts';
import { openTerminal } from '../store/terminals.ts';
import { type FaultAction, faultActions } from './faults.ts';

const icon = { size: '0.8125rem', strokeWidth: 1.75 } as const;

const asItem = ({ label, what, breaks, act }: FaultAction): MenuItem => ({
  label,
  ...(what !== undefined && { hint: what }),
  danger: breaks,
  icon: breaks ? <Zap {...icon} /> : <Wrench {...icon} />,
  act,
});

export function hostActions(name: string): readonly MenuItem[] {
  const { world } = run.getState();
  if (!world) return [];
  const pods = new Set(Object.keys(world.hosts[name]?.netns ?? {}).filter(Boolean));
  return [
    { label: 'Open a terminal', icon: <Terminal {...icon} />, act: () => openTerminal(name) },
    { label: 'Show its tables', icon: <Network {...icon} />, act: () => inspect('routes', { inspected: name }) },
    ...faultActions(world, (target) => target.host === name && !(target.what && pods.has(target.what))).map(asItem),
  ];
}

export function podActions(pod: PodView): readonly MenuItem[] {
  const { world } = run.getState();
  if (!world) return [];
  return [
    {
      label: 'Show the object',
      icon: <Network {...icon} />,
      act: () => inspect('objects', { object: `${pod.cluster} pods ${pod.key}` }),
    },
    ...faultActions(world, (target) => target.host === pod.node && target.what === pod.key).map(({ what: _, ...fault }) =>
      asItem(fault),
    ),
  ];
}
