/** What curl asks for: the URL taken apart, and the request with its own headers and those of -H. */
import type { Process } from '../../command.ts';
import type { CurlOptions } from './options.ts';

export interface Target {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly url: string;
  readonly user?: string;
}

export const PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, telnet: 23, ftp: 21 };
const UNSUPPORTED = new Set([
  'ftp',
  'ftps',
  'scp',
  'sftp',
  'file',
  'dict',
  'gopher',
  'imap',
  'imaps',
  'ldap',
  'ldaps',
  'mqtt',
  'pop3',
  'pop3s',
  'rtsp',
  'smb',
  'smbs',
  'smtp',
  'smtps',
  'tftp',
  'rtmp',
  'gophers',
]);

type Targeted = Target | { readonly exitCode: number; readonly error: string };

/** @param asIs `..` in the path is left there */
export function targetOf(url: string, asIs = false): Targeted {
  const bad = { exitCode: 3, error: 'URL using bad/illegal format or missing URL' };
  if (/[\s\x00-\x1f]/.test(url) || url === '') return bad;
  const found =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(?:([^/?#]*)@)?(\[[0-9a-fA-F:.]+\]|[^/?#:[\]]*)(?::([^/?#]*))?([/?][^#]*)?(?:#.*)?$/.exec(
      url,
    );
  if (!found) return bad;
  const [, rawScheme, user, host = '', portText, rawPath = '/'] = found;
  const scheme = (rawScheme ?? (host.startsWith('ftp.') ? 'ftp' : 'http')).toLowerCase();
  if (!PORTS[scheme] && !UNSUPPORTED.has(scheme))
    return { exitCode: 1, error: `Protocol "${scheme}" not supported or disabled in libcurl` };
  if (host === '') return rawScheme && !portText ? { exitCode: 3, error: 'URL using bad/illegal format or missing URL' } : bad;
  const port = portText === undefined || portText === '' ? (PORTS[scheme] ?? 0) : Number(portText);
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || (portText && !/^\d+$/.test(portText))) return bad;
  if (UNSUPPORTED.has(scheme) && scheme !== 'ftp') return { exitCode: 1, error: `${scheme}://: not simulated in this lab` };
  const path = asIs ? slashed(rawPath) : withoutDots(slashed(rawPath));
  return {
    scheme,
    host: host.toLowerCase(),
    port,
    path,
    url: `${scheme}://${host}${portText ? `:${portText}` : ''}${path}`,
    ...(user !== undefined && { user }),
  };
}

const slashed = (path: string) => (path.startsWith('?') ? `/${path}` : path);

/** RFC 3986, 5.2.4. */
function withoutDots(path: string): string {
  const [before = '', query] = path.split(/(?=\?)/s, 2);
  const parts = before.split('/');
  const kept: string[] = [];
  for (const part of parts) {
    if (part === '..') kept.length = Math.max(1, kept.length - 1);
    else if (part !== '.') kept.push(part);
  }
  if (/\/\.{1,2}$/.test(before)) kept.push('');
  return `${kept.join('/')}${query ?? ''}`;
}

const base64 = (text: string): string => {
  const bytes = [...new TextEncoder().encode(text)];
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.slice(at, at + 3);
    out +=
      letters[a >> 2]! +
      letters[((a & 3) << 4) | ((b ?? 0) >> 4)]! +
      (b === undefined ? '=' : letters[((b & 15) << 2) | ((c ?? 0) >> 6)]!) +
      (c === undefined ? '=' : letters[c & 63]!);
  }
  return out;
};

export interface Outgoing {
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly version: '1.0' | '1.1';
  /** Who logs in, as the URL or -u says. */
  readonly user?: string;
}

/** The request as curl would send it: its own headers, changed by -H. */
export function outgoing(process: Process, options: CurlOptions, target: Target): Outgoing {
  const posting = options.data.length > 0 && !options.flags.has('get');
  const body = posting ? bodyOf(process, options) : '';
  const standard = target.port === PORTS[target.scheme];
  const own: [string, string][] = [['Host', standard ? target.host : `${target.host}:${target.port}`]];
  const user = options.user ?? target.user;
  if (user !== undefined) own.push(['Authorization', `Basic ${base64(user.includes(':') ? user : `${user}:`)}`]);
  if (options.range !== undefined) own.push(['Range', `bytes=${options.range}`]);
  if (options.userAgent !== '') own.push(['User-Agent', options.userAgent ?? 'curl/7.88.1']);
  // --json is two -H of its own.
  own.push(
    ...(options.json
      ? ([
          ['Content-Type', 'application/json'],
          ['Accept', 'application/json'],
        ] as const)
      : ([['Accept', '*/*']] as const)
    ).map(([name, value]): [string, string] => [name, value]),
  );
  if (options.flags.has('compressed')) own.push(['Accept-Encoding', 'deflate, gzip, br, zstd']);
  if (options.referer) own.push(['Referer', options.referer]);
  if (options.flags.has('http2') && target.scheme === 'http')
    own.push(['Connection', 'Upgrade, HTTP2-Settings'], ['Upgrade', 'h2c'], ['HTTP2-Settings', 'AAMAAABkAAQCAAAAAAIAAAAA']);
  if (options.cookie !== undefined) own.push(['Cookie', options.cookie]);
  if (posting) own.push(['Content-Length', String(new TextEncoder().encode(body).length)]);
  if (posting && !options.json) own.push(['Content-Type', 'application/x-www-form-urlencoded']);
  const added: [string, string][] = [];
  const removed = new Set<string>();
  for (const text of options.headers) {
    const colon = text.search(/[:;]/);
    if (colon <= 0) continue;
    const name = text.slice(0, colon);
    const value = text.slice(colon + 1).trim();
    removed.add(name.toLowerCase());
    if (value !== '' || text[colon] === ';') added.push([name, value]);
  }
  const hosts = added.filter(([name]) => name.toLowerCase() === 'host');
  const kept = own.filter(([name]) => !removed.has(name.toLowerCase()));
  const version = options.flags.has('http1.0') ? '1.0' : '1.1';
  return {
    method: methodOf(options),
    headers: [...hosts, ...kept, ...added.filter(([name]) => name.toLowerCase() !== 'host')],
    body,
    version,
    ...(user !== undefined && { user: user.split(':')[0]! }),
  };
}

export function methodOf({ method, flags, data }: CurlOptions): string {
  if (method !== undefined) return method;
  if (flags.has('head')) return 'HEAD';
  return data.length > 0 && !flags.has('get') ? 'POST' : 'GET';
}

export function bodyOf(process: Process, options: CurlOptions): string {
  const parts = options.data.map((piece) => {
    if (piece.startsWith('\\@')) return piece.slice(1);
    if (!piece.startsWith('@')) return piece;
    const name = piece.slice(1);
    const text = name === '-' ? process.stdin : process.files.read(name);
    if (text === undefined) process.err(`Warning: Couldn't read data from file "${name}", this makes an empty POST.\n`);
    return (text ?? '').replace(/[\r\n]/g, '');
  });
  return parts.join(options.json ? '' : '&');
}
