/** Reading a request's body: media type, size, syntax. */
import { parseDocument } from 'yaml';
import { isFields } from '../equal.ts';
import { badRequest, tooLarge, unsupportedMediaType } from '../status.ts';
import type { Call } from './call.ts';

/** What etcd and the API server take in one request. */
export const MAX_BODY = 3 * 1024 * 1024;

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const JSON_TYPES = ['application/json', '*/*', ''];
const OBJECT_TYPES = ['application/json', 'application/yaml', PROTOBUF];

export function mediaType(headers: Readonly<Record<string, string>>): string {
  return (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
}

export function checkSize(body: string): void {
  if (body.length > MAX_BODY) throw tooLarge(MAX_BODY);
}

/** Go's sentence for broken JSON, as near as the offset allows. */
export function jsonFault(text: string): string {
  if (text.trim() === '') return 'unexpected end of JSON input';
  const bad = text.trimStart()[0]!;
  return '{["tfn-0123456789'.includes(bad)
    ? 'unexpected end of JSON input'
    : `invalid character '${bad}' looking for beginning of value`;
}

/** The first bytes of a body as Go shows them: text when it begins like an object, else hex. */
function summary(text: string): string {
  if (text === '') return '<empty>';
  const bytes = new TextEncoder().encode(text.slice(0, 120));
  const more = bytes.length > 30 ? ' ...' : '';
  if (text.startsWith('{')) return text.slice(0, 30) + more;
  return [...bytes.slice(0, 30)].map((byte) => byte.toString(16).padStart(2, '0')).join('') + more;
}

/** Go's decoder gives up there. */
const MAX_DEPTH = 10_000;

/** Whether a JSON text nests deeper than Go's decoder goes; what stands in strings does not count. */
function isTooDeep(text: string): boolean {
  if (text.length <= MAX_DEPTH) return false;
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** The value of a JSON text. @throws SyntaxError with Go's sentence */
export function readJson(text: string): unknown {
  if (isTooDeep(text)) throw new SyntaxError('exceeded max depth');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SyntaxError(jsonFault(text));
  }
}

const unrecognized = (kind: string, why: string, text: string) =>
  badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(text)})`);

export function parseJson(text: string, kind = 'object'): unknown {
  try {
    return readJson(text);
  } catch (error) {
    throw unrecognized(kind, `couldn't get version/kind; json parse error: ${(error as Error).message}`, text);
  }
}

/** The object in the body. @throws StatusError 400, 413, 415 */
export function bodyObject({ kind, headers, body }: Call): Readonly<Record<string, unknown>> {
  checkSize(body);
  const type = mediaType(headers);
  // What could be read has become JSON before it came here.
  if (type === PROTOBUF) {
    const prefix = 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]';
    throw unrecognized(kind.kind, body.startsWith('k8s\u0000') ? 'unexpected EOF' : prefix, body);
  }
  if (type !== 'application/yaml' && !JSON_TYPES.includes(type)) throw unsupportedMediaType(OBJECT_TYPES);
  const value = type === 'application/yaml' ? parseYaml(body) : parseJson(body, kind.kind);
  if (isFields(value)) return value;
  const fault = `couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:"apiVersion,omitempty""; Kind string "json:"kind,omitempty"" }`;
  throw unrecognized(kind.kind, fault, body);
}

/** @throws StatusError 400 */
export function parseYaml(text: string, prefix = 'error converting YAML to JSON'): unknown {
  try {
    const document = parseDocument(text, { version: '1.1' });
    const [fault] = document.errors;
    if (fault) throw new SyntaxError(fault.message.split('\n')[0]);
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    // Aliases that unfold without end are a ReferenceError, nesting without end a RangeError.
    const why = error instanceof SyntaxError ? error.message : YAML_LIMITS[(error as Error).name];
    throw badRequest(`${prefix}: yaml: ${why ?? (error as Error).message}`);
  }
}

const YAML_LIMITS: Readonly<Record<string, string>> = {
  ReferenceError: 'document contains excessive aliasing',
  RangeError: `exceeded max depth of ${MAX_DEPTH}`,
};
