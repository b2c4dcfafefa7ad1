/**
 * Tab completion of kubectl's command line: commands, flags and their values, kinds, live names and namespaces, containers, files.
 * Models kubectl's cobra completions; it asks the API server only through reads, and anything that goes wrong completes nothing.
 */
import type { Completion, Process } from '../../command.ts';
import { Kubectl } from './context.ts';
import { qualifiedResource, type ResourceType } from './discovery.ts';
import type { Flag, FlagSet } from './flags.ts';
import { containerNames } from './pods.ts';
import { collectionPath, itemsOf } from './selection.ts';
import { type CommandNode, childOf, flagSet, root } from './tree.ts';
import { text, type Value } from './value.ts';

const OUTPUTS = [
  'custom-columns',
  'custom-columns-file',
  'go-template',
  'go-template-file',
  'json',
  'jsonpath',
  'jsonpath-as-json',
  'jsonpath-file',
  'name',
  'template',
  'templatefile',
  'wide',
  'yaml',
];

/** Values of flags that have a fixed set of them. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  'dry-run': ['client', 'none', 'server'],
  cascade: ['background', 'foreground', 'orphan'],
  validate: ['ignore', 'strict', 'warn'],
  restart: ['Always', 'Never', 'OnFailure'],
  'image-pull-policy': ['Always', 'IfNotPresent', 'Never'],
  'session-affinity': ['ClientIP', 'None'],
  protocol: ['SCTP', 'TCP', 'UDP'],
};

/** Verbs whose first argument is a kind and the next ones names. */
const BY_KIND = new Set([
  'annotate',
  'apply view-last-applied',
  'delete',
  'describe',
  'edit',
  'events',
  'expose',
  'get',
  'label',
  'patch',
  'rollout history',
  'rollout pause',
  'rollout restart',
  'rollout resume',
  'rollout status',
  'rollout undo',
  'scale',
  'set env',
  'set image',
  'set resources',
  'set selector',
  'set serviceaccount',
  'wait',
]);
const BY_POD = new Set(['attach', 'debug', 'exec', 'logs', 'port-forward', 'top pod']);
const BY_NODE = new Set(['cordon', 'drain', 'top node', 'uncordon']);
/** What may stand before the slash where a pod is meant. */
const POD_OWNERS = [
  'daemonsets/',
  'deployments/',
  'jobs/',
  'pods/',
  'replicasets/',
  'replicationcontrollers/',
  'services/',
  'statefulsets/',
];
const ROLLOUT_KINDS = ['daemonset', 'deployment', 'statefulset'];
/** Verbs that offer a list of their own (cobra's ValidArgs). */
const OWN_KINDS: Readonly<Record<string, readonly string[]>> = {
  expose: ['deployment', 'pod', 'replicaset', 'replicationcontroller', 'service'],
  'rollout history': ROLLOUT_KINDS,
  'rollout pause': ['deployment'],
  'rollout restart': ROLLOUT_KINDS,
  'rollout resume': ['deployment'],
  'rollout status': ROLLOUT_KINDS,
  'rollout undo': ROLLOUT_KINDS,
  scale: ['deployment', 'replicaset', 'replicationcontroller', 'statefulset'],
};

interface Line {
  readonly command: CommandNode;
  readonly flags: FlagSet;
  /** Positional words before the cursor, after the command's own. */
  readonly words: readonly string[];
  /** Values given so far by flag name. */
  readonly given: ReadonlyMap<string, string>;
  /** The flag whose value the cursor's word is. */
  readonly pending?: Flag;
  readonly afterDash: boolean;
}

function read(words: readonly string[]): Line {
  let command = root();
  let flags = flagSet(command);
  const positional: string[] = [];
  const given = new Map<string, string>();
  let pending: Flag | undefined;
  let afterDash = false;
  for (const word of words) {
    if (pending) {
      given.set(pending.name, word);
      pending = undefined;
      continue;
    }
    if (word === '--') {
      afterDash = true;
      continue;
    }
    if (!afterDash && word.startsWith('-') && word.length > 1) {
      pending = flagOf(word, flags, given);
      continue;
    }
    const child = positional.length === 0 && !afterDash ? childOf(command, word) : undefined;
    if (child) {
      command = child;
      flags = flagSet(command);
    } else positional.push(word);
  }
  return { command, flags, words: positional, given, pending, afterDash };
}

/** Notes a flag's value; returns the flag when the next word is its value. */
function flagOf(word: string, flags: FlagSet, given: Map<string, string>): Flag | undefined {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    const flag = flags.lookup(word.slice(2, equals < 0 ? undefined : equals));
    if (!flag) return undefined;
    if (equals >= 0) given.set(flag.name, word.slice(equals + 1));
    else if (flags.implied(flag) === undefined) return flag;
    else given.set(flag.name, flags.implied(flag)!);
    return undefined;
  }
  const flag = flags.byShorthand.get(word[1]!);
  if (!flag) return undefined;
  if (flags.implied(flag) !== undefined) given.set(flag.name, 'true');
  else if (word.length > 2) given.set(flag.name, word.slice(word[2] === '=' ? 3 : 2));
  else return flag;
  return undefined;
}

class Source {
  readonly #process: Process;
  readonly #line: Line;
  #kubectl: Kubectl | undefined;

  constructor(process: Process, line: Line) {
    this.#process = process;
    this.#line = line;
  }

  /** A kubectl with the flags typed so far, for its client. */
  get kubectl(): Kubectl {
    if (!this.#kubectl) {
      const passed = ['namespace', 'context', 'cluster', 'kubeconfig', 'server', 'user'].flatMap((name) => {
        const value = this.#line.given.get(name);
        return value === undefined ? [] : [`--${name}=${value}`];
      });
      this.#kubectl = new Kubectl(this.#process, this.#line.command, this.#line.flags.parse(passed));
    }
    return this.#kubectl;
  }

  list(type: ResourceType): readonly Value[] {
    const all = this.#line.given.get('all-namespaces') === 'true';
    const namespace = type.namespaced && !all ? this.kubectl.namespace : '';
    return itemsOf(this.kubectl.client.get(collectionPath(type, namespace)), type);
  }

  names(word: string): readonly string[] {
    const type = this.kubectl.client.discovery.find(word);
    return type ? this.list(type).map((one) => text(one, 'metadata', 'name')) : [];
  }

  kinds(): readonly ResourceType[] {
    return this.kubectl.client.discovery.all();
  }

  files(prefix: string): readonly Completion[] {
    const slash = prefix.lastIndexOf('/');
    const directory = slash < 0 ? '.' : prefix.slice(0, slash) || '/';
    const base = slash < 0 ? '' : prefix.slice(0, slash + 1);
    return (this.#process.files.list(directory) ?? [])
      .filter((name) => prefix.slice(slash + 1).startsWith('.') || !name.startsWith('.'))
      .map((name) => ({ text: base + name, open: name.endsWith('/') }));
  }
}

function plain(list: readonly string[]): readonly Completion[] {
  return list.map((one) => ({ text: one, ...(one.endsWith('=') ? { open: true } : {}) }));
}

function flagValues(line: Line, flag: Flag, source: Source, word: string): readonly Completion[] {
  if (flag.name === 'namespace') return plain(source.names('namespaces'));
  if (flag.name === 'filename' || flag.name === 'patch-file' || flag.name === 'kubeconfig' || flag.name.startsWith('from-'))
    return source.files(word);
  if (flag.name === 'container') return plain(containers(line, source));
  if (flag.name === 'output') return plain(outputs(line));
  if (flag.name === 'context') return plain(source.kubectl.config.raw.contexts.map((one) => one.name));
  if (flag.name === 'type' && line.command.path === 'patch') return plain(['json', 'merge', 'strategic']);
  if (flag.name === 'type') return plain(['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']);
  return plain(Object.hasOwn(VALUES, flag.name) ? VALUES[flag.name]! : []);
}

function outputs(line: Line): readonly string[] {
  const { path } = line.command;
  if (path === 'version' || path === 'edit') return ['json', 'yaml'];
  if (path === 'delete' || path === 'config get-contexts') return ['name'];
  if (path === 'api-resources') return ['name', 'wide'];
  return path === 'get' ? OUTPUTS : OUTPUTS.filter((one) => !one.startsWith('custom') && one !== 'wide');
}

function containers(line: Line, source: Source): readonly string[] {
  const word = line.words[0] ?? '';
  const [kind, name] = word.includes('/') ? word.split('/') : ['pods', word];
  const type = source.kubectl.client.discovery.find(kind!);
  const object = type && source.list(type).find((one) => text(one, 'metadata', 'name') === name);
  if (!object) return [];
  const template = (object as { spec?: { template?: Value } }).spec?.template;
  return containerNames(template ?? object);
}

/** `svc`, `services`…: the plural with its short names as a hint; after a slash, names. */
function kindsOrPairs(line: Line, source: Source, word: string): readonly Completion[] {
  if (word.includes('/')) {
    const kind = word.slice(0, word.indexOf('/'));
    return plain(source.names(kind).map((name) => `${kind}/${name}`));
  }
  const comma = word.lastIndexOf(',');
  const before = word.slice(0, comma + 1);
  const own = OWN_KINDS[line.command.path];
  if (own) return plain(own.map((kind) => before + kind));
  return source.kinds().flatMap((type) => {
    if (!type.verbs.includes('get')) return [];
    return [{ text: before + qualifiedResource(type), hint: type.shortNames.join(',') || type.kind }];
  });
}

function argument(line: Line, source: Source, word: string): readonly Completion[] {
  const { path } = line.command;
  const [first] = line.words;
  if (line.afterDash) return [];
  if (BY_KIND.has(path)) {
    if (first === undefined || first.includes('/')) return kindsOrPairs(line, source, word);
    return plain(source.names(first).filter((name) => !line.words.includes(name)));
  }
  if (BY_POD.has(path)) {
    if (first !== undefined) return path === 'logs' ? plain(containers(line, source)) : [];
    const pods = source.names('pods');
    if (word.includes('/')) return kindsOrPairs(line, source, word);
    if (path === 'attach' || path === 'debug' || path === 'top pod') return plain(pods);
    return [...plain(pods), ...POD_OWNERS.map((kind) => ({ text: kind, open: true }))];
  }
  if (BY_NODE.has(path)) return plain(first === undefined ? source.names('nodes') : []);
  if (path === 'taint') return plain(first === undefined ? ['node'] : source.names('nodes'));
  if (path === 'explain' || path === 'auth can-i') {
    if (path === 'auth can-i' && first === undefined) return plain(['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']);
    return plain(source.kinds().map((type) => type.name));
  }
  if (path === 'config use-context' || path === 'config delete-context')
    return plain(source.kubectl.config.raw.contexts.map((one) => one.name));
  if (path === 'completion') return plain(['bash', 'fish', 'powershell', 'zsh']);
  return [];
}

function commands(line: Line): readonly Completion[] {
  return line.command.children.filter((child) => child.path !== 'alpha').map((child) => ({ text: child.name, hint: child.short }));
}

function flagNames(line: Line, word: string): readonly Completion[] {
  const found: Completion[] = [];
  for (const flag of line.flags.byName.values()) {
    if (flag.deprecated) continue;
    const needsValue = line.flags.implied(flag) === undefined;
    found.push({
      text: needsValue ? `--${flag.name}=` : `--${flag.name}`,
      hint: flag.usage.split(/[.\n]/)[0],
      ...(needsValue ? { open: true } : {}),
    });
    if (flag.shorthand && !word.startsWith('--')) found.push({ text: `-${flag.shorthand}`, hint: flag.usage.split(/[.\n]/)[0] });
  }
  return found;
}

function candidates(process: Process, words: readonly string[], index: number): readonly Completion[] {
  const word = words[index] ?? '';
  const line = read(words.slice(1, index));
  const source = new Source(process, line);
  if (line.pending) return flagValues(line, line.pending, source, word);
  if (!line.afterDash && word.startsWith('-')) {
    const equals = word.indexOf('=');
    const flag = equals > 0 ? line.flags.lookup(word.slice(2, equals)) : undefined;
    if (!flag) return flagNames(line, word);
    const head = word.slice(0, equals + 1);
    return flagValues(line, flag, source, word.slice(equals + 1)).map((one) => ({ ...one, text: head + one.text }));
  }
  if (line.words.length === 0 && line.command.children.length > 0) {
    const below = commands(line);
    return below;
  }
  return [...requiredFlags(line, word), ...argument(line, source, word)];
}

/** A flag without which the command does not run is offered before anything is typed. */
function requiredFlags(line: Line, word: string): readonly Completion[] {
  if (word !== '' || line.afterDash) return [];
  return plain(line.command.required.filter((name) => !line.given.has(name)).map((name) => `--${name}`));
}

/** Candidates for `words[index]` that begin with what is typed. Never throws. */
export function complete(process: Process, words: readonly string[], index: number): readonly Completion[] {
  try {
    const word = words[index] ?? '';
    const seen = new Set<string>();
    return candidates(process, words, index).filter(
      (one) => one.text.startsWith(word) && !seen.has(one.text) && seen.add(one.text),
    );
  } catch {
    return [];
  }
}
