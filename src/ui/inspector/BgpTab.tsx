/** BGP: sessions of a speaker, what it learned by them, and why the best route is the best. */
import clsx from 'clsx';
import type { Host, TableRoute, World } from '../../engine/index.ts';
import { bestReason, learnedOf, sessionsOf } from '../model/bgp.ts';
import { hostAt } from '../model/routes.ts';
import styles from './Inspector.module.css';
import { HostPicker, useInspected } from './RoutesTab.tsx';
import { Why } from './Why.tsx';

const speaks = (host: Host) => host.daemons.bird !== undefined;

export function BgpTab({ world }: { readonly world: World }) {
  const host = useInspected(world, speaks);
  if (!host) return <p className={styles.muted}>No BIRD runs in this world.</p>;
  return (
    <>
      <HostPicker world={world} host={host} fits={speaks} />
      <Sessions world={world} host={host} />
      <Learned world={world} host={host} />
    </>
  );
}

function Sessions({ world, host }: { readonly world: World; readonly host: Host }) {
  const sessions = sessionsOf(world).filter((each) => each.host === host.name);
  return (
    <>
      <h3 className={styles.heading}>Sessions</h3>
      {!sessions.length && <p className={styles.muted}>BIRD on {host.name} has no BGP session.</p>}
      <ul className={styles.sessions}>
        {sessions.map((each) => (
          <li key={each.protocol} title={each.note}>
            <i data-up={each.up} aria-hidden="true" />
            <b>{each.peer ?? each.address}</b>
            <code>{each.protocol === each.peer ? each.address : each.protocol}</code>
            <span>
              {each.state}
              {each.up ? ` · ${each.received}` : ''}
            </span>
          </li>
        ))}
      </ul>
      {sessions
        .filter((each) => each.note)
        .map((each) => (
          <p key={each.protocol} className={styles.foot}>
            {each.protocol}: {each.note}
          </p>
        ))}
    </>
  );
}

function Learned({ world, host }: { readonly world: World; readonly host: Host }) {
  const learned = learnedOf(host);
  return (
    <>
      <h3 className={styles.heading}>Learned</h3>
      {!learned.length && <p className={styles.muted}>Nothing by BGP.</p>}
      <ul className={styles.learned}>
        {learned.map(([prefix, routes]) => (
          <li key={prefix}>
            <p>
              <code>{prefix}</code>
              <small>{bestReason(routes.filter((each) => !each.filtered))}</small>
            </p>
            <ul>
              {routes.map((route, index) => (
                <Path key={`${route.protocol} ${route.id}`} route={route} best={index === 0 && !route.filtered} world={world} />
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </>
  );
}

function Path({ route, best, world }: { readonly route: TableRoute; readonly best: boolean; readonly world: World }) {
  const via = route.attributes.nextHop ?? route.gateway;
  const name = via && (hostAt(world, via) ?? via);
  const marks = [route.filtered && 'filtered', route.stale && 'stale'].filter(Boolean).join(', ');
  return (
    <li className={clsx(best && styles.best)}>
      <span aria-hidden="true">{best ? '*' : ''}</span>
      <span>
        {via ? `via ${name}` : route.destination} {name !== route.protocol && <small>{route.protocol}</small>}
        {marks && <em> {marks}</em>}
        {best && route.ref && <Why world={world} target={route.ref} />}
      </span>
    </li>
  );
}
