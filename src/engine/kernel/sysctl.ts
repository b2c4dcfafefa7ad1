/**
 * Kernel parameters of one network namespace: the defaults of Linux 6.x, and the values that differ (NetNamespace.sysctl).
 * `net.ipv4.conf.<if>.*` exists for `all`, `default` and every link. Models what `sysctl` shows of net.ipv4 as far as the packet
 * path or a lab looks at it; the rest of /proc/sys is left out.
 */
import type { KernelError } from './errno.ts';
import type { NetNamespace } from './namespace.ts';
import { CONF, GLOBAL } from './sysctl-defaults.ts';

/** Values the kernel takes for a key, inclusive; outside: `Invalid argument`. Keys not listed take any whole number. */
const RANGES: Readonly<Record<string, readonly [low: number, high: number]>> = {
  'net.ipv4.fib_multipath_hash_policy': [0, 3],
  'net.ipv4.fib_multipath_use_neigh': [0, 1],
  'net.ipv4.ip_default_ttl': [1, 255],
  'net.ipv4.tcp_syn_retries': [1, 127],
};

function confKey(name: string): { readonly dev: string; readonly key: string } | undefined {
  const match = /^net\.ipv4\.conf\.(.+)\.([a-z0-9_]+)$/.exec(name);
  return match ? { dev: match[1]!, key: match[2]! } : undefined;
}

/** How many entries the connection tracking table holds: read only. */
const CONNTRACK_COUNT = 'net.netfilter.nf_conntrack_count';

/** The value of a parameter, as /proc/sys shows it; undefined: there is no such file. */
export function getSysctl(ns: NetNamespace, name: string): string | undefined {
  const set = ns.sysctl[name];
  if (set !== undefined) return set;
  if (name === CONNTRACK_COUNT) return String(Object.keys(ns.conntrack).length);
  if (Object.hasOwn(GLOBAL, name)) return GLOBAL[name];
  const conf = confKey(name);
  if (!conf) return undefined;
  if (!Object.hasOwn(CONF, conf.key)) return undefined;
  if (conf.dev !== 'all' && conf.dev !== 'default' && !Object.hasOwn(ns.links, conf.dev)) return undefined;
  if (conf.key === 'forwarding' && ns.sysctl['net.ipv4.ip_forward'] !== undefined) return ns.sysctl['net.ipv4.ip_forward'];
  if (conf.dev !== 'all' && conf.dev !== 'default') {
    const inherited = ns.sysctl[`net.ipv4.conf.default.${conf.key}`];
    if (inherited !== undefined) return inherited;
  }
  if (conf.dev === 'lo' && (conf.key === 'disable_policy' || conf.key === 'disable_xfrm')) return '1';
  // inet_forward_change(): a router does not listen to redirects.
  if (conf.key === 'accept_redirects' && conf.dev === 'all' && forwards(ns)) return '0';
  // The one key whose default differs between `all` and the links.
  if (conf.key === 'accept_source_route' && conf.dev !== 'all') return '1';
  return CONF[conf.key];
}

const numbers = new WeakMap<NetNamespace['sysctl'], Map<string, number>>();

/** A parameter of the whole namespace (not an interface's) as a number; 0 when it does not exist. */
export function sysctlNumber(ns: NetNamespace, name: string): number {
  let known = numbers.get(ns.sysctl);
  if (!known) {
    known = new Map();
    numbers.set(ns.sysctl, known);
  }
  let value = known.get(name);
  if (value === undefined) {
    value = Number(getSysctl(ns, name) ?? 0);
    known.set(name, value);
  }
  return value;
}

const combined = new WeakMap<NetNamespace['sysctl'], Map<string, Map<string, number>>>();

/** An interface's parameter as the kernel combines it: IN_DEV_MAXCONF, the greater of `all` and the link's own. */
export function confNumber(
  ns: NetNamespace,
  dev: string,
  key: 'accept_local' | 'proxy_arp' | 'route_localnet' | 'rp_filter',
): number {
  let keys = combined.get(ns.sysctl);
  if (!keys) {
    keys = new Map();
    combined.set(ns.sysctl, keys);
  }
  let values = keys.get(key);
  if (!values) {
    values = new Map();
    keys.set(key, values);
  }
  let value = values.get(dev);
  if (value === undefined) {
    const of = (name: string) => Number(getSysctl(ns, `net.ipv4.conf.${name}.${key}`) ?? 0);
    value = Math.max(of('all'), of(dev));
    values.set(dev, value);
  }
  return value;
}

/** Is the namespace a router? */
export function forwards(ns: NetNamespace): boolean {
  return (ns.sysctl['net.ipv4.ip_forward'] ?? '0') !== '0';
}

/** Every parameter with its value, sorted by name, as `sysctl -a` lists them. */
export function allSysctls(ns: NetNamespace): readonly (readonly [name: string, value: string])[] {
  const names = new Set([...Object.keys(GLOBAL), CONNTRACK_COUNT]);
  for (const dev of ['all', 'default', ...Object.keys(ns.links)]) {
    for (const key of Object.keys(CONF)) names.add(`net.ipv4.conf.${dev}.${key}`);
  }
  for (const name of Object.keys(ns.sysctl)) names.add(name);
  return [...names].sort().map((name) => [name, getSysctl(ns, name) ?? ''] as const);
}

/** Writes a parameter. ENOENT: no such file; EINVAL: not a value it takes. Values that equal the default are not kept. */
export function setSysctl(ns: NetNamespace, name: string, value: string): NetNamespace | KernelError {
  const current = getSysctl(ns, name);
  if (current === undefined) return { errno: 'ENOENT' };
  if (name === CONNTRACK_COUNT) return { errno: 'EACCES' };
  const text = value.trim().replace(/[ \t]+/g, '\t');
  if (!/^-?\d+/.test(current)) return text === '' ? { errno: 'EINVAL' } : write(ns, name, text);
  if (!/^-?\d+(\t-?\d+)*$/.test(text) || text.split('\t').length > current.split('\t').length) return { errno: 'EINVAL' };
  const values = text.split('\t').map(Number);
  if (values.some((each) => each < -(2 ** 31) || each >= 2 ** 31)) return { errno: 'EINVAL' };
  if (name === 'net.ipv4.ip_local_port_range' && (values[0] ?? 0) > (values[1] ?? 0)) return { errno: 'EINVAL' };
  const range = RANGES[name];
  if (range && (Number(text) < range[0] || Number(text) > range[1])) return { errno: 'EINVAL' };
  return write(ns, name, text);
}

function write(ns: NetNamespace, name: string, text: string): NetNamespace {
  // devinet_sysctl_forward: conf.all.forwarding and ip_forward are one switch.
  const target = name === 'net.ipv4.conf.all.forwarding' ? 'net.ipv4.ip_forward' : name;
  if (getSysctl(ns, name) === text && (ns.sysctl[target] === text || GLOBAL[target] === text)) return ns;
  const { [target]: _old, ...rest } = ns.sysctl;
  return { ...ns, sysctl: GLOBAL[target] === text ? rest : { ...rest, [target]: text } };
}
