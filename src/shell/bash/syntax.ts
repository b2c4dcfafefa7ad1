/** Parsing a line: its tree, or what bash 5.2 says of it; and whether it wants another line. */
import { type ParsedScript, parse } from 'unbash';

export type Syntax =
  | { readonly script: ParsedScript /** What is said and does not hold it up. */; readonly warnings: readonly string[] }
  | { readonly error: readonly string[] };

/** Longer input is refused before the parser sees it. */
export const MAX_INPUT = 4_000_000;

/** @returns the tree, or bash's lines without their `-bash: ` */
export function checkSyntax(text: string): Syntax {
  if (text.length > MAX_INPUT) return { error: ['line too long'] };
  const plain = text.includes('\0') ? text.replaceAll('\0', '') : text;
  let script: ParsedScript;
  try {
    script = parse(plain);
  } catch {
    return { error: ['syntax error: too deeply nested'] };
  }
  const [first] = (script.errors ?? []).filter((error) => !/^unterminated heredoc/.test(error.message));
  // `for (i=0; …)`: one parenthesis is none of bash's loops.
  if (/(^|[;&|\n]\s*)for\s*\((?!\()/.test(plain) && !/['"#]/.test(plain))
    return { error: ["syntax error near unexpected token `('"] };
  if (!first) return { script, warnings: openHereDocuments(plain, script).map(hereWarning) };
  return { error: wording(first.message, plain, first.pos) };
}

const CLOSERS: Readonly<Record<string, string>> = {
  'double quote': '"',
  'single quote': "'",
  backtick: '`',
  'command substitution': ')',
  'parameter expansion': '}',
  'arithmetic expansion': ')',
  'arithmetic command': ')',
  'extended glob': ')',
  'array value': ')',
  'ansi-c quote': "'",
};

function wording(message: string, text: string, pos: number): string[] {
  const open = /^unterminated (.+)$/.exec(message);
  if (open) return [`unexpected EOF while looking for matching \`${CLOSERS[open[1]!.toLowerCase()] ?? ')'}'`];
  if (/to close/.test(message) && pos >= text.trimEnd().length) return ['syntax error: unexpected end of file'];
  const atEnd = text.slice(pos).trim() === '';
  if (/^expected command after/.test(message) && atEnd) return ['syntax error: unexpected end of file'];
  if (/^expected command in/.test(message) && /^\s*[{(]\s*$/.test(text.slice(pos))) return ['syntax error: unexpected end of file'];
  const stray = /^expected '(?:do|then)'/.test(message) ? strayWord(text, pos, atEnd) : undefined;
  if (stray) return [`syntax error near unexpected token \`${stray}'`];
  const argument = message === "unexpected token ')'" ? /[\w.-]\s+\(\s*([^\s()]+)\)$/.exec(text.slice(0, pos + 1))?.[1] : undefined;
  if (argument) return [`syntax error near unexpected token \`${argument}'`];
  const named = /^unexpected token '(.+)'$/s.exec(message)?.[1];
  const token = named ?? tokenAt(text, pos);
  if (token === undefined) return ['syntax error: unexpected end of file'];
  return [`syntax error near unexpected token \`${token}'`];
}

/** A loop or branch without its `do` or `then`: what bash stumbles over is the word that ends it, or the one in its place. */
function strayWord(text: string, pos: number, atEnd: boolean): string | undefined {
  if (!atEnd) return /(\w+)$/.exec(text.slice(0, pos))?.[1];
  return /(?:^|[;&|\n])\s*(done|fi)\b/.exec(text)?.[1];
}

/** `for`, `case`: the name must stand on the same line. */
const WANTS_A_NAME = /(^|[;&|\n]\s*)(for|case|function|select)[ \t]*$/;

/** The token at or after a place; `newline` at the end of a line; undefined at the end of an open construct. */
function tokenAt(text: string, pos: number): string | undefined {
  const rest = text.slice(pos).replace(/^[ \t]+/, '');
  if (rest === '' && WANTS_A_NAME.test(text)) return 'newline';
  if (rest === '')
    return /(^|[;|&({\s])(then|do|else|elif|if|while|until|in|\{|\()\s*$|^\s*(if|for|while|until|case|\{|\()/.test(text)
      ? undefined
      : 'newline';
  if (rest.startsWith('\n')) return 'newline';
  return /^(;;&|;;|;&|&&|\|\||\|&|&>>|&>|<<<|<<-|<<|>>|>\||<>|[;&|()<>]|[^\s;&|()<>]+)/.exec(rest)?.[0] ?? 'newline';
}

/** Whether a text is unfinished: an open quote, a trailing backslash or pipe, a here-document, `if` without `fi`. */
export function needsMore(text: string): boolean {
  if (/(^|[^\\])(\\\\)*\\$/.test(text)) return !insideComment(text);
  if (text.includes('<<') && openHereDocuments(text).length > 0) return true;
  if (WANTS_A_NAME.test(text)) return false;
  let errors: readonly { message: string; pos: number }[];
  try {
    errors = parse(text).errors ?? [];
  } catch {
    return false;
  }
  errors = errors.filter((error) => !(/^expected command in/.test(error.message) && /^\s*[{(]\s*$/.test(text.slice(error.pos))));
  if (errors.length === 0) return false;
  if (errors.some((error) => /^unexpected/.test(error.message))) return false;
  // Every complaint must be about what is missing at the very end.
  const end = text.trimEnd().length;
  return (
    errors.every((error) => /^unterminated/.test(error.message) || error.pos >= end) &&
    errors.some((error) => !/redirect target/.test(error.message))
  );
}

function insideComment(text: string): boolean {
  return /(^|\s)#[^\n]*$/.test(text) && !/['"]/.test(text.slice(text.lastIndexOf('\n') + 1));
}

interface Walkable {
  readonly [key: string]: unknown;
}

export interface OpenHereDocument {
  readonly delimiter: string;
  readonly line: number;
}

export const hereWarning = ({ delimiter, line }: OpenHereDocument): string =>
  `warning: here-document at line ${line} delimited by end-of-file (wanted \`${delimiter}')`;

/** Here-documents that have begun and whose delimiter has not come. */
export function openHereDocuments(text: string, parsed?: ParsedScript): readonly OpenHereDocument[] {
  if (!text.includes('<<')) return [];
  const open: OpenHereDocument[] = [];
  const seen = new Set<unknown>();
  const visit = (value: unknown, depth: number): void => {
    if (depth > 60 || value === null || typeof value !== 'object' || seen.has(value)) return;
    seen.add(value);
    if (Array.isArray(value)) {
      for (const item of value) visit(item, depth + 1);
      return;
    }
    const node = value as Walkable;
    if (node.type === 'HereDoc' && node.delimiter && !node.closing)
      open.push({
        delimiter: String((node.delimiter as Walkable).value ?? (node.delimiter as Walkable).text ?? ''),
        line: text.slice(0, Number(node.pos ?? 0)).split('\n').length,
      });
    for (const key of ['commands', 'command', 'redirects', 'body', 'clause', 'then', 'else', 'elif', 'items', 'suffix', 'prefix'])
      visit(node[key], depth + 1);
  };
  try {
    visit(parsed ?? parse(text), 0);
  } catch {
    return [];
  }
  return open;
}
