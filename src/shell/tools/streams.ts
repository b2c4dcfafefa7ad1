/** cat, head, tee, yes, sleep: programs that work on a stream as it comes. */
import { type Invocation, stdin, stdout } from '../bash/execution.ts';
import { openSink } from '../bash/redirect.ts';
import type { Source } from '../bash/streams.ts';
import { bytesOf, isAscii, textOfBytes } from '../bytes.ts';
import { readOptions } from './gnu/options.ts';
import { openOperand } from './operands.ts';
import { fail, print, type Tool } from './tool.ts';

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
  /** What ends a line. */
  end: string;
  operands: string[];
}

const HEAD_LONG = {
  'bytes=': 'c',
  'lines=': 'n',
  quiet: 'q',
  silent: 'q',
  verbose: 'v',
  'zero-terminated': 'z',
} as const;

function headOptions(invocation: Invocation): HeadOptions | number {
  const hint = "\nTry 'head --help' for more information.";
  const args = [...invocation.args];
  // `-5`, `-5c`, `-5kq`: only as the first one.
  const old = /^-(\d+)([bkm]?)([a-z]*)$/.exec(args[0] ?? '');
  if (old) {
    const bad = /[^clqvz]/.exec(old[3]!)?.[0];
    if (bad) return fail(invocation, `invalid trailing option -- ${bad}${hint}`);
    const letters = [...old[3]!].filter((letter) => 'qvz'.includes(letter)).map((letter) => `-${letter}`);
    args.splice(0, 1, `-${old[3]!.includes('c') || old[2] ? 'c' : 'n'}`, `${old[1]}${old[2]}`, ...letters);
  }
  const trailing = args
    .filter((_arg, at) => !/^(?:-[qvz]*[cn]|--lines|--bytes)$/.test(args[at - 1] ?? ''))
    .map((arg) => /^-[qvz]*(\d)/.exec(arg)?.[1])
    .find((digit) => digit !== undefined);
  if (trailing !== undefined) return fail(invocation, `invalid trailing option -- ${trailing}${hint}`);
  const given = readOptions({ ...invocation, args }, { short: 'c:n:qvz', long: HEAD_LONG });
  if (typeof given === 'number') return given;
  const options: HeadOptions = { count: 10, bytes: false, operands: [...given.operands], end: given.has('z') ? '\0' : '\n' };
  if (given.has('q') || given.has('v')) options.quiet = given.order.findLast((letter) => 'qv'.includes(letter)) === 'q';
  const letter = given.order.findLast((each) => 'cn'.includes(each));
  const value = letter && given.value(letter);
  if (letter === undefined || value === undefined) return options;
  options.bytes = letter === 'c';
  const found = /^([-+]?\d+)([bkKmM]?)B?$/.exec(value);
  if (!found) return fail(invocation, `invalid number of ${options.bytes ? 'bytes' : 'lines'}: ‘${value.replace(/^-/, '')}’`);
  options.count = Number(found[1]) * ({ b: 512, k: 1024, m: 1_048_576 }[found[2]!.toLowerCase()] ?? 1);
  if (value.startsWith('-') && options.count === 0) options.count = -0;
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

async function headOf(invocation: Invocation, source: Source, { count, bytes, end: newlineChar }: HeadOptions): Promise<void> {
  if (count < 0 || Object.is(count, -0)) {
    let text = '';
    for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) text += chunk;
    const lines = text.split(newlineChar).map((line, at, all) => (at < all.length - 1 ? line + newlineChar : line));
    if (lines.at(-1) === '') lines.pop();
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
      const newline = chunk.indexOf(newlineChar, end);
      end = newline < 0 ? chunk.length : newline + 1;
    }
    const piece = chunk.slice(0, end);
    left -= piece.split(newlineChar).length - 1;
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
  const args = invocation.args.filter((arg, at, all) => arg !== '--' || all.indexOf('--') !== at);
  const [first] = invocation.args;
  const hint = "Try 'sleep --help' for more information.";
  if (first !== undefined && /^-./.test(first) && first !== '--')
    return fail(
      invocation,
      `${first.startsWith('--') ? `unrecognized option '${first}'` : `invalid option -- '${first[1]}'`}\n${hint}`,
    );
  if (args.length === 0) return fail(invocation, `missing operand\n${hint}`);
  let seconds = 0;
  for (const arg of args) {
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
