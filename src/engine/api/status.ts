/**
 * The answers that are no objects: Status, with the server's reasons and sentences. Models apimachinery's pkg/api/errors.
 * Inside the API server a refusal is thrown as a `StatusError`; server.ts catches every one and answers it.
 */
import { aggregate, type FieldError, quote } from './validation/field.ts';

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, string>>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly StatusCause[];
    readonly retryAfterSeconds?: number;
  };
  readonly code?: number;
}

/** What an error names: `services`, or `deployments` of `apps`. */
export interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

export class StatusError extends Error {
  readonly status: Status;
  constructor(status: Status) {
    super(status.message ?? '');
    this.status = status;
  }
}

const qualified = (of: Named): string => (of.group ? `${of.plural}.${of.group}` : of.plural);

function failure(code: number, reason: string, message: string, details?: Status['details']): StatusError {
  const base = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message } as const;
  return new StatusError({ ...base, ...(reason ? { reason } : {}), ...(details ? { details } : {}), code });
}

function detailsOf(of: Named, name: string): NonNullable<Status['details']> {
  return { ...(name ? { name } : {}), ...(of.group ? { group: of.group } : {}), kind: of.plural };
}

export const notFoundError = (of: Named, name: string): StatusError =>
  failure(404, 'NotFound', `${qualified(of)} ${quote(name)} not found`, detailsOf(of, name));

export const alreadyExists = (of: Named, name: string): StatusError =>
  failure(409, 'AlreadyExists', `${qualified(of)} ${quote(name)} already exists`, detailsOf(of, name));

export const conflict = (of: Named, name: string, why: string): StatusError =>
  failure(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(of)} ${quote(name)}: ${why}`, detailsOf(of, name));

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export const badRequest = (message: string): StatusError => failure(400, 'BadRequest', message);

export const forbiddenError = (of: Named, name: string, why: string): StatusError =>
  failure(403, 'Forbidden', `${qualified(of)}${name ? ` ${quote(name)}` : ''} is forbidden: ${why}`, detailsOf(of, name));

/** A write to a kind of which the lab only knows that there are none, or which there are. */
export const notSimulated = (of: Named, name: string): StatusError => forbiddenError(of, name, 'not simulated in this lab');

/** @param token goes on with the list as it is now */
export function expired(message: string, token?: string): StatusError {
  const error = failure(410, 'Expired', message);
  return token === undefined ? error : new StatusError({ ...error.status, metadata: { continue: token } });
}

export const tooLarge = (limit: number): StatusError =>
  failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);

export const unsupportedMediaType = (accepted: readonly string[]): StatusError =>
  failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

export const notAcceptable = (accepted: readonly string[]): StatusError =>
  failure(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);

export const internalError = (why: string): StatusError =>
  failure(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });

/** No such thing below a group and version that are served. */
export const noResource = (): StatusError => failure(404, 'NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = (): StatusError =>
  failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

/** `watch is not supported on resources of kind "componentstatuses"`. */
export const notSupportedOn = (of: Named, action: string): StatusError =>
  failure(405, 'MethodNotAllowed', `${action} is not supported on resources of kind ${quote(qualified(of))}`, detailsOf(of, ''));

/** What the simulation leaves out. */
export const notImplemented = (what: string): StatusError => failure(501, 'NotImplemented', `${what}: not simulated in this lab`);

/** Not now: an eviction that a disruption budget forbids. */
export const tooManyRequests = (message: string, causes: readonly StatusCause[], retryAfterSeconds?: number): StatusError =>
  failure(429, 'TooManyRequests', message, { causes, ...(retryAfterSeconds ? { retryAfterSeconds } : {}) });

/** The client knows a version that this server has not come to. */
export function tooNew(asked: number, current: number): StatusError {
  const cause = { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' };
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  return failure(504, 'Timeout', message, { causes: [cause], retryAfterSeconds: 1 });
}

/** A failure the server has no reason for: kubectl prints only the sentence. */
export const unknownError = (message: string): StatusError => failure(500, '', message);

/** A patch that is well formed but cannot be applied. */
export const unprocessable = (): StatusError =>
  failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});

/** `Service "customer" is invalid: spec.…` with one cause a field. */
export function invalidError(
  of: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const kind = of.group && of.kind ? `${of.kind}.${of.group}` : of.kind;
  return failure(422, 'Invalid', `${kind} ${quote(name)} is invalid: ${aggregate(errors)}`, {
    ...(name ? { name } : {}),
    ...(of.group ? { group: of.group } : {}),
    ...(of.kind ? { kind: of.kind } : {}),
    causes: errors.map(({ type, body, field }) => ({ reason: type, message: body, field })),
  });
}

/** Another field manager owns fields that a server-side apply wants to change. */
export const applyConflict = (message: string, causes: readonly StatusCause[]): StatusError =>
  failure(409, 'Conflict', message, { causes });
