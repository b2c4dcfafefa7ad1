/**
 * `-o`: how one object becomes text. Models cli-runtime's PrintFlags and kubectl get's: json, yaml, name, jsonpath*, go-template*,
 * custom-columns*. A printer is called once per object (or list) and may remember what it printed before.
 */
import type { Kubectl } from '../context.ts';
import { qualifiedKind } from '../discovery.ts';
import { CommandError, fail } from '../errors.ts';
import { quote } from '../flags.ts';
import { type Doc, dig, goJson, isDoc, items, sorted, text, type Value } from '../value.ts';
import { columnsFromFile, columnsFromSpec, columnsPrinter } from './columns.ts';
import { goPrint, goSyntax } from './gofmt.ts';
import { GoTemplateError, GoTemplateFailure, parseGoTemplate } from './gotemplate.ts';
import { JsonPathError, parseJsonPath, printJsonPath } from './jsonpath.ts';
import { toYaml } from './yaml.ts';

export type Print = (object: Value) => string;

const TEMPLATES = ['go-template', 'go-template-file', 'jsonpath', 'jsonpath-as-json', 'jsonpath-file', 'template', 'templatefile'];
const BASIC = ['json', 'yaml', 'name', ...TEMPLATES];

/** The group of an object's apiVersion. */
export function groupOf(object: Value): string {
  const version = text(object, 'apiVersion');
  return version.includes('/') ? version.slice(0, version.indexOf('/')) : '';
}

/** `deployment.apps/customer`. */
export function nameOf(object: Value): string {
  return `${qualifiedKind(text(object, 'kind') || '<unknown>', groupOf(object))}/${text(object, 'metadata', 'name') || '<unknown>'}`;
}

/** `service/customer patched`. */
export function operationPrinter(operation: string): Print {
  return (object) => `${nameOf(object)} ${operation}\n`;
}

export function isList(object: Value): boolean {
  return isDoc(object) && Array.isArray(object.items) && text(object, 'kind').endsWith('List');
}

/** The object without what kubectl hides unless asked. */
function withoutManagedFields(object: Value): Value {
  if (!isDoc(object)) return object;
  if (isList(object)) return { ...object, items: items(object, 'items').map(withoutManagedFields) };
  if (dig(object, 'metadata', 'managedFields') === undefined) return object;
  const { managedFields: _hidden, ...metadata } = object.metadata as Doc;
  return { ...object, metadata };
}

/** Typed objects keep Go's field order in JSON; all others have sorted keys. */
export interface ObjectPrinterOptions {
  readonly typed?: boolean;
  readonly showManagedFields?: boolean;
}

function jsonPrinter(options: ObjectPrinterOptions): Print {
  return (object) => {
    const shown = options.showManagedFields ? object : withoutManagedFields(object);
    return `${goJson(options.typed ? shown : sorted(shown), '    ')}\n`;
  };
}

function yamlPrinter(options: ObjectPrinterOptions): Print {
  let count = 0;
  return (object) => `${count++ > 0 ? '---\n' : ''}${toYaml(options.showManagedFields ? object : withoutManagedFields(object))}`;
}

function namePrinter(): Print {
  const print: Print = (object) => (isList(object) ? items(object, 'items').map(print).join('') : `${nameOf(object)}\n`);
  return print;
}

function readTemplate(kubectl: Kubectl, path: string): string {
  const content = kubectl.process.files.read(path);
  if (content === undefined) fail(`error reading --template ${path}, open ${path}: no such file or directory\n`);
  return content;
}

function jsonPathPrinter(template: string, allowMissing: boolean, asJson: boolean): Print {
  const parsed = attempt(
    () => parseJsonPath(template),
    (message) => `error parsing jsonpath ${template}, ${message}\n`,
  );
  return (object) =>
    attempt(
      () => printJsonPath(parsed, object, allowMissing, asJson),
      (message) =>
        `error executing jsonpath "${template.replaceAll('"', '\\"').replaceAll('\n', '\\n')}": Error executing template: ${message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(object)}\n\n\n`,
    );
}

/** A template that fails says so twice: on standard output with everything that may help, and as the error. */
function goTemplatePrinter(kubectl: Kubectl, template: string, allowMissing: boolean): Print {
  const parsed = attempt(
    () => parseGoTemplate(template, allowMissing),
    (message) => `error parsing template ${template}, ${message}`,
  );
  return (object) => {
    try {
      return parsed(object);
    } catch (error) {
      if (!(error instanceof GoTemplateFailure)) throw error;
      kubectl.out(
        `${error.printed}Error executing template: ${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\traw data was:\n\t\t${goJson(sorted(object))}\n\tobject given to template engine was:\n\t\t${goPrint(object)}\n\n`,
      );
      return fail(`error executing template ${quote(template)}: ${error.message}`);
    }
  };
}

function attempt<T>(work: () => T, words: (message: string) => string): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof JsonPathError || error instanceof GoTemplateError) throw new CommandError(words(error.message));
    throw error;
  }
}

function templatePrinter(kubectl: Kubectl, format: string): Print | undefined {
  let [name, ...rest] = format.split('=') as [string, ...string[]];
  let template = rest.join('=');
  if (!TEMPLATES.includes(name)) {
    const prefix = TEMPLATES.find((candidate) => format.startsWith(`${candidate}=`));
    if (!prefix) return undefined;
    name = prefix;
    template = format.slice(prefix.length + 1);
  }
  if (template === '') template = kubectl.flags.string('template');
  if (template === '') fail('template format specified but no template given');
  const allowMissing = kubectl.flags.has('allow-missing-template-keys') ? kubectl.flags.bool('allow-missing-template-keys') : true;
  if (name.endsWith('file')) template = readTemplate(kubectl, template);
  return name.startsWith('jsonpath')
    ? jsonPathPrinter(template, allowMissing, name === 'jsonpath-as-json')
    : goTemplatePrinter(kubectl, template, allowMissing);
}

/** The printer for -o, or undefined when the format is none of the general ones. */
export function objectPrinter(kubectl: Kubectl, options: ObjectPrinterOptions = {}): Print | undefined {
  const output = kubectl.flags.string('output');
  const showManagedFields = kubectl.flags.bool('show-managed-fields');
  const format = output === '' && kubectl.flags.string('template') !== '' ? 'go-template' : output;
  const low = format.toLowerCase();
  if (showManagedFields && low !== 'json' && low !== 'yaml') {
    // cli-runtime refuses the flag with any other printer.
  }
  if (low === 'json') return jsonPrinter({ ...options, showManagedFields });
  if (low === 'yaml') return yamlPrinter({ ...options, showManagedFields });
  if (low === 'name') return namePrinter();
  return templatePrinter(kubectl, format);
}

/** -o of `kubectl get`: also custom columns. @throws CommandError for a format nobody knows; undefined for tables */
export function getPrinter(kubectl: Kubectl): Print | undefined {
  const output = kubectl.flags.string('output');
  const known = objectPrinter(kubectl);
  if (known) return known;
  if (output === '' || output === 'wide') return undefined;
  const noHeaders = kubectl.flags.bool('no-headers');
  const match = /^(custom-columns|custom-columns-file)(?:=([\s\S]*))?$/.exec(output);
  if (match) {
    const given = match[2] || kubectl.flags.string('template');
    if (match[1] === 'custom-columns-file') {
      if (!given) fail('custom-columns format specified but no custom columns given');
      const content = kubectl.process.files.read(given);
      if (content === undefined) fail(`error reading template ${given}, open ${given}: no such file or directory\n`);
      return columnsPrinter(columnsFromFile(content), noHeaders);
    }
    if (!given) fail('custom-columns format specified but no custom columns given');
    return columnsPrinter(columnsFromSpec(given), noHeaders);
  }
  return unknownFormat(output, [...BASIC, 'custom-columns', 'custom-columns-file', 'wide']);
}

export function unknownFormat(output: string, allowed: readonly string[] = BASIC): never {
  const list = [...allowed].sort().join(',');
  return fail(`unable to match a printer suitable for the output format "${output}", allowed formats are: ${list}`);
}

/**
 * What a changing verb prints for an object: `service/customer patched`, or the object with -o.
 * @param operation with ` (dry run)` already there
 */
export function verbPrinter(kubectl: Kubectl, operation: string, options: ObjectPrinterOptions = {}): Print {
  const output = kubectl.flags.string('output');
  const printer = objectPrinter(kubectl, options);
  if (printer) return printer;
  if (output !== '') unknownFormat(output);
  return operationPrinter(operation);
}
