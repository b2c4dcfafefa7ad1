/** Input: an ipset command line on the sets of a namespace. Listing is answered too, so that `ask` serves it. */
import { runIpset } from '../kernel/netfilter/ipset.ts';
import { type Place, type World, withNetns } from '../world.ts';
import type { InputHandler } from './input.ts';
import type { ToolResult } from './iptables.ts';

export interface IpsetInput {
  readonly place: Place;
  /** The words after `ipset`. */
  readonly args: readonly string[];
}

export const ipsetInput: InputHandler<IpsetInput, ToolResult> = {
  apply(world: World, { place, args }) {
    const ns = world.hosts[place.host]?.netns[place.netns];
    if (!ns) return { world, result: { stdout: '', stderr: 'ipset: no such network namespace\n', exitCode: 1 } };
    const { netfilter, ...result } = runIpset(ns.netfilter, args, `${world.seed} ${place.host}`);
    return { world: netfilter === ns.netfilter ? world : withNetns(world, place, { ...ns, netfilter }), result };
  },
};
