/**
 * Resources from files, directories and standard input: several YAML documents or JSON, lists unfolded, unknown fields refused.
 * Models calicoctl/resourcemgr and commands/file of Calico v3.30 with the errors of projectcalico/go-json.
 */
import { asNumberOf, checkObject, structType, type TypeRef } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import { parseYaml } from '../kubectl/manifests.ts';
import { kindNamed, type Resource } from './kinds.ts';

/** A file cannot be used; `unreadable` is a fault in the file, the other a lack of content. */
export class DocumentError extends Error {
  readonly unreadable: boolean;
  constructor(message: string, unreadable: boolean) {
    super(message);
    this.unreadable = unreadable;
  }
}

const unreadable = (message: string): DocumentError => new DocumentError(message, true);

function filesOf(process: Process, name: string, recursive: boolean): readonly string[] {
  if (name === '-' || !process.files.isDirectory(name)) return [name];
  const found: string[] = [];
  const walk = (directory: string) => {
    for (const entry of [...(process.files.list(directory) ?? [])].sort()) {
      const path = `${directory.replace(/\/$/, '')}/${entry}`;
      if (entry.endsWith('/')) {
        if (recursive) walk(path.slice(0, -1));
      } else if (/\.(ya?ml|json)$/i.test(entry)) found.push(path);
    }
  };
  walk(name);
  return found;
}

/** The resources of `--filename`. @throws DocumentError */
export function loadResources(process: Process, filename: string, recursive: boolean, skipEmpty: boolean): readonly Resource[] {
  const resources: Resource[] = [];
  for (const file of filesOf(process, filename, recursive)) {
    const text = file === '-' ? process.stdin : process.files.read(file);
    if (text === undefined) throw unreadable(`open ${file}: no such file or directory`);
    const found = parseDocuments(text);
    if (found.length === 0 && !skipEmpty) throw new DocumentError(`No resources specified in file ${file}`, false);
    resources.push(...found);
  }
  if (resources.length === 0 && !skipEmpty) throw new DocumentError(`No resources specified in directory ${filename}`, false);
  return resources;
}

/** Every resource of a text. @throws DocumentError */
export function parseDocuments(text: string): readonly Resource[] {
  return text
    .split(/^---(?:[ \t].*)?$/m)
    .filter((part) => part.replace(/^\s*#.*$/gm, '').trim() !== '')
    .flatMap(parseDocument);
}

/** The first document of a file calicoctl takes for a list when it is no object with a kind. */
function shape(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

const unparsed = (why: string): DocumentError => unreadable(`error parsing document: ${why}`);

function parseDocument(text: string): readonly Resource[] {
  const parsed = parseYaml(text);
  if ('error' in parsed) throw unparsed(`yaml: ${parsed.error}`);
  const { value } = parsed;
  if (Array.isArray(value)) return value.flatMap((item) => checked(item));
  if (!isFields(value) || typeof value.kind !== 'string' || value.kind === '') {
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    throw unparsed(`cannot parse ${shape(value)} '${shown}' into value of type []unstructured.Unstructured`);
  }
  return checked(value);
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function checked(value: unknown): readonly Resource[] {
  if (!isFields(value))
    throw unparsed(`cannot parse ${shape(value)} '${JSON.stringify(value)}' into value of type map[string]interface {}`);
  const { kind, apiVersion } = value;
  const isList = typeof kind === 'string' && kind.endsWith('List') && Array.isArray(value.items);
  const known = typeof kind === 'string' ? kindNamed(isList ? kind.slice(0, -4) : kind) : undefined;
  if (!known || apiVersion !== 'projectcalico.org/v3')
    throw unreadable(`Unknown resource type (${kind ?? ''}) and/or version (${apiVersion ?? ''})`);
  if (isList)
    return (value.items as readonly unknown[]).flatMap((item) =>
      checked(isFields(item) ? { apiVersion, kind: known.kind, ...item } : item),
    );
  const type = structType(`calico.${kind}`);
  if (!type) throw unreadable(`${kind}: not simulated in this lab`);
  const { wrong, unknown } = checkObject(value, type, 'calicoctl');
  if (wrong !== undefined) throw unparsed(wrong);
  const first = unknown[0];
  if (first !== undefined) throw unparsed(`field in document is not recognized or is in the wrong location: ${lastField(first)}`);
  return [{ metadata: {}, ...(typed(value, { is: 'struct', name: type.name }) as object) } as unknown as Resource];
}

/** The value as Go's types hold it: an AS number from its text is a number, a number where text belongs is text. */
function typed(value: unknown, type: TypeRef): unknown {
  if (value === null || value === undefined) return value;
  if (type.is === 'list') return Array.isArray(value) ? value.map((item) => typed(item, type.of)) : value;
  if (type.is === 'scalar') {
    if (type.name === 'asNumber') return asNumberOf(String(value)) ?? value;
    return type.name === 'string' && typeof value !== 'string' ? String(value) : value;
  }
  if (!isFields(value)) return value;
  const fieldType = (key: string): TypeRef | undefined =>
    type.is === 'map' ? type.of : structType(type.name)?.fields.get(key)?.type;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const known = fieldType(key);
      return [key, known ? typed(item, known) : item];
    }),
  );
}

const lastField = (path: string): string =>
  path
    .replace(/\[\d+\]/g, '')
    .split('.')
    .at(-1) ?? path;
