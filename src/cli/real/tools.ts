/**
 * The real tools of this machine: which are here, in which version, and what of them a suite misses. A tool of another version than
 * the one that is modelled proves nothing, so it counts as missing.
 */
import { spawnSync } from 'node:child_process';
import { findCalicoctl, findKubectl } from '../../../e2e/real/kubectl.ts';

interface Tool {
  readonly version: readonly string[];
  /** How the modelled version begins. */
  readonly modelled: string;
}

/** Tools whose output is compared, and what prints their version. */
const TOOLS: Readonly<Record<string, Tool>> = {
  bash: { version: ['bash', '--version'], modelled: '5.2' },
  ip: { version: ['ip', '-V'], modelled: '6.1' },
  iptables: { version: ['iptables', '--version'], modelled: '1.8.9' },
  ipset: { version: ['ipset', '--version'], modelled: '7.' },
  bird: { version: ['bird', '--version'], modelled: '1.6.8' },
  curl: { version: ['curl', '--version'], modelled: '7.88' },
  tcpdump: { version: ['tcpdump', '--version'], modelled: '4.99' },
  conntrack: { version: ['conntrack', '--version'], modelled: '1.4' },
  kubectl: { version: [findKubectl() ?? 'kubectl', 'version', '--client'], modelled: '1.32' },
  calicoctl: { version: [findCalicoctl() ?? 'calicoctl', 'version', '--client'], modelled: '3.30' },
};

/** Programs that Debian has no package of, and how to name them to a run. */
const UNPACKAGED: Readonly<Record<string, string>> = {
  kubectl: 'kubectl v1.32 (set KUBECTL=/path/to/it)',
  calicoctl: 'calicoctl v3.30 (set CALICOCTL=/path/to/it)',
};

export interface Missing {
  /** For people: `ip and bird`. */
  readonly what: string;
  /** Whether Debian's packages would have brought it, so that a machine with root and Debian has no excuse. */
  readonly installable: boolean;
}

/** What a suite misses here: tools, and root for network namespaces where it needs those. */
export function missingHere(tools: readonly string[], namespaces: boolean): Missing | undefined {
  const absent = tools.filter((tool) => versionOf(tool) === undefined);
  if (absent.length > 0) {
    const what = absent.map((tool) => UNPACKAGED[tool] ?? tool).join(' and ');
    return { what, installable: !absent.some((tool) => Object.hasOwn(UNPACKAGED, tool)) };
  }
  const other = tools.find((tool) => !versionOf(tool)!.startsWith(TOOLS[tool]!.modelled));
  if (other) return { what: `${other} ${TOOLS[other]!.modelled} (this one is ${versionOf(other)})`, installable: false };
  if (namespaces && process.getuid?.() !== 0) return { what: 'root, for network namespaces', installable: false };
  if (namespaces && !canFilter())
    return { what: 'a kernel that gives network namespaces with iptables and ipset', installable: false };
  return undefined;
}

const known = new Map<string, string | undefined>();

function versionOf(tool: string): string | undefined {
  if (!known.has(tool)) {
    const [command, ...args] = TOOLS[tool]?.version ?? [tool, '--version'];
    const { stdout, stderr, error } = spawnSync(command!, args, { encoding: 'utf8' });
    known.set(tool, error ? undefined : /\d+\.\d+[\w.-]*/.exec(`${stdout}${stderr}`)?.[0]);
  }
  return known.get(tool);
}

/** The versions found here, by tool. */
export function versionsHere(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(TOOLS).flatMap((tool) => {
      const version = versionOf(tool);
      return version === undefined ? [] : [[tool, version]];
    }),
  );
}

/** A container may be root and yet have no namespaces, or a kernel without netfilter. */
function canFilter(): boolean {
  const space = `nh${process.pid}-try`;
  const inside = 'iptables -t nat -A OUTPUT -m statistic --mode random --probability 0.5 -j RETURN && ipset create s hash:net';
  try {
    if (spawnSync('ip', ['netns', 'add', space]).status !== 0) return false;
    return spawnSync('ip', ['netns', 'exec', space, 'sh', '-c', inside]).status === 0;
  } finally {
    spawnSync('ip', ['netns', 'del', space]);
  }
}

/** Under CI=true, root on Debian has everything that can be installed: nothing installable may be missing. */
export function mayNotSkip(): boolean {
  const debian = spawnSync('sh', ['-c', 'command -v apt-get']).status === 0;
  return process.env.CI === 'true' && process.getuid?.() === 0 && debian;
}
