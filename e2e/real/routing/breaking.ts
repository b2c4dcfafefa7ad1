/**
 * Journals that go on after the parts were built: what the learner does step by step, and what breaks. Timers run for real here, so
 * the ones that wait for a hold or restart timer take minutes.
 */
import type { Probe, Scenario, Turn } from './scenario.ts';
import { ADVERTISE, ASSIGN, all, EXT, EXTERNAL, nodePort, outside, policy, scale, unpin, VIP, yaobank } from './words.ts';

const LAB = [ADVERTISE, policy('Local'), EXTERNAL, ASSIGN];
const down = (host: string) => ({ fault: 'host-down', host });
const killed = (host: string, what = 'bird') => ({ fault: 'daemon-stopped', host, what });

/** A hold time of 30 s on the bastion, which its peers then agree to: it runs out 20 to 30 s after the last that was heard. */
const SHORT_HOLD = ['sudo sed -i "s/  multihop;/  multihop; hold time 30;/" /etc/bird/bird.conf', 'sudo systemctl restart bird'];
const SOON: Pick<Turn, 'name' | 'wait'> = { name: 'before the hold timer', wait: 3 };
const LATER: Pick<Turn, 'name' | 'wait'> = { name: 'after the hold timer', wait: 35 };

/**
 * Towards a lost node it is a matter of the kernel's random reachable time, and of what else was sent there meanwhile, whether ARP has
 * given up when a request comes: it is refused by ICMP or has to wait.
 */
const unanswered = ({ from, url }: Probe): Probe => ({ from, url, unanswered: true });
const KNOWN: Turn = { name: 'the node is known to be lost', wait: 15 };
const afterLoss = [...all, { from: 'control1', url: nodePort('10.0.1.31') }].map(unanswered);

/** Steps of the lab, one after the other: BIRD is told of each by `configure`, as confd does it. */
const stepByStep: readonly Turn[] = [
  { name: 'range advertised', lines: [ADVERTISE], wait: 2 },
  { name: 'Local', lines: [policy('Local')], wait: 2 },
  { name: 'external range', lines: [EXTERNAL], wait: 2 },
  { name: 'external IP', lines: [ASSIGN], wait: 2 },
  { name: 'Cluster again', lines: [policy('Cluster')], wait: 2 },
];

export const breaking: readonly Scenario[] = [
  yaobank('worker2 powered off, default timers', LAB, {
    turns: [
      { name: 'at once', faults: [down('worker2')], wait: 3 },
      { name: 'the node is known to be lost', wait: 60, probes: afterLoss },
      // The error wait of a minute is over too, and the pods of the node are not yet evicted.
      { name: 'after the hold timer', wait: 255, probes: afterLoss },
    ],
  }),
  yaobank('bird of worker2 killed', LAB, {
    turns: [
      { name: 'routes kept', faults: [killed('worker2')], wait: 10 },
      { name: 'after the restart timer', wait: 125 },
    ],
  }),
  yaobank('worker2 powered off', [...SHORT_HOLD, ...LAB], {
    turns: [
      { ...SOON, faults: [down('worker2')] },
      { ...LATER, probes: [] },
      { ...KNOWN, probes: afterLoss },
    ],
  }),
  yaobank('worker2 cut off', [...SHORT_HOLD, ADVERTISE, EXTERNAL, ASSIGN], {
    turns: [
      { ...SOON, faults: [{ fault: 'cable-cut', host: 'worker2', what: 'ens5' }] },
      { ...LATER, probes: [] },
      { ...KNOWN, probes: afterLoss },
    ],
  }),
  // The database is there: until the node is known to be lost, what the customer answers is a matter of time-outs within time-outs.
  yaobank('worker1 powered off, two customers', [...SHORT_HOLD, ...LAB, unpin(), scale(2)], {
    probes: outside,
    turns: [{ ...SOON, faults: [down('worker1')], probes: [] }, { ...LATER, probes: [] }, KNOWN],
  }),
  yaobank('the lab, step by step', [], { turns: stepByStep, probes: outside, quick: true }),
  yaobank('bird of worker2 killed and started', LAB, {
    turns: [
      { name: 'killed', faults: [killed('worker2')], wait: 5 },
      { name: 'started', faults: [{ ...killed('worker2'), on: false }], wait: 10 },
    ],
    probes: outside,
    quick: true,
  }),
  yaobank('bird of the bastion stopped', LAB, {
    turns: [
      { name: 'stopped', lines: ['sudo systemctl stop bird'], wait: 5 },
      { name: 'started', lines: ['sudo systemctl start bird'], wait: 10 },
    ],
    probes: outside,
  }),
  yaobank('BGPPeer deleted', LAB, {
    turns: [{ name: 'deleted', lines: ['calicoctl delete bgppeer bgppeer-global-64512'], wait: 10 }],
    probes: outside,
  }),
  yaobank('a session disabled', LAB, {
    turns: [
      { name: 'disabled', birdc: [['host1', 'disable worker2']], wait: 5 },
      { name: 'enabled', birdc: [['host1', 'enable worker2']], wait: 10 },
    ],
    probes: outside,
  }),
  yaobank('customer not ready', LAB, {
    turns: [
      { name: 'not ready', faults: [{ fault: 'pod-unready', host: 'worker2', what: '{pod yaobank/customer}' }], wait: 15 },
      {
        name: 'ready again',
        faults: [{ fault: 'pod-unready', host: 'worker2', what: '{pod yaobank/customer}', on: false }],
        wait: 15,
      },
    ],
  }),
  yaobank('customer deleted and made anew', LAB, {
    turns: [{ name: 'anew', lines: ['kubectl delete pod -n yaobank -l app=customer'], wait: 15 }],
  }),
  yaobank('customer scaled', [...LAB, unpin()], {
    turns: [
      { name: 'to two', lines: [scale(2)], wait: 10 },
      { name: 'to none', lines: [scale(0)], wait: 10 },
    ],
    probes: outside,
  }),
  yaobank('summary gone', [ADVERTISE], {
    turns: [{ name: 'the customer cannot answer', lines: [scale(0, 'summary')], wait: 5 }],
    probes: [...outside, { from: 'worker1', url: 'http://10.49.213.58/519940' }],
  }),
  yaobank('kube-proxy of worker2 stopped', [ADVERTISE, EXTERNAL, ASSIGN], {
    turns: [{ name: 'and the policy changed', faults: [killed('worker2', 'kubeProxy')], lines: [policy('Local')], wait: 5 }],
  }),
  yaobank('confd of worker2 stopped', [ADVERTISE, EXTERNAL, ASSIGN], {
    turns: [{ name: 'and the policy changed', faults: [killed('worker2', 'confd')], lines: [policy('Local')], wait: 5 }],
    probes: [VIP, EXT].map((url) => ({ from: 'host1', url })),
  }),
];
