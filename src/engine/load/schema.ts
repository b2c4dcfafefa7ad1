/**
 * The schema of `world.yaml`, in containerlab's spirit: segments, hosts, clusters, and what was applied when.
 * Reads nothing; every field is described in src/worlds/README.md, which a test holds against this file.
 */
import * as v from 'valibot';
import { parseAddress, parseMaskedPrefix } from '../net/address.ts';

const name = v.pipe(v.string(), v.regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected a lower-case host or object name'));
const address = v.pipe(
  v.string(),
  v.check((text) => parseAddress(text) !== undefined, 'expected an IPv4 address such as 10.0.1.10'),
);
const prefix = v.pipe(
  v.string(),
  v.check((text) => parseMaskedPrefix(text) !== undefined, 'expected a masked IPv4 prefix such as 10.0.1.0/24'),
);
/** `21d`, `20d23h55m`, `90s`. */
const duration = v.pipe(v.string(), v.regex(/^(\d+d)?(\d+h)?(\d+m)?(\d+s)?$/, 'expected a duration such as 4h10m'), v.minLength(2));

const host = v.strictObject({
  kind: v.picklist(['bastion', 'node', 'gateway']),
  address,
  /** Segment it is plugged into; the only one when there is one. */
  segment: v.optional(name),
  interface: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9.-]{0,14}$/, 'expected an interface name')), 'ens5'),
  mtu: v.optional(v.pipe(v.number(), v.integer(), v.minValue(576), v.maxValue(9216)), 9001),
  aliases: v.optional(v.array(name), []),
  /** bastion: the cluster whose kubeconfig it holds. */
  kubeconfig: v.optional(name),
  /** bastion: runs BIRD from its /etc/bird/bird.conf. */
  bird: v.optional(v.boolean(), false),
  /** node: how long before `start` it joined its cluster. */
  joined: v.optional(duration),
  roles: v.optional(v.array(name), []),
  labels: v.optional(v.record(v.string(), v.string()), {}),
  sysctl: v.optional(v.record(v.string(), v.string()), {}),
  /** Path → text, beside the files in the world's folder `files/<host>/`. */
  files: v.optional(v.record(v.pipe(v.string(), v.startsWith('/', 'expected an absolute path')), v.string()), {}),
  commands: v.optional(v.array(v.string())),
});

const cluster = v.strictObject({
  podCidr: prefix,
  serviceCidr: prefix,
  apiHost: name,
  /** Member nodes; every node host when left out. */
  nodes: v.optional(v.array(name)),
  asNumber: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4294967295)), 64512),
});

export const worldSchema = v.strictObject({
  title: v.string(),
  summary: v.optional(v.string(), ''),
  seed: v.optional(v.pipe(v.string(), v.maxLength(64)), 'nexthop'),
  start: v.pipe(v.string(), v.isoTimestamp('expected a time such as 2025-06-17T14:02:00Z')),
  segments: v.pipe(v.record(name, v.strictObject({ cidr: prefix, gateway: v.optional(address) })), v.minEntries(1)),
  hosts: v.pipe(v.record(name, host), v.minEntries(1), v.maxEntries(64)),
  clusters: v.optional(v.record(name, cluster), {}),
  apply: v.optional(v.array(v.strictObject({ age: duration, files: v.array(v.string()) })), []),
});

export type WorldFile = v.InferOutput<typeof worldSchema>;
export type HostFile = WorldFile['hosts'][string];

/** `4h10m` in milliseconds. */
export function durationMs(text: string): number {
  const unit: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
  let ms = 0;
  for (const [, count, letter] of text.matchAll(/(\d+)([dhms])/g)) ms += Number(count) * unit[letter!]!;
  return ms;
}
