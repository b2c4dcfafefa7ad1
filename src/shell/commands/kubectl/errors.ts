/**
 * What goes wrong and how kubectl says it. Models kubectl's cmdutil.CheckErr and apimachinery's Status errors: an invalid object,
 * a status from the server, a network failure, several errors at once, and everything else with `error: ` before it.
 */
import { dig, items, text, type Value } from './value.ts';

/** An error of kubectl's own; `message` without the `error: ` prefix. */
export class CommandError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A text that is printed as it stands, and an exit status. */
export class Exit extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, message = '') {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The server answered with a Status. */
export class StatusError extends Error {
  readonly status: Value;
  readonly reason: string;
  readonly code: number;
  constructor(status: Value) {
    super(text(status, 'message'));
    this.status = status;
    this.reason = text(status, 'reason');
    this.code = Number(dig(status, 'code') ?? 0);
  }
  /** The same status with a text around its message. */
  withMessage(message: string): StatusError {
    return new StatusError({ ...(this.status as object), message } as Value);
  }
}

/** The server could not be reached. */
export class NetworkFailure extends Error {
  readonly cause2: 'refused' | 'timeout' | 'no-route' | 'reset';
  /** `10.0.1.20:6443` */
  readonly hostPort: string;
  constructor(cause: NetworkFailure['cause2'], hostPort: string, message: string) {
    super(message);
    this.cause2 = cause;
    this.hostPort = hostPort;
  }
}

/** Several errors of one run, each on a line of its own. */
export class Aggregate extends Error {
  readonly errors: readonly Error[];
  constructor(errors: readonly Error[]) {
    super(errors.length === 1 ? errors[0]!.message : `[${[...new Set(errors.map((error) => error.message))].join(', ')}]`);
    this.errors = errors;
  }
}

export function fail(message: string): never {
  throw new CommandError(message);
}

/** Throws what was collected: nothing, the one, or all. */
export function throwAll(errors: readonly Error[]): void {
  if (errors.length === 1) throw errors[0]!;
  if (errors.length > 1) throw new Aggregate(errors);
}

export function isNotFound(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'NotFound';
}

/** The words for one error inside a list of several. */
export function messageOf(error: Error): string {
  return standardMessage(error) ?? error.message;
}

function standardMessage(error: Error): string | undefined {
  if (error instanceof StatusError) {
    if (error.reason === 'Unauthorized') return `error: You must be logged in to the server (${error.message})`;
    return error.reason ? `Error from server (${error.reason}): ${error.message}` : `Error from server: ${error.message}`;
  }
  if (error instanceof NetworkFailure) {
    if (error.cause2 === 'refused') {
      return `The connection to the server ${error.hostPort} was refused - did you specify the right host or port?`;
    }
    return `Unable to connect to the server: ${error.message}`;
  }
  return undefined;
}

function invalidMessage(error: StatusError): string {
  const kind = text(error.status, 'details', 'kind');
  const name = text(error.status, 'details', 'name');
  const causes = items(error.status, 'details', 'causes');
  let prefix = 'The request is invalid';
  if (dig(error.status, 'details') === undefined) return error.message ? `${prefix}: ${error.message}` : prefix;
  if (kind || name) prefix = `The ${kind} "${name}" is invalid`;
  else if (error.message && causes.length === 0) prefix += `: ${error.message}`;
  if (causes.length === 0) return prefix;
  const lines = [...new Set(causes.map((cause) => `${text(cause, 'field')}: ${text(cause, 'message')}`))];
  return lines.length === 1 ? `${prefix}: ${lines[0]}` : `${prefix}: \n${lines.map((line) => `* ${line}\n`).join('')}`;
}

/** The text on standard error, ending in a newline, and the exit status. */
export function report(thrown: unknown): { readonly text: string; readonly exitCode: number } {
  const error = thrown instanceof Aggregate && thrown.errors.length === 1 ? thrown.errors[0] : thrown;
  if (error instanceof Exit) return { text: withNewline(error.message), exitCode: error.exitCode };
  if (error instanceof StatusError && error.reason === 'Invalid') return { text: withNewline(invalidMessage(error)), exitCode: 1 };
  if (error instanceof Aggregate) {
    return { text: error.errors.map((one) => `${messageOf(one)}\n`).join(''), exitCode: 1 };
  }
  if (error instanceof Error) {
    const standard = standardMessage(error);
    const exitCode = error instanceof CommandError ? error.exitCode : 1;
    if (standard !== undefined) return { text: withNewline(standard), exitCode };
    if (error instanceof CommandError) {
      return { text: withNewline(error.message.startsWith('error: ') ? error.message : `error: ${error.message}`), exitCode };
    }
  }
  throw error;
}

function withNewline(line: string): string {
  return line === '' || line.endsWith('\n') ? line : `${line}\n`;
}
