/** BGP: sessions of a speaker and what it learned by them. */
import type { Host, World } from '../../engine/index.ts';
import { sessionsOf } from '../model/bgp.ts';
import styles from './Inspector.module.css';
import { HostPicker, useInspected } from './RoutesTab.tsx';

const speaks = (host: Host) => host.kind !== 'gateway';

export function BgpTab({ world }: { readonly world: World }) {
  const host = useInspected(world, speaks);
  if (!host) return null;
  const sessions = sessionsOf(world).filter((each) => each.host === host.name);
  return (
    <>
      <HostPicker world={world} host={host} fits={speaks} />
      <h3 className={styles.heading}>Sessions</h3>
      {!sessions.length && <p className={styles.muted}>BIRD on {host.name} has no BGP session.</p>}
      <ul className={styles.sessions}>
        {sessions.map((each) => (
          <li key={each.protocol}>
            <i data-up={each.up} aria-hidden="true" />
            <b>{each.peer ?? each.address}</b>
            <code>{each.protocol}</code>
            <span>{each.state}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
