/**
 * Flags as kubectl parses them: the rules and the error texts of spf13/pflag v1.0.5 and of kubectl's flag normalisation
 * (`_` reads as `-`). Left out: flag groups, which kubectl does not use.
 */
import { parseDuration } from './duration.ts';

export type FlagType =
  | 'string'
  | 'bool'
  | 'int'
  | 'uint'
  | 'duration'
  | 'stringArray'
  | 'stringSlice'
  | 'stringToString'
  | 'moduleSpec';

export interface Flag {
  readonly name: string;
  readonly shorthand: string;
  readonly type: FlagType;
  /** As `--help` prints it: `'none'`, `[]`, `false`, `500`. */
  readonly default: string;
  readonly usage: string;
  /** The value `--name` stands for without `=`; a bool's is `true`. */
  readonly implied?: string;
  /** Set: still accepted, not in the help, and this is said when used. */
  readonly deprecated?: string;
}

/** The values of one invocation. Reading a flag that the command does not have is a mistake of ours and gives the type's zero. */
export interface FlagValues {
  has(name: string): boolean;
  type(name: string): FlagType | undefined;
  /** True when it was given on the command line. */
  changed(name: string): boolean;
  string(name: string): string;
  bool(name: string): boolean;
  int(name: string): number;
  list(name: string): readonly string[];
  /** Milliseconds. */
  duration(name: string): number;
}

export interface Parsed {
  readonly values: FlagValues;
  readonly positional: readonly string[];
  /** How many positional arguments stood before `--`; -1 when there was none. */
  readonly dashAt: number;
  readonly help: boolean;
  /** `Flag --record has been deprecated, …` lines. */
  readonly notices: readonly string[];
}

export class FlagError extends Error {}

function unquoteDefault(flag: Flag): string {
  const text = flag.default;
  return text.startsWith("'") && text.endsWith("'") ? text.slice(1, -1) : text;
}

const BOOLS: Readonly<Record<string, string>> = {
  '1': 'true',
  t: 'true',
  T: 'true',
  true: 'true',
  TRUE: 'true',
  True: 'true',
  '0': 'false',
  f: 'false',
  F: 'false',
  false: 'false',
  FALSE: 'false',
  False: 'false',
};

/** A Go string literal of `text`, as %q prints it. */
export function quote(text: string): string {
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (char === '"' || char === '\\') out += `\\${char}`;
    else if (char === '\n') out += '\\n';
    else if (char === '\t') out += '\\t';
    else if (char === '\r') out += '\\r';
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else out += char;
  }
  return `${out}"`;
}

/** Go's strconv.ParseInt with base 0. @returns the number, or Go's complaint */
export function parseInteger(text: string, unsigned = false): number | string {
  const verb = unsigned ? 'ParseUint' : 'ParseInt';
  const plain = text.replace(/(?<=[0-9a-fA-F])_(?=[0-9a-fA-F])/g, '');
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]*|0[bB][01]+|[1-9][0-9]*)$/.exec(plain);
  if (!match || (unsigned && match[1] !== '')) return `strconv.${verb}: parsing ${quote(text)}: invalid syntax`;
  const digits = match[2]!.replace(/^0(?=[0-7])/, '0o');
  const value = (match[1] === '-' ? -1n : 1n) * BigInt(digits);
  if (value > 9223372036854775807n || value < -9223372036854775808n) {
    return `strconv.${verb}: parsing ${quote(text)}: value out of range`;
  }
  return Number(value);
}

/** One record of encoding/csv, as stringSlice flags read their value. */
function readCsv(text: string): readonly string[] | string {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] !== '"') {
      const comma = text.indexOf(',', at);
      const field = text.slice(at, comma < 0 ? undefined : comma);
      const bare = field.indexOf('"');
      if (bare >= 0) return `parse error on line 1, column ${at + bare + 1}: bare " in non-quoted-field`;
      fields.push(field);
      if (comma < 0) return fields;
      at = comma + 1;
      continue;
    }
    let field = '';
    at++;
    for (;;) {
      const end = text.indexOf('"', at);
      if (end < 0) return `record on line 1; parse error on line 2, column 0: extraneous or missing " in quoted-field`;
      field += text.slice(at, end);
      at = end + 1;
      if (text[at] !== '"') break;
      field += '"';
      at++;
    }
    fields.push(field);
    if (at >= text.length) return fields;
    if (text[at] !== ',') return `parse error on line 1, column ${at}: extraneous or missing " in quoted-field`;
    at++;
  }
}

/** @returns why the value does not fit, or undefined; appends to `store` */
type Setter = (store: string[], text: string, first: boolean) => string | undefined;

function replacing(check: (text: string) => string | { readonly value: string }): Setter {
  return (store, text) => {
    const checked = check(text);
    if (typeof checked === 'string') return checked;
    store.splice(0, store.length, checked.value);
    return undefined;
  };
}

const SETTERS: Readonly<Record<FlagType, Setter>> = {
  string: replacing((value) => ({ value })),
  bool: replacing((text) => {
    const value = Object.hasOwn(BOOLS, text) ? BOOLS[text] : undefined;
    return value ? { value } : `strconv.ParseBool: parsing ${quote(text)}: invalid syntax`;
  }),
  int: replacing((text) => {
    const value = parseInteger(text);
    return typeof value === 'string' ? value : { value: String(value) };
  }),
  uint: replacing((text) => {
    const value = parseInteger(text, true);
    return typeof value === 'string' ? value : { value: String(value) };
  }),
  duration: replacing((text) => {
    const ms = parseDuration(text);
    return typeof ms === 'string' ? ms : { value: String(ms) };
  }),
  stringArray: (store, text, first) => {
    if (first) store.length = 0;
    store.push(text);
    return undefined;
  },
  stringSlice: (store, text, first) => {
    const fields = text === '' ? [] : readCsv(text);
    if (typeof fields === 'string') return fields;
    if (first) store.length = 0;
    store.push(...fields);
    return undefined;
  },
  stringToString: (store, text, first) => {
    if (first) store.length = 0;
    for (const pair of text.split(',')) {
      if (!pair.includes('=')) return `${pair} must be formatted as key=value`;
      store.push(pair);
    }
    return undefined;
  },
  moduleSpec: replacing((value) => ({ value })),
};

function initial(flag: Flag): string[] {
  const text = unquoteDefault(flag);
  if (flag.type === 'duration') {
    const ms = parseDuration(text);
    return [String(typeof ms === 'string' ? 0 : ms)];
  }
  if (flag.type === 'stringArray' || flag.type === 'stringSlice' || flag.type === 'stringToString') {
    const inner = text.replace(/^\[|\]$/g, '');
    return inner === '' ? [] : inner.split(',');
  }
  return [text];
}

function normalise(name: string): string {
  return name.replaceAll('_', '-');
}

/** The flags of one command, own and inherited, by both their names. */
export class FlagSet {
  readonly byName = new Map<string, Flag>();
  readonly byShorthand = new Map<string, Flag>();

  constructor(flags: readonly Flag[]) {
    for (const flag of flags) {
      if (this.byName.has(flag.name)) continue;
      this.byName.set(flag.name, flag);
      if (flag.shorthand) this.byShorthand.set(flag.shorthand, flag);
    }
  }

  lookup(name: string): Flag | undefined {
    return this.byName.get(normalise(name));
  }

  /** What a flag without `=value` means, or undefined when it takes the next word. */
  implied(flag: Flag | undefined): string | undefined {
    return flag === undefined ? undefined : flag.type === 'bool' ? 'true' : flag.implied;
  }

  /** @throws FlagError with pflag's words */
  parse(args: readonly string[], options: { readonly interspersed?: boolean } = {}): Parsed {
    const store = new Map<string, string[]>();
    const changed = new Set<string>();
    const positional: string[] = [];
    const notices: string[] = [];
    let dashAt = -1;
    let help = false;

    const set = (flag: Flag, text: string) => {
      const values = store.get(flag.name) ?? initial(flag);
      const complaint = SETTERS[flag.type](values, text, !changed.has(flag.name));
      if (complaint !== undefined) {
        const shown = flag.shorthand ? `-${flag.shorthand}, --${flag.name}` : `--${flag.name}`;
        // A flag of Go's own flag package, which does not say why.
        const why = flag.name === 'log-flush-frequency' ? 'parse error' : complaint;
        throw new FlagError(`invalid argument ${quote(text)} for ${quote(shown)} flag: ${why}`);
      }
      store.set(flag.name, values);
      changed.add(flag.name);
      if (flag.deprecated) notices.push(`Flag --${flag.name} has been deprecated, ${flag.deprecated}\n`);
      if (flag.name === 'help') help = values[0] === 'true';
    };

    for (let index = 0; index < args.length; index++) {
      const word = args[index]!;
      if (word[0] !== '-' || word.length === 1) {
        positional.push(word);
        if (options.interspersed === false) {
          positional.push(...args.slice(index + 1));
          break;
        }
        continue;
      }
      if (word === '--') {
        dashAt = positional.length;
        positional.push(...args.slice(index + 1));
        break;
      }
      if (word[1] === '-') index = this.#long(args, index, set);
      else index = this.#short(args, index, set);
    }
    return { values: new Values(this, store, changed), positional, dashAt, help, notices };
  }

  #long(args: readonly string[], index: number, set: (flag: Flag, text: string) => void): number {
    const word = args[index]!;
    const body = word.slice(2);
    if (body === '' || body[0] === '-' || body[0] === '=') throw new FlagError(`bad flag syntax: ${word}`);
    const equals = body.indexOf('=');
    const name = equals < 0 ? body : body.slice(0, equals);
    const flag = this.lookup(name);
    if (!flag) throw new FlagError(`unknown flag: --${name}`);
    if (equals >= 0) {
      set(flag, body.slice(equals + 1));
      return index;
    }
    const implied = this.implied(flag);
    if (implied !== undefined) {
      set(flag, implied);
      return index;
    }
    if (index + 1 >= args.length) throw new FlagError(`flag needs an argument: ${word}`);
    set(flag, args[index + 1]!);
    return index + 1;
  }

  #short(args: readonly string[], index: number, set: (flag: Flag, text: string) => void): number {
    let rest = args[index]!.slice(1);
    const word = rest;
    while (rest.length > 0) {
      const flag = this.byShorthand.get(rest[0]!);
      if (!flag) throw new FlagError(`unknown shorthand flag: '${rest[0]}' in -${rest.length === word.length ? word : rest}`);
      if (rest.length > 2 && rest[1] === '=') {
        set(flag, rest.slice(2));
        return index;
      }
      const implied = this.implied(flag);
      if (implied !== undefined) {
        set(flag, implied);
        rest = rest.slice(1);
        continue;
      }
      if (rest.length > 1) {
        set(flag, rest.slice(1));
        return index;
      }
      if (index + 1 >= args.length) throw new FlagError(`flag needs an argument: '${rest[0]}' in -${rest}`);
      set(flag, args[index + 1]!);
      return index + 1;
    }
    return index;
  }
}

class Values implements FlagValues {
  readonly #flags: FlagSet;
  readonly #store: ReadonlyMap<string, readonly string[]>;
  readonly #changed: ReadonlySet<string>;

  constructor(flags: FlagSet, store: ReadonlyMap<string, readonly string[]>, changed: ReadonlySet<string>) {
    this.#flags = flags;
    this.#store = store;
    this.#changed = changed;
  }

  has(name: string): boolean {
    return this.#flags.byName.has(name);
  }

  type(name: string): FlagType | undefined {
    return this.#flags.byName.get(name)?.type;
  }

  changed(name: string): boolean {
    return this.#changed.has(name);
  }

  list(name: string): readonly string[] {
    const stored = this.#store.get(name);
    if (stored) return stored;
    const flag = this.#flags.byName.get(name);
    return flag ? initial(flag) : [];
  }

  string(name: string): string {
    return this.list(name)[0] ?? '';
  }

  bool(name: string): boolean {
    return this.string(name) === 'true';
  }

  int(name: string): number {
    return Number(this.string(name) || 0);
  }

  duration(name: string): number {
    return this.int(name);
  }
}
