/**
 * Arguments as calicoctl reads them: docopt-go over the usage text. Long options may be shortened to a unique prefix, short ones take
 * their value attached or next. Anything that does not fit prints the usage to standard error and fails.
 */
export interface Option {
  readonly short?: string;
  readonly long: string;
  readonly takesValue: boolean;
  /** `--from-report=<REPORT>...` in the usage. */
  readonly repeats: boolean;
}

export interface Arguments {
  readonly positional: readonly string[];
  flag(long: string): boolean;
  value(long: string): string | undefined;
  /** Of an option that may be given several times. */
  values(long: string): readonly string[];
}

interface Found {
  readonly long: string;
  readonly value?: string;
}

/** `-f --filename=<FILENAME>`: the options of the `Options:` section of a help text. */
export function optionsOf(help: string): readonly Option[] {
  const section = /^Options:\n((?:[ \t].*\n|\n(?= ))*)/m.exec(help)?.[1] ?? '';
  const options: Option[] = [];
  for (const line of section.split('\n')) {
    const match = /^\s+(?:(-\w) )?(--[\w-]+)(=?)/.exec(line);
    if (!match?.[2]) continue;
    const long = match[2];
    const repeats = new RegExp(`${long}(?:=<[^>]*>)?\\]?\\.\\.\\.`).test(usageOf(help));
    options.push({ ...(match[1] && { short: match[1] }), long, takesValue: match[3] === '=', repeats });
  }
  return options;
}

/** The `Usage:` section, which every mistake prints. */
export function usageOf(help: string): string {
  return (/^Usage:\n(?:[ \t].*(?:\n|$))*/m.exec(help)?.[0] ?? '').trim();
}

class UsageError extends Error {}

/** Reads arguments against options. @returns the arguments, or what precedes the usage text (often nothing) */
export function parseArguments(
  args: readonly string[],
  options: readonly Option[],
  optionsFirst = false,
): Arguments | { readonly mistake: string } {
  const found: Found[] = [];
  const positional: string[] = [];
  try {
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] ?? '';
      if (arg === '--') {
        positional.push(...args.slice(i));
        break;
      }
      if (arg.startsWith('--')) i = readLong(args, i, options, found);
      else if (arg.startsWith('-') && arg !== '-') i = readShorts(args, i, options, found);
      else if (optionsFirst) {
        positional.push(...args.slice(i));
        break;
      } else positional.push(arg);
    }
  } catch (error) {
    if (error instanceof UsageError) return { mistake: error.message };
    throw error;
  }
  const names = found.map(({ long }) => long);
  const once = names.filter((name) => !options.some((option) => option.long === name && option.repeats));
  if (new Set(once).size !== once.length || names.some((name) => !options.some((option) => option.long === name)))
    return { mistake: '' };
  return {
    positional,
    flag: (long) => names.includes(long),
    value: (long) => found.find((each) => each.long === long)?.value,
    values: (long) => found.flatMap((each) => (each.long === long ? (each.value ?? []) : [])),
  };
}

function readLong(args: readonly string[], at: number, options: readonly Option[], found: Found[]): number {
  const [name = '', ...rest] = (args[at] ?? '').split('=');
  const attached = (args[at] ?? '').includes('=') ? rest.join('=') : undefined;
  const exact = options.filter(({ long }) => long === name);
  const similar = exact.length > 0 ? exact : options.filter(({ long }) => long.startsWith(name));
  if (similar.length > 1) throw new UsageError(`${name} is not a unique prefix: ${similar.map(({ long }) => long).join(', ')}?`);
  const option = similar[0];
  if (!option) {
    found.push({ long: name });
    return at;
  }
  if (!option.takesValue) {
    if (attached !== undefined) throw new UsageError(`${option.long} must not have an argument`);
    found.push({ long: option.long });
    return at;
  }
  if (attached !== undefined) {
    found.push({ long: option.long, value: attached });
    return at;
  }
  const next = args[at + 1];
  if (next === undefined || next === '--') throw new UsageError(`${option.long} requires argument`);
  found.push({ long: option.long, value: next });
  return at + 1;
}

function readShorts(args: readonly string[], at: number, options: readonly Option[], found: Found[]): number {
  let left = (args[at] ?? '').slice(1);
  while (left !== '') {
    const short = `-${left[0]}`;
    left = left.slice(1);
    const option = options.find((each) => each.short === short);
    if (!option) {
      found.push({ long: short });
      continue;
    }
    if (!option.takesValue) {
      found.push({ long: option.long });
      continue;
    }
    if (left !== '') {
      found.push({ long: option.long, value: left });
      return at;
    }
    const next = args[at + 1];
    if (next === undefined || next === '--') throw new UsageError(`${short} requires argument`);
    found.push({ long: option.long, value: next });
    return at + 1;
  }
  return at;
}
