/** What a builtin gets and how it complains. */
import type { Assignment } from 'unbash';
import { type Execution, stderr, stdout } from '../execution.ts';
import { errorPrefix } from '../state.ts';

export interface BuiltinCall {
  readonly name: string;
  readonly args: readonly string[];
  readonly x: Execution;
  /** Arguments of `declare` and its kin that are assignments, by their text. */
  readonly declarations?: ReadonlyMap<string, Assignment>;
}
export type Builtin = (call: BuiltinCall) => number | Promise<number>;

/** Prints `-bash: cd: x: No such file or directory`. @returns the status */
export function fail({ name, x }: BuiltinCall, message: string, status = 1): number {
  stderr(x)?.write(`${errorPrefix(x.shell)}${name}: ${message}\n`);
  return status;
}

export function print({ x }: BuiltinCall, text: string): number {
  stdout(x)?.write(text);
  return 0;
}

/** Single quotes when needed, as `declare -p`, `alias`, `printf %q` and `set` print values. */
export function quoteAlways(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}

export function quoteWhenNeeded(text: string): string {
  return text !== '' && /^[\w@%+=:,./-]*$/.test(text) ? text : quoteAlways(text);
}

/** builtin_usage(): the line stands without the shell's own name. */
export function failUsage(call: BuiltinCall, synopsis: string): number {
  stderr(call.x)?.write(`${call.name}: usage: ${synopsis}\n`);
  return 2;
}

/** Splits leading `-abc` options off. `--` ends them. @returns undefined and complains when one is unknown */
export function splitOptions(
  call: BuiltinCall,
  allowed: string,
  usage?: string,
): { flags: Set<string>; rest: string[] } | undefined {
  const flags = new Set<string>();
  let at = 0;
  for (; at < call.args.length; at++) {
    const arg = call.args[at]!;
    if (arg === '--') {
      at++;
      break;
    }
    if (!/^-./.test(arg)) break;
    for (const flag of arg.slice(1)) {
      if (!allowed.includes(flag)) {
        fail(call, `-${flag}: invalid option`, 2);
        if (usage) stderr(call.x)?.write(`${call.name}: usage: ${usage}\n`);
        return undefined;
      }
      flags.add(flag);
    }
  }
  return { flags, rest: call.args.slice(at) };
}
