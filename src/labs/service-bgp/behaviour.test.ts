/** What must come out of the lab's world beyond the recorded transcript: policies, scale, hashing, sources, faults, the bastion's router. */
import { beforeEach, describe, expect, it } from 'vitest';
import { loadWorld, type Sim, type World } from '../../engine/index.ts';
import { runLine, testSession } from '../../shell/testing.ts';
import { worlds } from '../../worlds/index.ts';

const booted: World = loadWorld(worlds.yaobank!).world();

const ADVERTISE = 'calicoctl apply -f 3.2-default-bgp.yaml';
const LOCAL = `kubectl patch svc -n yaobank customer -p '{"spec":{"externalTrafficPolicy":"Local"}}'`;
const CLUSTER = `kubectl patch svc -n yaobank customer -p '{"spec":{"externalTrafficPolicy":"Cluster"}}'`;
const EXTERNAL = `calicoctl patch BGPConfig default --patch '{"spec": {"serviceExternalIPs": [{"cidr": "10.50.0.0/24"}]}}'`;
const ASSIGN = `kubectl patch svc -n yaobank customer -p '{"spec": {"externalIPs": ["10.50.0.10"]}}'`;
const UNPIN = `kubectl patch deployment -n yaobank customer --type json -p '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]'`;
const scale = (n: number) => `kubectl scale deployment -n yaobank customer --replicas ${n}`;

let sim: Sim;
let host1: ReturnType<typeof testSession>;

beforeEach(() => {
  sim = loadWorld(worlds.yaobank!, booted);
  host1 = testSession(sim, 'host1');
});

async function type(...lines: readonly string[]): Promise<string> {
  let last = '';
  for (const line of lines) {
    const { stdout, stderr } = await host1.type(line);
    last = stdout + stderr;
    sim.settle();
  }
  return last;
}

/** `ip route` of host1 from 10.49 on: what the lab changes. */
const routes = async () => (await type('ip route')).split('\n').slice(4).join('\n');

const RANGE = `10.49.0.0/16 proto bird 
\tnexthop via 10.0.1.20 dev ens5 weight 1 
\tnexthop via 10.0.1.30 dev ens5 weight 1 
\tnexthop via 10.0.1.31 dev ens5 weight 1 
`;
const EXTERNAL_RANGE = RANGE.replace('10.49.0.0/16', '10.50.0.0/24');

describe('routes', () => {
  it('the external IP has its own /32 under Local, and both /32s go with the policy', async () => {
    await type(ADVERTISE, LOCAL, EXTERNAL, ASSIGN);
    expect(await routes()).toBe(
      `${RANGE}10.49.50.18 via 10.0.1.31 dev ens5 proto bird \n${EXTERNAL_RANGE}10.50.0.10 via 10.0.1.31 dev ens5 proto bird \n`,
    );
    await type(CLUSTER);
    expect(await routes()).toBe(RANGE + EXTERNAL_RANGE);
  });

  it('two customers on two nodes: the /32 has two next hops', async () => {
    await type(ADVERTISE, LOCAL, UNPIN, scale(2));
    expect(await routes()).toBe(`${RANGE}10.49.50.18 proto bird 
\tnexthop via 10.0.1.30 dev ens5 weight 1 
\tnexthop via 10.0.1.31 dev ens5 weight 1 
`);
  });

  it('no customer: the /32 goes, the cluster IP hangs, the node port is refused', async () => {
    await type(ADVERTISE, LOCAL, scale(0));
    expect(await routes()).toBe(RANGE);
    expect(await type('curl -sS -m 3 10.49.50.18')).toMatch(/^curl: \(28\) Connection timed out after 300\d milliseconds\n$/);
    expect(await type('curl -sS 10.0.1.20:30180')).toBe(
      "curl: (7) Failed to connect to 10.0.1.20 port 30180 after 0 ms: Couldn't connect to server\n",
    );
  });

  it('deleting the configuration withdraws', async () => {
    await type(ADVERTISE, LOCAL, 'calicoctl delete bgpconfig default');
    expect(await routes()).toBe('');
  });

  it('applying the first file again drops the external range', async () => {
    await type(ADVERTISE, EXTERNAL);
    expect(await routes()).toBe(RANGE + EXTERNAL_RANGE);
    await type(ADVERTISE);
    expect(await routes()).toBe(RANGE);
  });

  it('an unmasked range is refused in calicoctl’s words', async () => {
    await type(ADVERTISE);
    expect(await type(`calicoctl patch BGPConfig default -p '{"spec": {"serviceExternalIPs": [{"cidr": "10.50.0.10/24"}]}}'`)).toBe(
      "Hit error: updating existing resource: error with field CIDR = '10.50.0.10/24' (Reason: failed to validate Field: CIDR because of Tag: net )\n",
    );
  });
});

describe('hashing', () => {
  const entries = () =>
    sim
      .world()
      .flows.filter((t) => t.flow.dst === '10.49.213.58')
      .map((t) => t.hops[1]!.place.host);

  it('six requests to one address enter by one node; with ports hashed they spread', async () => {
    await type(ADVERTISE, ...Array.from({ length: 6 }, () => 'curl -s -o /dev/null 10.49.213.58'));
    expect(entries().length).toBe(6);
    expect(new Set(entries()).size).toBe(1);
    expect(await type('sudo sysctl -w net.ipv4.fib_multipath_hash_policy=1')).toBe('net.ipv4.fib_multipath_hash_policy = 1\n');
    await type(...Array.from({ length: 12 }, () => 'curl -s -o /dev/null 10.49.213.58'));
    expect(new Set(entries().slice(6)).size).toBeGreaterThan(1);
  });
});

describe('the address the pod sees', () => {
  const seen = async (from: string, url: string): Promise<string | undefined> => {
    const before = sim.world().flows.at(-1)?.id;
    const { exitCode } = await runLine(sim, from, `curl -s -m 3 -o /dev/null ${url}`);
    const flow = sim.world().flows.findLast((t) => t.flow.from.host === from && t.flow.from.netns === '' && t.flow.proto === 'tcp');
    return exitCode === 0 && flow?.id !== before ? flow?.received?.header.src : undefined;
  };

  it.each([
    ['Cluster', 'host1', '10.0.1.31:30180', '10.0.1.31'],
    ['Cluster', 'host1', '10.0.1.20:30180', '10.0.1.20'],
    ['Local', 'host1', '10.49.50.18', '10.0.1.31'],
    ['Local', 'host1', '10.50.0.10', '10.0.1.10'],
    ['Local', 'host1', '10.0.1.31:30180', '10.0.1.10'],
    ['Local', 'host1', '10.0.1.20:30180', undefined],
    ['Local', 'host1', '10.0.1.30:30180', undefined],
    ['Local', 'control1', '10.0.1.20:30180', '10.0.1.20'],
    ['Local', 'control1', '10.49.50.18', '10.0.1.20'],
    ['Local', 'control1', '10.50.0.10', '10.0.1.20'],
  ])('%s, %s → %s: %s', async (policy, from, url, source) => {
    await type(ADVERTISE, EXTERNAL, ASSIGN, policy === 'Local' ? LOCAL : CLUSTER);
    expect(await seen(from, url)).toBe(source);
  });

  it('under Cluster the cluster IP and the external IP show the node they entered by', async () => {
    await type(ADVERTISE, EXTERNAL, ASSIGN);
    for (const url of ['10.49.50.18', '10.50.0.10']) {
      const source = await seen('host1', url);
      const entry = sim.world().flows.findLast((t) => t.flow.dst === url)!.hops[1]!.place.host;
      expect(source).toBe(sim.world().hosts[entry]!.address);
    }
  });

  it('a pod that asks for its own service is masqueraded (hairpin)', async () => {
    const pod = Object.keys(sim.world().hosts.worker2!.netns).find((key) => key.startsWith('yaobank/customer-'))!;
    await runLine(sim, { host: 'worker2', netns: pod }, 'curl -s -o /dev/null http://10.49.50.18/');
    const flow = sim.world().flows.findLast((t) => t.flow.from.netns === pod && t.flow.dst === '10.49.50.18');
    expect(flow?.received?.header.src).toBe('10.0.1.31');
  });
});

describe('faults', () => {
  const power = (on: boolean) => sim.dispatch({ type: 'fault', fault: 'host-down', host: 'worker2', on });

  it('a node without power keeps its routes until the hold timer, then loses them; back on, they return', async () => {
    await type(ADVERTISE, LOCAL);
    power(true);
    sim.advance(150_000);
    expect(await routes()).toBe(`${RANGE}10.49.50.18 via 10.0.1.31 dev ens5 proto bird \n`);
    sim.advance(100_000);
    expect(await routes()).toBe(RANGE.replace('\tnexthop via 10.0.1.31 dev ens5 weight 1 \n', ''));
    power(false);
    sim.settle();
    sim.advance(60_000);
    expect(await routes()).toBe(`${RANGE}10.49.50.18 via 10.0.1.31 dev ens5 proto bird \n`);
  });

  it('a stopped BIRD restarts gracefully: stale routes stay for its restart time, then go', async () => {
    await type(ADVERTISE, LOCAL);
    sim.dispatch({ type: 'fault', fault: 'daemon-stopped', host: 'worker2', what: 'bird', on: true });
    sim.advance(60_000);
    expect(await routes()).toBe(`${RANGE}10.49.50.18 via 10.0.1.31 dev ens5 proto bird \n`);
    sim.advance(120_000);
    expect(await routes()).toBe(RANGE.replace('\tnexthop via 10.0.1.31 dev ens5 weight 1 \n', ''));
  });

  it('a node is excluded by the label’s value true alone', async () => {
    await type(ADVERTISE, 'kubectl label node worker1 node.kubernetes.io/exclude-from-external-load-balancers=');
    expect(await routes()).toBe(RANGE);
    await type('kubectl label node worker1 node.kubernetes.io/exclude-from-external-load-balancers=true --overwrite');
    expect(await routes()).toBe(RANGE.replace('\tnexthop via 10.0.1.30 dev ens5 weight 1 \n', ''));
  });

  it('a pod that is not ready takes the /32 with it', async () => {
    await type(ADVERTISE, LOCAL);
    const pod = Object.keys(sim.world().hosts.worker2!.netns).find((key) => key.startsWith('yaobank/customer-'))!;
    sim.dispatch({ type: 'fault', fault: 'pod-unready', host: 'worker2', what: pod, on: true });
    sim.advance(30_000);
    expect(await routes()).toBe(RANGE);
  });
});

describe('the bastion’s router', () => {
  it('has one next hop without merge paths', async () => {
    await type(ADVERTISE, 'sudo sed -i "s/merge paths on;//" /etc/bird/bird.conf', 'sudo systemctl restart bird');
    sim.advance(20_000);
    expect(await routes()).toMatch(/^10\.49\.0\.0\/16 via 10\.0\.1\.\d\d dev ens5 proto bird \n$/);
  });

  it('never sees a range its import filter rejects', async () => {
    await type(ADVERTISE, EXTERNAL, 'sudo sed -i "s/, 10.50.0.0\\/24+//" /etc/bird/bird.conf', 'sudo birdc configure');
    sim.advance(20_000);
    expect(await routes()).toBe(RANGE);
  });
});

describe('what a virtual address is not', () => {
  it('it does not answer ping, though curl works', async () => {
    await type(ADVERTISE);
    const { exitCode, stdout } = await host1.type('ping -c 2 10.49.50.18');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/2 packets transmitted, 0 received, 100% packet loss, time \d+ms/);
    expect((await host1.type('curl -s -o /dev/null 10.49.50.18')).exitCode).toBe(0);
  });

  it('an unused address hangs, a wrong node port is refused', async () => {
    await type(ADVERTISE);
    expect((await host1.type('curl -s -m 3 10.49.1.2')).exitCode).toBe(28);
    expect((await host1.type('curl -s 10.0.1.20:30999')).exitCode).toBe(7);
  });
});
