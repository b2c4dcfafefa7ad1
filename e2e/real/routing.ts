/**
 * Holds routing and NAT against the real BIRD and the real kernel: each scenario is typed into the simulation, rebuilt from
 * namespaces (namespaces.ts), and both sides are asked the same things.
 */
import { isInside, loadWorld, type Sim, type World } from '../../src/engine/index.ts';
import { testSession } from '../../src/shell/testing.ts';
import { worlds } from '../../src/worlds/index.ts';
import { type HostTexts, Namespaces } from './namespaces.ts';
import type { Outcome } from './outcome.ts';
import { type Probe, type Scenario, scenarios } from './scenarios.ts';

interface Options {
  /** Only the sample that a short run has time for. */
  readonly quick: boolean;
  /** Only scenarios whose name holds this. */
  readonly match?: string;
  /** Of the namespaces made here. */
  readonly prefix: string;
}

/** Runs the scenarios. */
export async function compareRouting({ quick, match = '', prefix }: Options): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const chosen = scenarios.filter((one) => one.name.includes(match) && (one.quick || !quick));
  for (const [i, scenario] of chosen.entries()) outcomes.push(...(await compareScenario(scenario, `${prefix}${i}`)));
  return outcomes;
}

/** Runs one scenario on both sides. */
async function compareScenario(scenario: Scenario, prefix: string): Promise<readonly Outcome[]> {
  const sim = loadWorld(worlds[scenario.world]!);
  const bastion = Object.values(sim.world().hosts).find((host) => host.kind === 'bastion')!.name;
  const typed = testSession(sim, bastion);
  const outcomes: Outcome[] = [];
  const judge = (tool: string, line: string, ours: string, real: string) =>
    outcomes.push({ tool, scenario: scenario.name, line, verdict: ours === real ? 'identical' : 'different', ours, real });
  for (const line of scenario.lines) {
    const { exitCode, stderr } = await typed.type(line);
    if (exitCode !== 0) judge('set-up', line, stderr, '');
  }
  sim.settle();
  const world = sim.world();
  const up = Object.values(world.hosts).filter((host) => host.up && host.kind !== 'gateway');
  const texts: Record<string, HostTexts> = {};
  for (const host of up.filter((h) => h.kind === 'node')) texts[host.name] = await textsOf(sim, host.name);
  const ours = async (host: string, line: string) => (await testSession(sim, host).type(line)).stdout;
  const spaces = new Namespaces(world, prefix);
  try {
    spaces.build(texts);
    const sessions: Record<string, number> = {};
    for (const host of up)
      sessions[host.name] = ((await ours(host.name, 'sudo birdc show protocols')).match(/Established/g) ?? []).length;
    if (!(await spaces.converge(sessions))) judge('bird', 'sessions come up', 'all', spaces.birdc(bastion, 'show protocols'));
    for (const host of up) {
      judge('ip', `${host.name}: ip route`, await ours(host.name, 'ip route'), spaces.run(host.name, '', ['ip', 'route']).stdout);
      for (const line of ['show protocols', 'show route']) {
        judge(
          'birdc',
          `${host.name}: birdc ${line}`,
          maskBird(await ours(host.name, `sudo birdc ${line}`)),
          maskBird(spaces.birdc(host.name, line)),
        );
      }
      if (host.kind !== 'node') continue;
      const rules = (text: string) => maskRules(text);
      judge(
        'iptables',
        `${host.name}: iptables-save`,
        rules(texts[host.name]!.rules ?? ''),
        rules(spaces.run(host.name, '', ['iptables-save']).stdout),
      );
    }
    for (const probe of scenario.probes) await compareProbe(sim, spaces, probe, judge);
  } finally {
    spaces.destroy();
  }
  return outcomes;
}

async function textsOf(sim: Sim, host: string): Promise<HostTexts> {
  const session = testSession(sim, host);
  return { rules: (await session.type('sudo iptables-save')).stdout, sets: (await session.type('sudo ipset save')).stdout };
}

const FORMAT = '%{http_code} %{exitcode}\\n';

async function compareProbe(
  sim: Sim,
  spaces: Namespaces,
  { from, url }: Probe,
  judge: (tool: string, line: string, ours: string, real: string) => void,
) {
  const place = placeOf(sim.world(), from);
  if (!place) return;
  const args = ['-sS', '-m', '2', '-o', '/dev/null', '-w', FORMAT, url];
  const real = spaces.run(place.host, place.netns, ['curl', ...args]);
  const seen = spaces.run(place.host, place.netns, ['curl', '-s', '-m', '2', url]).stdout.trim();
  const line = `curl ${args.map((arg) => (/[% ]/.test(arg) ? `'${arg}'` : arg)).join(' ')}`;
  const session = testSession(sim, { host: place.host, netns: '' });
  const before = sim.world().flows.at(-1)?.id;
  const typed = place.netns === '' ? line : `sudo ip netns exec ${place.netns} ${line}`;
  const ours = await session.type(typed);
  const flow = sim.world().flows.findLast(
    ({ flow: { from: sender, proto, dst } }) =>
      // Not what the server asked others in turn, which may start in the same pod.
      sender.host === place.host && sender.netns === place.netns && proto === 'tcp' && dst === new URL(url).hostname,
  );
  const oursSeen = flow && flow.id !== before && flow.received && ours.exitCode === 0 ? `seen ${flow.received.header.src}` : '';
  // Which of several next hops a flow takes depends on the kernel's random seed: any of them is right.
  const ecmp = nextHopsOf(sim.world(), place, new URL(url).hostname);
  const chosen = (text: string) => (ecmp.includes(text.replace('seen ', '')) ? 'seen one of the next hops' : text);
  const status = (text: string) => text.replace(/^[1-9]\d\d /gm, '200 ');
  judge(
    'curl',
    `${from}: ${url}`,
    maskMs(status(ours.stdout) + ours.stderr + chosen(oursSeen)),
    maskMs(status(real.stdout) + real.stderr + chosen(seen)),
  );
}

/** The next hops of the route to an address where there are several; else none. */
function nextHopsOf(world: World, { host, netns }: { host: string; netns: string }, address: string): readonly string[] {
  const routes = (world.hosts[host]?.netns[netns]?.routes ?? []).filter(({ dst }) => isInside(address, dst));
  const [longest] = routes.sort((a, b) => Number(b.dst.split('/')[1]) - Number(a.dst.split('/')[1]));
  return longest && longest.nexthops.length > 1 ? longest.nexthops.flatMap(({ via }) => via ?? []) : [];
}

function placeOf(world: World, from: string): { host: string; netns: string } | undefined {
  if (!from.startsWith('pod/')) return world.hosts[from] ? { host: from, netns: '' } : undefined;
  for (const host of Object.values(world.hosts)) {
    const netns = Object.keys(host.netns).find((key) => key.split('/')[1]?.startsWith(`${from.slice(4)}-`));
    if (netns !== undefined) return { host: host.name, netns };
  }
  return undefined;
}

/** Clock times and dates; routes that are not the best stand in the order they came, which no two runs share. */
function maskBird(text: string): string {
  const timed = text.replace(/(\b\d\d:\d\d:\d\d\b|\b\d{4}-\d\d-\d\d\b) */g, 'TIME ');
  const groups: string[][] = [];
  for (const line of timed.split('\n')) {
    if (/^ {10,}/.test(line)) groups.at(-1)?.push(line);
    else groups.push([line]);
  }
  return groups.map(([best = '', ...others]) => [best, ...others.sort()].join('\n')).join('\n');
}
/** The two comment lines with the time, counters, and the chains that only the kernel side has. */
const maskRules = (text: string) => text.replace(/^# .*$/gm, '#').replace(/\[\d+:\d+\]/g, '[0:0]');
const maskMs = (text: string) => text.replace(/after \d+ (ms|milliseconds)/g, 'after N $1');
