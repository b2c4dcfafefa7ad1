import { expect, test } from 'vitest';
import { loadWorld } from '../engine/index.ts';
import { worlds } from '../worlds/index.ts';
import { testSession } from './testing.ts';

const NODE_PORT = '10.0.1.31:30180';

/** Lines of the bastion, one after another. */
async function said(...lines: readonly string[]): Promise<string> {
  const session = testSession(loadWorld(worlds.yaobank!), 'host1');
  let text = '';
  for (const line of lines) {
    const { stdout, stderr } = await session.type(line);
    text = stdout + stderr;
  }
  return text;
}

test('a SYN goes out again as Linux sends it, from the same port, until the way is open', async () => {
  const drop = 'sudo iptables -t raw -I PREROUTING -p tcp --dport 30180 -j DROP';
  const text = await said(
    `ssh 10.0.1.31 ${drop}`,
    `sudo timeout 9 tcpdump -ttttt -ni ens5 'tcp[tcpflags] & tcp-syn != 0' 2> /dev/null & sleep 0.1; (sleep 3.5; ssh 10.0.1.31 ${drop.replace('-I', '-D')}) & curl -s -o /dev/null -w '%{http_code}\\n' ${NODE_PORT}; wait`,
  );
  const syns = text.split('\n').filter((line) => / (\d+) > 10\.0\.1\.31\.30180| > 10\.0\.1\.31\.30180: Flags \[S\]/.test(line));
  const sent = syns.map((line) => /^ \d\d:00:(\d+\.\d).* IP 10\.0\.1\.10\.(\d+) > .*\[S\], seq (\d+)/.exec(line)!.slice(1));
  const [, port, seq] = sent[0]!;
  expect([text.split('\n').filter((line) => line === '200'), sent]).toEqual([
    ['200'],
    ['00.0', '01.0', '02.0', '03.0', '04.0'].map((at) => [at, port, seq]),
  ]);
});

test('what refuses a later SYN refuses the connection', async () => {
  const drop = 'sudo iptables -I INPUT -p tcp --dport 30999 -j DROP';
  expect(
    await said(
      `ssh 10.0.1.31 ${drop}`,
      `bash -c "(sleep 2.5; ssh 10.0.1.31 ${drop.replace('-I', '-D')}) & curl -sS 10.0.1.31:30999; nc -zvw 9 10.0.1.31 30999"`,
    ),
  ).toBe(
    "curl: (7) Failed to connect to 10.0.1.31 port 30999 after 3068 ms: Couldn't connect to server\nnc: connect to 10.0.1.31 port 30999 (tcp) failed: Connection refused\n",
  );
});
