/**
 * Objects out of files: -f with files, directories, `-` and patterns, JSON or YAML, several documents. Models cli-runtime's path
 * visitors and apimachinery's YAMLOrJSONDecoder, with their error texts. There is no internet in the lab: a URL cannot be resolved.
 */
import { parseAllDocuments, type YAMLError } from 'yaml';
import type { Kubectl } from './context.ts';
import { CommandError, fail, NetworkFailure } from './errors.ts';
import { isDoc, type Value } from './value.ts';

export interface Manifest {
  readonly object: Value;
  /** The file's name as given, or `STDIN`. */
  readonly source: string;
}

/** A document that could not be read: errors come in the order of the documents. */
export interface Unreadable {
  readonly error: Error;
  readonly source: string;
}

export interface FileNames {
  readonly files: readonly string[];
  readonly recursive: boolean;
}

export function fileNames(kubectl: Kubectl): FileNames {
  return { files: kubectl.flags.list('filename'), recursive: kubectl.flags.bool('recursive') };
}

/** FilenameOptions.RequireFilenameOrKustomize and its refusals. */
export function checkFileNames(kubectl: Kubectl): void {
  const files = kubectl.flags.list('filename');
  const kustomize = kubectl.flags.string('kustomize');
  if (files.length > 0 && kustomize !== '') fail('only one of -f or -k can be specified');
  if (kustomize !== '' && kubectl.flags.bool('recursive')) fail("the -k flag can't be used with -f or -R");
}

const EXTENSIONS = ['.json', '.yaml', '.yml'];

function* walk(kubectl: Kubectl, directory: string, recursive: boolean): Generator<string> {
  for (const entry of [...(kubectl.process.files.list(directory) ?? [])].sort()) {
    const path = `${directory.replace(/\/$/, '')}/${entry.replace(/\/$/, '')}`;
    if (entry.endsWith('/')) {
      if (recursive) yield* walk(kubectl, path, recursive);
    } else if (EXTENSIONS.some((extension) => entry.endsWith(extension))) yield path.replace(/^\.\//, '');
  }
}

function matches(kubectl: Kubectl, pattern: string): readonly string[] {
  const slash = pattern.lastIndexOf('/');
  const directory = slash < 0 ? '.' : pattern.slice(0, slash) || '/';
  const base = pattern.slice(slash + 1);
  const test = new RegExp(
    `^${base
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]')}$`,
  );
  return (kubectl.process.files.list(directory) ?? [])
    .filter((name) => test.test(name) && !name.startsWith('.'))
    .map((name) => (slash < 0 ? name : `${pattern.slice(0, slash)}/${name}`));
}

/** Every document of the files, in order. @throws CommandError for a path that does not exist */
export function readManifests(kubectl: Kubectl, names: FileNames): (Manifest | Unreadable)[] {
  const { files } = kubectl.process;
  return names.files.flatMap((name): (Manifest | Unreadable)[] => {
    if (name === '-') return documents(kubectl.process.stdin, 'STDIN');
    if (/^https?:\/\//.test(name)) throw unresolved(name);
    if (files.isDirectory(name)) {
      const found = [...walk(kubectl, name, names.recursive)];
      if (found.length === 0) fail(`error reading [${name}]: recognized file extensions are [${EXTENSIONS.join(' ')}]`);
      return found.flatMap((path) => documents(files.read(path) ?? '', path));
    }
    const content = files.read(name);
    if (content !== undefined) return documents(content, name);
    const found = /[*?[]/.test(name) ? matches(kubectl, name) : [];
    if (found.length === 0) throw new CommandError(`the path "${name}" does not exist`);
    return found.flatMap((path) => documents(files.read(path) ?? '', path));
  });
}

function unresolved(url: string): Error {
  const host = url.replace(/^https?:\/\//, '').replace(/[/:].*$/, '');
  return new NetworkFailure('timeout', host, `dial tcp: lookup ${host} on 127.0.0.53:53: server misbehaving`);
}

/** The documents of one text. JSON when it begins like JSON, else YAML. */
export function documents(content: string, source: string): (Manifest | Unreadable)[] {
  if (/^\s*\{/.test(content)) return jsonDocuments(content, source);
  const out: (Manifest | Unreadable)[] = [];
  for (const piece of content.split(/^---(?=\s|$)[^\n]*\n?/m)) {
    if (piece.trim() === '') continue;
    const parsed = parseYaml(piece);
    if ('error' in parsed) {
      out.push({
        error: new CommandError(`error parsing ${source}: error converting YAML to JSON: yaml: ${parsed.error}`),
        source,
      });
      break;
    }
    if (parsed.value !== null) out.push({ object: parsed.value, source });
  }
  return out;
}

function jsonDocuments(content: string, source: string): (Manifest | Unreadable)[] {
  try {
    return [{ object: JSON.parse(content) as Value, source }];
  } catch {
    // Several documents after each other, or a mistake.
  }
  const out: (Manifest | Unreadable)[] = [];
  let rest = content.trimStart();
  while (rest !== '') {
    const end = jsonEnd(rest);
    try {
      out.push({ object: JSON.parse(rest.slice(0, end)) as Value, source });
    } catch {
      // What is no JSON is tried as YAML, as the real decoder does.
      const parsed = parseYaml(rest);
      if ('value' in parsed && isDoc(parsed.value)) return [...out, { object: parsed.value, source }];
      const why = 'error' in parsed ? parsed.error : jsonComplaint(rest);
      out.push({ error: new CommandError(`error parsing ${source}: error converting YAML to JSON: yaml: ${why}`), source });
      return out;
    }
    rest = rest.slice(end).replace(/^\s*(?:---[^\n]*)?\s*/, '');
  }
  return out;
}

function jsonEnd(text: string): number {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (quoted) {
      if (char === '\\') at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1;
  }
  return text.length;
}

/** Go's encoding/json on the first thing that is wrong. */
export function jsonComplaint(text: string): string {
  let message = '';
  try {
    JSON.parse(text);
  } catch (error) {
    message = error instanceof Error ? error.message : '';
  }
  const at = /position (\d+)/.exec(message);
  if (/Unexpected end|Unterminated/.test(message) || !at) return 'unexpected end of JSON input';
  const char = text[Number(at[1])] ?? '';
  return `invalid character '${char === "'" ? "\\'" : char === '\n' ? '\\n' : char}' looking for beginning of value`;
}

/** YAML 1.1 as kubectl reads it. @returns the value as JSON would hold it, or libyaml's complaint without `yaml: ` */
export function parseYaml(text: string): { readonly value: Value } | { readonly error: string } {
  let parsed: ReturnType<typeof parseAllDocuments>;
  try {
    parsed = parseAllDocuments(text, { version: '1.1', merge: true, uniqueKeys: true, strict: true, logLevel: 'silent' });
  } catch {
    return { error: 'could not parse the document' };
  }
  if (!Array.isArray(parsed) || parsed.length === 0) return { value: null };
  const [first] = parsed;
  if (first!.errors.length > 0) return { error: complaint(first!.errors[0]!, text) };
  try {
    return { value: plain(first!.toJS({ maxAliasCount: 1000 })) };
  } catch {
    return { error: 'document contains excessive aliasing' };
  }
}

/** JSON has neither dates nor undefined; keys are strings. */
function plain(value: unknown): Value {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object') {
    const out: Record<string, Value> = {};
    for (const [key, item] of Object.entries(value)) {
      // An own key even when it is called __proto__.
      Object.defineProperty(out, key, { value: plain(item), enumerable: true, configurable: true, writable: true });
    }
    return out;
  }
  return typeof value === 'bigint' ? Number(value) : (value as Value);
}

/** libyaml's words for what the parser found, with its line. */
function complaint(error: YAMLError, text: string): string {
  const line = error.linePos?.[0].line ?? 1;
  const at = (offset: number) => `line ${Math.max(1, line + offset)}: `;
  const lines = text.split('\n');
  const here = lines[line - 1] ?? '';
  if (/^\s*\t/.test(here) || error.code === 'TAB_AS_INDENT') return `${at(0)}found character that cannot start any token`;
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return `unmarshal errors:\n  ${at(0)}key ${JSON.stringify(here.trim().replace(/:.*$/, ''))} already set in map`;
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'IMPOSSIBLE':
      return `${at(0)}mapping values are not allowed in this context`;
    case 'MISSING_CHAR':
      if (/quote/.test(error.message)) return `${at(0)}found unexpected end of stream`;
      if (/flow/i.test(error.message)) return `${at(0)}did not find expected ',' or ']'`;
      return `${at(0)}could not find expected ':'`;
    case 'MULTILINE_IMPLICIT_KEY':
      return `${at(1)}could not find expected ':'`;
    case 'BAD_INDENT':
      return /flow/i.test(error.message) ? `${at(0)}did not find expected node content` : `${at(0)}did not find expected key`;
    case 'UNEXPECTED_TOKEN':
      return /flow/i.test(error.message) ? `${at(0)}did not find expected node content` : `${at(0)}did not find expected key`;
    case 'BAD_ALIAS':
      return `unknown anchor '${/: (.+)$/.exec(error.message)?.[1] ?? ''}' referenced`;
    default:
      return `${at(0)}did not find expected key`;
  }
}
