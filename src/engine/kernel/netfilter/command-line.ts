/**
 * What an iptables command line asks for, made of the options that parse.ts gathered: the command, and the rules it is about.
 * Models the second half of do_parse() of iptables 1.8.9 iptables/xshared.c: options that do not go together, an address list that
 * makes several rules. Throws UsageError.
 */
import { type Given, type MatchModule, type Surroundings, TARGET_MODULES } from './parse-extensions.ts';
import type { Inverted, Match, Prefixed, Rule, TableName, Target } from './types.ts';
import { problem } from './usage.ts';

/** A command by its letter. */
export type Operation = 'A' | 'C' | 'D' | 'I' | 'R' | 'L' | 'S' | 'F' | 'Z' | 'N' | 'X' | 'E' | 'P' | 'V' | 'h';

export interface CommandLine {
  readonly operation: Operation;
  readonly table: TableName;
  readonly chain?: string;
  /** Row, from 1. */
  readonly number?: number;
  /** `-E` new name, `-P` policy. */
  readonly argument?: string;
  /** One rule; several where an address list makes them. Empty for commands that take none. */
  readonly rules: readonly Rule[];
  /** `-c`: packets and bytes a new rule starts with. */
  readonly counters?: readonly [packets: number, bytes: number];
  readonly numeric: boolean;
  readonly verbose: boolean;
  readonly exact: boolean;
  readonly lineNumbers: boolean;
  /** `-L -Z`: zero after listing. */
  readonly zero: boolean;
}

/** Options as they are gathered; thrown away after the parse. */
export interface Draft {
  operation?: Operation;
  table: TableName;
  chain?: string;
  number?: number;
  argument?: string;
  zero: boolean;
  readonly flags: Set<string>;
  src: readonly Prefixed[];
  dst: readonly Prefixed[];
  in?: Inverted;
  out?: Inverted;
  proto?: Rule['proto'];
  protoNot?: boolean;
  target?: string;
  goto: boolean;
  counters?: readonly [number, number];
  readonly modules: { readonly name: string; readonly module: MatchModule; readonly given: Map<string, Given> }[];
  readonly targetOptions: Map<string, Given>;
}

/** Options a command refuses, by what it is for (commands_v_options). */
const RULE_OPTIONS = 'sdpjiof';
const REFUSED: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...'ACDIR'].map((op) => [op, 'nx0'])),
  ...Object.fromEntries([...'FZNXEP'].map((op) => [op, `n${RULE_OPTIONS}x0c`])),
  L: `${RULE_OPTIONS}c`,
  S: `n${RULE_OPTIONS}x0c`,
};
const VERDICTS = ['ACCEPT', 'DROP', 'RETURN'] as const;

/** @throws UsageError what the options do not make together */
export function commandLineOf(draft: Draft, hasSet: (name: string) => boolean): CommandLine {
  const { operation, flags } = draft;
  if (!operation) throw problem('no command specified');
  for (const letter of REFUSED[operation] ?? '') {
    if (flags.has(letter)) throw problem(`Illegal option \`-${letter}' with this command`);
  }
  if (operation === 'N' && draft.chain === undefined) throw problem('option "-N" requires an argument');
  checkLinks(draft);
  const takesRule = 'ACDIR'.includes(operation) && !(operation === 'D' && draft.number !== undefined);
  const rules = takesRule ? rulesOf(draft, { proto: draft.proto, hasSet }) : [];
  if (operation === 'R' && rules.length > 1) throw problem('Replacement rule does not specify a unique address');
  const { table, chain, number, argument, counters, zero } = draft;
  return {
    operation,
    table,
    ...(chain !== undefined ? { chain } : {}),
    ...(number !== undefined ? { number } : {}),
    ...(argument !== undefined ? { argument } : {}),
    ...(counters ? { counters } : {}),
    rules,
    numeric: flags.has('n'),
    verbose: flags.has('v'),
    exact: flags.has('x'),
    lineNumbers: flags.has('0'),
    zero,
  };
}

function checkLinks({ chain, in: incoming, out }: Draft): void {
  const wrong = (letter: string) => problem(`Can't use -${letter} with ${chain}\n`);
  if (out && (chain === 'PREROUTING' || chain === 'INPUT')) throw wrong('o');
  if (incoming && (chain === 'POSTROUTING' || chain === 'OUTPUT')) throw wrong('i');
}

function rulesOf(draft: Draft, around: Surroundings): readonly Rule[] {
  const matches: Match[] = draft.modules.flatMap(({ module, given }) => module.parse(given, around));
  const target = targetOf(draft, around);
  const any = [undefined];
  const one = (list: readonly Prefixed[]) =>
    list.length > 0 ? list.map((p) => (p.prefix === '0.0.0.0/0' && !p.not ? undefined : p)) : any;
  return one(draft.src).flatMap((src) =>
    one(draft.dst).map((dst) => ({
      ...(src ? { src } : {}),
      ...(dst ? { dst } : {}),
      ...(draft.in ? { in: draft.in } : {}),
      ...(draft.out ? { out: draft.out } : {}),
      ...(draft.proto ? { proto: draft.proto } : {}),
      ...(draft.protoNot ? { protoNot: true } : {}),
      matches,
      target,
    })),
  );
}

function targetOf({ target, goto, targetOptions }: Draft, around: Surroundings): Target {
  if (target === undefined) return { type: 'NONE' };
  if (goto) return { type: 'jump', chain: target, goto: true };
  const verdict = VERDICTS.find((name) => name === target);
  if (verdict) return { type: verdict };
  const module = Object.hasOwn(TARGET_MODULES, target) ? TARGET_MODULES[target] : undefined;
  return module ? module.parse(targetOptions, around) : { type: 'jump', chain: target };
}
