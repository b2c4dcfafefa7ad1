/**
 * What a request's path asks for. Models the RequestInfo of k8s.io/apiserver: `/api/v1/namespaces/yaobank/services/customer/status`
 * is the `status` of service `customer`. Anything that is no path of a served resource is left to discovery (discovery.ts).
 */
import type { Kind } from '../kind.ts';
import { kinds } from '../kinds/index.ts';

export interface ResourcePath {
  readonly kind: Kind;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  /** The old `/api/v1/watch/…` form. */
  readonly watch: boolean;
}

export type Query = Readonly<Record<string, string>>;

const served: ReadonlyMap<string, Kind> = new Map(kinds.map((kind) => [`${kind.group}/${kind.version}/${kind.plural}`, kind]));

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Splits `/path?a=1&b=2`; of a repeated parameter the first counts, as in Go's url.Values.Get. */
export function splitTarget(target: string): { readonly path: string; readonly query: Query } {
  const mark = target.indexOf('?');
  if (mark < 0) return { path: target, query: {} };
  const query: Record<string, string> = Object.create(null);
  for (const pair of target.slice(mark + 1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const key = decoded(equals < 0 ? pair : pair.slice(0, equals));
    if (!(key in query)) query[key] = equals < 0 ? '' : decoded(pair.slice(equals + 1));
  }
  return { path: target.slice(0, mark), query };
}

/** The resource a path names; undefined when no served resource lies there. */
export function resourcePath(path: string): ResourcePath | undefined {
  const parts = path.split('/').slice(1).map(decoded);
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const [group, version, ...rest] = core ? ['', parts[1], ...parts.slice(2)] : parts.slice(1);
  const watch = rest[0] === 'watch';
  if (watch) rest.shift();
  if (rest.at(-1) === '') rest.pop();
  const find = (plural: string | undefined) => served.get(`${group}/${version}/${plural}`);
  // `namespaces/x/services…`, but `namespaces/x/status` is the namespace's own.
  if (rest[0] === 'namespaces' && rest.length >= 3) {
    const kind = find(rest[2]);
    if (kind?.namespaced && (rest.length <= 5 || rest[4] === 'proxy')) {
      return { kind, namespace: rest[1], name: rest[3], subresource: rest[4], watch };
    }
  }
  const kind = find(rest[0]);
  if (!kind || (rest.length > 3 && rest[2] !== 'proxy') || rest.some((part) => part === '')) return undefined;
  // Of a namespaced resource only the collection exists without a namespace.
  if (kind.namespaced && rest.length > 1) return undefined;
  return { kind, name: rest[1], subresource: rest[2], watch };
}
