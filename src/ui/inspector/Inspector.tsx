/** The tables behind the picture: packets, routes, BGP, NAT, objects. */
import { panelId, Tabs, tabId } from '../parts/Tabs.tsx';
import { type InspectorTab, screen } from '../store/screen.ts';
import { useRun, useScreen } from '../store/use.ts';
import { BgpTab } from './BgpTab.tsx';
import styles from './Inspector.module.css';
import { NatTab } from './NatTab.tsx';
import { ObjectsTab } from './ObjectsTab.tsx';
import { PacketTab } from './PacketTab.tsx';
import { RoutesTab } from './RoutesTab.tsx';

const TABS = [
  { id: 'packet', label: 'Packet' },
  { id: 'routes', label: 'Routes' },
  { id: 'bgp', label: 'BGP' },
  { id: 'nat', label: 'NAT' },
  { id: 'objects', label: 'Objects' },
] as const;

const BODIES = { packet: PacketTab, routes: RoutesTab, bgp: BgpTab, nat: NatTab, objects: ObjectsTab };

export function Inspector() {
  const tab = useScreen((state) => state.tab);
  const world = useRun((state) => state.world);
  const Body = BODIES[tab];
  return (
    <aside className={styles.inspector} aria-label="Inspector" id="inspector">
      <Tabs<InspectorTab>
        name="Inspector"
        tabs={TABS}
        value={tab}
        onChange={(next) => screen.setState({ tab: next })}
        className={styles.tabs}
      />
      <div
        className={styles.body}
        role="tabpanel"
        id={panelId('Inspector', tab)}
        aria-labelledby={tabId('Inspector', tab)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
      >
        {world && <Body world={world} />}
      </div>
    </aside>
  );
}
