/** What a check's file exports: how its parameters are validated and how it judges the world. */
import type * as v from 'valibot';
import type { World } from '../../engine/index.ts';

export interface CheckKind {
  readonly name: string;
  /** Judges the parameters as a lab gives them. */
  readonly params: v.GenericSchema;
  /** Pure; `params` fit the schema. @returns undefined when it holds, else what is still missing, in one sentence */
  missing(world: World, params: unknown): string | undefined;
}

/** Ties a kind's schema to the type of its parameters. */
export function checkKind<S extends v.GenericSchema>(kind: {
  readonly name: string;
  readonly params: S;
  missing(world: World, params: v.InferOutput<S>): string | undefined;
}): CheckKind {
  return kind as CheckKind;
}
