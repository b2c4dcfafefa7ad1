/**
 * kubeconfig files as client-go's clientcmd reads and merges them: --kubeconfig, else $KUBECONFIG (a list; the first file to set a
 * value wins), else ~/.kube/config. Reads the host's files. Left out: credentials plugins and relative certificate paths.
 */
import type { Process } from '../../command.ts';
import { CommandError, Exit, fail } from './errors.ts';
import type { FlagValues } from './flags.ts';
import { parseYaml } from './manifests.ts';
import { type Doc, fields, isDoc, items, text } from './value.ts';

export interface NamedEntry {
  readonly name: string;
  readonly entry: Doc;
  /** The file it stands in. */
  readonly file: string;
}

export interface RawConfig {
  readonly clusters: readonly NamedEntry[];
  readonly contexts: readonly NamedEntry[];
  readonly users: readonly NamedEntry[];
  readonly preferences: Doc;
  readonly currentContext: string;
  /** Files that were looked at, whether they exist or not. */
  readonly files: readonly string[];
}

export interface Config {
  readonly raw: RawConfig;
  readonly namespace: string;
  /** `https://10.0.1.20:6443`; undefined: nothing configured, kubectl falls back to http://localhost:8080. */
  readonly server: string | undefined;
  readonly insecure: boolean;
}

export function home(process: Process): string {
  return process.env('HOME') ?? (process.user === 'root' ? '/root' : `/home/${process.user}`);
}

/** The files to read, in order, and whether a missing one is an error. */
export function configFiles(
  process: Process,
  flags: FlagValues,
): { readonly files: readonly string[]; readonly explicit: boolean } {
  const given = flags.string('kubeconfig');
  if (given !== '') return { files: [given], explicit: true };
  const listed = process.env('KUBECONFIG') ?? '';
  if (listed !== '') {
    return { files: [...new Set(listed.split(':').filter((path) => path !== ''))], explicit: false };
  }
  return { files: [`${home(process)}/.kube/config`], explicit: false };
}

function named(config: unknown, list: string, key: string, file: string): NamedEntry[] {
  return items(config, list).map((item) => ({ name: text(item, 'name'), entry: fields(item, key), file }));
}

function merge(first: readonly NamedEntry[], second: readonly NamedEntry[]): NamedEntry[] {
  const known = new Set(first.map((entry) => entry.name));
  return [...first, ...second.filter((entry) => !known.has(entry.name))];
}

/** The file's first document. @throws CommandError with client-go's words */
function readDocument(content: string, file: string): unknown {
  const bad = (why: string) => new CommandError(`error loading config file "${file}": ${why}`);
  const result = parseYaml(content.split(/^---(?=\s|$)[^\n]*\n?/m).find((piece) => piece.trim() !== '') ?? '');
  if ('error' in result) throw bad(`yaml: ${result.error}`);
  const [kind, version] = [text(result.value, 'kind'), text(result.value, 'apiVersion')];
  if ((kind !== '' && kind !== 'Config') || (version !== '' && version !== 'v1')) {
    throw bad(
      `no kind "${kind}" is registered for version "${version}" in scheme "k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50"`,
    );
  }
  return result.value;
}

/** @param lenient a missing --kubeconfig file reads as empty */
export function readRaw(process: Process, flags: FlagValues, lenient = false): RawConfig {
  const { files, explicit } = configFiles(process, flags);
  let raw: RawConfig = { clusters: [], contexts: [], users: [], preferences: {}, currentContext: '', files };
  for (const file of files) {
    const content = process.files.read(file);
    if (content === undefined) {
      if (explicit && !lenient) fail(`stat ${file}: no such file or directory`);
      continue;
    }
    const parsed = readDocument(content, file);
    if (!isDoc(parsed)) continue;
    raw = {
      ...raw,
      clusters: merge(raw.clusters, named(parsed, 'clusters', 'cluster', file)),
      contexts: merge(raw.contexts, named(parsed, 'contexts', 'context', file)),
      users: merge(raw.users, named(parsed, 'users', 'user', file)),
      preferences: isDoc(parsed.preferences) ? { ...parsed.preferences, ...raw.preferences } : raw.preferences,
      currentContext: raw.currentContext || text(parsed, 'current-context'),
    };
  }
  return raw;
}

export function entryOf(list: readonly NamedEntry[], name: string): Doc | undefined {
  return list.find((entry) => entry.name === name)?.entry;
}

/** The effective configuration. @throws Exit for a context, cluster or user that does not exist */
export function loadConfig(process: Process, flags: FlagValues): Config {
  const raw = readRaw(process, flags);
  const contextName = flags.string('context') || raw.currentContext;
  const context = entryOf(raw.contexts, contextName);
  const complain = (line: string) => new Exit(1, `Error in configuration: ${line}`);
  if (flags.string('context') !== '' && !context) {
    throw complain(`context was not found for specified context: ${contextName}`);
  }
  const clusterName = flags.string('cluster') || text(context, 'cluster');
  const cluster = entryOf(raw.clusters, clusterName);
  if (flags.string('cluster') !== '' && !cluster) throw new CommandError(`no server found for cluster "${clusterName}"`);
  // `set subject --user` and its like hide the global flag.
  const user = flags.type('user') === 'string' ? flags.string('user') : '';
  if (user !== '' && !entryOf(raw.users, user)) throw new CommandError(`auth info "${user}" does not exist`);
  return {
    raw,
    namespace: flags.string('namespace') || text(context, 'namespace') || 'default',
    server: withScheme(flags.string('server')) || text(cluster, 'server') || undefined,
    insecure: flags.bool('insecure-skip-tls-verify'),
  };
}

function withScheme(server: string): string {
  return server === '' || server.includes('://') ? server : `http://${server}`;
}
