/** `show protocols [all]`, `show status`, `show interfaces`, `show static`. Models proto_cmd_show() of nest/proto.c and bgp_show_proto_info(), BIRD 1.6.8. */
import type { NetLink } from '../../../kernel/namespace.ts';
import { toNumber } from '../../../net/address.ts';
import type { Host, World } from '../../../world.ts';
import { configOf } from '../config/parse.ts';
import type { BgpProtocol, BirdConfig, FilterRef, ProtocolConfig } from '../config/types.ts';
import { exported, prepare } from '../exchange.ts';
import { kernelRoute } from '../kernel-sync.ts';
import { addressTowards } from '../neighbourhood.ts';
import { holdTimeOf, keepaliveTimeOf, mirrorOf } from '../sessions.ts';
import { judgingFor, speakerOf } from '../speakers.ts';
import type { BirdState, ProtocolState, Session } from '../state.ts';

/** What the CLI is asked about: one host's bird with its configuration. */
export interface View {
  readonly world: World;
  readonly host: Host;
  readonly state: BirdState;
  readonly config: BirdConfig;
}

export function viewOf(world: World, host: Host): View | undefined {
  const state = host.daemons.bird;
  const config = configOf(state?.loaded);
  return state?.running && config ? { world, host, state, config } : undefined;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** BIRD's default formats: the time of day within the last twenty hours, else the date. */
export function shortTime(at: number, now: number): string {
  const date = new Date(at);
  if (now - at >= 20 * 3600 * 1000) return `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

function longTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

export interface ProtocolRow {
  readonly name: string;
  readonly type: string;
  readonly state: string;
  readonly since: string;
  readonly info: string;
}

const TYPE_NAMES: Readonly<Record<ProtocolConfig['type'], string>> = {
  bgp: 'BGP',
  kernel: 'Kernel',
  device: 'Device',
  direct: 'Direct',
  static: 'Static',
};

function phaseText(state: ProtocolState, session: Session, protocol: BgpProtocol, now: number): string {
  if (state.state === 'down') return 'Down';
  return session.phase === 'Idle' && protocol.passive && session.readyAt <= now ? 'Passive' : session.phase;
}

function errorText({ error }: Session): string {
  return error ? `${error.class}: ${error.text}` : '';
}

/** The rows of `show protocols`; none while bird is not running. */
export function protocolRows(world: World, host: Host): readonly ProtocolRow[] {
  const view = viewOf(world, host);
  return view ? view.config.protocols.map((protocol) => rowOf(view, protocol)) : [];
}

function rowOf({ world, state: bird }: View, protocol: ProtocolConfig): ProtocolRow {
  const state: ProtocolState = bird.protocols[protocol.name] ?? { state: 'down', since: world.now, disabled: false };
  const base = {
    name: protocol.name,
    type: TYPE_NAMES[protocol.type],
    state: state.state,
    since: shortTime(state.since, world.now),
  };
  if (protocol.type !== 'bgp' || !state.session) return { ...base, info: '' };
  const error = errorText(state.session);
  return {
    ...base,
    info: state.state === 'down' ? error : `${phaseText(state, state.session, protocol, world.now).padEnd(14)}${error}`,
  };
}

const HEADER = 'name     proto    table    state  since       info\n';

function rowText({ name, type, state, since, info }: ProtocolRow, table: string): string {
  return `${name.padEnd(8)} ${type.padEnd(8)} ${table.padEnd(8)} ${state.padEnd(5)}  ${since.padEnd(10)}  ${info}\n`;
}

/** @param protocols those to show, in order */
export function showProtocols(view: View, protocols: readonly ProtocolConfig[], all: boolean): string {
  return (
    HEADER +
    protocols.map((protocol) => rowText(rowOf(view, protocol), protocol.table) + (all ? details(view, protocol) : '')).join('')
  );
}

const filterName = (filter: FilterRef): string =>
  filter.kind === 'all' ? 'ACCEPT' : filter.kind === 'none' ? 'REJECT' : (filter.name ?? '(unnamed)');

function details(view: View, protocol: ProtocolConfig): string {
  const state = view.state.protocols[protocol.name];
  let text = protocol.description === undefined ? '' : `  Description:    ${protocol.description}\n`;
  if (protocol.routerId !== undefined) text += `  Router ID:      ${protocol.routerId}\n`;
  text += `  Preference:     ${protocol.preference}\n  Input filter:   ${filterName(protocol.importFilter)}\n  Output filter:  ${filterName(protocol.exportFilter)}\n`;
  if (state && state.state !== 'down') text += statistics(view, protocol, state.session);
  if (protocol.type === 'bgp' && state?.session) text += sessionDetails(view, protocol, state, state.session);
  return `${text}\n`;
}

interface Counts {
  readonly imported: number;
  readonly filtered: number;
  readonly exported: number;
  readonly preferred: number;
  readonly offered: number;
  readonly rejected: number;
  readonly withheld: number;
  readonly received: number;
}

function count(view: View, protocol: ProtocolConfig, session: Session | undefined): Counts {
  const lists = Object.values(view.state.table);
  const all = lists.flat();
  const own = all.filter((route) => route.protocol === protocol.name);
  const imported = own.filter((route) => !route.filtered).length;
  const preferred = lists.filter((list) => list[0]?.protocol === protocol.name && !list[0].filtered).length;
  const taken = view.state.received[protocol.name];
  const received = taken ? Object.values(taken.paths).flat().length : own.length;
  const result = {
    imported,
    filtered: own.length - imported,
    preferred,
    received,
    withheld: 0,
    rejected: 0,
    exported: 0,
    offered: 0,
  };
  if (protocol.type === 'kernel') {
    const judging = judgingFor(view.state, view.config);
    const out = lists.filter((list) => kernelRoute(list, protocol, judging)).length;
    return { ...result, exported: out, offered: lists.length, rejected: lists.length - out };
  }
  if (protocol.type !== 'bgp' || session?.phase !== 'Established') return result;
  const speaker = speakerOf(view.world, view.host, view.state, view.config, protocol);
  const offered = speaker.sendsAllPaths ? all : lists.flatMap((list) => list.slice(0, 1));
  const passed = offered.filter((route) => prepare(route, speaker)).length;
  const out = offered.filter((route) => exported(route, speaker)).length;
  return { ...result, offered: offered.length, rejected: offered.length - passed, withheld: passed - out, exported: out };
}

const column = (value: number | '---'): string => String(value).padStart(10);

/** Counters of changes are those of a protocol that has just been fed: what came before is not kept. */
function statistics(view: View, protocol: ProtocolConfig, session: Session | undefined): string {
  const counts = count(view, protocol, session);
  const filtered = counts.received - counts.imported;
  const kept = protocol.keepFiltered ? ` ${counts.filtered} filtered,` : '';
  const line = (name: string, cells: readonly (number | '---')[]) => `    ${name.padEnd(19)} ${cells.map(column).join(' ')}\n`;
  return `  Routes:         ${counts.imported} imported,${kept} ${counts.exported} exported, ${counts.preferred} preferred
  Route change stats:     received   rejected   filtered    ignored   accepted
${line('Import updates:', [counts.received, 0, filtered, 0, counts.imported])}${line('Import withdraws:', [0, 0, '---', 0, 0])}${line('Export updates:', [counts.offered, counts.rejected, counts.withheld, '---', counts.exported])}${line('Export withdraws:', [0, '---', '---', '---', 0])}`;
}

const seconds = (ms: number): number => Math.max(0, Math.ceil(ms / 1000));

function sessionDetails(view: View, protocol: BgpProtocol, state: ProtocolState, session: Session): string {
  const { world, host } = view;
  const lines = [
    `  BGP state:          ${phaseText(state, session, protocol, world.now)}`,
    `    Neighbor address: ${protocol.neighbor}`,
    `    Neighbor AS:      ${protocol.neighborAs}`,
  ];
  if (session.staleUntil !== undefined) {
    lines.push('    Neighbor graceful restart active', `    Restart timer:    ${seconds(session.staleUntil - world.now)}/-`);
  }
  if (state.state === 'start') {
    if (session.readyAt > world.now)
      lines.push(`    Error wait:       ${seconds(session.readyAt - world.now)}/${session.startupDelay}`);
    if (session.phase === 'Active' && session.attemptAt !== undefined) {
      lines.push(
        `    Connect delay:    ${seconds(nextAttempt(session, session.attemptAt, world.now) - world.now)}/${protocol.connectDelayTime}`,
      );
    }
  }
  if (state.state === 'up') lines.push(...upDetails(world, host, protocol, session));
  const error = errorText(session);
  if (error !== '') lines.push(`    Last error:       ${error}`);
  return lines.map((line) => `${line}\n`).join('');
}

function nextAttempt(session: Session, first: number, now: number): number {
  if (first >= now) return first;
  const every = session.attemptEvery ?? 1000;
  return first + Math.ceil((now - first) / every) * every;
}

function upDetails(world: World, host: Host, protocol: BgpProtocol, session: Session): readonly string[] {
  const mirror = mirrorOf(world, host, protocol);
  const restart = mirror?.gracefulRestart === 'able' ? ' restart-able' : mirror?.gracefulRestart === 'off' ? '' : ' restart-aware';
  const longLived = mirror?.gracefulRestart === 'off' ? '' : ' llgr-aware';
  const theirs = mirror?.addPaths ?? 'off';
  const [rx, tx] = [['rx', 'full'].includes(theirs), ['tx', 'full'].includes(theirs)];
  const [ownRx, ownTx] = [['rx', 'full'].includes(protocol.addPaths), ['tx', 'full'].includes(protocol.addPaths)];
  const hold = holdTimeOf(protocol, mirror);
  const keepalive = keepaliveTimeOf(protocol, hold);
  const sinceUp = Math.floor((world.now - (session.establishedAt ?? world.now)) / 1000);
  const silent =
    session.silentSince === undefined ? sinceUp % Math.max(1, keepalive) : Math.floor((world.now - session.silentSince) / 1000);
  return [
    `    Neighbor ID:      ${session.peerId ?? protocol.neighbor}`,
    `    Neighbor caps:    refresh enhanced-refresh${restart}${longLived} AS4${rx ? ' add-path-rx' : ''}${tx ? ' add-path-tx' : ''}`,
    `    Session:          ${protocol.localAs === protocol.neighborAs ? 'internal' : 'external'}${protocol.multihop ? ' multihop' : ''}${protocol.rrClient ? ' route-reflector' : ''}${protocol.rsClient ? ' route-server' : ''} AS4${ownRx && tx ? ' add-path-rx' : ''}${ownTx && rx ? ' add-path-tx' : ''}`,
    `    Source address:   ${protocol.sourceAddress ?? addressTowards(host, protocol.neighbor) ?? host.address}`,
    `    Hold timer:       ${Math.max(0, hold - silent)}/${hold}`,
    `    Keepalive timer:  ${Math.max(0, keepalive - (sinceUp % Math.max(1, keepalive)))}/${keepalive}`,
  ];
}

export function showStatus({ world, host, state, config }: View): string {
  return `BIRD 1.6.8
Router ID is ${config.routerId ?? host.address}
Current server time is ${longTime(world.now)}
Last reboot on ${longTime(state.startedAt)}
Last reconfiguration on ${longTime(state.loadedAt ?? state.startedAt)}
${state.recoveryUntil === undefined ? '' : `Graceful restart recovery in progress\n  Waiting for ${waitingPeers(state)} protocols to recover\n  Wait timer is ${seconds(state.recoveryUntil - world.now)}/240\n`}Daemon is up and running
`;
}

const waitingPeers = (state: BirdState): number =>
  Object.entries(state.protocols).filter(([name, { session }]) => session && !state.received[name]).length;

const SCOPES: readonly (readonly [first: string, last: string, name: string])[] = [
  ['10.0.0.0', '10.255.255.255', 'site'],
  ['172.16.0.0', '172.31.255.255', 'site'],
  ['192.168.0.0', '192.168.255.255', 'site'],
  ['127.0.0.0', '127.255.255.255', 'host'],
  ['169.254.0.0', '169.254.255.255', 'link'],
];

function scopeOf(address: string): string {
  const value = toNumber(address);
  return SCOPES.find(([first, last]) => value >= toNumber(first) && value <= toNumber(last))?.[2] ?? 'univ';
}

/** if_recalc_flags(): an interface is up with an address on it, whatever its cable says (`check link` is off). */
const isUp = (link: NetLink): boolean => link.up && link.addresses.length > 0;

export function showInterfaces({ host }: View): string {
  const links = Object.values(host.netns['']?.links ?? {}).sort((a, b) => a.index - b.index);
  return links
    .map((link) => {
      const loopback = link.type === 'loopback';
      const kind = `MultiAccess${loopback ? '' : ' Broadcast Multicast'} Admin${link.up ? 'Up' : 'Down'} Link${link.carrier ? 'Up' : 'Down'}${loopback ? ' Loopback Ignored' : ''} MTU=${link.mtu}`;
      const addresses = link.addresses.map(
        ({ address, prefixLength }, i) =>
          `\t${address}/${prefixLength} (${i === 0 ? 'Primary' : 'Unselected'}, scope ${scopeOf(address)})\n`,
      );
      return `${link.name} ${isUp(link) ? 'up' : 'DOWN'} (index=${link.index})\n\t${kind}\n${addresses.join('')}`;
    })
    .join('');
}

export function showInterfacesSummary({ host }: View): string {
  const links = Object.values(host.netns['']?.links ?? {}).sort((a, b) => a.index - b.index);
  const rows = links.map((link) => {
    const first = link.addresses[0];
    return `${link.name.padEnd(9)} ${(isUp(link) ? 'up' : 'DOWN').padEnd(5)} ${first ? `${first.address}/${first.prefixLength}` : ''}\n`;
  });
  return `interface state address\n${rows.join('')}`;
}

export function showStatic(protocol: ProtocolConfig & { readonly type: 'static' }): string {
  return protocol.routes
    .map(({ prefix, dest, via, device }) => {
      const how =
        dest === 'router'
          ? `via ${via[0]?.address}`
          : dest === 'device'
            ? `dev ${device}`
            : dest === 'recursive'
              ? `recursive ${via[0]?.address}`
              : dest;
      const hops = dest === 'multipath' ? via.map(({ address, weight }) => `\tvia ${address} weight ${weight}\n`).join('') : '';
      return `${prefix} ${how}\n${hops}`;
    })
    .join('');
}
