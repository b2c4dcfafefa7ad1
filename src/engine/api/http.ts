/** A request to the API server and its answer. The same pair is spoken inside the tab and over loopback HTTP (src/cli/serve). */
import type { ObjectKey, ResourceName } from './storage.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query: `/api/v1/namespaces/yaobank/services?labelSelector=app%3Dcustomer`. */
  readonly path: string;
  /** Lower-case names: `accept`, `content-type`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON or YAML text as sent; its media type is in `content-type`. */
  readonly body?: string;
}

/** Who a request is made as. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  /** A member of system:masters or the administrator. */
  readonly mayAll: boolean;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON value: an object, a list, a Table, a Status; or plain text (`/version`'s kin, pod logs). */
  readonly body: unknown;
  /** Warnings the server sends beside the answer (`Warning: 299 - "…"`). */
  readonly warnings?: readonly string[];
  /** Written with two spaces' indent and no newline at the end: what upstream answers by hand (`/version`). */
  readonly indented?: boolean;
  /** Set for `watch=true`: ask `watchEvents` (watch.ts) for what came since. */
  readonly watch?: Watch;
}

/** A watch that a client holds: plain data, resumed with the last version it has seen. */
export interface Watch {
  readonly resource: ResourceName;
  readonly namespace?: string;
  readonly name?: ObjectKey;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly asTable: boolean;
  /** What a Table's row carries beside its cells; default: the metadata. */
  readonly includeObject?: string;
  /** Events carry PartialObjectMetadata. */
  readonly metadataOnly?: boolean;
  /** Ends the objects that exist already with a BOOKMARK (`sendInitialEvents=true`, a streamed list). */
  readonly bookmark?: boolean;
  /** The client takes BOOKMARKs between events, too: whoever holds the stream sends them (`bookmarkOf`). */
  readonly bookmarks?: boolean;
  /** When the client wants it to end. */
  readonly timeoutSeconds?: number;
  readonly resourceVersion: number;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}
