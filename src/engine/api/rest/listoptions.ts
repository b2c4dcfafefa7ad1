/**
 * The query of a list or watch as typed options, refused in the words of upstream's two steps: the parameter codec (400, a strconv
 * sentence) and ValidateListOptions (422). Models meta.k8s.io/v1 ListOptions, pkg/apis/meta/internalversion/validation v1.32.
 */
import { badRequest, invalidError, unknownError } from '../status.ts';
import { type FieldError, forbidden, goValue, notSupported } from '../validation/field.ts';
import type { Query } from './path.ts';

export interface ListOptions {
  readonly watch: boolean;
  /** 0: no limit. */
  readonly limit: number;
  readonly continue: string;
  /** undefined: the newest; 0: any. */
  readonly resourceVersion?: number;
  readonly match?: 'Exact' | 'NotOlderThan';
  /** undefined: what exists comes first unless a version is given. */
  readonly sendInitialEvents?: boolean;
  readonly allowWatchBookmarks: boolean;
  readonly timeoutSeconds?: number;
}

function integer(query: Query, name: string): number | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  const refuse = (why: string) => badRequest(`strconv.ParseInt: parsing ${goValue(text)}: ${why}`);
  if (!/^[+-]?\d+$/.test(text)) throw refuse('invalid syntax');
  const value = BigInt(text.replace('+', ''));
  if (BigInt.asIntN(64, value) !== value) throw refuse('value out of range');
  return Number(value);
}

/** Go's codec takes everything for true but `false` and `0`. */
function flag(query: Query, name: string): boolean {
  const text = query[name];
  return text !== undefined && text !== '0' && text.toLowerCase() !== 'false';
}

/** A version as the storage reads it. @throws StatusError 500, as upstream: it has no reason for this one */
export function parseResourceVersion(text: string | undefined): number | undefined {
  if (!text) return undefined;
  const refuse = (why: string) =>
    unknownError(`resourceVersion: Invalid value: ${goValue(text)}: strconv.ParseUint: parsing ${goValue(text)}: ${why}`);
  if (!/^\d+$/.test(text)) throw refuse('invalid syntax');
  if (BigInt.asUintN(64, BigInt(text)) !== BigInt(text)) throw refuse('value out of range');
  return Number(text);
}

function matchFaults(query: Query, watch: boolean): FieldError[] {
  const { resourceVersionMatch: match = '', resourceVersion = '', continue: token = '', sendInitialEvents } = query;
  const field = 'resourceVersionMatch';
  if (watch) return watchFaults(query);
  const errors: FieldError[] = [];
  if (match !== '') {
    if (resourceVersion === '') errors.push(forbidden(field, `${field} is forbidden unless resourceVersion is provided`));
    if (token !== '') errors.push(forbidden(field, `${field} is forbidden when continue is provided`));
    if (match !== 'Exact' && match !== 'NotOlderThan') errors.push(notSupported(field, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && resourceVersion === '0')
      errors.push(forbidden(field, `${field} "exact" is forbidden for resourceVersion "0"`));
  }
  if (sendInitialEvents !== undefined) errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  return errors;
}

function watchFaults({ resourceVersionMatch: match = '', continue: token = '', sendInitialEvents }: Query): FieldError[] {
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    errors.push(forbidden(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  if (match === '') return errors;
  if (sendInitialEvents === undefined)
    errors.push(forbidden(field, `${field} is forbidden for watch unless sendInitialEvents is provided`));
  if (match !== 'NotOlderThan') errors.push(notSupported(field, match, ['NotOlderThan']));
  if (token !== '') errors.push(forbidden(field, `${field} is forbidden when continue is provided`));
  return errors;
}

/** @param forced the old `/watch/` path: watches whatever the query says. @throws StatusError 400, 422, 500 */
export function listOptions(query: Query, forced = false): ListOptions {
  const watch = forced || flag(query, 'watch');
  const limit = integer(query, 'limit') ?? 0;
  const timeoutSeconds = integer(query, 'timeoutSeconds');
  const errors = matchFaults(query, watch);
  if (errors.length > 0) throw invalidError({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  const resourceVersion = parseResourceVersion(query.resourceVersion);
  const match = query.resourceVersionMatch;
  return {
    watch,
    limit,
    continue: query.continue ?? '',
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(match === 'Exact' || match === 'NotOlderThan' ? { match } : {}),
    ...(query.sendInitialEvents === undefined ? {} : { sendInitialEvents: flag(query, 'sendInitialEvents') }),
    allowWatchBookmarks: flag(query, 'allowWatchBookmarks'),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
}
