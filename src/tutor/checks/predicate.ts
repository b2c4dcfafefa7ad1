/** What a check's file exports: how its parameters are validated and how it judges the world. */
import type * as v from 'valibot';
import type { World } from '../../engine/index.ts';

export interface CheckKind<P = never> {
  readonly name: string;
  readonly params: v.GenericSchema<unknown, P>;
  /** Pure. @returns undefined when it holds, else what is still missing, in one sentence */
  missing(world: World, params: P): string | undefined;
}

/** Ties a kind's schema to its parameters' type. */
export function checkKind<P>(kind: CheckKind<P>): CheckKind<P> {
  return kind;
}
