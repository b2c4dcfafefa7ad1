/** PATCH: strategic merge, JSON merge (RFC 7386), JSON patch (RFC 6902), server-side apply. */
import { applyPatch, type Operation } from 'rfc6902';
import { isFields } from '../equal.ts';
import type { ApiObject } from '../objects.ts';
import { mergePatch } from '../patch/merge.ts';
import { goMap, PatchError, strategicMerge } from '../patch/strategic.ts';
import { badRequest, invalidError, StatusError, unknownError, unprocessable, unsupportedMediaType } from '../status.ts';
import { invalid } from '../validation/field.ts';
import { apply } from './apply.ts';
import { checkSize, mediaType, readJson } from './body.ts';
import { type Answer, type Call, requireObject } from './call.ts';
import { type Decoded, decodeObject, directiveOf } from './decode.ts';
import { checkPath, store } from './update.ts';

type Fields = Readonly<Record<string, unknown>>;

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
const APPLY_PATCH = 'application/apply-patch+yaml';
const ACCEPTED = [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH];

/** Upstream's own bound. */
const MAX_OPERATIONS = 10_000;

export function patch(call: Call): Answer {
  checkSize(call.body);
  const type = mediaType(call.headers);
  const accepted = call.kind.custom ? ACCEPTED.filter((it) => it !== STRATEGIC_PATCH) : ACCEPTED;
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  if (type === APPLY_PATCH) return apply(call);
  const old = requireObject(call);
  const { draft, warnings } = patched(call, old, type);
  checkPath(call, draft);
  return store(call, old, draft, warnings);
}

function patched(call: Call, old: ApiObject, type: string): Decoded {
  const directive = directiveOf(call, 'PatchOptions');
  const refusal = (shown: string) => (why: string) => invalidError({ group: '', kind: '' }, '', [invalid('patch', shown, why)]);
  if (type === STRATEGIC_PATCH) {
    const sent = parsePatch(call.body, '');
    if (!isFields(sent))
      throw badRequest(
        `json: cannot unmarshal ${Array.isArray(sent) ? 'array' : typeof sent} into Go value of type map[string]interface {}`,
      );
    const merged = strategically(call, old, sent);
    return decodeObject(call, merged, directive, refusal(goMap(sent)), { raw: call.body, dialect: 'converter' });
  }
  const next = type === JSON_PATCH ? applyOperations(call, old) : mergeObjects(call, old);
  return decodeObject(call, next, directive, refusal(JSON.stringify(next)));
}

function parsePatch(text: string, prefix: string): unknown {
  try {
    return readJson(text);
  } catch (error) {
    throw badRequest(`${prefix}${(error as Error).message}`);
  }
}

function strategically(call: Call, old: ApiObject, sent: Fields): Fields {
  try {
    return strategicMerge(old, sent, call.kind.type);
  } catch (error) {
    if (error instanceof PatchError) throw unknownError(error.message);
    throw error;
  }
}

function mergeObjects(call: Call, old: ApiObject): Fields {
  const sent = parsePatch(call.body, 'error decoding patch: ');
  if (!isFields(sent))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${Array.isArray(sent) ? 'array' : typeof sent} into Go value of type map[string]interface {}`,
    );
  return mergePatch(old, sent) as Fields;
}

function isOperation(value: unknown): value is Operation {
  return isFields(value) && typeof value.op === 'string' && typeof value.path === 'string';
}

/** Keys through which a pointer could reach beyond the document. */
const UNSAFE = /(^|\/)(__proto__|constructor|prototype)(\/|$)/;

function applyOperations(call: Call, old: ApiObject): Fields {
  const sent = parsePatch(call.body, 'error decoding patch: ');
  if (!Array.isArray(sent))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${isFields(sent) ? 'object' : typeof sent} into Go value of type []handlers.jsonPatchOp`,
    );
  if (sent.length > MAX_OPERATIONS) {
    const { status } = unprocessable();
    const message = `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${sent.length}`;
    throw new StatusError({ ...status, reason: 'RequestEntityTooLarge', code: 413, message });
  }
  const operations: Operation[] = [];
  for (const operation of sent) {
    if (!isOperation(operation) || UNSAFE.test(operation.path)) throw unprocessable();
    operations.push(operation);
  }
  const copy = structuredClone(old) as unknown as Record<string, unknown>;
  // The library's test for "remove" of a missing member and the like answers one error an operation.
  const failed = applyPatch(copy, operations).some((error) => error !== null);
  if (failed) throw unprocessable();
  return copy;
}
