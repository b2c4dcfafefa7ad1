/** curl's command line: short options may be glued together and to their value, long ones shortened while they stay unique. */

import { ABSENT, KNOWN, type Known } from './option-names.ts';

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
  dumpHeader?: string;
  cookie?: string;
  range?: string;
  /** --interface: a device, an address or a name. */
  bindTo?: string;
  /** --local-port: the first of a range. */
  localPort?: number;
  readonly connectTo: string[];
  /** Bytes. */
  maxFileSize?: number;
}

export type Parsed = { readonly options: CurlOptions } | { readonly complaint: string; readonly absent?: true };

export function parseOptions(args: readonly string[]): Parsed {
  const options: CurlOptions = {
    urls: [],
    outputs: [],
    headers: [],
    data: [],
    resolve: [],
    connectTo: [],
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
  return VALUES[name]?.(options, text);
}

type Taker = (options: CurlOptions, text: string) => string | undefined;

const milliseconds = (text: string) => (/^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : undefined);
const keep =
  (key: { [K in keyof CurlOptions]-?: CurlOptions[K] extends string | undefined ? K : never }[keyof CurlOptions]): Taker =>
  (options, text) => {
    options[key] = text;
    return undefined;
  };
const add =
  (key: 'outputs' | 'headers' | 'data' | 'urls' | 'connectTo'): Taker =>
  (options, text) => {
    options[key].push(text);
    return undefined;
  };
const whole =
  (set: (options: CurlOptions, value: number) => void): Taker =>
  (options, text) => {
    if (!/^-?\d+$/.test(text)) return NUMBER;
    set(options, Number(text));
    return undefined;
  };

/** curl_easy_escape() leaves RFC 3986's unreserved characters; since 7.87 a space becomes a plus here. */
const escaped = (text: string) =>
  encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+');

/** What an option does with its value; those without a line here have no part in the simulation. @returns what is wrong with it */
const VALUES: Readonly<Record<string, Taker>> = {
  'max-time': (options, text) => {
    options.maxTimeMs = milliseconds(text);
    return options.maxTimeMs === undefined ? NUMBER : undefined;
  },
  'connect-timeout': (options, text) => {
    options.connectTimeoutMs = milliseconds(text);
    return options.connectTimeoutMs === undefined ? NUMBER : undefined;
  },
  retry: whole((options, value) => {
    options.retries = value;
  }),
  'max-redirs': whole((options, value) => {
    options.maxRedirects = value < 0 ? Number.MAX_SAFE_INTEGER : value;
  }),
  'retry-delay': whole((options, value) => {
    options.retryDelayMs = value * 1000;
  }),
  'max-filesize': whole((options, value) => {
    options.maxFileSize = value;
  }),
  output: add('outputs'),
  header: add('headers'),
  url: add('urls'),
  data: add('data'),
  'data-ascii': add('data'),
  'data-binary': add('data'),
  'data-raw': (options, text) => add('data')(options, text.startsWith('@') ? `\\${text}` : text),
  'data-urlencode': (options, text) => {
    const equals = text.indexOf('=');
    const name = equals > 0 ? `${text.slice(0, equals)}=` : '';
    return add('data')(options, `${name}${escaped(equals < 0 ? text : text.slice(equals + 1))}`);
  },
  json: (options, text) => {
    options.json = true;
    return add('data')(options, text);
  },
  'write-out': keep('writeOut'),
  request: keep('method'),
  user: keep('user'),
  'user-agent': keep('userAgent'),
  referer: keep('referer'),
  cookie: keep('cookie'),
  'dump-header': keep('dumpHeader'),
  range: keep('range'),
  interface: keep('bindTo'),
  'local-port': (options, text) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
    if (first === undefined || Number(last) > 65_535 || Number(first) > Number(last)) return 'is badly used here';
    options.localPort = Number(first);
    return undefined;
  },
  'connect-to': add('connectTo'),
  resolve: (options, text) => {
    if (/^[+-]?[^:]+:\d+(:.+)?$/.test(text)) options.resolve.push(text);
    return undefined;
  },
};
