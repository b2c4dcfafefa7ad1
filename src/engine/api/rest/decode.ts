/**
 * From a JSON value to an object of the kind: unknown and repeated fields refused, warned about or ignored as `fieldValidation` says,
 * values of a wrong type always refused. What the kind does not know is dropped.
 */
import type { Draft } from '../kind.ts';
import { checkObject, type Dialect, prune } from '../schema/check.ts';
import { duplicateFields } from '../schema/duplicates.ts';
import { structType } from '../schema/types.ts';
import { badRequest, invalidError, type StatusError } from '../status.ts';
import { notSupported, quote } from '../validation/field.ts';
import { mediaType } from './body.ts';
import type { Call } from './call.ts';

export type Directive = 'Ignore' | 'Warn' | 'Strict';

export interface Decoded {
  readonly draft: Draft;
  readonly warnings: readonly string[];
}

/** What the client asked to do about unknown fields. @throws StatusError 422 */
export function directiveOf({ query }: Call, options: string): Directive {
  const asked = query.fieldValidation || 'Warn';
  if (asked === 'Ignore' || asked === 'Warn' || asked === 'Strict') return asked;
  const error = notSupported('fieldValidation', asked, ['Ignore', 'Strict', 'Warn']);
  throw invalidError({ group: 'meta.k8s.io', kind: options }, '', [error]);
}

/** Strict faults as the decoder words them. */
function strictFaults(call: Call, unknown: readonly string[], raw: string | undefined): string[] {
  const duplicates = raw !== undefined && mediaType(call.headers) !== 'application/yaml' ? duplicateFields(raw) : [];
  return [...unknown.map((path) => `unknown field ${quote(path)}`), ...duplicates.map((path) => `duplicate field ${quote(path)}`)];
}

/**
 * @param refuse words the refusal: creates and updates say "cannot be handled as", patches quote the patched object
 * @param options.raw the text it was parsed from, to find repeated keys
 */
export function decodeObject(
  call: Call,
  value: Readonly<Record<string, unknown>>,
  directive: Directive,
  refuse: (why: string) => StatusError,
  options: { readonly raw?: string; readonly dialect?: Dialect } = {},
): Decoded {
  const type = structType(call.kind.type)!;
  const { wrong, unknown } = checkObject(value, type, options.dialect);
  if (wrong !== undefined) throw refuse(wrong);
  const faults = directive === 'Ignore' ? [] : strictFaults(call, unknown, options.raw);
  if (faults.length > 0 && directive === 'Strict') throw refuse(`strict decoding error: ${faults.join(', ')}`);
  return { draft: prune(value, { is: 'struct', name: type.name }) as Draft, warnings: faults };
}

/** The body of a create or update. @throws StatusError 400 */
export function decodeDraft(call: Call, value: Readonly<Record<string, unknown>>, verb: 'create' | 'update'): Decoded {
  const { kind, body } = call;
  const directive = directiveOf(call, verb === 'create' ? 'CreateOptions' : 'UpdateOptions');
  const sentKind = typeof value.kind === 'string' && value.kind ? value.kind : kind.kind;
  const sentVersion = typeof value.apiVersion === 'string' ? value.apiVersion : '';
  const version = sentVersion.slice(sentVersion.indexOf('/') + 1) || kind.version;
  const refuse = (why: string) =>
    badRequest(`${sentKind} in version ${quote(version)} cannot be handled as a ${kind.kind}: ${why}`);
  return decodeObject(call, value, directive, refuse, { raw: body });
}
