/**
 * What a host's BGP sessions send: one list for all that send alike. Models the feed side of nest/rt-table.c; the rules for one route
 * are in exchange.ts. Made anew only when the table, a session or the configuration differs.
 */
import { sameMembers } from '../../memo.ts';
import type { Host, World } from '../../world.ts';
import type { BirdConfig } from './config/types.ts';
import { bgpProtocols } from './control.ts';
import { exportTable, type Speaker, speakerKey } from './exchange.ts';
import { indexOf } from './index-of-config.ts';
import { pathToken } from './neighbourhood.ts';
import { speakerOf } from './speakers.ts';
import { type BirdState, NOTHING_SENT, type Sent, type Table } from './state.ts';
import type { Built, Judging } from './table.ts';

/** Established sessions that send alike: what is worked out for one holds for all. */
interface UpdateGroup {
  readonly speaker: Speaker;
  /** Absent: a session whose own routes could come back to it, which shares its list with nobody. */
  readonly key?: string;
  readonly names: readonly string[];
}

/** What a set of exports was made from. */
interface Source {
  readonly table: Table;
  readonly groups: readonly UpdateGroup[];
}

const sources = new WeakMap<BirdState['sent'], Source>();

/**
 * `sent` as it must be for a table; the same object when it is.
 * @param state as it was before the table was built
 */
export function exportAll(
  before: World,
  host: Host,
  state: BirdState,
  { table, changed }: Built,
  config: BirdConfig,
  judging: Judging,
): BirdState['sent'] {
  const groups = groupsOf(before, host, state, config, judging);
  const last = sources.get(state.sent);
  const known = last?.groups === groups ? last.table : undefined;
  if (known === table) return state.sent;
  const lists = groups.map(({ speaker, key }) => {
    const old = state.sent[speaker.protocol.name] ?? NOTHING_SENT;
    return exportTable(table, speaker, old, { key, changed: known === state.table ? changed : undefined });
  });
  const same = known !== undefined && groups.every(({ speaker }, i) => lists[i] === state.sent[speaker.protocol.name]);
  const sent = same ? state.sent : spread(groups, lists, state.sent);
  sources.set(sent, { table, groups });
  return sent;
}

/** To each session what its group sends; the same object when that is what each sent before. */
function spread(groups: readonly UpdateGroup[], lists: readonly Sent[], before: BirdState['sent']): BirdState['sent'] {
  const next: Record<string, Sent> = {};
  let count = 0;
  let same = true;
  groups.forEach(({ names }, i) => {
    const sent = lists[i] ?? NOTHING_SENT;
    for (const name of names) {
      next[name] = sent;
      if (before[name] !== sent) same = false;
    }
    count += names.length;
  });
  return same && count === Object.keys(before).length ? before : next;
}

interface Grouping {
  readonly from: readonly unknown[];
  readonly groups: readonly UpdateGroup[];
}

const groupsOfConfig = new WeakMap<BirdConfig, Grouping>();

function groupsOf(before: World, host: Host, state: BirdState, config: BirdConfig, judging: Judging): readonly UpdateGroup[] {
  const plain = indexOf(config).isPlain;
  // Where nothing received is sent on, it does not matter from whom it came.
  const from = [state.protocols, pathToken(host), plain || state.received];
  const last = groupsOfConfig.get(config);
  if (last && sameMembers(last.from, from)) return last.groups;
  const shared = new Map<string, { speaker: Speaker; key: string; names: string[] }>();
  const groups: UpdateGroup[] = [];
  for (const protocol of bgpProtocols(config)) {
    const { name } = protocol;
    if (state.protocols[name]?.session?.phase !== 'Established') continue;
    const speaker = speakerOf(before, host, state, config, protocol, judging);
    if (!plain && Object.keys(state.received[name]?.paths ?? {}).length > 0) {
      groups.push({ speaker, names: [name] });
      continue;
    }
    const key = speakerKey(speaker);
    const known = shared.get(key);
    if (known) known.names.push(name);
    else {
      const group = { speaker, key, names: [name] };
      shared.set(key, group);
      groups.push(group);
    }
  }
  groupsOfConfig.set(config, { from, groups });
  return groups;
}
