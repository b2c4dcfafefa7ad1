/** getopt_long() of glibc for the small host tools: short options in clusters, long ones by unique beginning, operands anywhere. */

export interface OptionSpec {
  /** One letter, or '' for a long option only. */
  readonly short: string;
  readonly long?: string;
  readonly argument?: 'required' | 'optional';
}

export interface ParsedOptions {
  /** In the order they came: the short letter (or the long name where it has none) and its argument. */
  readonly options: readonly { readonly name: string; readonly value: string }[];
  readonly operands: readonly string[];
  /** glibc's complaint without the program's name: `invalid option -- 'z'`. */
  readonly error?: string;
}

/** Parses arguments; stops at the first mistake. */
export function getopt(args: readonly string[], specs: readonly OptionSpec[]): ParsedOptions {
  const options: { name: string; value: string }[] = [];
  const operands: string[] = [];
  let at = 0;
  const fail = (error: string): ParsedOptions => ({ options, operands, error });
  for (; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '--') {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (arg.startsWith('--') && specs.some(({ long }) => long !== undefined)) {
      const equals = arg.indexOf('=');
      const typed = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
      const exact = specs.find(({ long }) => long === typed);
      const near = specs.filter(({ long }) => long?.startsWith(typed));
      const spec = exact ?? (near.length === 1 ? near[0] : undefined);
      if (!spec)
        return fail(
          near.length > 1
            ? `option '${arg}' is ambiguous; possibilities:${near.map((each) => ` '--${each.long}'`).join('')}`
            : `unrecognized option '${arg}'`,
        );
      let value = equals < 0 ? '' : arg.slice(equals + 1);
      if (equals >= 0 && !spec.argument) return fail(`option '--${spec.long}' doesn't allow an argument`);
      if (equals < 0 && spec.argument === 'required') {
        if (at + 1 >= args.length) return fail(`option '--${spec.long}' requires an argument`);
        value = args[++at]!;
      }
      options.push({ name: spec.short || spec.long!, value });
    } else if (arg.startsWith('-') && arg.length > 1) {
      for (let i = 1; i < arg.length; i++) {
        const letter = arg[i]!;
        const spec = specs.find(({ short }) => short === letter);
        if (!spec) return fail(`invalid option -- '${letter}'`);
        if (!spec.argument) {
          options.push({ name: letter, value: '' });
          continue;
        }
        let value = arg.slice(i + 1);
        if (value === '' && spec.argument === 'required') {
          if (at + 1 >= args.length) return fail(`option requires an argument -- '${letter}'`);
          value = args[++at]!;
        }
        options.push({ name: letter, value });
        break;
      }
    } else {
      operands.push(arg);
    }
  }
  return { options, operands };
}

/** Letters as getopt()'s optstring has them: `c:nq` — a colon after those that take an argument. */
export function shortOptions(optstring: string): readonly OptionSpec[] {
  return [...optstring.matchAll(/([^:])(:?)/g)].map(([, short, colon]) => ({
    short: short!,
    ...(colon ? { argument: 'required' as const } : {}),
  }));
}
