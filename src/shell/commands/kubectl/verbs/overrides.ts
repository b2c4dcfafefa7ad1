/** --overrides of run and expose: a patch on the object that the command line made, before it is sent. */
import type { Kubectl } from '../context.ts';
import { fail } from '../errors.ts';
import { applyLocally } from '../merge/local.ts';
import { type Doc, isDoc, type Value } from '../value.ts';

const TYPES = ['json', 'merge', 'strategic'];

export function overridden(kubectl: Kubectl, object: Doc): Doc {
  const { flags } = kubectl;
  const overrides = flags.string('overrides');
  if (overrides === '') return object;
  const type = flags.string('override-type');
  if (!TYPES.includes(type)) fail(`invalid override type: ${type}`);
  let patch: Value;
  try {
    patch = JSON.parse(overrides) as Value;
  } catch {
    return fail('Invalid JSON Patch');
  }
  const made = applyLocally(type, object, patch);
  return isDoc(made) ? made : fail('Invalid JSON Patch');
}
