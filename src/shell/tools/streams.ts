/** cat, head, tee, yes, sleep: programs that work on a stream as it comes. */
import { type Invocation, stdin, stdout } from '../bash/execution.ts';
import { resolvePath } from '../bash/files.ts';
import { deviceOf, openSink } from '../bash/redirect.ts';
import type { Source } from '../bash/streams.ts';
import { emptySource, textSource } from '../bash/streams.ts';
import { bytesOf, isAscii, textOfBytes } from '../bytes.ts';
import { fail, print, type Tool } from './tool.ts';

/** A name as GNU's messages show it: in quotes when a shell would need them. */
export const shownName = (name: string): string =>
  name !== '' && !/[\s"'`$&|;<>()*?[\]{}\\!#~]/.test(name) ? name : `'${name.replace(/'/g, "'\\''")}'`;

/** Opens a file operand; `-` is standard input. Complains and returns undefined when it cannot be read. */
export function openOperand(
  invocation: Invocation,
  operand: string,
  says = (why: string) => `${shownName(operand)}: ${why}`,
): Source | undefined {
  const { x } = invocation;
  if (operand === '-' || operand === '/dev/stdin') return stdin(x) ?? emptySource();
  const path = operand === '' ? '/dev/fd/none' : resolvePath(x.shell.cwd, operand);
  const stat = x.platform.files.stat(path);
  if (stat?.type === 'directory') {
    fail(invocation, says('Is a directory'));
    return undefined;
  }
  if (stat?.type === 'device') return deviceOf(path, x)?.source ?? emptySource();
  const text = x.platform.files.read(path);
  if (text === undefined) {
    fail(invocation, says(stat ? 'Permission denied' : x.platform.files.missing(path)));
    return undefined;
  }
  return textSource(text);
}

/** A byte beyond ASCII, as cat -v shows it. */
function meta(byte: number): string {
  if (byte === 127) return '^?';
  const low = byte & 127;
  return `M-${low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? '^?' : String.fromCharCode(low)}`;
}

/** Numbers lines and shows ends as cat's options ask, across chunks. */
function decorator(flags: ReadonlySet<string>): (text: string) => string {
  let line = 0;
  let atStart = true;
  let blankBefore = false;
  return (text) => {
    let out = '';
    for (const char of text) {
      if (atStart) {
        const blank = char === '\n';
        if (flags.has('s') && blank && blankBefore) continue;
        blankBefore = blank;
        if (flags.has('n') || (flags.has('b') && !blank)) out += `${String(++line).padStart(6)}\t`;
      }
      atStart = char === '\n';
      if (char === '\n') out += flags.has('E') ? '$\n' : '\n';
      else if (char === '\t') out += flags.has('T') ? '^I' : '\t';
      else if (flags.has('v') && char >= '\x7f') out += [...new TextEncoder().encode(char)].map(meta).join('');
      else if (flags.has('v') && char < ' ') out += `^${String.fromCharCode(char.charCodeAt(0) + 64)}`;
      else out += char;
    }
    return out;
  };
}

const CAT_LONG: Readonly<Record<string, string>> = {
  'show-all': 'A',
  number: 'n',
  'number-nonblank': 'b',
  'show-ends': 'E',
  'show-tabs': 'T',
  'squeeze-blank': 's',
  'show-nonprinting': 'v',
};

async function cat(invocation: Invocation): Promise<number> {
  const flags = new Set<string>();
  const operands: string[] = [];
  let options = true;
  for (const arg of invocation.args) {
    if (options && arg === '--') options = false;
    else if (options && arg.startsWith('--')) {
      const letter = CAT_LONG[arg.slice(2)];
      if (!letter) return fail(invocation, `unrecognized option '${arg}'\nTry 'cat --help' for more information.`);
      flags.add(letter);
    } else if (options && /^-./.test(arg)) for (const letter of arg.slice(1)) flags.add(letter);
    else operands.push(arg);
  }
  for (const flag of flags)
    if (!'AbeEnstTuv'.includes(flag))
      return fail(invocation, `invalid option -- '${flag}'\nTry 'cat --help' for more information.`);
  for (const [letter, meaning] of [
    ['A', 'vET'],
    ['e', 'vE'],
    ['t', 'vT'],
  ] as const)
    if (flags.has(letter)) for (const each of meaning) flags.add(each);
  const decorate = [...flags].some((flag) => flag !== 'u') ? decorator(flags) : undefined;
  let status = 0;
  for (const operand of operands.length > 0 ? operands : ['-']) {
    const source = openOperand(invocation, operand);
    if (!source) status = 1;
    for (let chunk = await source?.read(); chunk !== undefined; chunk = await source?.read())
      print(invocation, decorate ? decorate(chunk) : chunk);
  }
  return status;
}

interface HeadOptions {
  /** Negative: all but the last so many. */
  count: number;
  bytes: boolean;
  quiet?: boolean;
  operands: string[];
}

function headOptions(invocation: Invocation): HeadOptions | number {
  const options: HeadOptions = { count: 10, bytes: false, operands: [] };
  const args = [...invocation.args];
  while (args.length > 0) {
    const arg = args.shift()!;
    const short = /^-([nc])(.*)$/s.exec(arg) ?? /^--(lines|bytes)(?:=(.*))?$/s.exec(arg);
    if (short) {
      const value = short[2] || args.shift();
      if (value === undefined)
        return fail(invocation, `option requires an argument -- '${short[1]}'\nTry 'head --help' for more information.`);
      options.bytes = short[1] === 'c' || short[1] === 'bytes';
      const found = /^([-+]?\d+)([bkKmM]?)B?$/.exec(value);
      if (!found) return fail(invocation, `invalid number of ${options.bytes ? 'bytes' : 'lines'}: ‘${value.replace(/^-/, '')}’`);
      options.count = Number(found[1]) * ({ b: 512, k: 1024, m: 1_048_576 }[found[2]!.toLowerCase()] ?? 1);
      if (value.startsWith('-') && options.count === 0) options.count = -0;
    } else if (/^-\d+$/.test(arg)) options.count = Number(arg.slice(1));
    else if (arg === '-q' || arg === '-v' || arg === '--quiet' || arg === '--verbose')
      options.quiet = arg === '-q' || arg === '--quiet';
    else if (arg === '--') options.operands.push(...args.splice(0));
    else if (/^-./.test(arg)) {
      return fail(
        invocation,
        arg.startsWith('--')
          ? `unrecognized option '${arg}'\nTry 'head --help' for more information.`
          : `invalid option -- '${arg[1]}'\nTry 'head --help' for more information.`,
      );
    } else options.operands.push(arg);
  }
  return options;
}

async function head(invocation: Invocation): Promise<number> {
  const options = headOptions(invocation);
  if (typeof options === 'number') return options;
  const operands = options.operands.length > 0 ? options.operands : ['-'];
  let status = 0;
  let first = true;
  for (const operand of operands) {
    const source = openOperand(invocation, operand, (why) =>
      why.startsWith('Is') ? `error reading '${operand}': ${why}` : `cannot open '${operand}' for reading: ${why}`,
    );
    if (!source) {
      status = 1;
      continue;
    }
    if (options.quiet === false || (operands.length > 1 && !options.quiet))
      print(invocation, `${first ? '' : '\n'}==> ${operand === '-' ? 'standard input' : operand} <==\n`);
    first = false;
    await headOf(invocation, source, options);
  }
  return status;
}

/** Part of a text, by bytes. */
function bytesFrom(text: string, start: number, end?: number): string {
  return isAscii(text) ? text.slice(start, end) : textOfBytes(bytesOf(text).slice(start, end));
}

async function headOf(invocation: Invocation, source: Source, { count, bytes }: HeadOptions): Promise<void> {
  if (count < 0 || Object.is(count, -0)) {
    let text = '';
    for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) text += chunk;
    const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
    const drop = -count;
    print(invocation, bytes ? bytesFrom(text, 0, -drop || undefined) : lines.slice(0, Math.max(0, lines.length - drop)).join(''));
    return;
  }
  let left = count;
  while (left > 0) {
    const chunk = await source.read();
    if (chunk === undefined) return;
    let end = 0;
    if (bytes) {
      const size = isAscii(chunk) ? chunk.length : bytesOf(chunk).length;
      print(invocation, size > left ? bytesFrom(chunk, 0, left) : chunk);
      if (size > left) source.unread(bytesFrom(chunk, left));
      left -= Math.min(left, size);
      continue;
    }
    for (let taken = 0; end < chunk.length && taken < left; taken++) {
      const newline = chunk.indexOf('\n', end);
      end = newline < 0 ? chunk.length : newline + 1;
    }
    const piece = chunk.slice(0, end);
    left -= piece.match(/\n/g)?.length ?? 0;
    if (end < chunk.length) source.unread(chunk.slice(end));
    print(invocation, piece);
  }
}

async function tee(invocation: Invocation): Promise<number> {
  const unknown = invocation.args.find(
    (arg) => /^-./.test(arg) && !/^(-[aip]+|--(append|ignore-interrupts|output-error(=.*)?))$/.test(arg),
  );
  if (unknown !== undefined)
    return fail(
      invocation,
      `${unknown.startsWith('--') ? `unrecognized option '${unknown}'` : `invalid option -- '${unknown[1]}'`}\nTry 'tee --help' for more information.`,
    );
  const append = invocation.args.some((arg) => /^-[ip]*a/.test(arg) || arg === '--append');
  const operands = invocation.args.filter((arg) => !/^-./.test(arg));
  const sinks = [];
  let status = 0;
  for (const operand of operands) {
    const sink = openSink(operand, append, invocation.x);
    if (typeof sink === 'string') status = fail(invocation, `${operand}: ${sink}`);
    else sinks.push(sink);
  }
  const source = stdin(invocation.x);
  for (let chunk = await source?.read(); chunk !== undefined; chunk = await source?.read()) {
    print(invocation, chunk);
    for (const sink of sinks) sink.write(chunk);
  }
  for (const sink of sinks) sink.flush();
  return status;
}

async function yes(invocation: Invocation): Promise<number> {
  const unknown = invocation.args.find((arg) => /^-./.test(arg) && arg !== '--');
  if (unknown !== undefined && !invocation.args.slice(0, invocation.args.indexOf(unknown)).includes('--'))
    return fail(
      invocation,
      `${unknown.startsWith('--') ? `unrecognized option '${unknown}'` : `invalid option -- '${unknown[1]}'`}\nTry 'yes --help' for more information.`,
    );
  const line = `${invocation.args.filter((arg, at) => arg !== '--' || at > 0).join(' ') || 'y'}\n`;
  const text = line.repeat(Math.max(1, Math.floor(8192 / line.length)));
  for (;;) {
    print(invocation, text);
    await stdout(invocation.x)?.ready();
    await invocation.x.platform.clock.breathe();
    if (invocation.x.signal.aborted) return 130;
  }
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, '': 1 };

/** Seconds of `1.5`, `2m`, `inf`; undefined when it is none. */
export function parseInterval(text: string): number | undefined {
  if (/^inf(inity)?$/.test(text)) return Number.MAX_SAFE_INTEGER / 1000;
  const found = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text);
  return found ? Number(found[1]) * UNITS[found[2]!]! : undefined;
}

async function sleep(invocation: Invocation): Promise<number> {
  if (invocation.args.length === 0) return fail(invocation, "missing operand\nTry 'sleep --help' for more information.");
  let seconds = 0;
  for (const arg of invocation.args) {
    const interval = parseInterval(arg);
    if (interval === undefined) return fail(invocation, `invalid time interval ‘${arg}’\nTry 'sleep --help' for more information.`);
    seconds += interval;
  }
  await invocation.x.platform.clock.sleep(seconds * 1000, `sleep ${invocation.args.join(' ')}`, invocation.x.signal);
  return 0;
}

export const streamTools: Readonly<Record<string, Tool>> = {
  cat: { summary: 'Print files', run: cat },
  head: { summary: 'Print the first lines', run: head },
  tee: { summary: 'Copy input to files and output', run: tee },
  yes: { summary: 'Print a word over and over', run: yes },
  sleep: { summary: 'Wait (on simulated time)', run: sleep },
};
