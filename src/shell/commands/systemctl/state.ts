/** What systemd knows about a unit here, as systemctl asks for it. */
import type { Host, World } from '../../../engine/index.ts';
import { isRunning, linesOf, longTime, pidOf, startedAt, type Unit } from './units.ts';

export type Active = 'active' | 'inactive' | 'failed';

/** A start that failed leaves the unit failed; a stop leaves it inactive. */
export function activeOf(host: Host, unit: Unit): Active {
  if (isRunning(host, unit)) return 'active';
  return unit.daemon === 'bird' && host.daemons.bird?.loadError !== undefined ? 'failed' : 'inactive';
}

export const SUB: Readonly<Record<Active, string>> = { active: 'running', inactive: 'dead', failed: 'failed' };

/** When it entered the state it is in. */
export function changedAt(host: Host, unit: Unit): number {
  const since = startedAt(host, unit);
  return isRunning(host, unit) ? since : (linesOf(host, unit).at(-1)?.at ?? since);
}

/** Properties of `systemctl show`, of those a lab has an answer for. */
export function propertiesOf(world: World, host: Host, unit: Unit | undefined, name: string): Readonly<Record<string, string>> {
  if (!unit) {
    return { Id: name, Names: name, Description: name, LoadState: 'not-found', ActiveState: 'inactive', SubState: 'dead' };
  }
  const active = activeOf(host, unit);
  const since = longTime(changedAt(host, unit));
  const running = active === 'active';
  return {
    Type: unit.daemon === 'bird' ? 'simple' : 'notify',
    Restart: 'on-failure',
    MainPID: String(running ? pidOf(world, host, unit) : 0),
    Result: active === 'failed' ? 'exit-code' : 'success',
    ExecMainStartTimestamp: longTime(startedAt(host, unit)),
    Id: unit.name,
    Names: unit.name,
    Description: unit.description,
    LoadState: 'loaded',
    ActiveState: active,
    SubState: SUB[active],
    FragmentPath: unit.file,
    UnitFileState: 'enabled',
    UnitFilePreset: 'enabled',
    StateChangeTimestamp: since,
    ActiveEnterTimestamp: longTime(startedAt(host, unit)),
    ...(running ? {} : { InactiveEnterTimestamp: since }),
    CanStart: 'yes',
    CanStop: 'yes',
    CanReload: unit.daemon === 'bird' ? 'yes' : 'no',
  };
}
