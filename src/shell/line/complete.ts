/**
 * Tab completion: commands where a command stands, a command's own candidates where it has some, else variables and files.
 * Synchronous, quick, and never throws.
 */

import { builtins } from '../bash/builtins/index.ts';
import { resolvePath } from '../bash/files.ts';
import { exportedEnv } from '../bash/variables.ts';
import type { Completion } from '../command.ts';
import { hostNames } from '../commands/completing.ts';
import type { HostPlatform } from '../platform.ts';
import { createProcess } from '../process.ts';
import { commandsByName, isAvailable } from '../programs.ts';
import type { Shell } from '../session.ts';

export interface Completed {
  /** Where the word begins in the text. */
  readonly from: number;
  readonly to: number;
  readonly candidates: readonly Completion[];
  /** The word stands in open quotes: candidates are not escaped. */
  readonly quote: '' | '"' | "'";
}

interface WordAt {
  readonly value: string;
  readonly start: number;
  readonly quote: '' | '"' | "'";
}

/** The words of the last simple command before a place, quotes removed; the last one is being typed. */
export function wordsAt(text: string, cursor: number): readonly WordAt[] {
  let words: WordAt[] = [];
  let value = '';
  let start = 0;
  let inWord = false;
  let quote: '' | '"' | "'" = '';
  for (let at = 0; at < cursor; at++) {
    const char = text[at]!;
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && at + 1 < cursor) value += text[++at];
      else value += char;
      continue;
    }
    if (/[\s;|&()]/.test(char) || (char === '`' && !inWord)) {
      if (inWord) words.push({ value, start, quote: '' });
      inWord = false;
      value = '';
      if (/[;|&()\n`]/.test(char)) words = [];
      continue;
    }
    if (!inWord) {
      inWord = true;
      start = at;
      value = '';
    }
    if (char === '$' && text[at + 1] === '(' && at + 1 < cursor) {
      words = [];
      inWord = false;
      at++;
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '\\' && at + 1 < cursor) value += text[++at];
    else if (char === '>' || char === '<') {
      // After a redirection a file follows.
      words.push({ value: char, start, quote: '' });
      inWord = false;
    } else value += char;
  }
  return [...words, inWord ? { value, start, quote } : { value: '', start: cursor, quote }];
}

const KEYWORDS = ['if', 'then', 'else', 'elif', 'fi', 'for', 'while', 'until', 'do', 'done', 'case', 'esac', 'function', 'time'];
const BEFORE_COMMAND = new Set(['if', 'then', 'else', 'elif', 'while', 'until', 'do', '!', 'time', '{']);
const PREFIXES = new Set([
  'sudo',
  'watch',
  'time',
  'exec',
  'command',
  'nohup',
  'timeout',
  'xargs',
  'env',
  'man',
  'which',
  'type',
  'help',
]);

/** Options of the prefixes that take the next word. */
const VALUED: Readonly<Record<string, readonly string[]>> = {
  sudo: ['-u', '-g'],
  watch: ['-n'],
  timeout: ['-k', '-s'],
  xargs: ['-I', '-L', '-n', '-P'],
  env: ['-u'],
};

export function complete(shell: Shell, text: string, cursor: number): Completed {
  const all = wordsAt(text, cursor);
  const word = all.at(-1)!;
  const result = (candidates: readonly Completion[], from = word.start + (word.quote ? 1 : 0)): Completed => ({
    from,
    to: cursor,
    candidates: unique(candidates),
    quote: word.quote,
  });
  try {
    let words = all.map((each) => each.value);
    while (words.length > 1 && (BEFORE_COMMAND.has(words[0]!) || /^\w+=/.test(words[0]!))) words = words.slice(1);
    const skipped = skipPrefixes(words);
    if (word.value.startsWith('$') && word.quote !== "'") return result(variables(shell, word.value));
    if (words.length === 1 && !word.value.includes('/')) return result(commandNames(shell, word.value));
    if (words.at(-2) === '>' || words.at(-2) === '<') return result(fileNames(shell, word.value));
    if (skipped.length === 1 && !word.value.includes('/')) return result(commandNames(shell, word.value));
    const own = ownCandidates(shell, skipped);
    if (own && own.candidates.length > 0) return result(own.candidates, word.start + (word.quote ? 1 : 0) + own.offset);
    return result(fileNames(shell, word.value, skipped[0] === 'cd' || skipped[0] === 'pushd'));
  } catch {
    return result([]);
  }
}

/** `sudo -u root kubectl …`: what counts is kubectl. */
function skipPrefixes(words: readonly string[]): readonly string[] {
  let rest = words;
  while (rest.length > 1 && PREFIXES.has(rest[0]!)) {
    let at = 1;
    while (
      at < rest.length - 1 &&
      (rest[at]!.startsWith('-') ||
        VALUED[rest[0]!]?.includes(rest[at - 1]!) ||
        /^\w+=/.test(rest[at]!) ||
        (rest[0] === 'timeout' && /^\d/.test(rest[at]!)))
    )
      at++;
    rest = rest.slice(at);
  }
  return rest;
}

function unique(candidates: readonly Completion[]): readonly Completion[] {
  const seen = new Map<string, Completion>();
  for (const candidate of candidates) if (!seen.has(candidate.text)) seen.set(candidate.text, candidate);
  return [...seen.values()].sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
}

function commandNames(shell: Shell, prefix: string): readonly Completion[] {
  const { state, x } = shell;
  const names = [
    ...x.platform.programs(),
    ...Object.keys(builtins),
    ...state.functions.keys(),
    ...state.aliases.keys(),
    ...KEYWORDS,
  ];
  return names.filter((name) => name.startsWith(prefix)).map((text) => ({ text }));
}

function variables(shell: Shell, word: string): readonly Completion[] {
  const brace = word.startsWith('${');
  const prefix = word.slice(brace ? 2 : 1);
  const names = [...shell.state.variables.keys(), 'RANDOM', 'SECONDS', 'HOSTNAME', 'UID'];
  return names.filter((name) => name.startsWith(prefix)).map((name) => ({ text: brace ? `\${${name}}` : `$${name}` }));
}

/** What the command itself proposes; `offset` when candidates replace only the part after `--flag=`. */
function ownCandidates(
  shell: Shell,
  words: readonly string[],
): { readonly candidates: readonly Completion[]; readonly offset: number } | undefined {
  const platform = shell.x.platform as HostPlatform;
  const alias = shell.state.aliases.get(words[0]!)?.trim().split(/\s+/);
  const meant = alias ? [...alias, ...words.slice(1)] : words;
  const command = commandsByName.get(meant[0]!);
  const candidatesOf =
    meant[0] === 'ssh' ? hostNames : command && isAvailable(command, platform.around) ? command.complete : undefined;
  if (!candidatesOf) return undefined;
  const process = createProcess(shell.x, exportedEnv(shell.state), platform.around, '', false, () => {});
  const word = meant.at(-1)!;
  const candidates = candidatesOf(process, meant, meant.length - 1);
  const kept = candidates.filter((candidate) => candidate.text.startsWith(word));
  if (kept.length > 0) return { candidates: kept, offset: 0 };
  const equals = word.indexOf('=');
  const value = equals < 0 ? undefined : word.slice(equals + 1);
  if (value === undefined) return undefined;
  return { candidates: candidates.filter((candidate) => candidate.text.startsWith(value)), offset: equals + 1 };
}

function fileNames(shell: Shell, word: string, directoriesOnly = false): readonly Completion[] {
  const { files } = shell.x.platform;
  const equals = /^--?[\w-]+=/.exec(word)?.[0] ?? '';
  const path = word.slice(equals.length);
  const slash = path.lastIndexOf('/') + 1;
  const directory = path.slice(0, slash);
  const prefix = path.slice(slash);
  const home = shell.state.variables.get('HOME')?.value ?? '/';
  const base = resolvePath(shell.state.cwd, directory.replace(/^~(?=\/|$)/, home) || '.');
  const names = (files.list(base) ?? []).map((name) => name.replace(/\/$/, ''));
  const found: Completion[] = [];
  for (const name of names) {
    if (!name.startsWith(prefix) || (name.startsWith('.') && !prefix.startsWith('.'))) continue;
    const isDirectory = files.stat(resolvePath(base, name))?.type === 'directory';
    if (directoriesOnly && !isDirectory) continue;
    found.push(isDirectory ? { text: `${equals}${directory}${name}/`, open: true } : { text: `${equals}${directory}${name}` });
  }
  return found;
}

/** What to insert for the candidates: the only one with a space, or what they all begin with. */
export function insertion(completed: Completed): { readonly text: string; readonly done: boolean } {
  const { candidates, quote } = completed;
  const [first, ...others] = candidates;
  if (!first) return { text: '', done: false };
  const escaped = (text: string) =>
    quote === ''
      ? text.replace(/[\s"'\\;|&()<>*?[\]!#`]/g, (char, at: number) => (char === '#' && at > 0 ? char : `\\${char}`))
      : text;
  if (others.length === 0) return { text: `${escaped(first.text)}${first.open ? '' : `${quote} `}`, done: true };
  let prefix = first.text;
  for (const { text } of others) while (!text.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return { text: escaped(prefix), done: false };
}
