/** PATCH: strategic merge, JSON merge, JSON patch, server-side apply. */
import { isFields } from '../equal.ts';
import type { Draft } from '../kind.ts';
import { mergePatch } from '../patch/merge.ts';
import { badRequest, unsupportedMediaType } from '../status.ts';
import { checkSize, mediaType, parseJson } from './body.ts';
import { type Answer, type Call, requireObject } from './call.ts';
import { store } from './update.ts';

const ACCEPTED = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

export function patch(call: Call): Answer {
  checkSize(call.body);
  const type = mediaType(call.headers);
  if (!ACCEPTED.includes(type)) throw unsupportedMediaType(ACCEPTED);
  const old = requireObject(call);
  const sent = parseJson(call.body);
  if (!isFields(sent)) throw badRequest('the patch is no object');
  return store(call, old, mergePatch(old, sent) as Draft, []);
}
