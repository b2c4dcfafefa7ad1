/** `kubectl get`. Tables come from the server; -w follows with the server's watch. */
import { TABLE } from '../client.ts';
import type { Kubectl } from '../context.ts';
import { qualifiedKind, type ResourceType } from '../discovery.ts';
import { Aggregate, CommandError, Exit, fail, throwAll } from '../errors.ts';
import { klogHead } from '../klog.ts';
import { checkFileNames, fileNames, refuseKustomizeOf } from '../manifests.ts';
import { getPrinter, isList, type Print } from '../printers/objects.ts';
import { sortBy, Unsortable } from '../printers/sort.ts';
import { isTable, TablePrinter } from '../printers/table.ts';
import { TabWriter } from '../printers/tabwriter.ts';
import { collectionPath, itemsOf, type Selection, select, type Target, type Wish } from '../selection.ts';
import { type Doc, dig, goJson, isDoc, items, sorted, text, type Value } from '../value.ts';
import { follow } from './watching.ts';

function check(kubectl: Kubectl): void {
  const { flags } = kubectl;
  const output = flags.string('output');
  const watching = flags.bool('watch') || flags.bool('watch-only');
  if (!watching && kubectl.args.length === 0 && flags.list('filename').length === 0 && flags.string('kustomize') === '') {
    kubectl.err(
      'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n',
    );
    kubectl.usage(
      'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).',
    );
  }
  if (flags.bool('show-labels') && output !== '' && output !== 'wide') {
    fail(`--show-labels option cannot be used with ${output} printer`);
  }
  if (flags.bool('output-watch-events') && !watching) {
    fail('--output-watch-events option can only be used with --watch or --watch-only');
  }
  if (flags.bool('watch') && flags.string('sort-by') !== '') {
    kubectl.err('warning: --watch requested, --sort-by will be ignored for watch events received\n');
  } else if (flags.bool('watch-only') && flags.string('sort-by') !== '') {
    kubectl.err('warning: --watch-only requested, --sort-by will be ignored\n');
  }
  checkFileNames(kubectl);
  refuseKustomizeOf(kubectl);
}

function raw(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const path = flags.string('raw');
  if (kubectl.args.length > 0) fail('arguments may not be passed when --raw is specified');
  if (flags.bool('watch') || flags.bool('watch-only') || flags.string('selector') !== '') {
    fail('--raw may not be specified with other flags that filter the server request or alter the output');
  }
  if (flags.string('output') !== '') fail('--raw and --output are mutually exclusive');
  const uri = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/]*)?(\/.*)$/i.exec(path);
  if (!uri) fail(`--raw must be a valid URL path: parse "${path}": invalid URI for request`);
  const { body, indented } = kubectl.client.send({ method: 'GET', path: uri[1]!, raw: true });
  // The server ends most JSON documents with a newline; kubectl copies what it gets.
  const json = () => (indented ? JSON.stringify(body, undefined, 2) : `${JSON.stringify(body)}\n`);
  kubectl.out(typeof body === 'string' ? body : json());
  return 0;
}

function wish(kubectl: Kubectl, asTable: boolean): Wish {
  const { flags } = kubectl;
  return {
    args: kubectl.args,
    files: fileNames(kubectl),
    labelSelector: flags.string('selector') || undefined,
    fieldSelector: flags.string('field-selector') || undefined,
    allNamespaces: flags.bool('all-namespaces'),
    allowEmptySelector: true,
    keepLists: asTable,
    asTable,
    includeObject: asTable && flags.string('sort-by') !== '',
    subresource: flags.string('subresource'),
    chunkSize: flags.string('sort-by') === '' ? flags.int('chunk-size') : 0,
    ignoreNotFound: flags.bool('ignore-not-found'),
    latest: true,
  };
}

export function get(kubectl: Kubectl): number | Promise<number> {
  try {
    return getResources(kubectl);
  } catch (error) {
    if (!(error instanceof Unsortable)) throw error;
    throw new Exit(1, `${klogHead(kubectl.process, 'F', error.source)}${error.message}`);
  }
}

function getResources(kubectl: Kubectl): number | Promise<number> {
  if (kubectl.flags.string('raw') !== '') return raw(kubectl);
  check(kubectl);
  const { flags } = kubectl;
  const output = flags.string('output');
  const human = (output === '' && flags.string('template') === '') || output === 'wide';
  if (flags.bool('watch') || flags.bool('watch-only')) return watch(kubectl, human);
  if (output !== 'name' && !human) return generic(kubectl);
  const asTable = human && flags.bool('server-print');
  const selection = select(kubectl, wish(kubectl, asTable));
  if (!human) return printGeneric(kubectl, selection);
  return printTables(kubectl, selection);
}

function generic(kubectl: Kubectl): number {
  return printGeneric(kubectl, select(kubectl, wish(kubectl, false)));
}

function printTables(kubectl: Kubectl, selection: Selection): number {
  const { flags } = kubectl;
  const sortField = flags.string('sort-by');
  const targets = sortField === '' ? selection.targets : sortTargets(selection.targets, sortField);
  const withKind = new Set(targets.map((target) => `${target.type.group}/${target.type.version}/${target.type.kind}`)).size > 1;
  const writer = new TabWriter();
  let printer: TablePrinter | undefined;
  let last: ResourceType | undefined;
  let written = '';
  let separate = false;
  let namespaced = !flags.bool('all-namespaces');
  const flush = () => {
    const out = writer.flush();
    if (out === '') return;
    kubectl.out(separate ? `\n${out}` : out);
    written += out;
    separate = false;
  };
  for (const target of targets) {
    namespaced &&= target.type.namespaced && (target.namespace !== '' || text(target.object, 'metadata', 'namespace') !== '');
    if (!printer || last !== target.type) {
      flush();
      writer.forgetWidths();
      if (last && !flags.bool('no-headers') && written !== '') separate = true;
      printer = tablePrinter(kubectl, target.type, withKind || flags.bool('show-kind'));
      last = target.type;
    }
    printer.print(tableOf(target.object!, kubectl), writer, kubectl.process.now());
  }
  flush();
  if (written === '' && !flags.bool('ignore-not-found') && selection.errors.length === 0) {
    kubectl.err(namespaced ? `No resources found in ${kubectl.namespace} namespace.\n` : 'No resources found\n');
  }
  throwAll(selection.errors);
  return 0;
}

export function tablePrinter(kubectl: Kubectl, type: ResourceType, withKind: boolean): TablePrinter {
  const { flags } = kubectl;
  return new TablePrinter({
    noHeaders: flags.bool('no-headers'),
    wide: flags.string('output') === 'wide',
    showLabels: flags.bool('show-labels'),
    columnLabels: flags.list('label-columns'),
    withNamespace: flags.bool('all-namespaces') && type.namespaced,
    kind: withKind ? qualifiedKind(type.kind, type.group) : undefined,
  });
}

/** An object that did not come as a Table is shown by name and age, as cli-runtime's fallback does. */
export function tableOf(object: Value, kubectl: Kubectl): Value {
  if (isTable(object)) return object;
  const list = isDoc(object) && Array.isArray(object.items) ? items(object, 'items') : [object];
  return {
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name', priority: 0 },
      { name: 'Age', type: 'string', format: '', priority: 0 },
    ],
    rows: list.map((item) => ({
      cells: [text(item, 'metadata', 'name'), age(text(item, 'metadata', 'creationTimestamp'), kubectl.process.now())],
      object: item,
    })),
  };
}

/**
 * One answer: its rows in order; what cannot be sorted is not printed at all. Several answers (kinds, or names): upstream sorts the
 * Tables themselves by the field, which fails unless the Table has it.
 */
function sortTargets(targets: readonly Target[], field: string): readonly Target[] {
  const [only] = targets;
  if (targets.length !== 1) return sortBy(targets, (target) => target.object!, field, false);
  if (!isTable(only!.object!)) return targets;
  try {
    const rows = sortBy(items(only!.object, 'rows'), (row) => dig(row, 'object') ?? null, field, true);
    return [{ ...only!, object: { ...(only!.object as object), rows } as Value }];
  } catch (error) {
    if (error instanceof CommandError) return [{ ...only!, object: { ...(only!.object as object), rows: [] } as Value }];
    throw error;
  }
}

function printGeneric(kubectl: Kubectl, selection: Selection): number {
  const { flags } = kubectl;
  const { targets, errors } = selection;
  if (errors.length > 0 && selection.single) throwAll(errors);
  if (targets.length === 0 && flags.bool('ignore-not-found')) {
    throwAll(errors);
    return 0;
  }
  const print = getPrinter(kubectl)!;
  const collected: Error[] = [...errors];
  try {
    kubectl.out(print(selection.single && targets.length === 1 ? targets[0]!.object! : listOf(sortedObjects(kubectl, targets))));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    collected.push(error);
  }
  throwAll(collected);
  return 0;
}

function sortedObjects(kubectl: Kubectl, targets: readonly Target[]): readonly Value[] {
  const objects = targets.map((target) => target.object!);
  const field = kubectl.flags.string('sort-by');
  return field === '' ? objects : sortBy(objects, (object) => object, field, false);
}

/** The List that kubectl makes of several objects. */
export function listOf(objects: readonly Value[]): Value {
  return { apiVersion: 'v1', items: objects, kind: 'List', metadata: { resourceVersion: '' } };
}

function age(timestamp: string, now: number): string {
  return timestamp === '' ? '<unknown>' : `${Math.floor((now - Date.parse(timestamp)) / 1000)}s`;
}

interface Watched {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  /** The first answers: a list, a Table or objects. */
  readonly objects: readonly Value[];
}

/** The one resource that -w may follow. */
function watched(kubectl: Kubectl, human: boolean): Watched {
  const { flags } = kubectl;
  const selection = select(kubectl, { ...wish(kubectl, human), keepLists: true, singleType: true });
  if (selection.errors.length > 0) throw selection.errors.length === 1 ? selection.errors[0]! : new Aggregate(selection.errors);
  const [target, ...others] = selection.targets;
  if (!target || others.some((other) => other.type !== target.type)) {
    fail('watch is only supported on individual resources and resource collections - more than 1 resource was found');
  }
  return {
    type: target!.type,
    namespace: flags.bool('all-namespaces') ? '' : target!.namespace,
    name: target!.name,
    objects: selection.targets.map((one) => one.object!),
  };
}

async function watch(kubectl: Kubectl, human: boolean): Promise<number> {
  const { flags } = kubectl;
  const first = watched(kubectl, human);
  const list = first.name === '';
  const emit = watchPrinter(kubectl, human, first.type);
  const withEvents = flags.bool('output-watch-events');
  if (!flags.bool('watch-only')) {
    const objects = human ? [together(first.objects)] : list ? itemsOf(first.objects[0]!, first.type) : first.objects;
    for (const object of objects) emit(object, withEvents ? 'ADDED' : undefined);
  }
  if (first.objects.length > 1) fail('you may only watch a single resource or type of resource at a time');
  const response = kubectl.client.send({
    method: 'GET',
    path: collectionPath(first.type, first.namespace),
    accept: human ? TABLE : undefined,
    query: {
      watch: true,
      // get.go: one object is watched from `0`, about now, as its own version may be out of the watch window; the state that
      // comes first then is not shown again.
      resourceVersion: list ? text(first.objects[0], 'metadata', 'resourceVersion') || undefined : '0',
      labelSelector: flags.string('selector') || undefined,
      fieldSelector: list ? flags.string('field-selector') || undefined : `metadata.name=${first.name}`,
    },
  });
  if (!response.watch) return 0;
  const show = list ? emit : exceptFirst(emit);
  return follow(kubectl, response.watch, (object, event) => show(object, withEvents ? event : undefined));
}

/** Several objects' Tables as one, so that they share their columns. */
function together(tables: readonly Value[]): Value {
  const [first, ...others] = tables;
  if (others.length === 0) return first!;
  return { ...(first as Doc), rows: tables.flatMap((table) => items(table, 'rows')) };
}

type Emit = (object: Value, event: string | undefined) => void;

function exceptFirst(emit: Emit): Emit {
  let first = true;
  return (object, event) => {
    if (!first) emit(object, event);
    first = false;
  };
}

function watchPrinter(kubectl: Kubectl, human: boolean, type: ResourceType): Emit {
  if (human) {
    const printer = tablePrinter(kubectl, type, kubectl.flags.bool('show-kind'));
    const writer = new TabWriter();
    return (object, event) => {
      printer.print(tableOf(object, kubectl), writer, kubectl.process.now(), event);
      kubectl.out(writer.flush());
    };
  }
  const print: Print = getPrinter(kubectl)!;
  return (object, event) => {
    if (event === undefined) kubectl.out(print(isList(object) ? listOf(items(object, 'items')) : object));
    else kubectl.out(printEvent(kubectl, print, { type: event, object }));
  };
}

/** A WatchEvent: `json` writes it in one line and hides nothing of it, `name` names its object. */
function printEvent(kubectl: Kubectl, print: Print, event: Doc): string {
  const output = kubectl.flags.string('output').toLowerCase();
  if (output === 'json') return `{"type":${goJson(event.type!)},"object":${goJson(sorted(event.object!))}}\n`;
  return print(output === 'name' ? event.object! : event);
}
