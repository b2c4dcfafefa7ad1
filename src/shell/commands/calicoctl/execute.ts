/**
 * What apply, create, replace, delete, patch and get share: which resources, one action each, results collected. Models
 * ExecuteConfigCommand of calicoctl/commands/common/resources.go, v3.30.
 */
import type { Process } from '../../command.ts';
import { type CalicoClient, CalicoError, calicoClient } from './client.ts';
import { connect, Ended, NoClient, versionMismatch } from './connection.ts';
import type { Arguments } from './docopt.ts';
import { DocumentError, loadResources, parseDocuments } from './documents.ts';
import { findKind, kindNamed, type Resource } from './kinds.ts';
import { mergePatch } from './merge.ts';
import type { Setting } from './types.ts';

export type Action = 'apply' | 'create' | 'update' | 'delete' | 'get' | 'patch';

export interface Results {
  /** The input file could not be used. */
  readonly fileInvalid: boolean;
  readonly resourceCount: number;
  handled: number;
  readonly singleKind: string;
  readonly resources: Resource[];
  /** Failures of single resources. */
  readonly failures: string[];
  /** What ended the whole command. */
  error?: string;
}

const failed = (error: string, fileInvalid = false): Results => ({
  fileInvalid,
  resourceCount: 0,
  handled: 0,
  singleKind: '',
  resources: [],
  failures: [],
  error,
});

function requested(
  process: Process,
  args: Arguments,
  kindWord: string | undefined,
  names: readonly string[],
): readonly Resource[] | Results {
  const filename = args.value('--filename');
  if (filename !== undefined) {
    try {
      return loadResources(process, filename, args.flag('--recursive'), args.flag('--skip-empty'));
    } catch (error) {
      if (error instanceof DocumentError) return failed(error.message, error.unreadable);
      throw error;
    }
  }
  const kind = findKind(kindWord ?? '');
  if (!kind) return failed(`resource type '${kindWord}' is not supported`);
  const namespace = args.value('--namespace');
  return (names.length > 0 ? names : ['']).map((name) => ({
    apiVersion: 'projectcalico.org/v3',
    kind: kind.kind,
    metadata: { name, ...(kind.namespaced && namespace && { namespace }) },
  }));
}

/** What is asked for: an action on what a file holds, or on a kind and names. */
export interface Asked {
  readonly action: Action;
  readonly kind?: string | undefined;
  readonly names?: readonly string[];
}

/** Runs an action over the resources the arguments name. @throws Ended */
export function executeCommand(process: Process, args: Arguments, { context }: Setting, asked: Asked): Results {
  const { action, kind: kindWord, names = [] } = asked;
  const mismatch = versionMismatch(process, args, context);
  if (mismatch !== undefined) return failed(mismatch);
  const resources = requested(process, args, kindWord, names);
  if ('failures' in resources) return resources;
  if (resources.length === 0) return { ...failed(''), error: undefined };
  try {
    connect(process, args, context);
  } catch (error) {
    if (error instanceof NoClient) throw new Ended(`Failed to create Calico API client: ${error.message}`);
    throw error;
  }
  if (names.includes('')) return failed('resource name may not be empty');
  const kinds = new Set(resources.map(({ kind }) => kind));
  const results: Results = {
    fileInvalid: false,
    resourceCount: resources.length,
    handled: 0,
    singleKind: kinds.size === 1 ? (resources[0]?.kind ?? '') : '',
    resources: [],
    failures: [],
  };
  const client = calicoClient(process);
  const exported = args.flag('--export') && names.length > 0;
  for (const resource of resources) {
    try {
      const out = act(client, args, resource, action);
      results.resources.push(exported ? strip(out) : out);
      results.handled++;
    } catch (error) {
      if (!(error instanceof CalicoError)) throw error;
      if (action === 'update' || action === 'patch') {
        results.error = error.message;
        // The failed one counts as handled, which is why a failed replace speaks of partial success.
        results.handled++;
      } else results.failures.push(error.message);
    }
  }
  return results;
}

function strip(resource: Resource): Resource {
  const { name, labels, annotations } = resource.metadata;
  return {
    ...resource,
    metadata: {
      creationTimestamp: null,
      ...(name !== undefined && { name }),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    },
  };
}

function act(client: CalicoClient, args: Arguments, wanted: Resource, action: Action): Resource {
  const resource = inNamespace(args, wanted);
  try {
    return perform(client, args, resource, action);
  } catch (error) {
    if (!(error instanceof CalicoError)) throw error;
    if (error.sort === 'exists' && args.flag('--skip-exists')) return resource;
    if (error.sort === 'missing' && args.flag('--skip-not-exists')) return resource;
    throw error;
  }
}

function perform(client: CalicoClient, args: Arguments, resource: Resource, action: Action): Resource {
  const kind = kindNamed(resource.kind);
  const { name = '', namespace } = resource.metadata;
  if (!kind) throw new CalicoError('other', `resource type '${resource.kind}' is not supported`);
  if (action === 'get') return name === '' ? client.list(kind, namespace) : client.get(kind, name, namespace);
  if (action === 'create') return client.create(resource);
  if (action === 'update') return client.update(resource);
  if (action === 'delete') return client.remove(resource);
  if (action === 'patch') return patch(client, resource, args.value('--patch') ?? '');
  try {
    const { resourceVersion: _version, ...metadata } = resource.metadata;
    return client.create({ ...resource, metadata });
  } catch (error) {
    if (error instanceof CalicoError && error.sort === 'exists') return client.update(resource);
    throw error;
  }
}

function patch(client: CalicoClient, resource: Resource, text: string): Resource {
  const kind = kindNamed(resource.kind);
  if (!kind) throw new CalicoError('other', `resource type '${resource.kind}' is not supported`);
  const old = client.get(kind, resource.metadata.name ?? '', resource.metadata.namespace);
  let change: unknown;
  try {
    change = JSON.parse(text);
  } catch {
    change = undefined;
  }
  if (typeof change !== 'object' || change === null || Array.isArray(change))
    throw new CalicoError('other', 'performing strategic merge patch: invalid JSON document');
  let patched: Resource | undefined;
  try {
    patched = parseDocuments(JSON.stringify(mergePatch(old, change)))[0];
  } catch (error) {
    if (error instanceof DocumentError) throw new CalicoError('other', `creating resource from patched data: ${error.message}`);
    throw error;
  }
  try {
    return client.update(patched ?? old);
  } catch (error) {
    if (error instanceof CalicoError) throw new CalicoError(error.sort, `updating existing resource: ${error.message}`);
    throw error;
  }
}

/** handleNamespace(): which namespace a resource is meant in, or why that cannot be said. */
function inNamespace(args: Arguments, resource: Resource): Resource {
  const kind = kindNamed(resource.kind);
  const all = args.flag('--all-namespaces');
  const wanted = args.value('--namespace') ?? '';
  const own = resource.metadata.namespace ?? '';
  if (!kind?.namespaced) {
    if (own !== '')
      throw new CalicoError(
        'other',
        `namespace should not be specified for a non-namespaced resource. ${resource.kind} is not a namespaced resource`,
      );
    if (all || wanted !== '') throw new CalicoError('other', `${resource.kind} is not namespaced`);
    return resource;
  }
  if (all && wanted !== '')
    throw new CalicoError('other', 'cannot use both --namespace and --all-namespaces flags at the same time');
  if (all) return { ...resource, metadata: { ...resource.metadata, namespace: '' } };
  if (own !== '' && wanted !== '' && own !== wanted)
    throw new CalicoError('other', `resource namespace does not match client namespace. ${own} != ${wanted}`);
  return { ...resource, metadata: { ...resource.metadata, namespace: own || wanted || 'default' } };
}
