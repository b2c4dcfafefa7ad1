/**
 * A simulated world rebuilt from real parts: one network namespace a host and a pod, real veths on a real bridge, the simulated
 * confd's bird.cfg in a real BIRD, the simulated kube-proxy's and felix's rules in the real kernel, a small web server in each pod.
 *
 * Reads a World and the texts that the simulated tools print for it; needs root, iproute2, bird and iptables. Everything it makes
 * carries its prefix and is gone after `destroy`.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Host, NetNamespace, Route, World } from '../../src/engine/index.ts';

/** What the simulated tools print for one host. */
export interface HostTexts {
  /** `iptables-save`; undefined: no rules. */
  readonly rules?: string;
  /** `ipset save` */
  readonly sets?: string;
}

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** The LAN's own namespace holds the bridges. */
const LAN = 'lan';

export class Namespaces {
  private readonly folder = mkdtempSync(join(tmpdir(), 'nexthop-real-'));
  private readonly made: string[] = [];
  private readonly children: { kill(signal: NodeJS.Signals): boolean }[] = [];
  private readonly world: World;
  private readonly prefix: string;
  private readonly podNames = new Map<string, string>();

  /** @param prefix short and unique on this machine: names of namespaces begin with it */
  constructor(world: World, prefix: string) {
    this.world = world;
    this.prefix = prefix;
  }

  /** Builds hosts, pods, rules and web servers; BIRD starts last. Hosts that are off are left out. */
  build(texts: Readonly<Record<string, HostTexts>>): void {
    this.addNamespace(LAN);
    for (const segment of Object.keys(this.world.segments))
      this.ip(LAN, ['link', 'add', bridgeOf(segment), 'mtu', '9001', 'type', 'bridge']);
    for (const segment of Object.keys(this.world.segments)) this.ip(LAN, ['link', 'set', bridgeOf(segment), 'up']);
    const hosts = Object.values(this.world.hosts).filter((host) => host.up);
    for (const host of hosts) this.addHost(host);
    for (const host of hosts) this.addPods(host);
    for (const host of hosts) this.loadRules(host, texts[host.name] ?? {});
    for (const host of hosts) this.startServers(host);
    for (const host of hosts) this.startBird(host);
  }

  /** Runs a program on a host or in one of its pods. */
  run(host: string, netns: string, command: readonly string[], timeoutMs = 20_000): Ran {
    const done = spawnSync('ip', ['netns', 'exec', this.spaceOf(host, netns), ...command], {
      encoding: 'utf8',
      timeout: timeoutMs,
    });
    return { stdout: done.stdout ?? '', stderr: done.stderr ?? '', exitCode: done.status ?? 124 };
  }

  birdc(host: string, command: string): string {
    const { stdout, stderr } = spawnSync('birdc', ['-s', join(this.folder, host, 'bird.ctl'), command], { encoding: 'utf8' });
    return stdout + stderr;
  }

  /** Waits until every BGP session that should be up is, and the kernel protocols have scanned. @returns false when time ran out */
  async converge(sessions: Readonly<Record<string, number>>, timeoutMs = 45_000): Promise<boolean> {
    const end = Date.now() + timeoutMs;
    while (Date.now() < end) {
      const ready = Object.entries(sessions).every(
        ([host, count]) => (this.birdc(host, 'show protocols').match(/Established/g) ?? []).length === count,
      );
      if (ready) {
        await sleep(3000);
        return true;
      }
      await sleep(500);
    }
    return false;
  }

  destroy(): void {
    for (const child of this.children) child.kill('SIGKILL');
    for (const name of this.made) {
      const pids = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' }).stdout?.split('\n').filter(Boolean) ?? [];
      for (const pid of pids) spawnSync('kill', ['-9', pid]);
      spawnSync('ip', ['netns', 'del', name]);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private spaceOf(host: string, netns: string): string {
    return netns === '' ? `${this.prefix}-${host}` : this.podNames.get(`${host} ${netns}`)!;
  }

  private addNamespace(short: string): string {
    const name = `${this.prefix}-${short}`;
    execFileSync('ip', ['netns', 'add', name]);
    this.made.push(name);
    execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    return name;
  }

  private ip(short: string, args: readonly string[]): void {
    execFileSync('ip', ['-n', `${this.prefix}-${short}`, ...args]);
  }

  private sysctl(space: string, name: string, value: string): void {
    // Some names do not exist in a namespace; the walk does not use those.
    spawnSync('ip', ['netns', 'exec', space, 'sysctl', '-q', '-w', `${name}=${value}`]);
  }

  private addHost(host: Host): void {
    this.addNamespace(host.name);
    const own = host.netns['']!;
    for (const link of Object.values(own.links)) {
      if (link.type === 'bridge') {
        // A bridge that never had a port keeps its carrier; a veth whose other end is down has none.
        const how = link.carrier ? ['bridge'] : ['veth', 'peer', 'name', `${link.name}-far`.slice(0, 15)];
        this.ip(host.name, ['link', 'add', link.name, 'type', ...how]);
        this.ip(host.name, ['link', 'set', link.name, 'up']);
      }
      if (link.segment !== undefined) {
        const end = `v-${host.name}`.slice(0, 15);
        this.ip(host.name, [
          'link',
          'add',
          link.name,
          'mtu',
          String(link.mtu),
          'type',
          'veth',
          'peer',
          'name',
          end,
          'mtu',
          String(link.mtu),
          'netns',
          `${this.prefix}-${LAN}`,
        ]);
        this.ip(host.name, ['link', 'set', link.name, 'address', link.mac]);
        this.ip(LAN, ['link', 'set', end, 'master', bridgeOf(link.segment)]);
        this.ip(LAN, ['link', 'set', end, 'up']);
        this.ip(host.name, ['link', 'set', link.name, link.up ? 'up' : 'down']);
      }
      for (const { address, prefixLength } of link.type === 'loopback' ? [] : link.addresses) {
        this.ip(host.name, ['addr', 'add', `${address}/${prefixLength}`, 'brd', '+', 'dev', link.name]);
      }
    }
    const space = `${this.prefix}-${host.name}`;
    // Redirects would eat the rate limit of ICMP unreachables, which the comparison needs.
    for (const which of ['all', 'default', ...Object.keys(own.links)])
      this.sysctl(space, `net.ipv4.conf.${which}.send_redirects`, '0');
    for (const [name, value] of Object.entries(own.sysctl)) this.sysctl(space, name, value);
    this.addRoutes(host.name, own, (route) => route.proto !== 'kernel' && route.proto !== 'bird' && !isPodRoute(own, route));
  }

  private addRoutes(short: string, ns: NetNamespace, wanted: (route: Route) => boolean): void {
    for (const route of ns.routes.filter(wanted)) {
      const hops = route.nexthops.map((hop) => [
        ...(hop.via ? ['via', hop.via] : []),
        'dev',
        hop.dev,
        ...(hop.onlink ? ['onlink'] : []),
      ]);
      const path = hops.length > 1 ? hops.flatMap((hop) => ['nexthop', ...hop]) : (hops[0] ?? []);
      const type = route.type === 'unicast' ? [] : [route.type];
      const scope = route.scope === 'global' ? [] : ['scope', route.scope];
      const extra = [
        ...(route.src ? ['src', route.src] : []),
        ...(route.metric === undefined ? [] : ['metric', String(route.metric)]),
      ];
      this.ip(short, ['route', 'add', ...type, route.dst, 'proto', route.proto, ...scope, ...extra, ...path]);
    }
  }

  private addPods(host: Host): void {
    const own = host.netns['']!;
    Object.entries(host.netns).forEach(([key, pod], i) => {
      if (key === '') return;
      const short = `${host.name}-${i}`;
      const space = this.addNamespace(short);
      this.podNames.set(`${host.name} ${key}`, space);
      const eth0 = pod.links.eth0!;
      const outside = Object.values(own.links).find((link) => link.peer?.netns === key)!;
      this.ip(host.name, [
        'link',
        'add',
        outside.name,
        'mtu',
        String(outside.mtu),
        'type',
        'veth',
        'peer',
        'name',
        'eth0',
        'mtu',
        String(eth0.mtu),
        'netns',
        space,
      ]);
      this.ip(host.name, ['link', 'set', outside.name, 'address', outside.mac]);
      this.ip(host.name, ['link', 'set', outside.name, 'up']);
      this.ip(short, ['link', 'set', 'eth0', 'address', eth0.mac]);
      this.ip(short, ['link', 'set', 'eth0', 'up']);
      for (const { address, prefixLength } of eth0.addresses)
        this.ip(short, ['addr', 'add', `${address}/${prefixLength}`, 'dev', 'eth0']);
      const bySpecificity = { ...pod, routes: [...pod.routes].sort((a, b) => prefixLengthOf(b) - prefixLengthOf(a)) };
      this.addRoutes(short, bySpecificity, () => true);
      for (const neighbour of Object.values(pod.neighbours)) {
        if (neighbour.state === 'PERMANENT' && neighbour.mac) {
          this.ip(short, [
            'neigh',
            'replace',
            neighbour.address,
            'lladdr',
            neighbour.mac,
            'dev',
            neighbour.dev,
            'nud',
            'permanent',
          ]);
        }
      }
      this.sysctl(`${this.prefix}-${host.name}`, `net.ipv4.conf.${outside.name}.proxy_arp`, '1');
    });
    this.addRoutes(host.name, own, (route) => isPodRoute(own, route));
  }

  private loadRules(host: Host, { rules, sets }: HostTexts): void {
    const space = `${this.prefix}-${host.name}`;
    const restore = (program: string, text: string) => {
      const done = spawnSync('ip', ['netns', 'exec', space, program, ...(program === 'ipset' ? ['restore'] : [])], {
        input: text,
        encoding: 'utf8',
      });
      if (done.status !== 0) throw new Error(`${host.name}: ${program}: ${done.stderr}`);
    };
    if (sets) restore('ipset', sets);
    if (rules) restore('iptables-restore', rules);
  }

  /** In each pod (and each host that has listening applications) a server that answers with the address it sees. */
  private startServers(host: Host): void {
    const script =
      'const http=require("http");const [a,p]=process.argv.slice(1);http.createServer((q,s)=>{s.end("seen "+q.socket.remoteAddress+"\\n")}).listen(+p,a)';
    for (const [key, ns] of Object.entries(host.netns)) {
      for (const socket of ns.sockets) {
        if (socket.proto !== 'tcp' || (key === '' && socket.port === 179)) continue;
        const space = this.spaceOf(host.name, key);
        this.children.push(
          spawn('ip', ['netns', 'exec', space, process.execPath, '-e', script, socket.address, String(socket.port)], {
            stdio: 'ignore',
          }),
        );
      }
    }
  }

  private startBird(host: Host): void {
    if (!host.daemons.bird?.running) return;
    const conf = ['/etc/bird/bird.conf', '/etc/calico/confd/config/bird.cfg'].find((path) => host.files[path] !== undefined);
    if (!conf) return;
    const folder = join(this.folder, host.name);
    mkdirSync(folder, { recursive: true });
    for (const [path, text] of Object.entries(host.files)) {
      if (dirname(path) === dirname(conf)) writeFileSync(join(folder, path.slice(dirname(conf).length + 1)), forPlainBird(text));
    }
    const file = join(folder, conf.slice(dirname(conf).length + 1));
    const args = [
      'netns',
      'exec',
      `${this.prefix}-${host.name}`,
      'bird',
      '-f',
      '-c',
      file,
      '-s',
      join(folder, 'bird.ctl'),
      '-P',
      join(folder, 'bird.pid'),
    ];
    this.children.push(spawn('ip', args, { stdio: 'ignore', cwd: folder }));
  }
}

/** `krt_tunnel` exists only in Calico's own build of BIRD; without tunnels it says nothing. */
const forPlainBird = (text: string) => text.replace(/^\s*krt_tunnel\s*=.*;$/gm, '');
const bridgeOf = (segment: string) => `br-${segment}`.slice(0, 15);
const prefixLengthOf = (route: Route) => Number(route.dst.split('/')[1]);
const isPodRoute = (ns: NetNamespace, route: Route) => route.nexthops.some((hop) => ns.links[hop.dev]?.type === 'veth');
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
