/**
 * Objects out of files: -f with files, directories, `-` and patterns, JSON or YAML, several documents. Models cli-runtime's path
 * visitors and apimachinery's YAMLOrJSONDecoder, with their error texts. There is no internet in the lab: a URL cannot be resolved.
 */
import { parseAllDocuments, type YAMLError } from 'yaml';
import type { Kubectl } from './context.ts';
import { CommandError, Exit, fail, NetworkFailure } from './errors.ts';
import { quote } from './flags.ts';
import { complaintAbout } from './gojson.ts';
import type { Value } from './value.ts';

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

const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** -k: kustomize's own complaint, else that the lab does not build. */
export function refuseKustomize(kubectl: Kubectl, directory: string): never {
  const { files } = kubectl.process;
  const path = files.absolute(directory);
  if (!files.isDirectory(directory)) {
    fail(
      `must build at directory: not a valid directory: evalsymlink failure on '${directory}' : lstat ${path}: no such file or directory`,
    );
  }
  if (!KUSTOMIZATIONS.some((name) => files.read(`${path}/${name}`) !== undefined)) {
    fail(`unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${path}'`);
  }
  return fail('kustomize: not simulated in this lab');
}

/** The same for commands that gather all errors: there it has no `error: ` before it. */
export function refuseKustomizeOf(kubectl: Kubectl): void {
  const directory = kubectl.flags.string('kustomize');
  if (directory === '') return;
  try {
    refuseKustomize(kubectl, directory);
  } catch (error) {
    throw error instanceof CommandError ? new Exit(1, error.message) : error;
  }
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
    if (found.length === 0) throw new CommandError(`the path ${quote(name)} does not exist`);
    return found.flatMap((path) => documents(files.read(path) ?? '', path));
  });
}

function unresolved(url: string): Error {
  const host = url.replace(/^https?:\/\//, '').replace(/[/:].*$/, '');
  return new NetworkFailure('timeout', host, `dial tcp: lookup ${host} on 127.0.0.53:53: no such host`);
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
  const out: (Manifest | Unreadable)[] = [];
  let rest = content.trimStart();
  let read = content.length - rest.length;
  while (rest !== '') {
    const wrong = complaintAbout(rest);
    if (wrong) {
      const why = wrong.eof ? 'unexpected EOF' : `json: offset ${read + wrong.offset}: ${wrong.message}`;
      out.push({ error: new CommandError(`error parsing ${source}: ${why}`), source });
      return out;
    }
    const end = jsonEnd(rest);
    out.push({ object: JSON.parse(rest.slice(0, end)) as Value, source });
    const next = rest.slice(end).replace(/^\s*(?:---[^\n]*)?\s*/, '');
    read += rest.length - next.length;
    rest = next;
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

/** Go's json.Unmarshal on a text that is no JSON. */
export function jsonComplaint(text: string): string {
  const wrong = complaintAbout(text);
  return !wrong || wrong.eof ? 'unexpected end of JSON input' : wrong.message;
}

/** YAML 1.1 as kubectl reads it. @returns the value as JSON would hold it, or libyaml's complaint without `yaml: ` */
export function parseYaml(text: string): { readonly value: Value } | { readonly error: string } {
  let parsed: ReturnType<typeof parseAllDocuments>;
  try {
    parsed = parseAllDocuments(text, { version: '1.1', merge: true, uniqueKeys: false, strict: true, logLevel: 'silent' });
  } catch {
    return { error: 'could not parse the document' };
  }
  if (!Array.isArray(parsed) || parsed.length === 0) return { value: null };
  const [first] = parsed;
  if (first!.errors.length > 0) return { error: complaint(first!.errors[0]!, text) };
  try {
    return { value: plain(first!.toJS({ maxAliasCount: 1000 })) };
  } catch (error) {
    const alias = /Unresolved alias[^:]*: (\S+)/.exec(error instanceof Error ? error.message : '');
    return { error: alias ? `unknown anchor '${alias[1]}' referenced` : 'document contains excessive aliasing' };
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

/** libyaml tells the line of a token it cannot scan, and the one before where the parser is lost; the first line goes unnamed. */
function at(line: number): string {
  return line < 1 ? '' : `line ${line}: `;
}

/** libyaml's words for what the parser found, with its line. */
function complaint(error: YAMLError, text: string): string {
  const line = error.linePos?.[0].line ?? 1;
  const lines = text.split('\n');
  const here = lines[line - 1] ?? '';
  const scanned = (words: string, where = line) => `${where === 1 ? '' : at(where)}${words}`;
  const parsed = (words: string, where = line) => `${at(where - 1)}${words}`;
  if (/^\s*\t/.test(here) || error.code === 'TAB_AS_INDENT' || /:\s+[@`%]/.test(here)) {
    return scanned('found character that cannot start any token');
  }
  const flow = openFlow(text, error.pos?.[0] ?? 0);
  const end = atEnd(error, text) ? line + 1 : line;
  if (flow && error.code !== 'MISSING_CHAR') return parsed(`did not find expected ',' or '${flow}'`, end);
  switch (error.code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return implicitKey(lines, line, scanned, parsed);
    case 'BAD_DQ_ESCAPE':
      return scanned('found unknown escape character');
    case 'MISSING_CHAR':
      if (/quote/.test(error.message)) return scanned('found unexpected end of stream', lines.length);
      if (flow) return parsed(`did not find expected ',' or '${flow}'`, atEnd(error, text) ? end : Math.min(line, lines.length));
      return /:(\s|$)/.test(here) ? parsed('did not find expected key') : scanned("could not find expected ':'", line + 1);
    default:
      if (afterDash(lines, line)) return parsed("did not find expected '-' indicator");
      return parsed('did not find expected key');
  }
}

/** libyaml begins a new line for the end of a text that has none (yaml_parser_fetch_stream_end). */
const atEnd = (error: YAMLError, text: string) => (error.pos?.[0] ?? 0) >= text.length && !text.endsWith('\n');

/** The closing bracket that is missing before `position`, when one is. */
function openFlow(text: string, position: number): string | undefined {
  const stack: string[] = [];
  let quote = '';
  for (const char of text.slice(0, position)) {
    if (quote) {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '[') stack.push(']');
    else if (char === '{') stack.push('}');
    else if (char === stack.at(-1)) stack.pop();
  }
  return stack.at(-1);
}

type Words = (words: string, where?: number) => string;

/** `key: a: b`, or a value that goes on in a line that looks like a key. */
function implicitKey(lines: readonly string[], line: number, scanned: Words, parsed: Words): string {
  const here = lines[line - 1] ?? '';
  if (/:\s.*\S:(\s|$)/.test(here)) return scanned('mapping values are not allowed in this context');
  const next = lines[line] ?? '';
  const depth = (text: string) => /^[\s-]*/.exec(text)![0].length;
  if (!/:(\s|$)/.test(here)) return scanned("could not find expected ':'", line + 1);
  if (depth(next) < depth(here)) return parsed('did not find expected key', line + 1);
  return scanned('mapping values are not allowed in this context', line + 1);
}

/** A key that stands where the list's next dash should. */
function afterDash(lines: readonly string[], line: number): boolean {
  const pad = /^ */.exec(lines[line - 1] ?? '')![0];
  return (
    lines.slice(0, line - 1).some((earlier) => earlier.startsWith(`${pad}- `)) && !(lines[line - 1] ?? '').startsWith(`${pad}-`)
  );
}
