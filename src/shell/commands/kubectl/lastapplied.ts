/** The annotation in which client-side apply keeps what was applied. */
import { type Doc, fields, goJson, put, sorted, text, type Value } from './value.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object without its last-applied annotation; an empty annotations map stays, as Go keeps it. */
export function withoutLastApplied(object: Value): Value {
  const annotations = fields(object, 'metadata', 'annotations');
  if (!Object.hasOwn(annotations, LAST_APPLIED)) return object;
  const { [LAST_APPLIED]: _gone, ...rest } = annotations;
  return put(object, ['metadata', 'annotations'], rest);
}

/** The object as JSON with a newline, as the annotation holds it. @param typed made by kubectl itself: fields in Go's order */
export function modifiedConfiguration(object: Value, typed = false): string {
  const bare = withoutLastApplied(object);
  if (typed) return `${goJson(bare)}\n`;
  // Go's annotations map is made before encoding, so that it shows even when empty.
  const annotated = put(bare, ['metadata', 'annotations'], fields(bare, 'metadata', 'annotations'));
  return `${goJson(sorted(annotated))}\n`;
}

export function withLastApplied(object: Value, typed = false): Doc {
  const annotations = { ...fields(object, 'metadata', 'annotations'), [LAST_APPLIED]: modifiedConfiguration(object, typed) };
  return put(object, ['metadata', 'annotations'], annotations) as Doc;
}

/** What was applied last, as JSON text; '' when nothing was. */
export function lastApplied(object: Value): string {
  return text(object, 'metadata', 'annotations', LAST_APPLIED);
}
