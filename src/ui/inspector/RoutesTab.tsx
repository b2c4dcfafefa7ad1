/** Routing tables, host by host, in the order `ip route` prints them. */
import clsx from 'clsx';
import type { Host, Ref, Route, World } from '../../engine/index.ts';
import { hostAt, isLearned, printedDst } from '../model/routes.ts';
import { focusPrefix, screen } from '../store/screen.ts';
import { useScreen } from '../store/use.ts';
import styles from './Inspector.module.css';
import { Why } from './Why.tsx';

/** The host whose tables are shown: the chosen one, else the first bastion. */
export function useInspected(world: World, fits: (host: Host) => boolean): Host | undefined {
  const name = useScreen((state) => state.inspected);
  const hosts = Object.values(world.hosts).filter(fits);
  return hosts.find((host) => host.name === name) ?? hosts.find((host) => host.kind === 'bastion') ?? hosts[0];
}

interface PickerProps {
  readonly world: World;
  readonly host: Host;
  /** Names only. */
  readonly brief?: boolean;
  fits(host: Host): boolean;
}

export function HostPicker({ world, host, fits, brief }: PickerProps) {
  const hosts = Object.values(world.hosts).filter(fits);
  return (
    <label className={styles.picker}>
      <span className="visually-hidden">Host</span>
      <select value={host.name} onChange={(event) => screen.setState({ inspected: event.target.value })}>
        {hosts.map((each) => (
          <option key={each.name} value={each.name}>
            {brief ? each.name : `${each.name} · ${each.address}`}
          </option>
        ))}
      </select>
    </label>
  );
}

const hasRoutes = (host: Host) => host.kind !== 'gateway';

export function RoutesTab({ world }: { readonly world: World }) {
  const host = useInspected(world, hasRoutes);
  const focus = useScreen((state) => state.focus);
  if (!host) return null;
  const routes = host.netns['']?.routes ?? [];
  return (
    <>
      <HostPicker world={world} host={host} fits={hasRoutes} />
      <ul className={styles.routes}>
        {routes.map((route) => (
          <RouteItem
            key={`${route.dst} ${route.metric} ${route.proto}`}
            host={host}
            route={route}
            world={world}
            lit={focus.kind === 'prefix' && focus.host === host.name && focus.dst === route.dst}
          />
        ))}
      </ul>
      <p className={styles.foot}>Longest prefix wins: of all rows that hold an address, the most specific one decides.</p>
    </>
  );
}

const routeRef = (host: Host, { dst, metric }: Route): Ref => ({
  kind: 'route',
  host: host.name,
  netns: '',
  dst,
  ...(metric === undefined ? {} : { metric }),
});

interface ItemProps {
  readonly host: Host;
  readonly route: Route;
  readonly world: World;
  readonly lit: boolean;
}

function RouteItem({ host, route, world, lit }: ItemProps) {
  return (
    <li className={clsx(styles.route, lit && styles.routeLit, !isLearned(route) && styles.plain)}>
      <button type="button" aria-pressed={lit} onClick={() => focusPrefix(host.name, route.dst)}>
        <code>{route.type === 'unicast' ? printedDst(route.dst) : `${route.type} ${printedDst(route.dst)}`}</code>
        <span>{route.proto}</span>
      </button>
      {route.nexthops.map((hop) => (
        <p key={`${hop.via} ${hop.dev}`}>
          <code>{hop.via ? `via ${hop.via} dev ${hop.dev}` : `dev ${hop.dev}`}</code>
          {hop.via && <span>{hostAt(world, hop.via)}</span>}
        </p>
      ))}
      {lit && <Why world={world} target={routeRef(host, route)} label="Why is it there?" />}
    </li>
  );
}
