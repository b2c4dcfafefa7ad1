/**
 * What the server serves, and which resource a word means: client-go's discovery client, RESTMapper, shortcut and category expander.
 * Read once per simulation, like kubectl's disk cache.
 */
import type { Sim } from '../../../engine/index.ts';
import { absentResource } from './absent.ts';
import type { Client } from './client.ts';
import { CommandError } from './errors.ts';
import { items, text, type Value } from './value.ts';

export interface ResourceType {
  readonly group: string;
  readonly version: string;
  /** `services` */
  readonly name: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
}

interface Served {
  /** `v1`, `apps/v1`, in the server's order of preference. */
  readonly groupVersions: readonly string[];
  readonly resources: readonly ResourceType[];
  readonly preferred: readonly ResourceType[];
}

/** By the simulation: each command is given its own Sim object, but `subscribe` is the simulation's one. */
const cache = new WeakMap<Sim['subscribe'], Served>();

export function apiVersionOf(type: ResourceType): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** `deployment.apps`, `service`: how kubectl names a kind beside an object's name. */
export function qualifiedKind(kind: string, group: string): string {
  const low = kind.toLowerCase();
  return group === '' ? low : `${low}.${group}`;
}

/** `deployments.apps`, `services`. */
export function qualifiedResource(type: ResourceType): string {
  return type.group === '' ? type.name : `${type.name}.${type.group}`;
}

/** The aggregated form: two requests tell everything. */
const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

function resourceType(group: string, version: string, resource: Value): ResourceType {
  const kind = text(resource, 'responseKind', 'kind');
  return {
    group,
    version,
    name: text(resource, 'resource'),
    singular: text(resource, 'singularResource') || kind.toLowerCase(),
    kind,
    namespaced: text(resource, 'scope') === 'Namespaced',
    shortNames: items(resource, 'shortNames').map(String),
    categories: items(resource, 'categories').map(String),
    verbs: items(resource, 'verbs').map(String),
  };
}

export class Discovery {
  readonly #client: Client;
  readonly #sim: Sim;

  constructor(client: Client, sim: Sim) {
    this.#client = client;
    this.#sim = sim;
  }

  served(): Served {
    const known = cache.get(this.#sim.subscribe);
    if (known) return known;
    const groups = ['/api', '/apis'].flatMap((path) => items(this.#client.get(path, { timeout: '32s' }, AGGREGATED), 'items'));
    const versions = groups.flatMap((group) =>
      items(group, 'versions').map((version) => ({ group: text(group, 'metadata', 'name'), version })),
    );
    const resources = versions.flatMap(({ group, version }) =>
      items(version, 'resources').map((resource) => resourceType(group, text(version, 'version'), resource)),
    );
    const served = {
      groupVersions: versions.map(({ group, version }) => (group === '' ? '' : `${group}/`) + text(version, 'version')),
      resources,
      preferred: [...new Map([...resources].reverse().map((type) => [qualifiedResource(type), type])).values()].reverse(),
    };
    cache.set(this.#sim.subscribe, served);
    return served;
  }

  /** Each resource once, in its group's preferred version. */
  all(): readonly ResourceType[] {
    return this.served().preferred;
  }

  /** The resource with this kind and apiVersion, as objects in files name it; the mapper also knows kinds in lower case. */
  byKind(apiVersion: string, kind: string): ResourceType | undefined {
    return this.served().resources.find(
      (type) => (type.kind === kind || type.kind.toLowerCase() === kind) && apiVersionOf(type) === apiVersion,
    );
  }

  /** Resources of a category such as `all`, as words to look up. */
  expand(word: string): readonly string[] | undefined {
    const members = this.all().filter((type) => type.categories.includes(word));
    return members.length > 0 ? [...new Set(members.map(qualifiedResource))] : undefined;
  }

  /** @throws CommandError `the server doesn't have a resource type "foo"`, or that a real cluster's kind is not simulated */
  lookup(word: string): ResourceType {
    const found = this.find(word);
    if (found) return found;
    const absent = absentResource(word);
    if (absent) throw new CommandError(`${absent}: not simulated in this lab`);
    const [resource] = word.split('.');
    throw new CommandError(`the server doesn't have a resource type "${resource}"`);
  }

  /** `svc`, `services`, `Service`, `deploy.apps`, `deployments.v1.apps`. */
  find(word: string): ResourceType | undefined {
    const [first, second, ...rest] = word.split('.');
    if (rest.length > 0) {
      const exact = this.#match(first!, rest.join('.'), second, true);
      if (exact) return exact;
      // The shortcut expander knows no versions: what it finds is asked for without one.
      const short = this.all().find((type) => type.group === rest.join('.') && type.shortNames.includes(first!.toLowerCase()));
      if (short) return short;
    }
    const group = second === undefined ? undefined : [second, ...rest].join('.');
    return this.#match(first!, group);
  }

  #byShortName(all: readonly ResourceType[], low: string): ResourceType | undefined {
    const [first, ...others] = all.filter((type) => type.shortNames.includes(low));
    if (others.length > 0) {
      const rest = others.map(qualifiedResource).join(', ');
      this.#client.warn(`short name "${low}" could also match lower priority resource ${rest}`);
    }
    return first;
  }

  #match(word: string, group?: string, version?: string, whole = false): ResourceType | undefined {
    const low = word.toLowerCase();
    const fits = (type: ResourceType) =>
      // A group may be given by its beginning: `deploy.app`.
      (group === undefined || type.group === group || (!whole && group !== '' && type.group.startsWith(group))) &&
      (version === undefined || type.version === version);
    const all = (version === undefined ? this.all() : this.served().resources).filter(fits);
    // Events live in two groups; the core one answers to the plain name.
    return (
      all.find((type) => type.name === low || type.singular === low) ??
      this.#byShortName(all, low) ??
      all.find((type) => type.kind === word) ??
      all.find((type) => type.kind.toLowerCase() === low)
    );
  }
}
