import { expect, test } from 'vitest';
import { createSim } from '../../../engine/index.ts';
import { runCommand } from '../testing-process.ts';
import { ip } from './index.ts';
import lines from './recorded.json' with { type: 'json' };
import { masked, recordedWorld } from './testing-recorded.ts';

// Recorded from iproute2 6.1.0 on Linux 6.x by e2e/real/hosttools.ts: one line after another, state carried over.
test('every line answers as the real ip did, byte for byte, with its exit status', async () => {
  const sim = createSim(recordedWorld());
  const answers: string[][] = [];
  for (const [line] of lines as string[][]) {
    const { stdout, stderr, exitCode } = await runCommand(ip, sim, 'host1', line!.slice(3), true);
    answers.push([line!, masked(`${stdout}${stderr}[${exitCode}]`)]);
  }
  expect(answers).toEqual(lines);
});

test('without root the kernel refuses every change', async () => {
  const sim = createSim(recordedWorld());
  const before = sim.world();
  const changes = [
    'route add 10.9.0.0/16 via 10.0.1.31',
    'route del default',
    'addr add 10.0.1.12/24 dev ens5',
    'link set ens5 down',
    'neigh add 10.0.1.9 lladdr 02:00:00:00:00:09 dev ens5',
  ];
  for (const line of changes) {
    expect(await runCommand(ip, sim, 'host1', line, false)).toEqual({
      stdout: '',
      stderr: 'RTNETLINK answers: Operation not permitted\n',
      exitCode: 2,
    });
  }
  expect(sim.world()).toBe(before);
});

test('what is not simulated says so and changes nothing', async () => {
  const sim = createSim(recordedWorld());
  const lines_ = [
    'tunnel show',
    'route add 10.9.0.0/16 dev ens5 table 100',
    'link add d0 type dummy',
    'rule add from 10.0.0.0/8 table 100',
  ];
  const said = await Promise.all(lines_.map((line) => runCommand(ip, sim, 'host1', line, true)));
  expect(said.map(({ stderr, exitCode }) => [stderr, exitCode])).toEqual([
    ['ip: tunnel: not simulated in this lab\n', 1],
    ['ip: route table 100: not simulated in this lab\n', 1],
    ['ip: link add: not simulated in this lab\n', 1],
    ['ip: rule add: not simulated in this lab\n', 1],
  ]);
});
