/**
 * The patches of client-side apply. recorded-patches.json holds what the real kubectl v1.32.5 sent (the request body of `kubectl apply
 * --dry-run=server -v=9`) for what was applied before, what the server holds and what the file says; it is locked.
 */
import { expect, test } from 'vitest';
import type { Value } from '../value.ts';
import { patchFor } from '../verbs/apply.ts';
import recorded from './recorded-patches.json';

interface Case {
  readonly name: string;
  readonly live: Value;
  readonly modified: { readonly apiVersion: string; readonly kind: string };
  readonly patch: Value;
}

test.each(recorded as unknown as readonly Case[])('$name', ({ live, modified, patch }) => {
  const [group, version] = modified.apiVersion.includes('/') ? modified.apiVersion.split('/') : ['', modified.apiVersion];
  const type = {
    group: group!,
    version: version!,
    name: '',
    singular: '',
    kind: modified.kind,
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: [],
  };
  expect(patchFor({ type, object: modified as unknown as Value }, live)).toEqual(patch);
});
