/** curl's command line: short options may be glued together and to their value, long ones shortened while they stay unique. */

export interface CurlOptions {
  /** Each URL with the file it is written to; undefined: standard output. */
  readonly urls: string[];
  readonly outputs: (string | { readonly remoteName: true })[];
  readonly headers: string[];
  readonly data: string[];
  readonly resolve: string[];
  readonly flags: Set<string>;
  method?: string;
  maxTimeMs?: number;
  connectTimeoutMs?: number;
  writeOut?: string;
  userAgent?: string;
  referer?: string;
  user?: string;
  json?: boolean;
  maxRedirects: number;
  retries: number;
  retryDelayMs?: number;
  upload?: string;
  dumpHeader?: string;
}

/** Long name → letter or own name; `value`: what follows belongs to it. */
interface Known {
  readonly name: string;
  readonly short?: string;
  readonly value?: true;
}

const flag = (name: string, short?: string): Known => ({ name, ...(short && { short }) });
const valued = (name: string, short?: string): Known => ({ name, ...(short && { short }), value: true });

const KNOWN: readonly Known[] = [
  flag('silent', 's'),
  flag('show-error', 'S'),
  flag('verbose', 'v'),
  flag('head', 'I'),
  flag('include', 'i'),
  flag('fail', 'f'),
  flag('fail-with-body'),
  flag('location', 'L'),
  flag('location-trusted'),
  flag('insecure', 'k'),
  flag('remote-name', 'O'),
  flag('get', 'G'),
  flag('globoff', 'g'),
  flag('ipv4', '4'),
  flag('ipv6', '6'),
  flag('progress-bar', '#'),
  flag('no-progress-meter'),
  flag('no-buffer', 'N'),
  flag('compressed'),
  flag('http1.0', '0'),
  flag('http1.1'),
  flag('http2'),
  flag('http2-prior-knowledge'),
  flag('no-keepalive'),
  flag('path-as-is'),
  flag('tcp-nodelay'),
  flag('create-dirs'),
  flag('parallel', 'Z'),
  flag('disable', 'q'),
  flag('styled-output'),
  flag('retry-connrefused'),
  flag('retry-all-errors'),
  flag('version', 'V'),
  flag('help', 'h'),
  flag('manual', 'M'),
  valued('output', 'o'),
  valued('max-time', 'm'),
  valued('connect-timeout'),
  valued('write-out', 'w'),
  valued('header', 'H'),
  valued('request', 'X'),
  valued('data', 'd'),
  valued('data-raw'),
  valued('data-ascii'),
  valued('data-binary'),
  valued('data-urlencode'),
  valued('json'),
  valued('user', 'u'),
  valued('user-agent', 'A'),
  valued('referer', 'e'),
  valued('resolve'),
  valued('retry'),
  valued('retry-delay'),
  valued('retry-max-time'),
  valued('max-redirs'),
  valued('upload-file', 'T'),
  valued('dump-header', 'D'),
  valued('url'),
  valued('interface'),
  valued('cacert'),
  valued('cert', 'E'),
  valued('key'),
  valued('cookie', 'b'),
  valued('cookie-jar', 'c'),
  valued('form', 'F'),
  valued('range', 'r'),
  valued('proxy', 'x'),
  valued('noproxy'),
  valued('limit-rate'),
  valued('keepalive-time'),
  valued('local-port'),
  valued('connect-to'),
  valued('speed-limit', 'Y'),
  valued('speed-time', 'y'),
  valued('stderr'),
  valued('unix-socket'),
  valued('dns-servers'),
  valued('haproxy-clientip'),
];

/** What the simulated network has no part for: said after curl's own usage errors. */
const ABSENT = new Set([
  'proxy',
  'form',
  'unix-socket',
  'http2-prior-knowledge',
  'connect-to',
  'dns-servers',
  'limit-rate',
  'cookie-jar',
  'upload-file',
  'manual',
  'local-port',
  'stderr',
  'range',
]);

export const LONG_NAMES: readonly string[] = KNOWN.map((known) => `--${known.name}`);

export type Parsed = { readonly options: CurlOptions } | { readonly complaint: string; readonly absent?: true };

export function parseOptions(args: readonly string[]): Parsed {
  const options: CurlOptions = {
    urls: [],
    outputs: [],
    headers: [],
    data: [],
    resolve: [],
    flags: new Set(),
    maxRedirects: 50,
    retries: 0,
  };
  let ended = false;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (ended || !arg.startsWith('-') || arg === '-') {
      options.urls.push(arg);
      continue;
    }
    if (arg === '--') {
      ended = true;
      continue;
    }
    if (arg.startsWith('--')) {
      const negative = arg.startsWith('--no-') && !KNOWN.some((known) => `--${known.name}` === arg);
      const known = findLong(negative ? arg.slice(5) : arg.slice(2));
      if (!known || known === 'ambiguous') return { complaint: `option ${arg}: is ${known ? 'ambiguous' : 'unknown'}` };
      if (known.value && at + 1 >= args.length) return { complaint: `option ${arg}: requires parameter` };
      const problem = apply(options, known, known.value ? args[++at]! : '', negative);
      if (problem) return typeof problem === 'string' ? { complaint: `option ${arg}: ${problem}` } : problem;
      continue;
    }
    for (let letter = 1; letter < arg.length; letter++) {
      const known = KNOWN.find((each) => each.short === arg[letter]);
      if (!known) return { complaint: `option ${arg}: is unknown` };
      const glued = arg.slice(letter + 1);
      if (known.value && glued === '' && at + 1 >= args.length) return { complaint: `option ${arg}: requires parameter` };
      const problem = apply(options, known, known.value ? (glued !== '' ? glued : args[++at]!) : '', false);
      if (problem) return typeof problem === 'string' ? { complaint: `option ${arg}: ${problem}` } : problem;
      if (known.value) break;
    }
  }
  return { options };
}

function findLong(name: string): Known | 'ambiguous' | undefined {
  const exact = KNOWN.find((known) => known.name === name);
  if (exact) return exact;
  const begins = KNOWN.filter((known) => known.name.startsWith(name));
  return begins.length > 1 ? 'ambiguous' : begins[0];
}

const NUMBER = 'expected a proper numerical parameter';

/** @returns what is wrong with the value */
function apply(
  options: CurlOptions,
  { name, value }: Known,
  text: string,
  negative: boolean,
): string | { complaint: string; absent: true } | undefined {
  if (ABSENT.has(name)) return { complaint: `--${name}`, absent: true };
  if (!value) {
    if (name === 'remote-name') options.outputs.push({ remoteName: true });
    else if (negative) options.flags.delete(name);
    else options.flags.add(name);
    return undefined;
  }
  const seconds = () => (/^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : undefined);
  switch (name) {
    case 'max-time':
      options.maxTimeMs = seconds();
      return options.maxTimeMs === undefined ? NUMBER : undefined;
    case 'connect-timeout':
      options.connectTimeoutMs = seconds();
      return options.connectTimeoutMs === undefined ? NUMBER : undefined;
    case 'retry':
    case 'max-redirs':
    case 'retry-delay':
      if (!/^-?\d+$/.test(text)) return NUMBER;
      if (name === 'retry') options.retries = Number(text);
      else if (name === 'max-redirs') options.maxRedirects = Number(text) < 0 ? Number.MAX_SAFE_INTEGER : Number(text);
      else options.retryDelayMs = Number(text) * 1000;
      return undefined;
    case 'output':
      options.outputs.push(text);
      return undefined;
    case 'write-out':
      options.writeOut = text;
      return undefined;
    case 'header':
      options.headers.push(text);
      return undefined;
    case 'request':
      options.method = text;
      return undefined;
    case 'data':
    case 'data-ascii':
    case 'data-binary':
      options.data.push(text);
      return undefined;
    case 'data-raw':
      options.data.push(text.startsWith('@') ? `\\${text}` : text);
      return undefined;
    case 'data-urlencode': {
      const equals = text.indexOf('=');
      options.data.push(
        equals < 0
          ? encodeURIComponent(text)
          : `${equals > 0 ? `${text.slice(0, equals)}=` : ''}${encodeURIComponent(text.slice(equals + 1))}`,
      );
      return undefined;
    }
    case 'json':
      options.data.push(text);
      options.json = true;
      return undefined;
    case 'user':
      options.user = text;
      return undefined;
    case 'user-agent':
      options.userAgent = text;
      return undefined;
    case 'referer':
      options.referer = text;
      return undefined;
    case 'resolve':
      if (!/^[+-]?[^:]+:\d+(:.+)?$/.test(text)) return undefined;
      options.resolve.push(text);
      return undefined;
    case 'cookie':
      options.headers.push(`Cookie: ${text}`);
      return undefined;
    case 'dump-header':
      options.dumpHeader = text;
      return undefined;
    case 'url':
      options.urls.push(text);
      return undefined;
    default:
      return undefined;
  }
}
