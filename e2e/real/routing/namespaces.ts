/**
 * A simulated world rebuilt from real parts: one network namespace a host and a pod, real veths on a real bridge, the simulated
 * confd's bird.cfg in a real BIRD, the simulated kube-proxy's and felix's rules in the real kernel, a web server in each pod.
 * When the world moves on (`follow`), so do the parts: cables are pulled, processes killed, rules and files replaced.
 *
 * Reads a World and the texts that the simulated tools print for it; needs root, iproute2, bird, iptables and ipset. Leaves out
 * hosts that are switched on again.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Host, NetLink, NetNamespace, Place, Route, World } from '../../../src/engine/index.ts';
import { kill, mustRun, NetworkNamespaces, type Ran, run } from '../netns.ts';
import type { Servers } from './applications.ts';

/** What the simulated tools print for one host. */
export interface HostTexts {
  /** `iptables-save`; undefined: no rules. */
  readonly rules?: string;
  /** `ipset save` */
  readonly sets?: string;
}

/** The LAN's own namespace holds the bridges. */
const LAN = 'lan';

export class Namespaces {
  private readonly spaces: NetworkNamespaces;
  private readonly servers: Servers;
  private readonly podSpaces = new Map<string, string>();
  /** Namespaces with a server. */
  private readonly served = new Set<string>();
  private readonly ruled = new Set<string>();
  private readonly birds = new Map<string, ChildProcess>();
  private world: World;
  private texts: Readonly<Record<string, HostTexts>> = {};

  /** @param prefix as NetworkNamespaces takes it */
  constructor(world: World, servers: Servers, prefix: string) {
    this.world = world;
    this.servers = servers;
    this.spaces = new NetworkNamespaces(prefix);
  }

  /** Builds hosts, pods, rules and web servers; BIRD starts last. Hosts that are off are left out. */
  async build(texts: Readonly<Record<string, HostTexts>>): Promise<void> {
    const { world, spaces } = this;
    await spaces.add(LAN);
    const bridges = Object.keys(world.segments).map(bridgeOf);
    await spaces.ip(
      LAN,
      bridges.flatMap((bridge) => [`link add ${bridge} mtu 9001 type bridge`, `link set ${bridge} up`]),
    );
    const hosts = Object.values(world.hosts).filter((host) => host.up);
    for (const host of hosts) await this.addHost(host);
    for (const host of hosts) {
      await this.addPods(
        host,
        Object.keys(host.netns).filter((key) => key !== ''),
      );
      await this.loadRules(host.name, texts[host.name] ?? {});
    }
    await Promise.all(hosts.map((host) => this.startServers(host, Object.keys(host.netns))));
    for (const host of hosts) this.startBird(host);
    this.texts = texts;
  }

  /** Brings what was built to a later state of the same world. */
  async follow(world: World, texts: Readonly<Record<string, HostTexts>>): Promise<void> {
    const before = this.world;
    this.world = world;
    for (const host of Object.values(world.hosts)) {
      const old = before.hosts[host.name]!;
      if (old !== host && old.up) await this.followHost(old, host);
      const rules = texts[host.name];
      if (host.up && rules && (rules.rules !== this.texts[host.name]?.rules || rules.sets !== this.texts[host.name]?.sets))
        await this.loadRules(host.name, rules);
    }
    this.texts = texts;
  }

  /** Runs a program on a host or in one of its pods. */
  run(place: Place, command: readonly string[], timeoutMs?: number): Promise<Ran> {
    return this.spaces.exec(this.spaceOf(place), command, '', timeoutMs);
  }

  /** Adds a routing rule, after which that kernel looks its tables up one by one and names them: `local 10.0.1.10 dev lo table local`. */
  async addRule(place: Place, words: string): Promise<void> {
    this.ruled.add(place.host);
    await this.run(place, `ip rule add ${words}`.split(' '));
  }

  hasRules(host: string): boolean {
    return this.ruled.has(host);
  }

  async birdc(host: string, command: string): Promise<string> {
    const { stdout, stderr } = await run('birdc', ['-s', this.socketOf(host), command]);
    return stdout + stderr;
  }

  /** Waits until so many BGP sessions are up on each host, and a scan of the kernel has passed. @returns false when time ran out */
  async converge(sessions: Readonly<Record<string, number>>, timeoutMs = 45_000): Promise<boolean> {
    const isReady = async ([host, count]: readonly [string, number]) =>
      ((await this.birdc(host, 'show protocols')).match(/Established/g) ?? []).length === count;
    for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(500)) {
      const ready = await Promise.all(Object.entries(sessions).map(isReady));
      if (!ready.every(Boolean)) continue;
      await sleep(3000);
      return true;
    }
    return false;
  }

  destroy(): void {
    this.spaces.destroy();
  }

  private spaceOf({ host, netns }: Place): string {
    return netns === '' ? host : this.podSpaces.get(`${host} ${netns}`)!;
  }

  private socketOf(host: string): string {
    return join(this.spaces.folder, host, 'bird.ctl');
  }

  private async addHost(host: Host): Promise<void> {
    const { spaces } = this;
    await spaces.add(host.name);
    const own = host.netns['']!;
    await spaces.sysctl(host.name, UNLIMITED);
    for (const link of Object.values(own.links).filter((each) => each.segment !== undefined || each.type === 'bridge')) {
      await spaces.ip(host.name, [...this.linkLines(host.name, link), ...addressLines(link)]);
      if (link.segment === undefined) continue;
      const end = cableOf(host.name);
      await spaces.ip(LAN, [`link set ${end} master ${bridgeOf(link.segment)}`, `link set ${end} up`]);
    }
    await spaces.sysctl(host.name, Object.entries(own.sysctl));
    const configured = own.routes.filter(({ proto }) => proto !== 'kernel' && proto !== 'bird');
    await spaces.ip(
      host.name,
      configured.filter((route) => !isPodRoute(own, route)).map((route) => `route add ${routeWords(route)}`),
    );
  }

  private linkLines(host: string, link: NetLink): readonly string[] {
    if (link.segment === undefined) {
      // A bridge that never had a port keeps its carrier; a veth whose other end is down has none.
      const how = link.carrier ? 'bridge' : `veth peer name ${`b-${host}`.slice(0, 15)} netns ${this.spaces.nameOf(LAN)}`;
      return [`link add ${link.name} type ${how}`, `link set ${link.name} up`];
    }
    const peer = `peer name ${cableOf(host)} mtu ${link.mtu} netns ${this.spaces.nameOf(LAN)}`;
    return [
      `link add ${link.name} mtu ${link.mtu} type veth ${peer}`,
      `link set ${link.name} address ${link.mac}`,
      `link set ${link.name} ${link.up ? 'up' : 'down'}`,
    ];
  }

  private async addPods(host: Host, keys: readonly string[]): Promise<void> {
    const own = host.netns['']!;
    for (const key of keys) {
      const outside = Object.values(own.links).find((link) => link.peer?.netns === key);
      if (outside) await this.addPod(host.name, key, host.netns[key]!, outside);
    }
    const devices = new Set(
      Object.values(own.links)
        .filter((link) => keys.includes(link.peer?.netns ?? ''))
        .map(({ name }) => name),
    );
    const routes = own.routes.filter((route) => route.nexthops.some(({ dev }) => devices.has(dev)));
    await this.spaces.ip(
      host.name,
      routes.map((route) => `route add ${routeWords(route)}`),
    );
  }

  private async addPod(host: string, key: string, pod: NetNamespace, outside: NetLink): Promise<void> {
    const short = `${host}-${this.podSpaces.size}`;
    this.podSpaces.set(`${host} ${key}`, short);
    await this.spaces.add(short);
    const eth0 = pod.links.eth0!;
    const peer = `peer name eth0 mtu ${eth0.mtu} netns ${this.spaces.nameOf(short)}`;
    await this.spaces.ip(host, [
      `link add ${outside.name} mtu ${outside.mtu} type veth ${peer}`,
      `link set ${outside.name} address ${outside.mac}`,
      `link set ${outside.name} up`,
    ]);
    const bySpecificity = [...pod.routes].sort((a, b) => prefixLengthOf(b) - prefixLengthOf(a));
    const permanent = Object.values(pod.neighbours).filter(({ state, mac }) => state === 'PERMANENT' && mac !== undefined);
    await this.spaces.ip(short, [
      `link set eth0 address ${eth0.mac}`,
      'link set eth0 up',
      ...eth0.addresses.map(({ address, prefixLength }) => `addr add ${address}/${prefixLength} dev eth0`),
      ...bySpecificity.map((route) => `route add ${routeWords(route)}`),
      ...permanent.map(({ address, mac, dev }) => `neigh replace ${address} lladdr ${mac} dev ${dev} nud permanent`),
    ]);
    await this.spaces.sysctl(host, [[`net.ipv4.conf.${outside.name}.proxy_arp`, '1']]);
  }

  private async loadRules(host: string, { rules, sets }: HostTexts): Promise<void> {
    const restore = async (program: readonly string[], text: string) => {
      const { exitCode, stderr } = await this.spaces.exec(host, program, text);
      if (exitCode !== 0) throw new Error(`${host}: ${program.join(' ')}: ${stderr}`);
    };
    const empty = ['filter', 'nat', 'mangle', 'raw'].map((table) => `*${table}\nCOMMIT\n`).join('');
    // A set in use cannot be replaced.
    if (sets !== this.texts[host]?.sets && this.texts[host]) await restore(['iptables-restore'], empty);
    if (sets && sets !== this.texts[host]?.sets) {
      await restore(['ipset', 'destroy'], '');
      await restore(['ipset', 'restore'], sets);
    }
    if (rules) await restore(['iptables-restore'], rules);
  }

  /** In each namespace one server for all that listens there. */
  private async startServers(host: Host, keys: readonly string[]): Promise<void> {
    await Promise.all(
      keys.map(async (netns) => {
        const place = { host: host.name, netns };
        const plan = this.servers.planOf(this.world, place);
        const key = `${host.name} ${netns}`;
        if (plan.listen.length === 0 || this.served.has(key) || (netns !== '' && !this.podSpaces.has(key))) return;
        this.served.add(key);
        const child = this.spaces.start(this.spaceOf(place), [process.execPath, '-e', this.servers.script]);
        await new Promise<void>((resolve, reject) => {
          child.once('exit', () => reject(new Error(`the server in ${host.name} ${netns} did not start`)));
          const lines = createInterface({ input: child.stdout! });
          lines.once('line', () => {
            lines.on('line', (line) =>
              this.servers.answer?.(this.world, place, line).then((text) => child.stdin!.write(`${text}\n`)),
            );
            resolve();
          });
          child.stdin!.write(`${JSON.stringify(plan)}\n`);
        });
      }),
    );
  }

  private startBird(host: Host): void {
    const conf = birdConf(host);
    if (!host.daemons.bird?.running || conf === undefined) return;
    const folder = this.writeBirdFiles(host, conf);
    const file = join(folder, conf.slice(dirname(conf).length + 1));
    const command = ['bird', '-f', '-c', file, '-s', this.socketOf(host.name), '-P', join(folder, 'bird.pid')];
    this.birds.set(host.name, this.spaces.start(host.name, command, folder));
  }

  private writeBirdFiles(host: Host, conf: string): string {
    const folder = join(this.spaces.folder, host.name);
    mkdirSync(folder, { recursive: true });
    for (const [path, text] of birdFiles(host, conf))
      writeFileSync(join(folder, path.slice(dirname(conf).length + 1)), forPlainBird(text));
    return folder;
  }

  private async followHost(old: Host, host: Host): Promise<void> {
    const { spaces } = this;
    const cable = cableOf(host.name);
    const links = Object.values(host.netns['']!.links).filter((link) => link.segment !== undefined);
    if (!host.up) {
      // The cable first, so that nobody hears the processes end.
      await spaces.ip(LAN, [`link set ${cable} down`]);
      for (const netns of Object.keys(old.netns)) await spaces.killAll(this.spaceOf({ host: host.name, netns }));
      return;
    }
    for (const link of links) {
      if (old.netns['']!.links[link.name]?.carrier !== link.carrier)
        await spaces.ip(LAN, [`link set ${cable} ${link.carrier ? 'up' : 'down'}`]);
    }
    await this.followPods(old, host);
    const changed = Object.entries(host.netns['']!.sysctl).filter(([name, value]) => old.netns['']!.sysctl[name] !== value);
    await spaces.sysctl(host.name, changed);
    await this.followBird(old, host);
  }

  private async followPods(old: Host, host: Host): Promise<void> {
    for (const netns of Object.keys(old.netns).filter((key) => !Object.hasOwn(host.netns, key))) {
      const place = { host: host.name, netns };
      if (this.podSpaces.has(`${host.name} ${netns}`)) await this.spaces.remove(this.spaceOf(place));
    }
    const keys = Object.keys(host.netns);
    await this.addPods(
      host,
      keys.filter((key) => !Object.hasOwn(old.netns, key)),
    );
    // A pod has its namespace some time before its program listens.
    await this.startServers(host, keys);
  }

  private async followBird(old: Host, host: Host): Promise<void> {
    const conf = birdConf(host);
    const [was, is] = [old.daemons.bird, host.daemons.bird];
    if (conf === undefined || !is) return;
    const child = this.birds.get(host.name);
    if (was?.running && child && (!is.running || is.startedAt !== was.startedAt)) {
      if (is.stopped === 'killed') await kill(child);
      else await mustRun('birdc', ['-s', this.socketOf(host.name), 'down']);
      if (!is.running) return;
    }
    if (is.running && (!was?.running || is.startedAt !== was.startedAt)) this.startBird(host);
    else if (JSON.stringify(birdFiles(old, conf)) !== JSON.stringify(birdFiles(host, conf))) {
      this.writeBirdFiles(host, conf);
      await this.birdc(host.name, 'configure');
    }
  }
}

/** Requests go out side by side here: none of the errors they bring may be held back, nor redirects take part in that. */
const UNLIMITED = [
  ['net.ipv4.icmp_ratelimit', '0'],
  ['net.ipv4.conf.all.send_redirects', '0'],
  ['net.ipv4.conf.default.send_redirects', '0'],
] as const;

/** `krt_tunnel` exists only in Calico's own build of BIRD; without tunnels it says nothing. */
const forPlainBird = (text: string) => text.replace(/^\s*krt_tunnel\s*=.*;$/gm, '');
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const bridgeOf = (segment: string) => `br-${segment}`.slice(0, 15);
/** The LAN's end of a host's cable. */
const cableOf = (host: string) => `v-${host}`.slice(0, 15);
const prefixLengthOf = (route: Route) => Number(route.dst.split('/')[1]);
const isPodRoute = (ns: NetNamespace, route: Route) => route.nexthops.some((hop) => ns.links[hop.dev]?.type === 'veth');
const birdConf = (host: Host) =>
  ['/etc/bird/bird.conf', '/etc/calico/confd/config/bird.cfg'].find((path) => host.files[path] !== undefined);
const birdFiles = (host: Host, conf: string) =>
  Object.entries(host.files).filter(([path]) => dirname(path) === dirname(conf) && !path.endsWith('/'));

const addressLines = ({ name, addresses }: NetLink) =>
  addresses.map(({ address, prefixLength }) => `addr add ${address}/${prefixLength} brd + dev ${name}`);

/** A route in the words of `ip route add`. */
function routeWords(route: Route): string {
  const hops = route.nexthops.map(({ via, dev, onlink }) => `${via ? `via ${via} ` : ''}dev ${dev}${onlink ? ' onlink' : ''}`);
  return [
    ...(route.type === 'unicast' ? [] : [route.type]),
    route.dst,
    `proto ${route.proto}`,
    ...(route.scope === 'global' ? [] : [`scope ${route.scope}`]),
    ...(route.src ? [`src ${route.src}`] : []),
    ...(route.metric === undefined ? [] : [`metric ${route.metric}`]),
    ...(hops.length > 1 ? hops.map((hop) => `nexthop ${hop}`) : hops),
  ].join(' ');
}
