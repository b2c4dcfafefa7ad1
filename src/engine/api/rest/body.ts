/** Reading a request's body: media type, size, syntax. */
import { parseDocument } from 'yaml';
import { isFields } from '../equal.ts';
import { badRequest, tooLarge, unsupportedMediaType } from '../status.ts';
import type { Call } from './call.ts';

/** What etcd and the API server take in one request. */
export const MAX_BODY = 3 * 1024 * 1024;

const JSON_TYPES = ['application/json', '*/*', ''];
const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

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

export function parseJson(text: string, kind = 'object'): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const fault = `couldn't get version/kind; json parse error: ${jsonFault(text)}`;
    throw badRequest(`the object provided is unrecognized (must be of type ${kind}): ${fault} (${summary(text)})`);
  }
}

/** The object in the body. @throws StatusError 400, 413, 415 */
export function bodyObject({ kind, headers, body }: Call): Readonly<Record<string, unknown>> {
  checkSize(body);
  const type = mediaType(headers);
  if (type !== 'application/yaml' && !JSON_TYPES.includes(type)) throw unsupportedMediaType(OBJECT_TYPES);
  const value = type === 'application/yaml' ? parseYaml(body) : parseJson(body, kind.kind);
  if (isFields(value)) return value;
  const fault = `couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:"apiVersion,omitempty""; Kind string "json:"kind,omitempty"" }`;
  throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): ${fault} (${summary(body)})`);
}

export function parseYaml(text: string): unknown {
  const document = parseDocument(text, { version: '1.1' });
  const [fault] = document.errors;
  if (fault) throw badRequest(`error converting YAML to JSON: yaml: ${fault.message.split('\n')[0]}`);
  return document.toJS({ maxAliasCount: 100 }) as unknown;
}
