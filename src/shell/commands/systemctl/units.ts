/** The services of a simulated host, as systemd 252 knows them. Adding one is a line. */
import { birdPid, type DaemonName, type Host, type LogLine, type World } from '../../../engine/index.ts';
import { processesOf } from '../../process-table.ts';

export interface Unit {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  /** Process in the cgroup. */
  readonly command: string;
  readonly process: string;
  /** The daemon behind it; absent: it runs as long as the host does, and cannot be touched here. */
  readonly daemon?: DaemonName;
}

const BIRD: Unit = {
  name: 'bird.service',
  description: 'BIRD Internet Routing Daemon (IPv4)',
  file: '/lib/systemd/system/bird.service',
  command: '/usr/sbin/bird -f -u bird -g bird',
  process: 'bird',
  daemon: 'bird',
};
const KUBELET: Unit = {
  name: 'kubelet.service',
  description: 'kubelet: The Kubernetes Node Agent',
  file: '/lib/systemd/system/kubelet.service',
  command:
    '/usr/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml',
  process: 'kubelet',
  daemon: 'kubelet',
};
const CONTAINERD: Unit = {
  name: 'containerd.service',
  description: 'containerd container runtime',
  file: '/lib/systemd/system/containerd.service',
  command: '/usr/bin/containerd',
  process: 'containerd',
};
const SSH: Unit = {
  name: 'ssh.service',
  description: 'OpenBSD Secure Shell server',
  file: '/lib/systemd/system/ssh.service',
  command: '"sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"',
  process: 'sshd',
};

/** Calico's own bird runs in a container and is no unit of the host. */
export function unitsOf(host: Host): readonly Unit[] {
  if (host.kind === 'node') return [CONTAINERD, KUBELET, SSH];
  return host.daemons.bird ? [BIRD, SSH] : [SSH];
}

/** `--version` of both tools, recorded. */
export const SYSTEMD_VERSION = `systemd 252 (252.39-1~deb12u2)
+PAM +AUDIT +SELINUX +APPARMOR +IMA +SMACK +SECCOMP +GCRYPT -GNUTLS +OPENSSL +ACL +BLKID +CURL +ELFUTILS +FIDO2 +IDN2 -IDN +IPTC +KMOD +LIBCRYPTSETUP +LIBFDISK +PCRE2 -PWQUALITY +P11KIT +QRENCODE +TPM2 +BZIP2 +LZ4 +XZ +ZLIB +ZSTD -BPF_FRAMEWORK -XKBCOMMON +UTMP +SYSVINIT default-hierarchy=unified
`;

export const fullName = (word: string): string => (/\.\w+$/.test(word) ? word : `${word}.service`);

export function isRunning(host: Host, unit: Unit): boolean {
  return unit.daemon === undefined ? host.up : host.daemons[unit.daemon]?.running === true;
}

export function startedAt(host: Host, unit: Unit): number {
  return unit.daemon === undefined ? host.bootedAt : (host.daemons[unit.daemon]?.startedAt ?? host.bootedAt);
}

/** What the unit, and systemd about it, wrote to the journal. */
export function linesOf(host: Host, unit: Unit): readonly LogLine[] {
  return unit.daemon === 'bird' ? (host.daemons.bird?.log ?? []) : [];
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** `Jun 17 14:02:00`, as the journal prints it. */
export function journalTime(at: number): string {
  const date = new Date(at);
  return `${MONTHS[date.getUTCMonth()]} ${two(date.getUTCDate())} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `Tue 2025-06-17 14:02:00 UTC` */
export function longTime(at: number): string {
  const date = new Date(at);
  return `${DAYS[date.getUTCDay()]} ${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The unit's main process. */
export function pidOf(world: World, host: Host, unit: Unit): number {
  const name = unit.process.slice(0, 15);
  return processesOf(world, { host: host.name, netns: '' }).find((each) => each.name === name && !each.container)?.pid ?? 0;
}

/** A line of the journal: `Jun 17 14:02:00 host1 bird[812]: Started`. */
export function journalLine(world: World, host: Host, unit: Unit, line: LogLine): string {
  const at = `${journalTime(line.at)} ${host.name}`;
  if (line.by === 'systemd') return `${at} systemd[1]: ${line.text}`;
  if (line.by === 'birdc') return `${at} birdc[${birdPid(world, host, line.at) + 1}]: ${line.text}`;
  const pid = unit.daemon === 'bird' ? birdPid(world, host, line.startedAt) : pidOf(world, host, unit);
  return `${at} ${unit.process}[${pid}]: ${line.text}`;
}
