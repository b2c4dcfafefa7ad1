/** `kubectl config …`: reads and changes kubeconfig files on the host (k8s.io/kubectl/pkg/cmd/config). */
import { parse } from 'yaml';
import type { Kubectl } from '../context.ts';
import { CommandError, fail } from '../errors.ts';
import { helpText } from '../help.ts';
import { configFiles, entryOf, type NamedEntry, type RawConfig, readRaw } from '../kubeconfig.ts';
import { objectPrinter } from '../printers/objects.ts';
import { TabWriter } from '../printers/tabwriter.ts';
import { toYaml } from '../printers/yaml.ts';
import { byBytes, type Doc, fields, isDoc, items, put, text, type Value } from '../value.ts';

/** A file that --kubeconfig names need not exist yet for these commands. */
function raw(kubectl: Kubectl): RawConfig {
  return readRaw(kubectl.process, kubectl.flags, true);
}

/** These commands show their help before they complain. */
function unexpected(kubectl: Kubectl): never {
  kubectl.out(helpText(kubectl.command));
  return fail(`Unexpected args: [${kubectl.args.join(' ')}]`);
}

/** What a stanza may hold that must not be shown. */
const SECRET: Readonly<Record<string, string>> = {
  'certificate-authority-data': 'DATA+OMITTED',
  'client-certificate-data': 'DATA+OMITTED',
  'client-key-data': 'DATA+OMITTED',
  token: 'REDACTED',
  password: 'REDACTED',
};

function redacted(entry: Doc, keep: boolean): Doc {
  if (keep) return entry;
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, Object.hasOwn(SECRET, key) ? SECRET[key]! : value]));
}

function section(list: readonly NamedEntry[], key: string, keep: boolean): Value {
  if (list.length === 0) return null;
  return [...list].sort((a, b) => byBytes(a.name, b.name)).map(({ name, entry }) => ({ name, [key]: redacted(entry, keep) }));
}

export function view(kubectl: Kubectl): number {
  const { flags, args } = kubectl;
  if (args.length > 0) kubectl.usage(`unexpected arguments: [${args.join(' ')}]`);
  let config = raw(kubectl);
  if (flags.bool('minify')) {
    const name = flags.string('context') || config.currentContext;
    const context = entryOf(config.contexts, name);
    if (!context) fail(name === '' ? 'current-context must exist in order to minify' : `cannot locate context ${name}`);
    config = {
      ...config,
      currentContext: name,
      contexts: config.contexts.filter((one) => one.name === name),
      clusters: config.clusters.filter((one) => one.name === text(context, 'cluster')),
      users: config.users.filter((one) => one.name === text(context, 'user')),
    };
  }
  const keep = flags.bool('raw');
  const shown: Doc = {
    kind: 'Config',
    apiVersion: 'v1',
    preferences: config.preferences,
    clusters: section(config.clusters, 'cluster', keep),
    users: section(config.users, 'user', keep),
    contexts: section(config.contexts, 'context', keep),
    'current-context': config.currentContext,
  };
  kubectl.out((objectPrinter(kubectl, { typed: true }) ?? toYaml)(shown));
  return 0;
}

export function currentContext(kubectl: Kubectl): number {
  const { currentContext: name } = raw(kubectl);
  if (name === '') fail('current-context is not set');
  kubectl.out(`${name}\n`);
  return 0;
}

export function getContexts(kubectl: Kubectl): number {
  const { flags, args } = kubectl;
  const output = flags.string('output');
  if (output !== '' && output !== 'name')
    fail(`--output ${output} is not available in kubectl config get-contexts; resetting to default output format`);
  const config = raw(kubectl);
  const missing: string[] = [];
  let names: readonly string[] = config.contexts.map((one) => one.name);
  if (args.length > 0) {
    names = args.filter((name) => {
      const known = entryOf(config.contexts, name) !== undefined;
      if (!known) missing.push(name);
      return known;
    });
  }
  const writer = new TabWriter();
  if (!flags.bool('no-headers') && output !== 'name') writer.line(['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE']);
  for (const name of [...names].sort(byBytes)) {
    const entry = entryOf(config.contexts, name);
    if (output === 'name') writer.line([name]);
    else
      writer.line([
        name === config.currentContext ? '*' : '',
        name,
        text(entry, 'cluster'),
        text(entry, 'user'),
        text(entry, 'namespace'),
      ]);
  }
  kubectl.out(writer.flush());
  if (missing.length > 0) throw new CommandError(missing.map((name) => `error: context ${name} not found`).join('\n'));
  return 0;
}

function listNames(kubectl: Kubectl, heading: string, list: readonly NamedEntry[]): number {
  kubectl.out(`${heading}\n`);
  if (list.length === 0) return 0;
  for (const name of list.map((one) => one.name).sort(byBytes)) kubectl.out(`${name}\n`);
  return 0;
}

export const getClusters = (kubectl: Kubectl) => listNames(kubectl, 'NAME', raw(kubectl).clusters);
export const getUsers = (kubectl: Kubectl) => listNames(kubectl, 'NAME', raw(kubectl).users);

/** One file changed as text: comments are not kept, as upstream does not keep them. */
function edit(kubectl: Kubectl, file: string, change: (config: Doc) => Doc): void {
  const content = kubectl.process.files.read(file);
  const parsed: unknown = content === undefined ? undefined : parse(content, { version: '1.1' });
  const base: Doc = isDoc(parsed)
    ? parsed
    : { apiVersion: 'v1', kind: 'Config', preferences: {}, clusters: [], contexts: [], users: [], 'current-context': '' };
  const complaint = kubectl.process.files.write(file, toYaml(change(base)));
  if (complaint) fail(`open ${file}.lock: ${complaint.toLowerCase()}`);
}

/** The file that holds an entry, or the one new entries go to. */
function fileFor(kubectl: Kubectl, list: readonly NamedEntry[], name: string): string {
  const { files } = configFiles(kubectl.process, kubectl.flags);
  return (
    list.find((one) => one.name === name)?.file ??
    files.find((file) => kubectl.process.files.read(file) !== undefined) ??
    files.at(-1)!
  );
}

function currentFile(kubectl: Kubectl): string {
  const { files } = configFiles(kubectl.process, kubectl.flags);
  return files.find((file) => kubectl.process.files.read(file) !== undefined) ?? files[0]!;
}

export function useContext(kubectl: Kubectl): number {
  const { args } = kubectl;
  if (args.length !== 1) unexpected(kubectl);
  const [name] = args as [string];
  const config = raw(kubectl);
  if (name === '') fail('empty context names are not allowed');
  if (!entryOf(config.contexts, name)) fail(`no context exists with the name: ${JSON.stringify(name)}`);
  edit(kubectl, currentFile(kubectl), (file) => ({ ...file, 'current-context': name }));
  kubectl.out(`Switched to context ${JSON.stringify(name)}.\n`);
  return 0;
}

function withEntry(config: Doc, list: string, key: string, name: string, change: (entry: Doc) => Doc): Doc {
  const known = items(config, list);
  const at = known.findIndex((one) => text(one, 'name') === name);
  const entry = change(fields(known[at], key));
  const next =
    at < 0
      ? [...known, { [key]: entry, name }]
      : known.map((one, index) => (index === at ? { ...(one as Doc), [key]: entry } : one));
  return { ...config, [list]: next };
}

export function setContext(kubectl: Kubectl): number {
  const { args, flags } = kubectl;
  if (args.length > 1) unexpected(kubectl);
  if (flags.bool('current') && args.length > 0) {
    fail('you cannot specify both a context name and --current');
  }
  if (args.length === 0 && !flags.bool('current')) fail('you must specify a non-empty context name or --current');
  const config = raw(kubectl);
  const name = flags.bool('current') ? config.currentContext : args[0]!;
  if (name === '')
    fail(flags.bool('current') ? 'no current context is set' : 'you must specify a non-empty context name or --current');
  const exists = entryOf(config.contexts, name) !== undefined;
  edit(kubectl, fileFor(kubectl, config.contexts, name), (file) =>
    withEntry(file, 'contexts', 'context', name, (entry) => {
      const next: Record<string, Value> = { ...entry };
      for (const flag of ['cluster', 'user', 'namespace']) {
        if (!flags.changed(flag)) continue;
        if (flags.string(flag) === '') delete next[flag];
        else next[flag] = flags.string(flag);
      }
      if (!exists) for (const flag of ['cluster', 'user']) next[flag] ??= '';
      return next;
    }),
  );
  kubectl.out(`Context ${JSON.stringify(name)} ${exists ? 'modified' : 'created'}.\n`);
  return 0;
}

function setEntry(
  kubectl: Kubectl,
  list: 'clusters' | 'users',
  key: string,
  title: string,
  map: Readonly<Record<string, string>>,
): number {
  const { args, flags } = kubectl;
  if (args.length !== 1) unexpected(kubectl);
  const [name] = args as [string];
  const config = raw(kubectl);
  edit(kubectl, fileFor(kubectl, config[list], name), (file) =>
    withEntry(file, list, key, name, (entry) => {
      const next: Record<string, Value> = { ...entry };
      for (const [flag, field] of Object.entries(map)) {
        if (!flags.has(flag) || !flags.changed(flag)) continue;
        const value: Value = flag.startsWith('insecure') ? flags.bool(flag) : flags.string(flag);
        if (value === '') delete next[field];
        else next[field] = value;
      }
      return next;
    }),
  );
  kubectl.out(`${title} ${JSON.stringify(name)} set.\n`);
  return 0;
}

export const setCluster = (kubectl: Kubectl) =>
  setEntry(kubectl, 'clusters', 'cluster', 'Cluster', {
    server: 'server',
    'tls-server-name': 'tls-server-name',
    'insecure-skip-tls-verify': 'insecure-skip-tls-verify',
    'certificate-authority': 'certificate-authority',
    'proxy-url': 'proxy-url',
  });

export const setCredentials = (kubectl: Kubectl) =>
  setEntry(kubectl, 'users', 'user', 'User', {
    'client-certificate': 'client-certificate',
    'client-key': 'client-key',
    token: 'token',
    username: 'username',
    password: 'password',
  });

function removeEntry(kubectl: Kubectl, list: 'clusters' | 'contexts' | 'users', word: string): number {
  const { args } = kubectl;
  const file = currentFile(kubectl);
  if (args.length !== 1) {
    kubectl.out(`Delete the specified ${word} from the kubeconfig.\n`);
    return 0;
  }
  const [name] = args as [string];
  const config = raw(kubectl);
  const held = config[list].find((one) => one.name === name);
  const shown = kubectl.flags.string('kubeconfig') || held?.file || file;
  if (!held) fail(`cannot delete ${word} ${name}, not in ${shown}`);
  if (list === 'contexts' && config.currentContext === name) {
    kubectl.err('warning: this removed your active context, use "kubectl config use-context" to select a different one\n');
  }
  edit(kubectl, held!.file, (content) => ({
    ...content,
    [list]: items(content, list).filter((one) => text(one, 'name') !== name),
  }));
  kubectl.out(`deleted ${word} ${name} from ${shown}\n`);
  return 0;
}

export const deleteContext = (kubectl: Kubectl) => removeEntry(kubectl, 'contexts', 'context');
export const deleteCluster = (kubectl: Kubectl) => removeEntry(kubectl, 'clusters', 'cluster');
export const deleteUser = (kubectl: Kubectl) => removeEntry(kubectl, 'users', 'user');

export function renameContext(kubectl: Kubectl): number {
  const { args } = kubectl;
  if (args.length !== 2) unexpected(kubectl);
  const [from, to] = args as [string, string];
  const config = raw(kubectl);
  const held = config.contexts.find((one) => one.name === from);
  if (!held) fail(`cannot rename the context ${JSON.stringify(from)}, it's not in ${currentFile(kubectl)}`);
  if (entryOf(config.contexts, to)) {
    fail(
      `cannot rename the context ${JSON.stringify(from)}, the context ${JSON.stringify(to)} already exists in ${currentFile(kubectl)}`,
    );
  }
  edit(kubectl, held!.file, (content) => ({
    ...content,
    contexts: items(content, 'contexts').map((one) => (text(one, 'name') === from ? { ...(one as Doc), name: to } : one)),
    ...(config.currentContext === from ? { 'current-context': to } : {}),
  }));
  kubectl.out(`Context ${JSON.stringify(from)} renamed to ${JSON.stringify(to)}.\n`);
  return 0;
}

const SECTIONS: Readonly<Record<string, string>> = { clusters: 'cluster', contexts: 'context', users: 'user' };

/** `config set clusters.lab.server …` and `config unset`. */
function setPath(kubectl: Kubectl, path: string, value: Value | undefined): number {
  const parts = path.split('.');
  const [list, name, ...rest] = parts;
  if (list === 'current-context') {
    edit(kubectl, currentFile(kubectl), (file) => ({ ...file, 'current-context': value ?? '' }));
  } else if (list !== undefined && Object.hasOwn(SECTIONS, list) && name !== undefined) {
    const key = SECTIONS[list]!;
    edit(kubectl, currentFile(kubectl), (file) =>
      value === undefined && rest.length === 0
        ? { ...file, [list]: items(file, list).filter((one) => text(one, 'name') !== name) }
        : withEntry(file, list, key, name, (entry) => put(entry, rest, value) as Doc),
    );
  } else if (list !== undefined && Object.hasOwn(SECTIONS, list) && value === undefined) {
    edit(kubectl, currentFile(kubectl), (file) => ({ ...file, [list]: null }));
  } else if (parts.length === 1) fail(`unable to parse ${path} after [] at api.Config`);
  else fail(`unable to find field name: ${path}`);
  kubectl.out(`Property ${JSON.stringify(path)} ${value === undefined ? 'unset' : 'set'}.\n`);
  return 0;
}

export function set(kubectl: Kubectl): number {
  const { args } = kubectl;
  if (args.length !== 2) unexpected(kubectl);
  return setPath(kubectl, args[0]!, args[1]!);
}

export function unset(kubectl: Kubectl): number {
  const { args } = kubectl;
  if (args.length !== 1) unexpected(kubectl);
  return setPath(kubectl, args[0]!, undefined);
}
