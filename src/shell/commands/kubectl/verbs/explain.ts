/**
 * `kubectl explain`, from the server's OpenAPI v3 documents. Models the plaintext template of k8s.io/kubectl/pkg/explain/v2: header,
 * description, fields; --recursive shows names and types only.
 */
import { absentResource } from '../absent.ts';
import type { Kubectl } from '../context.ts';
import type { ResourceType } from '../discovery.ts';
import { CommandError, Exit, fail } from '../errors.ts';
import { openApiDocument } from '../openapi.ts';
import { byBytes, dig, fields, isDoc, items, text, type Value } from '../value.ts';

const REF = '$ref';

class Schemas {
  readonly #document: Value;
  constructor(document: Value) {
    this.#document = document;
  }

  /** The schema behind a reference, or the schema itself. */
  resolve(schema: Value): Value {
    const ref = text(schema, REF);
    return ref === '' ? schema : (dig(this.#document, 'components', 'schemas', ref.slice(ref.lastIndexOf('/') + 1)) ?? schema);
  }

  byKind(type: ResourceType): Value | undefined {
    const all = fields(this.#document, 'components', 'schemas');
    return Object.values(all).find((schema) =>
      items(schema, 'x-kubernetes-group-version-kind').some(
        (one) => text(one, 'group') === type.group && text(one, 'version') === type.version && text(one, 'kind') === type.kind,
      ),
    );
  }
}

function typeName(schemas: Schemas, schema: Value): string {
  const list = dig(schema, 'items');
  if (list !== undefined) return `[]${typeName(schemas, list)}`;
  const values = dig(schema, 'additionalProperties');
  if (isDoc(values)) return `map[string]${typeName(schemas, values)}`;
  const all = items(schema, 'allOf');
  if (all.length === 1 && dig(schema, 'properties') === undefined) return typeName(schemas, all[0]!);
  const ref = text(schema, REF);
  if (ref !== '') {
    const type = text(schemas.resolve(schema), 'type');
    return type === '' || type === 'object'
      ? ref
          .slice(ref.lastIndexOf('/') + 1)
          .split('.')
          .at(-1) || 'Object'
      : type;
  }
  const type = text(schema, 'type');
  return type === '' || type === 'object' ? 'Object' : type;
}

/** Wraps text at a width, words kept whole. */
function wrap(source: string, width: number): string {
  return source
    .split('\n')
    .map((line) => {
      const out: string[] = [];
      let here = '';
      for (const word of line.split(' ')) {
        if (here !== '' && here.length + 1 + word.length > width) {
          out.push(here);
          here = word;
        } else here = here === '' && out.length + word.length === 0 ? word : here === '' ? word : `${here} ${word}`;
      }
      out.push(here);
      return out.join('\n');
    })
    .join('\n');
}

function indent(source: string, by: number): string {
  const pad = ' '.repeat(by);
  return source
    .split('\n')
    .map((line) => pad + line)
    .join('\n');
}

function description(schemas: Schemas, schema: Value): string {
  const resolved = schemas.resolve(schema);
  let out = text(resolved, 'description');
  if (out !== '') out += '\n';
  for (const one of items(resolved, 'allOf')) out += description(schemas, one);
  const list = dig(resolved, 'items');
  if (list !== undefined) out += description(schemas, list);
  const values = dig(resolved, 'additionalProperties');
  if (isDoc(values)) out += description(schemas, values);
  return out;
}

function enumText(schema: Value, long: boolean, by: number): string {
  const values = items(schema, 'enum');
  if (values.length === 0) return '';
  const shown = values.map((value) => (value === '' ? '""' : String(value)));
  if (long) return `ENUM:${shown.map((value) => `\n    ${value}`).join('')}`;
  const cut = shown.length > 4 ? [...shown.slice(0, 4), '....'] : shown;
  return `\n${' '.repeat(by)}enum: ${cut.join(', ')}`;
}

type History = ReadonlySet<string>;

function fieldList(schemas: Schemas, schema: Value, level: number, recursive: boolean, history: History): string {
  const ref = text(schema, REF);
  if (ref !== '' && history.has(ref)) return '';
  const seen = new Set(history).add(ref);
  const resolved = schemas.resolve(schema);
  const properties = fields(resolved, 'properties');
  const required = items(resolved, 'required');
  let out = '';
  for (const name of Object.keys(properties).sort(byBytes)) {
    const field = properties[name]!;
    const by = level * 2;
    out += `${' '.repeat(by)}${name}\t<${typeName(schemas, field)}>${required.includes(name) ? ' -required-' : ''}${enumText(field, false, by)}\n`;
    if (!recursive) out += `${indent(wrap(text(field, 'description') || '<no description>', 78 - by), by + 2)}\n\n`;
    else out += fieldList(schemas, field, level + 1, true, seen);
  }
  for (const one of items(resolved, 'allOf')) out += fieldList(schemas, one, level, recursive, seen);
  const list = dig(resolved, 'items');
  if (list !== undefined) out += fieldList(schemas, list, level, recursive, seen);
  const values = dig(resolved, 'additionalProperties');
  if (isDoc(values)) out += fieldList(schemas, values, level, recursive, seen);
  return out;
}

/** The text below the header, or undefined when the path leads nowhere. */
function output(
  schemas: Schemas,
  schema: Value,
  path: readonly string[],
  recursive: boolean,
  history: History = new Set(),
): string | undefined {
  const ref = text(schema, REF);
  const seen = new Set(history).add(ref);
  const resolved = schemas.resolve(schema);
  const [first, ...rest] = path;
  if (first === undefined) {
    const about = description(schemas, resolved) || '<empty>';
    const list = fieldList(schemas, resolved, 1, recursive, new Set());
    return `DESCRIPTION:\n${indent(wrap(about, 76), 4)}\n${list === '' ? '' : `FIELDS:\n${list}`}`;
  }
  if (ref !== '' && history.has(ref)) return undefined;
  const field = dig(resolved, 'properties', first);
  if (field !== undefined) {
    const head = rest.length === 0 ? `FIELD: ${first} <${typeName(schemas, field)}>\n${enumText(field, true, 0)}\n\n` : '';
    const inner = output(schemas, field, rest, recursive);
    return inner === undefined ? undefined : head + inner;
  }
  const list = dig(resolved, 'items');
  if (list !== undefined) return output(schemas, list, path, recursive, seen);
  const values = dig(resolved, 'additionalProperties');
  if (isDoc(values)) return output(schemas, values, path, recursive, seen);
  for (const one of items(resolved, 'allOf')) {
    const inner = output(schemas, one, path, recursive, seen);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function split(kubectl: Kubectl, word: string): { readonly type: ResourceType; readonly path: readonly string[] } {
  const { discovery } = kubectl.client;
  // `deployments.apps.spec`: as much as possible is the resource, the rest is the path.
  const group = discovery.all().find((type) => type.group !== '' && word.startsWith(`${type.name}.${type.group}`));
  if (group) {
    const rest = word.slice(`${group.name}.${group.group}`.length);
    return { type: group, path: rest.split('.').filter((part) => part !== '') };
  }
  const [first, ...rest] = word.split('.');
  if (first === '') fail('invalid jsonpath syntax, first node must be field node');
  const type = discovery.find(first!);
  const absent = type ? undefined : absentResource(first!);
  if (absent) fail(`${absent}: not simulated in this lab`);
  if (!type) throw new Exit(1, `the server doesn't have a resource type "${first}"`);
  return { type, path: rest.filter((part) => part !== '') };
}

export function explain(kubectl: Kubectl): number {
  const { args, flags } = kubectl;
  if (args.length === 0) {
    fail(
      'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.\n',
    );
  }
  if (args.length > 1) fail('We accept only this format: explain RESOURCE\n');
  const format = flags.string('output');
  if (format !== 'plaintext' && format !== 'plaintext-openapiv2') fail(`unrecognized format: ${format}`);
  const { type: found, path } = split(kubectl, args[0]!);
  const wanted = flags.string('api-version');
  const [group, version] = wanted.includes('/') ? (wanted.split('/') as [string, string]) : ['', wanted];
  const type = wanted === '' ? found : { ...found, group, version };
  const answer = openApiDocument(kubectl.client, type);
  const gvr = `${type.group}/${type.version}, Resource=${type.name}`;
  // The server has no OpenAPI v2 document for the old printer to look in.
  if (format === 'plaintext-openapiv2') fail(`couldn't find resource for "${type.group}/${type.version}, Kind=${type.kind}"`);
  if (answer.status !== 200) throw new CommandError(`couldn't find resource for "${gvr}"`);
  const schemas = new Schemas(answer.body as Value);
  const schema = schemas.byKind(type);
  if (!schema) throw new CommandError(`GVR (${gvr}) not found in OpenAPI schema`);
  const shown = output(schemas, schema, path, flags.bool('recursive'));
  const first = type.group === '' ? '' : `GROUP:      ${type.group}\n`;
  const header = `${first}KIND:       ${type.kind}\nVERSION:    ${type.version}\n\n`;
  if (shown === undefined) {
    kubectl.out(header);
    fail(`field "${path.at(-1)}" does not exist`);
  }
  kubectl.out(`${header}${shown}\n`);
  return 0;
}
