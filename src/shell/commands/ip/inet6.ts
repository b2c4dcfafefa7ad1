/**
 * The IPv6 lines every Linux host shows without having been told: ::1 and link-local addresses from the MAC (EUI-64). The simulation
 * knows no more of IPv6 than that; it is printed so that output looks as a learner will meet it.
 */
import type { NetLink } from '../../../engine/index.ts';
import type { Context } from './context.ts';

export interface Inet6Address {
  readonly address: string;
  readonly prefixLength: number;
  readonly scope: 'host' | 'link';
}

/** fe80::/64 with the modified EUI-64 of a MAC address. */
function linkLocal(mac: string): string {
  const bytes = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  return `fe80::${groups.map((group) => group.toString(16)).join(':')}`;
}

/** A link's IPv6 addresses: none while it is down. */
export function inet6Of(link: NetLink): readonly Inet6Address[] {
  if (!link.up) return [];
  if (link.type === 'loopback') return [{ address: '::1', prefixLength: 128, scope: 'host' }];
  return link.carrier ? [{ address: linkLocal(link.mac), prefixLength: 64, scope: 'link' }] : [];
}

/** `ip -6 route`. */
export function route6Text({ namespace }: Context): string {
  const links = Object.values(namespace().links).filter((link) => link.type !== 'loopback' && inet6Of(link).length > 0);
  return links.map((link) => `fe80::/64 dev ${link.name} proto kernel metric 256 pref medium\n`).join('');
}
