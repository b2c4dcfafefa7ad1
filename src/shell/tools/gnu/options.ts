/** getopt_long(3) as the GNU tools use it: options anywhere, bundled letters, shortened long names, and its words for what is wrong. */
import type { Invocation } from '../../bash/execution.ts';
import { readAll } from '../../bash/streams.ts';
import { openOperand } from '../operands.ts';
import { fail } from '../tool.ts';

export interface Specification {
  /** `nd:` : letters; a colon after one that takes a value. */
  readonly short: string;
  /** Long name (with `=` when it takes a value) → the letter it stands for, or a name of its own. */
  readonly long?: Readonly<Record<string, string>>;
  /** Status of a usage error; 1 unless told. */
  readonly status?: number;
  /** Printed between the complaint and the way to the help. */
  readonly hint?: (arg: string) => string;
  /** The way to the help, where it is not GNU's usual one. */
  readonly help?: string;
}

export interface Given {
  readonly has: (letter: string) => boolean;
  /** Its last value. */
  readonly value: (letter: string) => string | undefined;
  readonly values: (letter: string) => readonly string[];
  readonly operands: readonly string[];
  /** Letters in the order they were given. */
  readonly order: readonly string[];
}

export const tryHelp = ({ name }: Invocation) => `\nTry '${name} --help' for more information.`;

/** @returns the status, once the complaint is printed, when something is wrong */
export function readOptions(invocation: Invocation, { short, long = {}, status = 1, hint, help }: Specification): Given | number {
  const found = new Map<string, string[]>();
  const operands: string[] = [];
  const order: string[] = [];
  const add = (letter: string, value: string) => {
    order.push(letter);
    found.set(letter, [...(found.get(letter) ?? []), value]);
  };
  const args = [...invocation.args];
  while (args.length > 0) {
    const arg = args.shift()!;
    if (arg === '--') {
      operands.push(...args);
      break;
    }
    if (!/^-./.test(arg)) {
      operands.push(arg);
      continue;
    }
    const mistake = arg.startsWith('--') ? readLong(arg, long, args, add) : readShort(arg, short, args, add);
    if (mistake === undefined) continue;
    if (/^--h(e(l(p)?)?)?$/.test(arg)) return fail(invocation, '--help: not simulated in this lab', status);
    return fail(invocation, `${mistake}\n${hint?.(arg) ?? ''}${help ?? tryHelp(invocation).slice(1)}`, status);
  }
  return {
    has: (letter) => found.has(letter),
    value: (letter) => found.get(letter)?.at(-1),
    values: (letter) => found.get(letter) ?? [],
    operands,
    order,
  };
}

function readLong(
  arg: string,
  long: Readonly<Record<string, string>>,
  args: string[],
  add: (letter: string, value: string) => void,
): string | undefined {
  const equals = arg.indexOf('=');
  const typed = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
  const names = Object.keys(long);
  const exact = names.find((name) => name.replace(/=\??$/, '') === typed);
  const near = exact ? [exact] : names.filter((name) => name.startsWith(typed));
  if (near.length === 0)
    return `unrecognized option '${equals < 0 ? arg : arg.slice(0, equals)}${equals < 0 ? '' : arg.slice(equals)}'`;
  if (near.length > 1)
    return `option '${arg}' is ambiguous; possibilities: ${near.map((name) => `'--${name.replace(/=\??$/, '')}'`).join(' ')}`;
  const [name] = near as [string];
  const plain = name.replace(/=\??$/, '');
  if (!name.includes('=') && equals >= 0) return `option '--${plain}' doesn't allow an argument`;
  const value = equals >= 0 ? arg.slice(equals + 1) : name.endsWith('=') ? args.shift() : '';
  if (value === undefined) return `option '--${plain}' requires an argument`;
  add(long[name]!, value);
  return undefined;
}

function readShort(arg: string, short: string, args: string[], add: (letter: string, value: string) => void): string | undefined {
  for (let at = 1; at < arg.length; at++) {
    const letter = arg[at]!;
    const place = letter === ':' ? -1 : short.indexOf(letter);
    if (place < 0) return `invalid option -- '${letter}'`;
    if (short[place + 1] !== ':') {
      add(letter, '');
      continue;
    }
    const value = at + 1 < arg.length ? arg.slice(at + 1) : args.shift();
    if (value === undefined) return `option requires an argument -- '${letter}'`;
    add(letter, value);
    return undefined;
  }
  return undefined;
}

export interface Input {
  readonly name: string;
  readonly text: string;
}

/** The texts of the operands, standard input when there are none. @param says what is printed of one that cannot be read */
export async function readInputs(
  invocation: Invocation,
  operands: readonly string[],
  says = (name: string, why: string) => `${name}: ${why}`,
): Promise<{ readonly inputs: readonly Input[]; readonly failed: boolean }> {
  const inputs: Input[] = [];
  let failed = false;
  for (const name of operands.length > 0 ? operands : ['-']) {
    const source = openOperand(invocation, name, (why) => says(name, why));
    if (source) inputs.push({ name, text: await readAll(source) });
    else failed = true;
  }
  return { inputs, failed };
}

/** Lines without their newlines; the last one counts whether or not it has one. */
export function linesOf(text: string, end = '\n'): string[] {
  const lines = text.split(end);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** ‘x’ as GNU quotes in a UTF-8 locale. */
export const quoted = (text: string) => `‘${text}’`;
