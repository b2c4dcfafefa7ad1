/** `-w`: what curl tells about a transfer. */
import { LIBCURL } from './help.ts';

export interface Facts {
  readonly url: string;
  readonly effectiveUrl: string;
  readonly method: string;
  readonly status: number;
  readonly httpVersion: string;
  readonly scheme: string;
  readonly contentType: string;
  readonly referer: string;
  /** Of the last answer. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly remoteIp: string;
  readonly remotePort: number;
  readonly localIp: string;
  readonly localPort: number;
  readonly sizeDownload: number;
  readonly sizeHeader: number;
  readonly sizeUpload: number;
  readonly sizeRequest: number;
  readonly numHeaders: number;
  readonly connects: number;
  readonly redirects: number;
  readonly redirectUrl: string;
  readonly exitCode: number;
  readonly error: string;
  readonly fileName: string;
  readonly urlNumber: number;
  /** Milliseconds since the start. */
  readonly lookupMs: number;
  readonly connectMs: number;
  readonly startMs: number;
  readonly totalMs: number;
}

const seconds = (ms: number) => (ms / 1000).toFixed(6);
const speed = (bytes: number, ms: number) => String(Math.round((bytes * 1000) / Math.max(1, ms)));

const VARIABLES: Readonly<Record<string, (facts: Facts) => string>> = {
  http_code: (f) => String(f.status).padStart(3, '0'),
  response_code: (f) => String(f.status).padStart(3, '0'),
  http_connect: () => '000',
  http_version: (f) => f.httpVersion,
  scheme: (f) => f.scheme,
  method: (f) => f.method,
  content_type: (f) => f.contentType,
  url: (f) => f.url,
  url_effective: (f) => f.effectiveUrl,
  urlnum: (f) => String(f.urlNumber),
  remote_ip: (f) => f.remoteIp,
  remote_port: (f) => String(f.remotePort),
  local_ip: (f) => f.localIp,
  local_port: (f) => String(f.localPort),
  size_download: (f) => String(f.sizeDownload),
  size_header: (f) => String(f.sizeHeader),
  size_upload: (f) => String(f.sizeUpload),
  size_request: (f) => String(f.sizeRequest),
  speed_download: (f) => speed(f.sizeDownload, f.totalMs),
  speed_upload: (f) => speed(f.sizeUpload, f.totalMs),
  num_headers: (f) => String(f.numHeaders),
  num_connects: (f) => String(f.connects),
  num_redirects: (f) => String(f.redirects),
  redirect_url: (f) => f.redirectUrl,
  exitcode: (f) => String(f.exitCode),
  errormsg: (f) => f.error,
  filename_effective: (f) => f.fileName,
  time_namelookup: (f) => seconds(f.lookupMs),
  time_connect: (f) => seconds(f.connectMs),
  time_appconnect: () => seconds(0),
  time_pretransfer: (f) => seconds(f.connectMs),
  time_redirect: () => seconds(0),
  time_starttransfer: (f) => seconds(f.startMs),
  time_total: (f) => seconds(f.totalMs),
  certs: () => '',
  ftp_entry_path: () => '',
  num_certs: () => '0',
  referer: (f) => f.referer,
  ssl_verify_result: () => '0',
  proxy_ssl_verify_result: () => '0',
};

export interface Written {
  readonly stdout: string;
  readonly stderr: string;
}

export function writeOut(format: string, facts: Facts): Written {
  const written = { stdout: '', stderr: '' };
  let to: 'stdout' | 'stderr' = 'stdout';
  for (let at = 0; at < format.length; at++) {
    const rest = format.slice(at);
    const variable = /^%\{([^}]*)\}/.exec(rest);
    if (variable) {
      const name = variable[1]!;
      if (name === 'stderr' || name === 'stdout') to = name;
      else if (name === 'onerror') {
        if (facts.exitCode === 0) return written;
      } else if (name === 'json') written[to] += json(facts);
      else if (name === 'header_json') written[to] += headerJson(facts);
      else if (Object.hasOwn(VARIABLES, name)) written[to] += VARIABLES[name]!(facts);
      else written.stderr += `curl: unknown --write-out variable: '${name}'\n`;
      at += variable[0].length - 1;
    } else if (rest.startsWith('%%')) {
      written[to] += '%';
      at++;
    } else if (rest[0] === '\\' && rest.length > 1) {
      const plain = { n: '\n', t: '\t', r: '\r' }[rest[1]!];
      written[to] += plain ?? rest.slice(0, 2);
      at++;
    } else written[to] += rest[0];
  }
  return written;
}

/** Everything, sorted by name, as curl writes it. */
function json(facts: Facts): string {
  const text = new Set([
    'content_type',
    'errormsg',
    'filename_effective',
    'ftp_entry_path',
    'referer',
    'http_version',
    'local_ip',
    'method',
    'redirect_url',
    'remote_ip',
    'scheme',
    'url',
    'url_effective',
  ]);
  const entries = Object.keys(VARIABLES)
    .sort()
    .map((name) => {
      const value = VARIABLES[name]!(facts);
      if (ALWAYS_TEXT.has(name)) return `"${name}":${JSON.stringify(value)}`;
      const shown = text.has(name) ? (value === '' ? 'null' : JSON.stringify(value)) : value.replace(/^0+(?=\d+$)/, '');
      return `"${name}":${shown}`;
    });
  return `{${entries.join(',')},"curl_version":"${LIBCURL}"}`;
}

/** As it is, even when it is empty. */
const ALWAYS_TEXT = new Set(['certs', 'local_ip', 'remote_ip']);

/** The last answer's headers, in the order they came; a name that comes twice has two values. */
function headerJson({ headers }: Facts): string {
  const names = [...new Set(headers.map(([name]) => name.toLowerCase()))];
  const valuesOf = (name: string) =>
    headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => JSON.stringify(value));
  return `{${names.map((name) => `${JSON.stringify(name)}:[${valuesOf(name).join(',')}]`).join(',\n')}\n}`;
}
