/**
 * Answers on the wire: JSON as kube-apiserver's serializers write it (indented for people: `pretty`, curl, wget, browsers), YAML where a
 * client asks for nothing else, plain text, Status for what went wrong. Models k8s.io/apiserver's responsewriters and negotiation; leaves
 * out protobuf, gzip and audit headers.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { stringify } from 'yaml';
import type { ApiResponse } from '../engine/index.ts';

/** A refusal of the HTTP layer itself: what never reaches the API server. */
export class Refusal extends Error {
  readonly code: number;
  readonly reason: string;
  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export function statusOf({ code, reason, message }: Refusal): unknown {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}

/** RFC 7234's warn-text: quotes and backslashes escaped. */
function warningHeader(text: string): string {
  return `299 - "${text.replace(/["\\]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')}"`;
}

function isForPeople(request: IncomingMessage): boolean {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const pretty = searchParams.get('pretty');
  if (pretty) return /^(1|t|true)$/i.test(pretty);
  return /^(curl|Wget|Mozilla\/5\.0)/.test(request.headers['user-agent'] ?? '');
}

/** The first media range that is JSON or YAML decides. */
function wantsYaml(request: IncomingMessage): boolean {
  const ranges = (request.headers.accept ?? '').split(',').map((range) => range.split(';')[0]!.trim());
  return ranges.find((type) => /^(application|\*)\/(json|yaml|\*)$/.test(type)) === 'application/yaml';
}

function encoded(
  request: IncomingMessage,
  { body, indented }: Pick<ApiResponse, 'body' | 'indented'>,
): [type: string, text: string] {
  if (typeof body === 'string') return ['text/plain', body];
  if (indented) return ['application/json', JSON.stringify(body, undefined, 2)];
  if (wantsYaml(request)) {
    return ['application/yaml', stringify(body, { sortMapEntries: true, lineWidth: 0, indentSeq: false })];
  }
  return ['application/json', isForPeople(request) ? JSON.stringify(body, undefined, 2) : `${JSON.stringify(body)}\n`];
}

export function send(request: IncomingMessage, response: ServerResponse, answer: ApiResponse): void {
  if (response.headersSent || response.destroyed) return;
  const [type, text] = encoded(request, answer);
  const bytes = Buffer.from(text);
  const warnings = (answer.warnings ?? []).map(warningHeader);
  response.writeHead(answer.status, {
    'cache-control': 'no-cache, private',
    'content-type': type,
    'content-length': bytes.length,
    ...answer.headers,
    ...(warnings.length > 0 ? { warning: warnings.join(', ') } : {}),
  });
  response.end(bytes);
}

const PHRASES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
};

/** An answer on a bare socket: to an upgrade, or to what is no HTTP. */
export function sendRaw(socket: Socket, code: number, body: unknown): void {
  socket.on('error', () => socket.destroy());
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${code} ${PHRASES[code] ?? 'Error'}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}
