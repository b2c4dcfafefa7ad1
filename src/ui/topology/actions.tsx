/** What can be done to a thing on the map: break it, mend it, go there. */
import { Cable, CircleSlash, Network, Power, Terminal } from 'lucide-react';
import type { PodView } from '../model/pods.ts';
import type { MenuItem } from '../parts/Menu.tsx';
import { run } from '../store/run.ts';
import { inspect } from '../store/screen.ts';
import { openTerminal } from '../store/terminals.ts';
import { fault } from './faults.ts';

const icon = { size: 13, strokeWidth: 1.75 } as const;

export function hostActions(name: string): readonly MenuItem[] {
  const host = run.getState().world?.hosts[name];
  if (!host) return [];
  const cut = Object.values(host.netns['']?.links ?? {}).some((link) => link.segment && !link.carrier);
  const bird = host.daemons.bird;
  const items: MenuItem[] = [
    { label: 'Open a terminal', icon: <Terminal {...icon} />, act: () => openTerminal(name) },
    { label: 'Show its tables', icon: <Network {...icon} />, act: () => inspect('routes', { inspected: name }) },
    host.up
      ? { label: 'Power off', icon: <Power {...icon} />, danger: true, act: () => fault({ kind: 'power', host: name, on: false }) }
      : { label: 'Power on', icon: <Power {...icon} />, act: () => fault({ kind: 'power', host: name, on: true }) },
    cut
      ? { label: 'Plug the cable back in', icon: <Cable {...icon} />, act: () => fault({ kind: 'cable', host: name, on: true }) }
      : {
          label: 'Cut the cable',
          icon: <Cable {...icon} />,
          danger: true,
          act: () => fault({ kind: 'cable', host: name, on: false }),
        },
  ];
  if (bird?.running)
    items.push({
      label: 'Stop BIRD',
      icon: <CircleSlash {...icon} />,
      danger: true,
      act: () => fault({ kind: 'bird', host: name, on: false }),
    });
  else if (bird)
    items.push({ label: 'Start BIRD', icon: <CircleSlash {...icon} />, act: () => fault({ kind: 'bird', host: name, on: true }) });
  return items;
}

export function podActions(pod: PodView): readonly MenuItem[] {
  const ready = pod.state === 'ready';
  return [
    {
      label: 'Show the object',
      icon: <Network {...icon} />,
      act: () => inspect('objects', { object: `${pod.cluster} pods ${pod.key}` }),
    },
    {
      label: ready ? 'Fail its readiness' : 'Let it be ready',
      icon: <CircleSlash {...icon} />,
      danger: ready,
      act: () => fault({ kind: 'readiness', cluster: pod.cluster, pod: pod.key, on: !ready }),
    },
  ];
}
