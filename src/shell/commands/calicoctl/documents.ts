/**
 * Resources from files, directories and standard input: several YAML documents or JSON, lists unfolded, unknown fields refused.
 * Models calicoctl/resourcemgr and commands/file of Calico v3.30 with sigs.k8s.io/yaml's errors.
 */
import { checkObject, structType } from '../../../engine/index.ts';
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

function parseDocument(text: string): readonly Resource[] {
  const parsed = parseYaml(text);
  if ('error' in parsed) throw unreadable(`error converting YAML to JSON: yaml: ${parsed.error}`);
  const { value } = parsed;
  if (Array.isArray(value)) return value.flatMap((item) => checked(item));
  return checked(value);
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function checked(value: unknown): readonly Resource[] {
  if (!isFields(value)) {
    throw unreadable(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${typeof value} into Go value of type map[string]interface {}`,
    );
  }
  const { kind, apiVersion } = value;
  if (typeof kind !== 'string' || kind === '') throw unreadable(`Object 'Kind' is missing in '${JSON.stringify(value)}'`);
  const isList = kind.endsWith('List') && Array.isArray(value.items);
  const known = kindNamed(isList ? kind.slice(0, -4) : kind);
  if (!known || apiVersion !== 'projectcalico.org/v3')
    throw unreadable(`Unknown resource type (${kind}) and/or version (${apiVersion ?? ''})`);
  if (isList)
    return (value.items as readonly unknown[]).flatMap((item) =>
      checked(isFields(item) ? { apiVersion, kind: known.kind, ...item } : item),
    );
  const type = structType(`calico.${kind}`);
  if (type) {
    const { wrong, unknown } = checkObject(value, type);
    if (wrong !== undefined) throw unreadable(`error unmarshaling JSON: while decoding JSON: ${wrong}`);
    const first = unknown[0];
    if (first !== undefined)
      throw unreadable(`error unmarshaling JSON: while decoding JSON: json: unknown field "${lastField(first)}"`);
  }
  return [{ metadata: {}, ...value } as unknown as Resource];
}

const lastField = (path: string): string =>
  path
    .replace(/\[\d+\]/g, '')
    .split('.')
    .at(-1) ?? path;
