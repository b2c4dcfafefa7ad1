/**
 * The server's OpenAPI v3 documents, each read once a command: explain prints them, apply, create and replace look there whether the
 * server validates fields, apply and diff how to merge (client-go's openapi3.Root, cli-runtime's QueryParamVerifierV3).
 */
import type { ApiResponse } from '../../../engine/index.ts';
import type { Client } from './client.ts';
import type { Kubectl } from './context.ts';
import type { ResourceType } from './discovery.ts';
import { text, type Value } from './value.ts';

interface Read {
  readonly index: Value;
  readonly documents: Map<string, ApiResponse>;
}

const read = new WeakMap<Client, Read>();

function readOf(client: Client): Read {
  const known = read.get(client);
  if (known) return known;
  const fresh = { index: client.get('/openapi/v3', { timeout: '32s' }, 'application/json, */*'), documents: new Map() };
  read.set(client, fresh);
  return fresh;
}

/** What answers the request for the document of a group and version. */
export function openApiDocument(client: Client, { group, version }: Pick<ResourceType, 'group' | 'version'>): ApiResponse {
  const place = group === '' ? `api/${version}` : `apis/${group}/${version}`;
  const { index, documents } = readOf(client);
  const known = documents.get(place);
  if (known) return known;
  const [path = '', hash = ''] = text(index, 'paths', place, 'serverRelativeURL').split('?hash=');
  const answer = client.exchange({
    method: 'GET',
    path: path || `/openapi/v3/${place}`,
    query: { hash: hash && decodeURIComponent(hash), timeout: '32s' },
  });
  documents.set(place, answer);
  return answer;
}

/** Reads what validation reads of a kind, unless --validate is off. */
export function readForValidation({ client, flags }: Kubectl, type: ResourceType): void {
  const value = flags.string('validate').toLowerCase();
  if (!['ignore', 'false', '0', 'f'].includes(value)) openApiDocument(client, type);
}
