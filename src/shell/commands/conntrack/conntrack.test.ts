import { expect, test } from 'vitest';
import { createSim, loadWorld, type Sim } from '../../../engine/index.ts';
import { worlds } from '../../../worlds/index.ts';
import { process, runCommand } from '../testing-process.ts';
import { conntrack } from './index.ts';

const world = loadWorld(worlds.yaobank!).world();

/** A world in which host1 has just asked worker2's node port for customer's page, and pinged it. */
function started(): Sim {
  const sim = createSim(world);
  sim.dispatch({ type: 'conntrack', place: { host: 'worker2', netns: '' } });
  const from = { host: 'host1', netns: '' };
  sim.dispatch({ type: 'flow', flow: { from, proto: 'tcp', dst: '10.0.1.31', dport: 30180, sport: 40000 } });
  sim.dispatch({ type: 'flow', flow: { from, proto: 'icmp', dst: '10.0.1.31', dport: 0, sport: 7 } });
  return sim;
}
const summary = (text: string) => `conntrack v1.4.7 (conntrack-tools): ${text}\n`;
/** The port a masquerade picked is random. */
const masked = (text: string) => text.replace(/(dst=10\.0\.1\.31 sport=80 dport=)\d+/, '$1X');

test('-L shows both directions, NAT included, and how many there are', async () => {
  const { stdout, ...rest } = await runCommand(conntrack, started(), 'worker2', '-L');
  expect(masked(stdout)).toBe(
    `tcp      6 120 TIME_WAIT src=10.0.1.10 dst=10.0.1.31 sport=40000 dport=30180 packets=4 bytes=216 src=10.48.0.134 dst=10.0.1.31 sport=80 dport=X packets=3 bytes=164 [ASSURED] mark=0 use=1
icmp     1 30 src=10.0.1.10 dst=10.0.1.31 type=8 code=0 id=7 packets=1 bytes=84 src=10.0.1.31 dst=10.0.1.10 type=0 code=0 id=7 packets=1 bytes=84 mark=0 use=1
`,
  );
  expect(rest).toEqual({ stderr: summary('2 flow entries have been shown.'), exitCode: 0 });
});

test('filters: protocol, addresses, ports, state, NAT', async () => {
  const sim = started();
  const shown = async (line: string) => (await runCommand(conntrack, sim, 'worker2', `-L ${line}`)).stdout.split('\n').length - 1;
  expect({
    '-p icmp': await shown('-p icmp'),
    '-p tcp --dport 30180': await shown('-p tcp --dport 30180'),
    '-p tcp --dport 80': await shown('-p tcp --dport 80'),
    '-p tcp --state TIME_WAIT': await shown('-p tcp --state TIME_WAIT'),
    '-d 10.0.1.0/24': await shown('-d 10.0.1.0/24'),
    '-r 10.48.0.134': await shown('-r 10.48.0.134'),
    '--dst-nat': await shown('--dst-nat'),
    '--src-nat': await shown('--src-nat'),
  }).toEqual({
    '-p icmp': 1,
    '-p tcp --dport 30180': 1,
    '-p tcp --dport 80': 0,
    '-p tcp --state TIME_WAIT': 1,
    '-d 10.0.1.0/24': 2,
    '-r 10.48.0.134': 1,
    '--dst-nat': 1,
    '--src-nat': 1,
  });
});

test('-D removes what it shows, -F all, -C counts', async () => {
  const sim = started();
  const run = (line: string) => runCommand(conntrack, sim, 'worker2', line);
  expect((await run('-D -p icmp')).stderr).toBe(summary('1 flow entries have been deleted.'));
  expect(await run('-D -p icmp')).toEqual({ stdout: '', stderr: summary('0 flow entries have been deleted.'), exitCode: 1 });
  expect(await run('-C')).toEqual({ stdout: '1\n', stderr: '', exitCode: 0 });
  expect(await run('-F')).toEqual({ stdout: '', stderr: summary('connection tracking table has been emptied.'), exitCode: 0 });
  expect(await run('-L')).toEqual({ stdout: '', stderr: summary('0 flow entries have been shown.'), exitCode: 0 });
});

test('-E prints what happens until Ctrl-C', async () => {
  const sim = started();
  const stop = new AbortController();
  let stdout = '';
  let stderr = '';
  const watcher = process(
    sim,
    'worker2',
    true,
    (text, fd) => {
      if (fd === 1) stdout += text;
      else stderr += text;
    },
    stop.signal,
  );
  const ended = conntrack.run(watcher, ['-E', '-p', 'tcp']);
  sim.dispatch({
    type: 'flow',
    flow: { from: { host: 'host1', netns: '' }, proto: 'tcp', dst: '10.0.1.31', dport: 30180, sport: 40001 },
  });
  stop.abort();
  expect(await ended).toBe(0);
  const tuples = 'src=10.0.1.10 dst=10.0.1.31 sport=40001 dport=30180';
  const reply = 'src=10.48.0.134 dst=10.0.1.31 sport=80 dport=X';
  expect(stdout.replace(/(dst=10\.0\.1\.31 sport=80 dport=)\d+/g, '$1X')).toBe(
    `    [NEW] tcp      6 120 SYN_SENT ${tuples} [UNREPLIED] ${reply}
 [UPDATE] tcp      6 60 SYN_RECV ${tuples} ${reply}
 [UPDATE] tcp      6 432000 ESTABLISHED ${tuples} ${reply} [ASSURED]
 [UPDATE] tcp      6 120 FIN_WAIT ${tuples} ${reply} [ASSURED]
 [UPDATE] tcp      6 60 CLOSE_WAIT ${tuples} ${reply} [ASSURED]
 [UPDATE] tcp      6 30 LAST_ACK ${tuples} ${reply} [ASSURED]
 [UPDATE] tcp      6 120 TIME_WAIT ${tuples} ${reply} [ASSURED]
`,
  );
  expect(stderr).toBe(summary('7 flow events have been shown.'));
});

test('refusals in the real tool’s words', async () => {
  const sim = started();
  const hint = "Try `conntrack -h' or 'conntrack --help' for more information.\n";
  const refused = (text: string) => ({ stdout: '', stderr: summary(text) + hint, exitCode: 2 });
  const run = (line: string, root = true) => runCommand(conntrack, sim, 'worker2', line, root);
  expect(await run('-X')).toEqual(refused("unknown option `-X'"));
  expect(await run('-L -F')).toEqual(refused('Invalid commands combination'));
  expect(await run('-L -p foo')).toEqual(refused("`foo' unsupported protocol"));
  expect(await run('-L -s foo')).toEqual(refused("Invalid IP address `foo'"));
  expect(await run('-L foo')).toEqual(refused("unknown type `foo'"));
  expect(await run('-L --dport 80')).toEqual(refused("unknown option `--dport'"));
  expect(await run('-C -p tcp')).toEqual(refused("Illegal option `--protonum' with this command"));
  expect(await run('-L', false)).toEqual({
    stdout: '',
    stderr: summary('Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do this'),
    exitCode: 1,
  });
});
