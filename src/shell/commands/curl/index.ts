/**
 * curl 7.88.1 over the simulated network: HTTP to pods, services and hosts, with its options, texts, exit codes and meter.
 * Leaves out HTTP/2, cookies kept between requests, tunnels through proxies and every protocol but http, https and telnet.
 */
import type { Command, Process } from '../../command.ts';
import { type Connections, endOf, keyOf, type Transferred } from './connect.ts';
import { globUrl } from './glob.ts';
import { HELP, VERSION } from './help.ts';
import { LONG_NAMES } from './option-names.ts';
import { type CurlOptions, parseOptions } from './options.ts';
import { bodyOf, methodOf, targetOf } from './request.ts';
import { progressOf, transfer } from './transfer.ts';
import { type Facts, writeOut } from './write-out.ts';

const HINT = "curl: try 'curl --help' or 'curl --manual' for more information\n";

export const curl: Command = {
  name: 'curl',
  summary: 'Send an HTTP request',
  where: 'everywhere',
  run,
  complete: (_process, words, index) =>
    words[index]!.startsWith('--') ? LONG_NAMES.filter((name) => name.startsWith(words[index]!)).map((text) => ({ text })) : [],
};

async function run(process: Process, args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args);
  if ('complaint' in parsed) {
    process.err(parsed.absent ? `curl: ${parsed.complaint}: not simulated in this lab\n` : `curl: ${parsed.complaint}\n${HINT}`);
    return 2;
  }
  const { options } = parsed;
  if (options.flags.has('help')) {
    process.out(HELP);
    return 0;
  }
  if (options.flags.has('version')) {
    process.out(VERSION);
    return 0;
  }
  if (options.urls.length === 0) {
    process.err(args.length === 0 ? HINT : `curl: no URL specified!\n${HINT}`);
    return 2;
  }
  for (const entry of options.resolve) if (options.flags.has('verbose')) process.err(`* Added ${entry} to DNS cache\n`);
  const connections: Connections = { made: 0, open: new Map(), next: '', resolved: new Set() };
  let status = 0;
  let number = 0;
  for (const [index, url] of options.urls.entries()) {
    const globbed = options.flags.has('globoff') ? { urls: [url] } : globUrl(url);
    if ('complaint' in globbed) {
      if (!options.flags.has('silent') || options.flags.has('show-error')) process.err(`curl: (3) ${globbed.complaint}\n`);
      status = 3;
      continue;
    }
    for (const [at, each] of globbed.urls.entries()) {
      connections.next = keyOfUrl(options, globbed.urls[at + 1] ?? options.urls[index + 1]);
      if (globbed.urls.length > 1 && options.outputs.length === 0) process.out('');
      status = await one(process, options, connections, each, options.outputs[index], number++);
    }
  }
  return status;
}

function keyOfUrl(options: CurlOptions, url: string | undefined): string {
  const target = url === undefined ? undefined : targetOf(url);
  return !target || 'exitCode' in target ? '' : keyOf(target, endOf(options, target));
}

/** One URL: redirects, retries, output, -w. */
async function one(
  process: Process,
  options: CurlOptions,
  connections: Connections,
  url: string,
  output: CurlOptions['outputs'][number] | undefined,
  urlNumber: number,
): Promise<number> {
  const file = fileOf(url, output);
  if (file === '')
    return report(process, options, {
      exitCode: 23,
      error: 'Failed writing received data to disk/application',
      before: 'Remote file name has no length!',
    });
  const toTerminal = file === undefined && process.isTTY;
  let done = await attempt(process, options, connections, url, toTerminal, urlNumber);
  for (
    let left = options.retries, delay = options.retryDelayMs ?? 1000;
    left > 0 && worthRetrying(done, options);
    left--, delay = Math.min(options.retryDelayMs ?? delay * 2, 600_000)
  ) {
    report(process, options, done);
    warnRetry(process, options, done, delay, left);
    await process.sleep(delay, 'curl waits before it tries again');
    done = await attempt(process, options, connections, url, toTerminal, urlNumber);
  }
  let { exitCode } = done;
  if (options.dumpHeader !== undefined && done.headerText !== '') {
    if (options.dumpHeader === '-') process.out(done.headerText);
    else process.files.write(options.dumpHeader, done.headerText);
  }
  if (file === undefined) process.out(done.output);
  else if (file !== '/dev/null' && (exitCode === 0 || done.output !== '')) {
    const why = process.files.write(file, done.output);
    if (why) {
      if (!options.flags.has('silent')) process.err(`Warning: Failed to open the file ${file}: ${why}\n`);
      exitCode = 23;
      done = { ...done, exitCode, error: 'Failure writing output to destination' };
    }
  }
  report(process, options, done);
  if (options.writeOut !== undefined) {
    const format = options.writeOut.startsWith('@') ? (process.files.read(options.writeOut.slice(1)) ?? '') : options.writeOut;
    const written = writeOut(format, { ...done.facts, exitCode, fileName: file ?? '' });
    process.err(written.stderr);
    process.out(written.stdout);
  }
  return exitCode;
}

function fileOf(url: string, output: CurlOptions['outputs'][number] | undefined): string | undefined {
  if (typeof output === 'string') return output === '-' ? undefined : output;
  if (!output) return undefined;
  const path = url.replace(/^[a-z]+:\/\//i, '').replace(/[?#].*$/, '');
  return path.includes('/') ? path.slice(path.lastIndexOf('/') + 1) : '';
}

function report(
  process: Process,
  { flags }: CurlOptions,
  { exitCode, error, before }: { readonly exitCode: number; readonly error?: string; readonly before?: string },
): number {
  if (error !== undefined && (!flags.has('silent') || flags.has('show-error')))
    process.err(`${before ? `curl: ${before}\n` : ''}curl: (${exitCode}) ${error}\n`);
  return exitCode;
}

function worthRetrying({ exitCode, facts, error }: Transferred, { flags }: CurlOptions): boolean {
  if (flags.has('retry-all-errors')) return exitCode !== 0;
  if (exitCode === 28 || exitCode === 6) return true;
  if (exitCode === 7) return flags.has('retry-connrefused') && error !== undefined;
  return [408, 429, 500, 502, 503, 504].includes(facts.status);
}

function warnRetry(process: Process, { flags }: CurlOptions, { exitCode, facts }: Transferred, delay: number, left: number): void {
  if (flags.has('silent') && !flags.has('show-error')) return;
  const why =
    exitCode === 28
      ? 'timeout'
      : exitCode === 7
        ? 'connection refused'
        : exitCode === 6
          ? 'timeout'
          : facts.status >= 400
            ? 'HTTP error'
            : '(retrying all errors)';
  const text = `Problem : ${why}. Will retry in ${delay / 1000} seconds. ${left} retries left.`;
  // curl breaks its warnings at the terminal's width, 79 when it does not know.
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (`Warning: ${line}${word}`.length > 78 - 1) {
      lines.push(line);
      line = '';
    }
    line += `${word} `;
  }
  process.err([...lines, line.trimEnd()].map((each) => `Warning: ${each}\n`).join(''));
}

async function attempt(
  process: Process,
  options: CurlOptions,
  connections: Connections,
  url: string,
  toTerminal: boolean,
  urlNumber: number,
): Promise<Transferred> {
  let current = url;
  let output = '';
  let headerText = '';
  let given = options;
  let spentMs = 0;
  const progress = progressOf(process, options, toTerminal);
  for (let redirects = 0; ; redirects++) {
    const target = targetOf(current, options.flags.has('path-as-is'));
    const facts = emptyFacts(url, 'exitCode' in target ? current : target.url, options, redirects, urlNumber);
    if ('exitCode' in target) {
      if (target.exitCode === 3) progress.say('* Closing connection -1');
      return { ...target, output: '', headerText: '', facts: { ...facts, exitCode: target.exitCode, error: target.error } };
    }
    if (redirects === 0) {
      if (options.flags.has('verbose') && options.resolve.some((entry) => entry.split(':')[0] === target.host))
        process.err(`* Hostname ${target.host} was found in DNS cache\n`);
      progress.meter.begin();
    }
    const query = given.flags.has('get') && given.data.length > 0 && redirects === 0 ? bodyOf(process, given) : '';
    const asked = query === '' ? target : { ...target, path: `${target.path}${target.path.includes('?') ? '&' : '?'}${query}` };
    const done = await transfer(process, given, connections, asked, progress, facts, spentMs);
    output += done.output;
    headerText += done.headerText;
    spentMs += done.facts.totalMs;
    if (done.location === undefined) return { ...done, output, headerText };
    if (redirects >= options.maxRedirects) {
      const error = `Maximum (${options.maxRedirects}) redirects followed`;
      return { exitCode: 47, error, output, headerText, facts: { ...done.facts, exitCode: 47, error } };
    }
    progress.say(`* Issue another request to this URL: '${done.location}'`);
    // 301, 302 and 303 turn a POST into a GET.
    if (given.data.length > 0 && done.facts.status < 307) given = { ...given, data: [], ...(given.json && { json: false }) };
    current = done.location;
  }
}

function emptyFacts(url: string, effectiveUrl: string, options: CurlOptions, redirects: number, urlNumber: number): Facts {
  return {
    url,
    effectiveUrl,
    method: methodOf(options),
    status: 0,
    httpVersion: '0',
    scheme: /^https/i.test(effectiveUrl) ? 'HTTPS' : 'HTTP',
    contentType: '',
    referer: options.referer ?? '',
    headers: [],
    remoteIp: '',
    remotePort: 0,
    localIp: '',
    localPort: 0,
    sizeDownload: 0,
    sizeHeader: 0,
    sizeUpload: 0,
    sizeRequest: 0,
    numHeaders: 0,
    connects: 0,
    redirects,
    redirectUrl: '',
    exitCode: 0,
    error: '',
    fileName: '',
    urlNumber,
    lookupMs: 0,
    connectMs: 0,
    startMs: 0,
    totalMs: 0,
  };
}
