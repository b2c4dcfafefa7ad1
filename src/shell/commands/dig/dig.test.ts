/** Expected texts: dig and nslookup 9.18.49 (Debian 12) against a server that answered as CoreDNS does; ids, cookies and times are ours. */
import { expect, test } from 'vitest';
import { loadWorld, type Sim } from '../../../engine/index.ts';
import { worlds } from '../../../worlds/index.ts';
import type { Command, Process } from '../../command.ts';
import { nslookup } from '../nslookup/index.ts';
import { process } from '../testing-process.ts';
import { dig } from './index.ts';

const sim: Sim = loadWorld(worlds.yaobank!);
const customer = Object.values(sim.world().clusters.kubernetes!.api.objects.pods!).find(
  (pod) => pod.metadata.labels?.app === 'customer',
)!;
const DNS = '10.49.0.10';

/** Runs a command in the customer's pod; what it printed, with the parts that vary masked. */
async function inPod(command: Command, line: string): Promise<readonly [text: string, exitCode: number]> {
  let text = '';
  const around: Process = {
    ...process(sim, 'worker2', true, (piece) => {
      text += piece;
    }),
    place: { host: 'worker2', netns: `yaobank/${customer.metadata.name}` },
    sleep: async (ms) => sim.advance(ms),
  };
  const exitCode = await command.run(around, line.split(' '));
  const masked = text
    .replace(/id: \d+/, 'id: ID')
    .replace(/COOKIE: \w+/, 'COOKIE: C')
    .replace(/WHEN: .*/, 'WHEN: W');
  return [masked, exitCode];
}

test('dig prints an answer', async () => {
  expect(await inPod(dig, 'summary.yaobank.svc.cluster.local')).toEqual([
    `
; <<>> DiG 9.18.49-1~deb12u3-Debian <<>> summary.yaobank.svc.cluster.local
;; global options: +cmd
;; Got answer:
;; WARNING: .local is reserved for Multicast DNS
;; You are currently testing what happens when an mDNS query is leaked to DNS
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: ID
;; flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1
;; WARNING: recursion requested but not available

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232
; COOKIE: C (echoed)
;; QUESTION SECTION:
;summary.yaobank.svc.cluster.local. IN	A

;; ANSWER SECTION:
summary.yaobank.svc.cluster.local. 30 IN A	10.49.213.58

;; Query time: 1 msec
;; SERVER: ${DNS}#53(${DNS}) (UDP)
;; WHEN: W
;; MSG SIZE  rcvd: 123

`,
    0,
  ]);
});

test.each([
  ['+short summary.yaobank.svc.cluster.local', '10.49.213.58\n'],
  ['+noall +answer -x 10.49.213.58', '58.213.49.10.in-addr.arpa. 30	IN	PTR	summary.yaobank.svc.cluster.local.\n'],
  [
    '+noall +answer -t SRV _http._tcp.customer.yaobank.svc.cluster.local',
    '_http._tcp.customer.yaobank.svc.cluster.local. 30 IN SRV 0 100 80 customer.yaobank.svc.cluster.local.\n',
  ],
  ['+noall +answer nosuch.yaobank.svc.cluster.local', ''],
])('dig %s', async (line, text) => {
  expect(await inPod(dig, line)).toEqual([text, 0]);
});

test('dig tells when nobody listens, and when nobody answers', async () => {
  expect(await inPod(dig, '+short +tries=1 @10.0.1.30 x')).toEqual([
    ';; communications error to 10.0.1.30#53: connection refused\n;; no servers could be reached\n',
    9,
  ]);
  const before = sim.world().now;
  const [text, exitCode] = await inPod(dig, '+time=1 +tries=2 @192.0.2.1 x');
  expect([text.split('\n').slice(0, 2), exitCode, sim.world().now - before]).toEqual([
    [';; communications error to 192.0.2.1#53: timed out', ';; communications error to 192.0.2.1#53: timed out'],
    9,
    2000,
  ]);
});

test('dig refuses options it does not know', async () => {
  expect((await inPod(dig, '+bogus x'))[0].split('\n')[0]).toBe('Invalid option: +bogus');
  expect(await inPod(dig, '+trace x')).toEqual(['dig +trace: not simulated in this lab\n', 1]);
});

test.each([
  ['summary', `Server:\t\t${DNS}\nAddress:\t${DNS}#53\n\nName:\tsummary.yaobank.svc.cluster.local\nAddress: 10.49.213.58\n\n`, 0],
  ['10.49.213.58', '58.213.49.10.in-addr.arpa\tname = summary.yaobank.svc.cluster.local.\n\n', 0],
  [
    'www.example.com',
    `;; Got SERVFAIL reply from ${DNS}\nServer:\t\t${DNS}\nAddress:\t${DNS}#53\n\n** server can't find www.example.com: SERVFAIL\n\n`,
    1,
  ],
])('nslookup %s', async (name, text, exitCode) => {
  expect(await inPod(nslookup, name)).toEqual([text, exitCode]);
});

test('a type may stand before the name', async () => {
  const [asked] = await inPod(dig, 'SRV _http._tcp.summary.yaobank.svc.cluster.local +short');
  const [after] = await inPod(dig, '_http._tcp.summary.yaobank.svc.cluster.local SRV +short');
  expect(asked).toBe(after);
  expect(asked).toMatch(/^0 100 80 summary\.yaobank\.svc\.cluster\.local\.$/m);
});
