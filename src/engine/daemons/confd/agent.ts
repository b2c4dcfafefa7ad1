/**
 * confd on every node: watches the API and writes BIRD's configuration.
 *
 * Reads host.apiView, and nothing else of the cluster. Writes three files under /etc/calico/confd/config and asks bird to read them
 * again, a moment after the change: confd gathers changes before it renders and checks. Models confd of Calico v3.30.
 */
import type { Agent, AgentResult } from '../../agent.ts';
import type { ApiState } from '../../api/storage.ts';
import { sameMembers } from '../../memo.ts';
import { random } from '../../net/random.ts';
import { type Host, type Ref, type World, withHost } from '../../world.ts';
import { type Plan, planFor, readRanges, WATCHED } from './plan.ts';
import { wholeRanges } from './services.ts';
import type { ConfdState, ServiceRanges } from './state.ts';
import { birdAggrCfg, birdCfg, birdIpamCfg } from './templates.ts';
import type { TemplateValues } from './values.ts';

const FOLDER = '/etc/calico/confd/config/';
export const BIRD_CFG = `${FOLDER}bird.cfg`;
export const BIRD_AGGR_CFG = `${FOLDER}bird_aggr.cfg`;
export const BIRD_IPAM_CFG = `${FOLDER}bird_ipam.cfg`;

const MIN_DELAY_MS = 300;
const MAX_DELAY_MS = 800;

export const confd: Agent = {
  name: 'confd',
  run(world): AgentResult {
    let next = world;
    let wakeAt: number | undefined;
    for (const name of Object.keys(world.hosts)) {
      const host = next.hosts[name];
      const state = host?.daemons.confd;
      if (!host?.up || !host.apiView || !state?.running || rested.has(host)) continue;
      const updated = runHost(next, host, host.apiView, state);
      if (updated === host && state.dueAt === undefined) rested.add(host);
      next = withHost(next, updated);
      const dueAt = updated.daemons.confd?.dueAt;
      if (dueAt !== undefined && (wakeAt === undefined || dueAt < wakeAt)) wakeAt = dueAt;
    }
    return wakeAt === undefined ? { world: next } : { world: next, wakeAt };
  },
};

/** Hosts on which there was nothing to do: confd reads its own host alone, the view of the API included. */
const rested = new WeakSet<Host>();

/** What each state was last run with. */
const seen = new WeakMap<ConfdState, readonly unknown[]>();

function inputsOf(host: Host, api: ApiState): readonly unknown[] {
  return [
    ...WATCHED.map((resource) => api.objects[resource]),
    host.files[BIRD_CFG],
    host.files[BIRD_AGGR_CFG],
    host.files[BIRD_IPAM_CFG],
  ];
}

function runHost(world: World, host: Host, api: ApiState, state: ConfdState): Host {
  const due = state.dueAt !== undefined && state.dueAt <= world.now;
  const inputs = inputsOf(host, api);
  const last = seen.get(state);
  if (!due && last && last.every((each, i) => each === inputs[i])) return host;
  const { ranges, complaints } = readRanges(api, state.ranges);
  const plan = planFor(api, host.name, ranges);
  if (!plan) return remember(host, state, inputs);
  const files = render(plan);
  const changed = Object.entries(files).some(([path, text]) => host.files[path] !== text);
  const settled: ConfdState = { ...withoutDue(state), ranges, ...(complaints.length > 0 ? { complaints } : {}) };
  if (!changed) {
    const same = state.dueAt === undefined && state.ranges === ranges && String(state.complaints ?? '') === String(complaints);
    return remember(host, same ? state : settled, inputs);
  }
  if (!due) return remember(host, state.dueAt === undefined ? { ...state, dueAt: world.now + delay(world, host) } : state, inputs);
  return written(host, { ...settled, lines: origins(host, plan, files, ranges) }, files);
}

function withoutDue(state: ConfdState): ConfdState {
  const { dueAt: _dueAt, complaints: _complaints, ...rest } = state;
  return rest;
}

function remember(host: Host, state: ConfdState, inputs: readonly unknown[]): Host {
  seen.set(state, inputs);
  return state === host.daemons.confd ? host : { ...host, daemons: { ...host.daemons, confd: state } };
}

function delay(world: World, host: Host): number {
  return Math.round(MIN_DELAY_MS + (MAX_DELAY_MS - MIN_DELAY_MS) * random(world.seed, 'confd', host.name, world.now));
}

type Files = Readonly<Record<string, string>>;

interface Rendered {
  readonly values: TemplateValues;
  readonly files: Files;
}

/** What was last written for each node. */
const rendered = new WeakMap<TemplateValues['node'], Rendered>();

/** The files of a plan. Most changes in a cluster are none to most of its nodes: a file whose values are what they were stays its text. */
function render({ values }: Plan): Files {
  const last = rendered.get(values.node);
  const differing = last ? differences(last.values, values) : undefined;
  if (last && differing?.length === 0) return last.files;
  const files: Files = {
    [BIRD_CFG]: last && differing?.every((field) => NOT_IN_BIRD_CFG.has(field)) ? last.files[BIRD_CFG]! : birdCfg(values),
    [BIRD_AGGR_CFG]: birdAggrCfg(values),
    [BIRD_IPAM_CFG]: birdIpamCfg(values),
  };
  rendered.set(values.node, { values, files });
  return files;
}

type Field = keyof TemplateValues;

/** bird.cfg is long in a full mesh and seldom changes. */
const NOT_IN_BIRD_CFG: ReadonlySet<Field> = new Set(['blocks', 'staticRoutes', 'rejectCidrs', 'loadBalancerCidrs', 'pools']);

function differences(a: TemplateValues, b: TemplateValues): readonly Field[] {
  const fields = Object.keys({ ...a, ...b }) as Field[];
  return fields.filter((field) => {
    const [was, now] = [a[field], b[field]];
    return was !== now && !(Array.isArray(was) && Array.isArray(now) && sameMembers(was, now));
  });
}

/** The files on disk and bird told (`sv hup bird`). A text that did not change stays the string it was. */
function written(host: Host, state: ConfdState, files: Files): Host {
  const all = { ...host.files };
  for (const [path, text] of Object.entries(files)) if (all[path] !== text) all[path] = text;
  const bird = host.daemons.bird;
  const told = bird?.running ? { bird: { ...bird, reload: true } } : {};
  return { ...host, files: all, daemons: { ...host.daemons, ...told, confd: state } };
}

/** Which object each line that says `route …` or lets a service through comes from. */
function origins(host: Host, plan: Plan, files: Files, ranges: ServiceRanges): ConfdState['lines'] {
  const cluster = host.cluster ?? '';
  const byCidr = new Map<string, Ref>();
  for (const { cidr, key } of plan.blocks)
    byCidr.set(cidr, { kind: 'object', cluster, resource: 'blockaffinities.crd.projectcalico.org', key });
  for (const { cidr, service, field } of plan.services)
    byCidr.set(cidr, { kind: 'object', cluster, resource: 'services', key: service, field });
  for (const { cidr, field } of wholeRanges(ranges)) {
    byCidr.set(cidr, {
      kind: 'object',
      cluster,
      resource: 'bgpconfigurations.projectcalico.org',
      key: 'default',
      field: `spec.${field}`,
    });
  }
  const lines: Record<string, Record<number, Ref>> = {};
  for (const path of [BIRD_AGGR_CFG, BIRD_IPAM_CFG]) {
    const found: Record<number, Ref> = {};
    (files[path] ?? '').split('\n').forEach((line, i) => {
      const cidr = /^\s*(?:route|if \( net [~=]) ([\d./]+)/.exec(line)?.[1];
      const ref = cidr === undefined ? undefined : byCidr.get(cidr);
      if (ref) found[i + 1] = ref;
    });
    lines[path] = found;
  }
  return lines;
}
