import { expect, test } from 'vitest';
import { felixAgent } from '../daemons/felix/agent.ts';
import { kubeProxyAgent } from '../daemons/kube-proxy/agent.ts';
import { node, service, slice, view, withPods, worldOf } from '../daemons/kube-proxy/builders.ts';
import { parseCommandLine } from '../kernel/netfilter/parse.ts';
import { orderedChains, ruleSpec } from '../kernel/netfilter/print.ts';
import { UsageError } from '../kernel/netfilter/usage.ts';
import type { World } from '../world.ts';
import { iptablesInput } from './iptables.ts';

const NONE = worldOf(node('worker2', '10.0.1.31', view(), {}));
const place = { host: 'worker2', netns: '' };

/** Runs lines one after another; the last one's answer and the world. */
function run(lines: readonly string[], start: World = NONE) {
  let world = start;
  let result = { stdout: '', stderr: '', exitCode: 0 };
  for (const line of lines) {
    const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    ({ world, result } = iptablesInput.apply(world, { place, args }));
  }
  return { world, ...result };
}

const HINT = "Try `iptables -h' or 'iptables --help' for more information.\n";
const usage = (text: string) => ({ stdout: '', stderr: `iptables v1.8.9 (nf_tables): ${text}\n${HINT}`, exitCode: 2 });
const refusal = (text: string) => ({ stdout: '', stderr: `iptables: ${text}\n`, exitCode: 1 });
const answer = ({ stdout, stderr, exitCode }: ReturnType<typeof run>) => ({ stdout, stderr, exitCode });

test('rules come back as they are stored: normalised, in the order iptables prints', () => {
  const { stdout } = run([
    '-A INPUT -p tcp --dport http -s 10.0.0.5/24 -j DROP',
    '-A INPUT --protocol 6 --sport 1:2 ! --dport :1024 --src 1.2.3.0/255.255.255.0 -m comment --comment "two words" -j REJECT',
    '-A INPUT -s 1.2.3.4,5.6.7.8 -m conntrack --ctstate established,NEW -j ACCEPT',
    '-I INPUT 2 -i eth+ -m mark ! --mark 0x10/0xff -j MARK --and-mark 0x4',
    '-A INPUT -m statistic --mode random --probability 0.3333 -m addrtype ! --dst-type LOCAL',
    '-S INPUT',
  ]);
  expect(stdout).toBe(`-P INPUT ACCEPT
-A INPUT -s 10.0.0.0/24 -p tcp -m tcp --dport 80 -j DROP
-A INPUT -i eth+ -m mark ! --mark 0x10/0xff -j MARK --set-xmark 0x0/0xfffffffb
-A INPUT -s 1.2.3.0/24 -p tcp -m tcp --sport 1:2 ! --dport 0:1024 -m comment --comment "two words" -j REJECT --reject-with icmp-port-unreachable
-A INPUT -s 1.2.3.4/32 -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT
-A INPUT -s 5.6.7.8/32 -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT
-A INPUT -m statistic --mode random --probability 0.33330000006 -m addrtype ! --dst-type LOCAL
`);
});

const LISTED = [
  '-N KUBE-SVC',
  '-A KUBE-SVC ! -s 10.48.0.0/16 -d 10.49.50.18/32 -p tcp -m comment --comment "yaobank/customer:http cluster IP" -m tcp --dport 80 -j MARK --or-mark 0x4000',
  '-c 12345678 123456789 -A KUBE-SVC -m statistic --mode random --probability 0.5 -j RETURN',
  '-c 12 34567 -A INPUT -p udp -s 127.0.0.0/8 --dport 53 -i lo -g KUBE-SVC',
  '-A INPUT -p tcp -m multiport ! --dports 80,443 -j LOG --log-prefix "seen "',
  '-A INPUT ! -d 10.1.0.0/16 ! -i eth0 -m conntrack ! --ctstate NEW -m addrtype ! --src-type LOCAL -j REJECT',
  '-A INPUT -m mark --mark 0x1 -j KUBE-SVC',
  '-P FORWARD DROP',
];

// Recorded from iptables 1.8.9 (nf_tables) on the same lines.
test('-nvL: counters with units, interfaces, references', () => {
  expect(run([...LISTED, '-t filter -nvL']).stdout).toBe(`Chain INPUT (policy ACCEPT 0 packets, 0 bytes)
 pkts bytes target     prot opt in     out     source               destination         
   12 34567 KUBE-SVC   17   --  lo     *       127.0.0.0/8          0.0.0.0/0           [goto]  udp dpt:53
    0     0 LOG        6    --  *      *       0.0.0.0/0            0.0.0.0/0            multiport dports  !80,443 LOG flags 0 level 4 prefix "seen "
    0     0 REJECT     0    --  !eth0  *       0.0.0.0/0           !10.1.0.0/16          ! ctstate NEW ADDRTYPE match src-type !LOCAL reject-with icmp-port-unreachable
    0     0 KUBE-SVC   0    --  *      *       0.0.0.0/0            0.0.0.0/0            mark match 0x1

Chain FORWARD (policy DROP 0 packets, 0 bytes)
 pkts bytes target     prot opt in     out     source               destination         

Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)
 pkts bytes target     prot opt in     out     source               destination         

Chain KUBE-SVC (2 references)
 pkts bytes target     prot opt in     out     source               destination         
    0     0 MARK       6    --  *      *      !10.48.0.0/16         10.49.50.18          /* yaobank/customer:http cluster IP */ tcp dpt:80 MARK or 0x4000
  12M  123M RETURN     0    --  *      *       0.0.0.0/0            0.0.0.0/0            statistic mode random probability 0.50000000000
`);
});

test('-nvxL --line-numbers: counters in full, rows numbered', () => {
  expect(run([...LISTED, '-nvxL --line-numbers']).stdout).toBe(`Chain INPUT (policy ACCEPT 0 packets, 0 bytes)
num      pkts      bytes target     prot opt in     out     source               destination         
1          12    34567 KUBE-SVC   17   --  lo     *       127.0.0.0/8          0.0.0.0/0           [goto]  udp dpt:53
2           0        0 LOG        6    --  *      *       0.0.0.0/0            0.0.0.0/0            multiport dports  !80,443 LOG flags 0 level 4 prefix "seen "
3           0        0 REJECT     0    --  !eth0  *       0.0.0.0/0           !10.1.0.0/16          ! ctstate NEW ADDRTYPE match src-type !LOCAL reject-with icmp-port-unreachable
4           0        0 KUBE-SVC   0    --  *      *       0.0.0.0/0            0.0.0.0/0            mark match 0x1

Chain FORWARD (policy DROP 0 packets, 0 bytes)
num      pkts      bytes target     prot opt in     out     source               destination         

Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)
num      pkts      bytes target     prot opt in     out     source               destination         

Chain KUBE-SVC (2 references)
num      pkts      bytes target     prot opt in     out     source               destination         
1           0        0 MARK       6    --  *      *      !10.48.0.0/16         10.49.50.18          /* yaobank/customer:http cluster IP */ tcp dpt:80 MARK or 0x4000
2    12345678 123456789 RETURN     0    --  *      *       0.0.0.0/0            0.0.0.0/0            statistic mode random probability 0.50000000000
`);
});

test('-L: names for networks, protocols and ports', () => {
  expect(run([...LISTED, '-L']).stdout).toBe(`Chain INPUT (policy ACCEPT)
target     prot opt source               destination         
KUBE-SVC   udp  --  loopback/8           anywhere            [goto]  udp dpt:domain
LOG        tcp  --  anywhere             anywhere             multiport dports  !http,https LOG level warn prefix "seen "
REJECT     all  --  anywhere            !10.1.0.0/16          ! ctstate NEW ADDRTYPE match src-type !LOCAL reject-with icmp-port-unreachable
KUBE-SVC   all  --  anywhere             anywhere             mark match 0x1

Chain FORWARD (policy DROP)
target     prot opt source               destination         

Chain OUTPUT (policy ACCEPT)
target     prot opt source               destination         

Chain KUBE-SVC (2 references)
target     prot opt source               destination         
MARK       tcp  -- !10.48.0.0/16         10.49.50.18          /* yaobank/customer:http cluster IP */ tcp dpt:http MARK or 0x4000
RETURN     all  --  anywhere             anywhere             statistic mode random probability 0.50000000000
`);
});

test('wrong lines get the real tool’s words', () => {
  expect(answer(run(['']))).toEqual(usage('no command specified'));
  expect(answer(run(['--foo']))).toEqual(usage('unknown option "--foo"'));
  expect(answer(run(['-A INPUT --dport 80 -j ACCEPT']))).toEqual(usage('unknown option "--dport"'));
  expect(answer(run(['-A INPUT -j FOO']))).toEqual(usage("Chain 'FOO' does not exist"));
  expect(answer(run(['-A INPUT -p tcp -m foo']))).toEqual(usage("Couldn't load match `foo':No such file or directory\n"));
  expect(answer(run(['-A INPUT -s 1.2.3.4/33']))).toEqual(usage("invalid mask `33' specified"));
  expect(answer(run(['-L -s 1.1.1.1']))).toEqual(usage("Illegal option `-s' with this command"));
  expect(answer(run(['-A INPUT -L']))).toEqual(usage('Cannot use -L with -A'));
  expect(answer(run(['-A INPUT -o eth0 -j ACCEPT']))).toEqual(usage("Can't use -o with INPUT\n"));
  expect(answer(run(['-A INPUT extra']))).toEqual({ stdout: '', stderr: `Bad argument \`extra'\n${HINT}`, exitCode: 2 });
  expect(answer(run(['-t foo -L']))).toEqual({
    stdout: '',
    stderr: "iptables v1.8.9 (nf_tables): table 'foo' does not exist\nPerhaps iptables or your kernel needs to be upgraded.\n",
    exitCode: 3,
  });
});

test('what the kernel refuses', () => {
  expect(answer(run(['-A FOO -j ACCEPT']))).toEqual(refusal('No chain/target/match by that name.'));
  expect(answer(run(['-D INPUT -s 9.9.9.9 -j DROP']))).toEqual(refusal('Bad rule (does a matching rule exist in that chain?).'));
  expect(answer(run(['-I INPUT 9 -j DROP']))).toEqual(refusal('Index of insertion too big.'));
  expect(answer(run(['-N mine', '-N mine']))).toEqual(refusal('Chain already exists.'));
  expect(answer(run(['-P mine DROP']))).toEqual(refusal('Bad built-in chain name.'));
  const failed = (text: string) => ({ stdout: '', stderr: `iptables v1.8.9 (nf_tables):  ${text}\n`, exitCode: 4 });
  expect(answer(run(['-A INPUT -j DNAT --to-destination 1.2.3.4']))).toEqual(
    failed('RULE_APPEND failed (Invalid argument): rule in chain INPUT'),
  );
  expect(answer(run(['-N mine', '-A mine -j mine']))).toEqual(failed('RULE_APPEND failed (Too many links): rule in chain mine'));
  expect(answer(run(['-N mine', '-A INPUT -j mine', '-X mine']))).toEqual(
    failed('CHAIN_DEL failed (Device or resource busy): chain mine'),
  );
  expect(answer(run(['-L KUBE']))).toEqual({
    stdout: '',
    stderr: "iptables v1.8.9 (nf_tables): chain `KUBE' in table `filter' is incompatible, use 'nft' tool.\n",
    exitCode: 1,
  });
});

test('what the real iptables knows and this one does not says so', () => {
  expect(answer(run(['-A INPUT -m limit --limit 5/min -j ACCEPT']))).toEqual(refusal('-m limit: not simulated in this lab'));
  expect(answer(run(['-t raw -A OUTPUT -j CT --notrack']))).toEqual(refusal('-j CT: not simulated in this lab'));
});

test('deleting by specification, by number and in a renamed chain keeps counters with their rules', () => {
  const { stdout } = run([
    '-N old',
    '-A old -s 1.1.1.1 -j ACCEPT',
    '-c 5 300 -A old -s 2.2.2.2 -j ACCEPT',
    '-A INPUT -j old',
    '-E old new',
    '-D new -s 1.1.1.1/32 -j ACCEPT',
    '-S -v',
  ]);
  expect(stdout).toBe(`-P INPUT ACCEPT -c 0 0
-P FORWARD ACCEPT -c 0 0
-P OUTPUT ACCEPT -c 0 0
-N new
-A INPUT -c 0 0 -j new
-A new -s 2.2.2.2/32 -c 5 300 -j ACCEPT
`);
});

test('listing leaves the world as it is', () => {
  expect(run(['-L', '-S', '-t nat -nvL --line-numbers', '-V']).world).toBe(NONE);
});

test('every rule the daemons write is read back as the same rule', () => {
  const spec = {
    type: 'LoadBalancer',
    clusterIP: '10.49.50.18',
    sessionAffinity: 'ClientIP',
    externalTrafficPolicy: 'Local',
    loadBalancerSourceRanges: ['10.0.0.0/8'],
    ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80, nodePort: 30180 }],
  } as const;
  const api = view(
    service('a/b', spec, ['10.60.0.1']),
    slice('a/b', ['10.48.0.1@worker2', '10.48.0.2@worker2'], { name: 'http', port: 80 }),
  );
  const daemons = { kubeProxy: { running: true, startedAt: 0 }, felix: { running: true, startedAt: 0 } };
  const start = worldOf({ ...node('worker2', '10.0.1.31', api, daemons), netns: { '': withPods('10.0.1.31') } });
  const proxied = kubeProxyAgent.run(start, start).world;
  const { netfilter } = felixAgent.run(proxied, proxied).world.hosts.worker2!.netns['']!;
  let rules = 0;
  for (const table of ['raw', 'mangle', 'nat', 'filter'] as const) {
    for (const chain of orderedChains(table, netfilter.tables[table])) {
      for (const rule of chain.rules) {
        const words = [...ruleSpec(rule).matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
        const [again] = parseCommandLine(['-t', table, '-A', chain.name, ...words], () => true).rules;
        expect(ruleSpec(again!)).toBe(ruleSpec(rule));
        rules++;
      }
    }
  }
  expect(rules).toBeGreaterThan(70);
});

test('a line of any words is answered, never thrown at', () => {
  const words = [
    '-A',
    'INPUT',
    '-L',
    '-t',
    'nat',
    '!',
    '-s',
    '1.2.3.4',
    '-j',
    'DROP',
    '--',
    '-',
    '',
    '-p',
    'tcp',
    '--dport',
    '__proto__',
    '-m',
    'constructor',
    '-c',
    '9',
  ];
  for (let i = 0; i < 3000; i++) {
    const args = Array.from({ length: i % 7 }, (_, k) => words[(i * 31 + k * 17 + ((i * k) % 13)) % words.length] as string);
    try {
      parseCommandLine(args, () => false);
    } catch (error) {
      if (!(error instanceof UsageError)) throw new Error(`iptables ${args.join(' ')}: ${error}`);
    }
  }
});
