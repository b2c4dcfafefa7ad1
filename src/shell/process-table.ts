/**
 * The processes of a host or a container, as ps, ss, pgrep and systemctl tell of them: one table, so that they agree on every pid.
 *
 * Reads the world's daemons and containers (containerd with a shim and a pause for each pod). What a kernel draws (pids) comes from
 * the world's seed and stays while the process lives; memory is what such a program takes on a small machine. Leaves out kernel threads
 * and the workers that programs fork.
 */
import { birdPid, containerEnv, type Host, type Place, random, type Socket, type World } from '../engine/index.ts';

export interface RunningProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly user: string;
  /** With its arguments. */
  readonly command: string;
  /** comm: at most 15 characters. */
  readonly name: string;
  readonly startedAt: number;
  /** `?`: none. */
  readonly tty: string;
  /** As ps prints it: `Ss`, `Ssl`. */
  readonly state: string;
  /** `<namespace>/<pod>/<container>`, in a container. */
  readonly container?: string;
}

/** Virtual and resident memory, KiB. */
export interface Memory {
  readonly vsz: number;
  readonly rss: number;
}

/** Programs that differ much from the rest. */
const MEMORIES: Readonly<Record<string, readonly [vsz: number, rss: number]>> = {
  bash: [8732, 5376],
  bird: [5528, 3456],
  'calico-node': [1_865_004, 67_840],
  containerd: [1_357_308, 52_736],
  'containerd-shim': [1_238_256, 13_568],
  etcd: [10_611_372, 39_424],
  init: [167_464, 12_928],
  'kube-proxy': [1_290_376, 50_688],
  kubelet: [1_936_488, 96_256],
  nginx: [8852, 5632],
  'nginx-ingress-c': [745_284, 38_912],
  pause: [1028, 640],
  ps: [10_072, 3328],
  python: [27_148, 19_968],
  sshd: [15_436, 8832],
};
const ORDINARY: readonly [number, number] = [10_764, 4096];

/** 3.8 GiB: what a machine of the lab has. */
export const TOTAL_MEMORY_KIB = 3_981_504;

export function memoryOf({ name }: Pick<RunningProcess, 'name'>): Memory {
  const [vsz, rss] = Object.hasOwn(MEMORIES, name) ? MEMORIES[name]! : ORDINARY;
  return { vsz, rss };
}

/** What is named after a word that comes before the program's own. */
const nameOf = (command: string): string =>
  command
    .split(' ', 1)[0]!
    .replace(/:$/, '')
    .replace(/^-|.*\//g, '')
    .slice(0, 15);

type Draft = Pick<RunningProcess, 'pid' | 'command' | 'startedAt'> & Partial<RunningProcess>;

const made = (draft: Draft): RunningProcess => ({
  ppid: 1,
  user: 'root',
  name: nameOf(draft.command),
  tty: '?',
  state: 'Ss',
  ...draft,
});

const PID_MAX = 32_768;

/** Pids, each given once. */
class Pids {
  readonly #seed: string;
  readonly #host: string;
  readonly #taken = new Set<number>([1]);
  constructor({ seed }: World, { name }: Host) {
    this.#seed = seed;
    this.#host = name;
  }
  of(process: string, startedAt: number, from = 1300): number {
    return this.take(from + Math.floor(random(this.#seed, 'pid', this.#host, process, startedAt) * (PID_MAX - from - 200)));
  }
  take(wish: number): number {
    let pid = wish;
    while (this.#taken.has(pid)) pid++;
    this.#taken.add(pid);
    return pid;
  }
}

const INIT = '/sbin/init';
const SSHD = 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups';
const KUBELET =
  '/usr/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml';
/** Services that systemd starts first have small pids. */
const EARLY = 500;

function services(world: World, host: Host, pids: Pids): readonly RunningProcess[] {
  const { bootedAt, daemons, kind } = host;
  const early = (command: string, startedAt = bootedAt, state = 'Ss') =>
    made({
      pid: pids.take(EARLY + Math.floor(random(world.seed, 'pid', host.name, command, startedAt) * 400)),
      command,
      startedAt,
      state,
    });
  return [
    made({ pid: 1, ppid: 0, command: INIT, startedAt: bootedAt }),
    early(SSHD),
    ...(kind === 'node' ? [early('/usr/bin/containerd', bootedAt, 'Ssl')] : []),
    ...(daemons.kubelet?.running ? [early(KUBELET, daemons.kubelet.startedAt, 'Ssl')] : []),
    ...(daemons.bird?.running && !daemons.confd
      ? [
          made({
            pid: pids.take(birdPid(world, host)),
            user: 'bird',
            command: '/usr/sbin/bird -f -u bird -g bird',
            startedAt: daemons.bird.startedAt ?? bootedAt,
          }),
        ]
      : []),
  ];
}

/** runit's children in calico-node, as far as they run. */
function calicoNode(host: Host, ppid: number, pids: Pids, container: string, startedAt: number): readonly RunningProcess[] {
  const { felix, confd, bird } = host.daemons;
  const child = (
    daemon: { readonly running: boolean; readonly startedAt?: number } | undefined,
    command: string,
    state: string,
  ) => {
    const since = daemon?.startedAt === undefined ? startedAt : Math.max(startedAt, daemon.startedAt);
    return daemon?.running ? [made({ pid: pids.of(command, since), ppid, command, startedAt: since, state, container })] : [];
  };
  return [
    ...child(felix, 'calico-node -felix', 'Sl'),
    ...child(confd, 'calico-node -confd', 'Sl'),
    ...child(bird, 'bird -R -s /var/run/calico/bird.ctl -d -c /etc/calico/confd/config/bird.cfg', 'S'),
  ];
}

const RUNSVDIR = '/usr/local/bin/runsvdir -P /etc/service/enabled';

function pods(world: World, host: Host, pids: Pids): readonly RunningProcess[] {
  return Object.entries(host.daemons.kubelet?.pods ?? {}).flatMap(([pod, { containers }]) => {
    const running = Object.entries(containers).filter(([, { stage }]) => stage === 'running');
    if (running.length === 0) return [];
    const since = Math.min(...running.map(([, { startedAt }]) => startedAt ?? host.bootedAt));
    const sandbox = Array.from({ length: 8 }, (_, i) => hex8(random(world.seed, 'sandbox', pod, since, i))).join('');
    const shim = pids.of(pod, since);
    const place: Place = { host: host.name, netns: pod };
    return [
      made({
        pid: shim,
        command: `/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id ${sandbox} -address /run/containerd/containerd.sock`,
        startedAt: since,
        state: 'Sl',
      }),
      made({ pid: pids.take(shim + 22), ppid: shim, user: '65535', command: '/pause', startedAt: since }),
      ...running.flatMap(([name, { argv, startedAt = since }]) => {
        const container = `${pod}/${name}`;
        const isCalico = name === 'calico-node';
        const command = isCalico ? RUNSVDIR : commandOf(world, place, name, argv);
        const pid = pids.of(container, startedAt);
        const own = made({ pid, ppid: shim, command, startedAt, container, state: THREADED.has(nameOf(command)) ? 'Ssl' : 'Ss' });
        return [own, ...(isCalico ? calicoNode(host, pid, pids, container, startedAt) : [])];
      }),
    ];
  });
}

const hex8 = (fraction: number): string =>
  Math.floor(fraction * 2 ** 32)
    .toString(16)
    .padStart(8, '0');

/** Written in Go, or otherwise with threads. */
const THREADED = new Set([
  'coredns',
  'etcd',
  'kube-apiserver',
  'kube-controller',
  'kube-proxy',
  'kube-scheduler',
  'nginx-ingress-c',
  'tigera-operator',
]);

/** What the container's program has become: entry points replace themselves, and a program without arguments is named by its socket. */
function commandOf(world: World, place: Place, container: string, argv: readonly string[]): string {
  const [first = '', ...rest] = argv;
  const line = first.endsWith('/docker-entrypoint.sh') ? rest : argv;
  if (line[0] === 'nginx') return `nginx: master process ${line.join(' ')}`;
  if (line.length > 0) return expanded(world, place, container, line.join(' '));
  const sockets = world.hosts[place.host]?.netns[place.netns]?.sockets ?? [];
  return sockets.find((each) => each.container === `${place.netns}/${container}`)?.process ?? container;
}

/** The command line with `$(NAME)` filled in, as kubelet does. */
function expanded(world: World, place: Place, container: string, line: string): string {
  if (!line.includes('$(')) return line;
  const env = containerEnv(world, place, container) ?? {};
  const known: Readonly<Record<string, string>> = { NODE_NAME: place.host, ...env };
  return line.replace(/\$\((\w+)\)/g, (all, name: string) => (Object.hasOwn(known, name) ? known[name]! : all));
}

/**
 * The processes of a host, by pid; of a container (its name), those in its PID namespace, where its program is 1.
 */
export function processesOf(world: World, place: Place, container?: string): readonly RunningProcess[] {
  const host = world.hosts[place.host];
  if (!host) return [];
  const pids = new Pids(world, host);
  const all = [...services(world, host, pids), ...pods(world, host, pids)].sort((a, b) => a.pid - b.pid);
  if (container === undefined) return all;
  const own = all.filter((each) => each.container === containerKey(place, container, all));
  const first = own.find(({ ppid }) => !own.some(({ pid }) => pid === ppid));
  // A container's first process is 1 there, and the rest follow.
  return own
    .map((each) => ({ ...each, pid: each === first ? 1 : 1 + 7 * (own.indexOf(each) + 1), ppid: each === first ? 0 : 1 }))
    .sort((a, b) => a.pid - b.pid);
}

/**
 * The pid of who holds a socket, as it is seen at its place: on the host every process, in a pod's network namespace (where tools run in the
 * container itself) the program's own 1. Undefined: nobody who can be seen.
 */
export function socketOwner(
  world: World,
  place: Place,
  { process, container }: Pick<Socket, 'process' | 'container'>,
): number | undefined {
  if (place.netns !== '') return 1;
  const all = processesOf(world, place);
  const name = process.slice(0, 15);
  const own = container === undefined ? [] : all.filter((each) => each.container === container);
  return (own.find((each) => each.name === name) ?? own[0] ?? all.find((each) => each.name === name))?.pid;
}

/** A container of a pod with a network of its own is found by that; one on the host's network by its name. */
function containerKey({ netns }: Place, container: string, all: readonly RunningProcess[]): string | undefined {
  if (netns !== '') return `${netns}/${container}`;
  return all.find((each) => each.container?.endsWith(`/${container}`))?.container;
}
