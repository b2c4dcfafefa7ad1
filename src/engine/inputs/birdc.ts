/** Input: a line typed at birdc on a host, for what changes something. `Sim.ask` answers the lines that only look. */
import { runBirdc } from '../daemons/bird/cli/run.ts';
import { type World, withHost } from '../world.ts';
import type { InputHandler } from './input.ts';

export interface BirdcInput {
  readonly host: string;
  readonly line: string;
}

export interface BirdcAnswer {
  /** What it prints; undefined: no bird listens on the control socket. */
  readonly text?: string;
  /** The client ends. */
  readonly ends: boolean;
}

export const birdcInput: InputHandler<BirdcInput, BirdcAnswer> = {
  apply(world: World, { host: name, line }) {
    const host = world.hosts[name];
    const result = host?.up ? runBirdc(world, host, line) : undefined;
    if (!result) return { world, result: { ends: true } };
    return { world: withHost(world, result.host), result: { text: result.text, ends: result.ends === true } };
  },
};
