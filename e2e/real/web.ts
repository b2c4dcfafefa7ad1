/**
 * Holds clients and listeners of the network against the real ones where there is something to talk to: curl's every word to a server
 * that answers, nc, what tcpdump and conntrack see of it. The lab's end is rebuilt from namespaces (routing/namespaces.ts), the
 * simulated programs answer on real sockets (web/relay.ts), and each line of web/lines.txt is given to bash on both sides.
 *
 * `@ NAME` in lines.txt: the lines after it are typed on that host. Masked on both sides: clocks, durations and speeds, the ports the
 * kernel picks, and of TCP what it draws (sequence numbers, time stamps) or tunes (windows).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSim, loadWorld, type World } from '../../src/engine/index.ts';
import { type LineResult, testSession } from '../../src/shell/testing.ts';
import { worlds } from '../../src/worlds/index.ts';
import type { Outcome } from './outcome.ts';
import { textsOf } from './routing/compare.ts';
import { Namespaces } from './routing/namespaces.ts';
import { ADVERTISE, ASSIGN, EXTERNAL, policy } from './routing/words.ts';
import { compareCaptures } from './web/captures.ts';
import { Relay } from './web/relay.ts';

const SCENARIO = 'the lab’s end';
const PATIENCE_MS = 20_000;
/** What a line is about. */
const TOOL = /curl|tcpdump|conntrack|nc/;

/** @param prefix of the namespaces made here; @param every only each n-th line */
export async function compareWeb(root: string, prefix: string, every = 1): Promise<readonly Outcome[]> {
  const sim = loadWorld(worlds.yaobank!);
  const session = testSession(sim, 'host1');
  for (const line of [ADVERTISE, EXTERNAL, ASSIGN, policy('Local')]) await session.type(line);
  sim.settle();
  const world = sim.world();
  const parts = new Namespaces(world, new Relay(sim), prefix);
  const folder = mkdtempSync(join(tmpdir(), 'nexthop-web-'));
  const outcomes: Outcome[] = [];
  try {
    await parts.build(await textsOf(sim));
    const sessions = Object.keys(world.hosts).filter((name) => world.hosts[name]!.kind === 'node');
    await parts.converge({ host1: sessions.length });
    for (const { host, line } of readLines(root).filter((_, i) => i % every === 0)) {
      const ours = masked(await askOurs(world, host, line));
      // In a folder of its own: lines write files, and remove them.
      const inFolder = `cd ${folder}; ${line}`;
      const ask = async () => masked(await parts.run({ host, netns: '' }, ['bash', '-c', inFolder], PATIENCE_MS));
      let real = await ask();
      // A machine under load may need a second try; what really differs goes on to differ.
      if (real !== ours) real = await ask();
      const verdict = ours === real ? 'identical' : 'different';
      outcomes.push({ tool: TOOL.exec(line)![0], scenario: SCENARIO, line: `${host}: ${line}`, verdict, ours, real });
    }
  } finally {
    parts.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
  return [...outcomes, ...(await compareCaptures(root, world, every))];
}

async function askOurs(world: World, host: string, line: string): Promise<LineResult> {
  const session = testSession(createSim(world), host, { settle: false });
  const patience = setTimeout(() => session.interrupt(), PATIENCE_MS);
  try {
    return await session.type(`sudo bash -c ${quoted(line)}`);
  } finally {
    clearTimeout(patience);
  }
}

function readLines(root: string): readonly { readonly host: string; readonly line: string }[] {
  let host = 'host1';
  return readFileSync(join(root, 'e2e/real/web/lines.txt'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const at = /^@ (\S+)$/.exec(line)?.[1];
      host = at ?? host;
      return at !== undefined || line === '' || line.startsWith('#') ? [] : [{ host, line }];
    });
}

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function masked({ stdout, stderr, exitCode }: LineResult): string {
  return (
    `${stdout}--\n${stderr}[${exitCode}]`
      .replace(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, 'DATE')
      .replace(/after \d+ (ms|milliseconds)/g, 'after N $1')
      // The meter's speeds, average and current: no two runs are equally fast.
      .replace(/( +\d+) +[\d.kM]+ +[\d.kM]+ +((?:[-\d]+:[-\d]+:[-\d]+ +){2}[-\d]+:[-\d]+:[-\d]+) +[\d.kM]+/g, '$1 SPEEDS $2 SPEED')
      // On a machine under load it is drawn more often.
      .replace(/(\r {2}0[^\r\n]* SPEED)\1+/g, '$1')
      .replace(/, id (?!0,)\d+, offset/g, ', id N, offset')
      .replace(/\b(3[2-9]|4\d|5\d|60)\d{3}\b/g, 'PORT')
      .replace(/\b0\.\d{6}\b/g, 'SECONDS')
      .replace(/\b0x[\da-f]{9,}\b/g, 'ADDRESS')
      .replace(/^\d\d:\d\d:\d\d\.\d{6} /gm, 'TIME ')
      .replace(/\b(seq|ack) \d{4,}(:\d{4,})?/g, '$1 N')
      .replace(/\b(icmp +1 |tcp +6 )\d+ /g, '$1N ')
      .replace(/\b(id|portid)=\d+/g, '$1=N')
      .replace(/\b([sd]port)=(?!80 |30\d{3} )\d+/g, '$1=PORT')
      .replace(/\bwin \d+/g, 'win N')
      .replace(/\bwscale \d+/g, 'wscale N')
      .replace(/, id \d+, seq/g, ', id N, seq')
      // A veth leaves checksums to be filled in, an ethernet card has filled in those of what it received.
      .replace(/\bcksum 0x[\da-f]{4} \((correct|incorrect -> 0x[\da-f]{4})\)/g, 'cksum SUM')
      .replace(/\[(udp sum ok|bad udp cksum 0x[\da-f]{4} -> 0x[\da-f]{4}!)\]/g, '[UDP SUM]')
      // MASQUERADE --random-fully takes any port.
      .replace(/\b(IP 10\.0\.1\.31)\.\d+ > |> (10\.0\.1\.31)\.(?!30\d{3}:)\d+:/g, (_all, src, dst) =>
        src ? `${src}.PORT > ` : `> ${dst}.PORT:`,
      )
      // Whether a FIN's ACK goes alone or with the other FIN is the scheduler's chance.
      .replace(/^ \[UPDATE\] tcp .* CLOSE_WAIT .*\n/gm, '')
      .replace(/\b\d+ flow events/g, 'N flow events')
      // Told only where the program is still there to be looked up.
      .replace(/ progname=conntrack$/gm, '')
      .replace(/TS val \d+ ecr \d+/g, 'TS val N ecr N')
  );
}
