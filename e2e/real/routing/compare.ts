/**
 * Holds one scenario against the real BIRD and the real kernel: its lines are typed into the simulation, the world that came of them
 * is rebuilt from namespaces (namespaces.ts), and both sides are asked the same things; then again after each of its turns.
 */
import { createSim, loadWorld, type Sim, type World, type WorldSource } from '../../../src/engine/index.ts';
import { testSession } from '../../../src/shell/testing.ts';
import type { Outcome } from '../outcome.ts';
import { Applications } from './applications.ts';
import { maskBird, maskBirdDetails, maskRules } from './masks.ts';
import { type HostTexts, Namespaces } from './namespaces.ts';
import { compareProbe, nextHopsOf, urlOf } from './probes.ts';
import type { Probe, Scenario, Turn } from './scenario.ts';
import { compareShares } from './shares.ts';

/** How long the real daemons may take to come to where the simulated ones are; on an idle machine it is six seconds. */
const PATIENCE_MS = 60_000;

/** @param prefix of its namespaces */
export async function compareScenario(scenario: Scenario, prefix: string): Promise<readonly Outcome[]> {
  const { world, applications } = booted(scenario.world);
  const sim = loadWorld(scenario.world, world);
  const outcomes: Outcome[] = [];
  outcomes.push(...(await typeLines(sim, scenario.name, scenario.lines)));
  sim.settle();
  const parts = new Namespaces(sim.world(), applications, prefix);
  try {
    await parts.build(await textsOf(sim));
    const clock = new SharedClock(sim);
    outcomes.push(...(await compareStates(sim.world(), parts, scenario.name, scenario)));
    for (const turn of scenario.turns ?? []) {
      const name = `${scenario.name}: ${turn.name}`;
      outcomes.push(...(await takeTurn(sim, parts, name, turn, clock)));
      outcomes.push(...(await compareStates(sim.world(), parts, name, { ...scenario, probes: turn.probes ?? scenario.probes })));
    }
  } finally {
    parts.destroy();
  }
  return outcomes;
}

interface Booted {
  readonly world: World;
  readonly applications: Applications;
}

const boots = new Map<WorldSource, Booted>();

/** A starting world, booted once. */
function booted(source: WorldSource): Booted {
  const known = boots.get(source);
  if (known) return known;
  const sim = loadWorld(source);
  const fresh = { world: sim.world(), applications: new Applications(sim) };
  boots.set(source, fresh);
  return fresh;
}

/** What was typed must have worked, or the scenario is not the one it says. */
async function typeLines(sim: Sim, scenario: string, lines: readonly string[]): Promise<readonly Outcome[]> {
  const typed = testSession(sim, bastionOf(sim.world()));
  const outcomes: Outcome[] = [];
  for (const line of lines) {
    const { exitCode, stderr } = await typed.type(line);
    if (exitCode !== 0) outcomes.push({ tool: 'set-up', scenario, line, verdict: 'different', ours: stderr, real: '' });
  }
  return outcomes;
}

/** Comparing takes its time, in which the real timers run on: the simulated ones then do too. */
class SharedClock {
  private readonly sim: Sim;
  private readonly ahead: number;
  /** When the last turn was to be over, ms of the real clock. */
  private due = Date.now();

  constructor(sim: Sim) {
    this.sim = sim;
    this.ahead = sim.world().now - Date.now();
  }

  catchUp(): void {
    const behind = Date.now() + this.ahead - this.sim.world().now;
    if (behind > 0) this.sim.advance(behind);
  }

  /** A turn that does something begins now; one that only waits goes on from the last. */
  begin({ lines, faults, birdc }: Turn): void {
    this.catchUp();
    if (lines || faults || birdc) this.due = Date.now();
  }

  async wait(seconds: number): Promise<void> {
    this.due += seconds * 1000;
    await sleep(this.due - Date.now());
    this.catchUp();
  }
}

async function takeTurn(sim: Sim, parts: Namespaces, name: string, turn: Turn, clock: SharedClock): Promise<readonly Outcome[]> {
  clock.begin(turn);
  const outcomes = [...(await typeLines(sim, name, turn.lines ?? []))];
  for (const { what, ...fault } of turn.faults ?? []) {
    const target = what === undefined ? {} : { what: named(sim.world(), fault.host, what) };
    const failure = sim.dispatch({ type: 'fault', on: true, ...fault, ...target });
    if (failure) outcomes.push(judge(name, { tool: 'set-up', line: fault.fault, ours: failure.error, real: '' }));
  }
  for (const [host, command] of turn.birdc ?? []) {
    const ours = (await testSession(sim, host).type(`sudo birdc ${command}`)).stdout;
    outcomes.push(judge(name, { tool: 'birdc', line: `${host}: birdc ${command}`, ours, real: await parts.birdc(host, command) }));
  }
  // What follows from it at once, and only then what time brings.
  sim.advance(1000);
  await parts.follow(sim.world(), await textsOf(sim));
  await clock.wait(turn.wait);
  await parts.follow(sim.world(), await textsOf(sim));
  return outcomes;
}

/** `{pod namespace/beginning}` is the first pod of the host whose name begins so. */
function named(world: World, host: string, what: string): string {
  const beginning = /^\{pod (.+)\}$/.exec(what)?.[1];
  return beginning === undefined ? what : (Object.keys(world.hosts[host]!.netns).find((key) => key.startsWith(beginning)) ?? what);
}

interface Answered {
  readonly tool: string;
  readonly line: string;
  readonly ours: string;
  readonly real: string;
}

const judge = (scenario: string, { tool, line, ours, real }: Answered): Outcome => ({
  tool,
  scenario,
  line,
  verdict: ours === real ? 'identical' : 'different',
  ours,
  real,
});

/** A question to both sides; ours was answered already. */
interface Question {
  readonly tool: string;
  readonly line: string;
  readonly ours: string;
  ask(): Promise<string>;
}

type Asked = Pick<Scenario, 'probes' | 'thorough' | 'shares' | 'sticky'>;

async function compareStates(world: World, parts: Namespaces, name: string, asked: Asked): Promise<readonly Outcome[]> {
  const outcomes = (await untilAlike(await tableQuestions(world, parts))).map((one) => judge(name, one));
  const rest = [...(await ruleQuestions(world, parts)), ...(await lookupQuestions(world, parts, asked.probes))];
  if (asked.thorough) rest.push(...(await detailQuestions(world, parts)));
  outcomes.push(...(await askAll(rest)).map((one) => judge(name, one)));
  const probed = await inParallel(asked.probes, (probe) => compareProbe(world, parts, probe, asked.sticky ?? false));
  outcomes.push(...probed.flat().map((one) => judge(name, { tool: 'curl', ...one })));
  if (asked.shares) outcomes.push(judge(name, await compareShares(world, parts, asked.shares)));
  return outcomes;
}

const askAll = (questions: readonly Question[]): Promise<readonly Answered[]> =>
  inParallel(questions, async (question) => ({ ...question, real: await question.ask() }));

/** The daemons are asked until all tables at once are as ours; what still differs then, differs. */
async function untilAlike(questions: readonly Question[]): Promise<readonly Answered[]> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answers = await askAll(questions);
    if (answers.every(({ ours, real }) => ours === real) || Date.now() > end) return answers;
    await sleep(1000);
  }
}

/** Ours, in a world that the question leaves as it was. */
const ours = async (world: World, host: string, line: string) => {
  const { stdout, stderr } = await testSession(createSim(world), host, { settle: false }).type(`sudo ${line}`);
  return stdout + stderr;
};

const hostsOf = (world: World) => Object.values(world.hosts).filter((host) => host.up && host.kind !== 'gateway');
const bastionOf = (world: World) => Object.values(world.hosts).find((host) => host.kind === 'bastion')!.name;

async function tableQuestions(world: World, parts: Namespaces): Promise<readonly Question[]> {
  const questions: Question[] = [];
  for (const { name, daemons } of hostsOf(world)) {
    questions.push(await onHost(world, parts, name, 'ip route'));
    if (!daemons.bird?.running) continue;
    for (const command of ['show protocols', 'show route']) questions.push(await ofBird(world, parts, name, command, maskBird));
  }
  return questions;
}

/** A line of a host, with root's rights on both sides. */
async function onHost(
  world: World,
  parts: Namespaces,
  host: string,
  line: string,
  mask = (text: string) => text,
): Promise<Question> {
  const [tool = ''] = line.split(/[ -]/);
  return {
    tool,
    line: `${host}: ${line}`,
    ours: mask(await ours(world, host, line)),
    ask: async () => {
      const { stdout, stderr } = await parts.run({ host, netns: '' }, line.split(' '));
      return mask(stdout + stderr);
    },
  };
}

async function ofBird(
  world: World,
  parts: Namespaces,
  host: string,
  command: string,
  mask: (text: string) => string,
): Promise<Question> {
  return {
    tool: 'birdc',
    line: `${host}: birdc ${command}`,
    ours: mask(await ours(world, host, `birdc ${command}`)),
    ask: async () => mask(await parts.birdc(host, command)),
  };
}

async function ruleQuestions(world: World, parts: Namespaces): Promise<readonly Question[]> {
  const questions: Question[] = [];
  for (const { name } of hostsOf(world).filter(({ kind }) => kind === 'node')) {
    for (const line of ['iptables-save', 'iptables -t nat -L -n'])
      questions.push(await onHost(world, parts, name, line, maskRules));
  }
  return questions;
}

/** Each address that is asked for, from each host. The choice among next hops is the kernel's own: any of them is right. */
async function lookupQuestions(world: World, parts: Namespaces, probes: readonly Probe[]): Promise<readonly Question[]> {
  const addresses = new Set(probes.map(({ url }) => new URL(urlOf(world, url)).hostname));
  for (const host of Object.values(world.hosts)) addresses.add(host.address);
  const questions: Question[] = [];
  for (const { name } of hostsOf(world)) {
    for (const address of addresses) {
      const ways = nextHopsOf(world, { host: name, netns: '' }, address);
      // Rules that this comparison itself added make a kernel name the table.
      const unnamed = (text: string) => (parts.hasRules(name) ? text.replace(/^(local .*) table local /, '$1 ') : text);
      const mask = (text: string) =>
        unnamed(text).replace(/ via (\S+)/, (word, via: string) => (ways.includes(via) ? ' via one of the next hops' : word));
      questions.push(await onHost(world, parts, name, `ip route get ${address}`, mask));
    }
  }
  return questions;
}

async function detailQuestions(world: World, parts: Namespaces): Promise<readonly Question[]> {
  const questions: Question[] = [];
  for (const { name } of hostsOf(world).filter(({ daemons }) => daemons.bird?.running)) {
    for (const command of ['show protocols all', 'show route all', 'show status', 'show interfaces'])
      questions.push(await ofBird(world, parts, name, command, maskBirdDetails));
  }
  return questions;
}

export async function textsOf(sim: Sim): Promise<Readonly<Record<string, HostTexts>>> {
  const texts: Record<string, HostTexts> = {};
  for (const { name } of hostsOf(sim.world()).filter(({ kind }) => kind === 'node')) {
    texts[name] = { rules: await ours(sim.world(), name, 'iptables-save'), sets: await ours(sim.world(), name, 'ipset save') };
  }
  return texts;
}

/** How many programs run at a time: most of them wait for an answer. */
const WIDTH = 8;

async function inParallel<T, U>(items: readonly T[], act: (item: T) => Promise<U>): Promise<readonly U[]> {
  const results: U[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await act(items[at]!);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
  return results;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
