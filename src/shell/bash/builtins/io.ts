/** echo, printf, read, mapfile. */
import { stdin } from '../execution.ts';
import { setElement, setList, setValue } from '../variables.ts';
import { type Builtin, type BuiltinCall, fail, failUsage, print } from './builtin.ts';
import { formatPrintf, unescapeText } from './printf.ts';

const echo: Builtin = (call) => {
  const { args } = call;
  let newline = true;
  let escapes = call.x.shell.shopt.has('xpg_echo');
  let at = 0;
  for (; at < args.length && /^-[neE]+$/.test(args[at]!); at++) {
    if (args[at]!.includes('n')) newline = false;
    if (args[at]!.includes('e')) escapes = true;
    if (args[at]!.includes('E')) escapes = false;
  }
  let text = args.slice(at).join(' ');
  if (escapes) {
    const done = unescapeText(text, 'echo');
    text = done.text;
    if (done.stop) newline = false;
  }
  return print(call, newline ? `${text}\n` : text);
};

const printf: Builtin = (call) => {
  let args = call.args;
  let variable: string | undefined;
  if (args[0] === '-v') {
    variable = args[1];
    args = args.slice(2);
  }
  if (args[0] === '--') args = args.slice(1);
  const [format, ...values] = args;
  if (format === undefined) {
    return failUsage(call, 'printf [-v var] format [arguments]');
  }
  const result = formatPrintf(format, values, call.x.platform.clock.now());
  for (const error of [...result.warnings, ...result.errors]) fail(call, error);
  if (variable === undefined) print(call, result.text);
  else if (!/^[A-Za-z_]\w*(\[.+\])?$/.test(variable)) return fail(call, `\`${variable}': not a valid identifier`, 2);
  else {
    const element = /^(\w+)\[(.+)\]$/.exec(variable);
    if (element) setElement(call.x, element[1]!, element[2]!, result.text);
    else setValue(call.x, variable, result.text);
  }
  return result.errors.length > 0 ? 1 : 0;
};

interface ReadOptions {
  raw: boolean;
  silent: boolean;
  array?: string;
  delimiter: string;
  descriptor: number;
  count?: number;
  exact?: boolean;
  prompt: string;
  timeout?: number;
  names: string[];
}

function readOptions(call: BuiltinCall): ReadOptions | number {
  const options: ReadOptions = { raw: false, silent: false, delimiter: '\n', descriptor: 0, prompt: '', names: [] };
  const args = [...call.args];
  while (args.length > 0 && /^-./.test(args[0]!)) {
    const arg = args.shift()!;
    if (arg === '--') break;
    for (let at = 1; at < arg.length; at++) {
      const flag = arg[at]!;
      if (flag === 'r') options.raw = true;
      else if (flag === 's') options.silent = true;
      else if ('adnNptu'.includes(flag)) {
        const value = arg.slice(at + 1) || args.shift();
        if (value === undefined) return fail(call, `-${flag}: option requires an argument`, 2);
        if (flag === 'a') options.array = value;
        if (flag === 'd') options.delimiter = value.slice(0, 1) || '\0';
        if (flag === 'p') options.prompt = value;
        if (flag === 'n' || flag === 'N') options.count = Number(value);
        if (flag === 'N') options.exact = true;
        if (flag === 'u') options.descriptor = Number(value);
        if (flag === 't') options.timeout = Number(value);
        break;
      } else if (flag !== 'e' && flag !== 'i') return fail(call, `-${flag}: invalid option`, 2);
    }
  }
  options.names = args;
  for (const name of args) if (!/^[A-Za-z_]\w*(\[.+\])?$/.test(name)) return fail(call, `\`${name}': not a valid identifier`);
  return options;
}

/** Reads one record: backslashes continue or quote unless raw. Quoted characters come back marked with a leading \x01. */
async function readRecord(call: BuiltinCall, options: ReadOptions): Promise<{ text: string; complete: boolean } | undefined> {
  const source = call.x.fds.get(options.descriptor)?.source;
  if (!source) return undefined;
  let text = '';
  for (;;) {
    const chunk = await source.read();
    if (chunk === undefined) return text === '' ? undefined : { text, complete: false };
    for (let at = 0; at < chunk.length; at++) {
      const char = chunk[at]!;
      if (char === '\\' && !options.raw) {
        const next = chunk[++at];
        if (next !== undefined && next !== '\n') text += `\x01${next}`;
        continue;
      }
      const full = options.count !== undefined && text.replaceAll('\x01', '').length + 1 >= options.count;
      if (char === options.delimiter && !options.exact) {
        if (at + 1 < chunk.length) source.unread(chunk.slice(at + 1));
        return { text, complete: true };
      }
      text += char;
      if (full) {
        if (at + 1 < chunk.length) source.unread(chunk.slice(at + 1));
        return { text, complete: true };
      }
    }
  }
}

/** Splits a record into at most `count` fields by IFS; the last keeps the rest. */
export function splitRecord(text: string, ifs: string, count: number): string[] {
  const isSpace = (char: string) => ifs.includes(char) && /[ \t\n]/.test(char);
  const chars: { char: string; quoted: boolean }[] = [];
  for (let at = 0; at < text.length; at++)
    chars.push(text[at] === '\x01' ? { char: text[++at] ?? '', quoted: true } : { char: text[at]!, quoted: false });
  const separator = (at: number) => !chars[at]!.quoted && ifs.includes(chars[at]!.char);
  const space = (at: number) => !chars[at]!.quoted && isSpace(chars[at]!.char);
  let at = 0;
  let end = chars.length;
  while (at < end && space(at)) at++;
  while (end > at && space(end - 1)) end--;
  const fields: string[] = [];
  while (at < end) {
    if (fields.length === count - 1) {
      const rest = chars.slice(at, end);
      // A single trailing separator after the last field is dropped.
      const tail = rest.at(-1);
      const only = rest.filter((each) => !each.quoted && ifs.includes(each.char) && !isSpace(each.char));
      if (tail && only.length === 1 && only[0] === tail) rest.pop();
      fields.push(rest.map((each) => each.char).join(''));
      break;
    }
    let field = '';
    while (at < end && !separator(at)) field += chars[at++]!.char;
    fields.push(field);
    while (at < end && space(at)) at++;
    if (at < end && separator(at)) at++;
    while (at < end && space(at)) at++;
  }
  return fields;
}

const read: Builtin = async (call) => {
  const options = readOptions(call);
  if (typeof options === 'number') return options;
  const source = stdin(call.x);
  if (options.prompt && source?.isTTY) call.x.fds.get(2)?.sink?.write(options.prompt);
  const record = await readRecord(call, options);
  const text = (record?.text ?? '').replaceAll('\0', '');
  const ifs = call.x.shell.variables.get('IFS')?.value ?? ' \t\n';
  if (options.array) setList(call.x, options.array, splitRecord(text, ifs, Number.MAX_SAFE_INTEGER));
  else if (options.names.length === 0) setValue(call.x, 'REPLY', text.replaceAll('\x01', ''));
  else {
    const fields = options.exact ? [text] : splitRecord(text, ifs, options.names.length);
    options.names.forEach((name, index) => {
      const element = /^(\w+)\[(.+)\]$/.exec(name);
      if (element) setElement(call.x, element[1]!, element[2]!, fields[index] ?? '');
      else setValue(call.x, name, fields[index] ?? '');
    });
  }
  return record?.complete ? 0 : 1;
};

const mapfile: Builtin = async (call) => {
  let trim = false;
  let limit = Number.POSITIVE_INFINITY;
  let skip = 0;
  let delimiter = '\n';
  let name = 'MAPFILE';
  const args = [...call.args];
  while (args.length > 0) {
    const arg = args.shift()!;
    if (arg === '-t') trim = true;
    else if (arg === '-n') limit = Number(args.shift()) || Number.POSITIVE_INFINITY;
    else if (arg === '-s') skip = Number(args.shift());
    else if (arg === '-d') delimiter = args.shift() ?? '\n';
    else if (arg.startsWith('-')) return fail(call, `${arg}: invalid option`, 2);
    else name = arg;
  }
  if (!/^[A-Za-z_]\w*$/.test(name)) return fail(call, `\`${name}': not a valid identifier`);
  let text = '';
  const source = stdin(call.x);
  for (let chunk = await source?.read(); chunk !== undefined; chunk = await source?.read()) text += chunk;
  const lines = text.split(delimiter);
  const ended = lines.at(-1) === '';
  if (ended) lines.pop();
  const kept = lines.map((line, index) => (trim || (index === lines.length - 1 && !ended) ? line : line + delimiter));
  setList(call.x, name, kept.slice(skip, skip + limit));
  return 0;
};

export const io: Readonly<Record<string, Builtin>> = { echo, printf, read, mapfile, readarray: mapfile };
