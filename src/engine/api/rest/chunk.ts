/**
 * Lists in chunks: a continue token names the version the list began at and the key to go on from, so that all chunks show one moment.
 * Models k8s.io/apiserver/pkg/storage/continue.go and etcd3's GetList v1.32.
 */
import { base64, base64Decode } from '../base64.ts';
import { isFields } from '../equal.ts';
import type { ApiObject } from '../objects.ts';
import { badRequest, expired, type StatusError } from '../status.ts';
import { keyOf } from '../storage.ts';
import type { ListMeta } from './table.ts';

export interface Place {
  /** -1: as things are now, though the list began earlier. */
  readonly version: number;
  readonly start: string;
}

const NUL = '\u0000';

function encode(place: Place): string {
  const text = JSON.stringify({ v: 'meta.k8s.io/v1', rv: place.version, start: place.start });
  return base64(new TextEncoder().encode(text)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

const invalidKey = (why: string): StatusError => badRequest(`invalid continue token: continue key is not valid${why}`);

/** Go's sentence for the first byte that is no base64. */
function base64Fault(token: string): string {
  const at = token.search(/[^A-Za-z0-9_-]/);
  return `: illegal base64 data at input byte ${at < 0 ? token.length - (token.length % 4) : at}`;
}

/** @throws StatusError 400 */
export function decodeContinue(token: string): Place {
  if (!/^[A-Za-z0-9_-]*$/.test(token) || token.length % 4 === 1) throw invalidKey(base64Fault(token));
  let value: unknown;
  try {
    value = JSON.parse(base64Decode(token.replaceAll('-', '+').replaceAll('_', '/'))) as unknown;
  } catch {
    throw invalidKey(': invalid character looking for beginning of value');
  }
  const { v, rv, start } = isFields(value) ? value : {};
  if (v !== 'meta.k8s.io/v1')
    throw invalidKey(`: server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`);
  if (typeof rv !== 'number' || rv === 0) throw invalidKey(': incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '') throw invalidKey(': encoded start key empty (version meta.k8s.io/v1)');
  if (start.split('/').some((part) => part === '..' || part === '.')) throw invalidKey(`: ${start}`);
  return { version: rv, start };
}

const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** The version of a list was forgotten; the token in the answer goes on with what there is now. */
export const tooOldToContinue = ({ start }: Place): StatusError => expired(TOO_OLD, encode({ version: -1, start }));

/** The first `limit` objects at or after `start`. @param counted whether what is left may be told: not when a selector chose */
export function chunkOf(
  objects: readonly ApiObject[],
  { limit, start, version, counted }: { limit: number; start: string; version: number; counted: boolean },
): { readonly items: readonly ApiObject[]; readonly metadata: ListMeta } {
  const left = start === '' ? objects : objects.filter((object) => keyOf(object) >= start);
  const resourceVersion = String(version);
  if (limit <= 0 || left.length <= limit) return { items: left, metadata: { resourceVersion } };
  const items = left.slice(0, limit);
  const token = encode({ version, start: keyOf(items.at(-1)!) + NUL });
  const metadata = { resourceVersion, continue: token, ...(counted ? { remainingItemCount: left.length - limit } : {}) };
  return { items, metadata };
}
