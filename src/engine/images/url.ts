/** `http://host:port/path` taken apart as curl does. Leaves out user names, IPv6 literals and fragments beyond dropping them. */

export interface Url {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  /** Path and query, at least `/`. */
  readonly path: string;
}

const PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** undefined: malformed, or a port out of range. A missing scheme is http. */
export function parseUrl(text: string): Url | undefined {
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(?:[^/?#@]*@)?([^/?#:]+)(?::(\d*))?([/?][^#]*)?(?:#.*)?$/.exec(text);
  if (!match || text.endsWith('://')) return undefined;
  const scheme = (match[1] ?? 'http').toLowerCase();
  const port = match[3] ? Number(match[3]) : (PORTS[scheme] ?? 0);
  if (port > 65535) return undefined;
  const path = match[4] ?? '/';
  return { scheme, host: match[2]!, port, path: path.startsWith('?') ? `/${path}` : path };
}
