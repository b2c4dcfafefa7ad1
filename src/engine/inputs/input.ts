/**
 * Inputs: the only way anything from outside changes a World. Each is plain JSON, so the journal of inputs replays to the
 * identical world. One file per input in this folder, one line in inputs/index.ts.
 */
import type { Place, World } from '../world.ts';

/** One sort of input: how it is applied. Pure; bad input gives an error result, never a throw. */
export interface InputHandler<I, R> {
  apply(world: World, input: I): { readonly world: World; readonly result: R };
}

/** Who gave an input: shown in the timeline and at the end of a row's origins. */
export interface Origin {
  /** Shell session id, or `ui`. */
  readonly session: string;
  /** The command line as typed, or what was clicked: `power off worker2`. */
  readonly line: string;
  /** How many lines the session had been given by then: what tells two equal lines in a row apart. */
  readonly serial?: number;
}

/** A host command failed as the real one would; `message` is errno's text or the tool's own words. */
export interface Failure {
  readonly error: string;
}

export type { Place };
