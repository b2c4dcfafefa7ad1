/**
 * Server-side apply: the client's configuration is merged field by field, what it named before and no longer names goes, and a value
 * that another manager holds is a conflict unless forced. Models apimachinery's managedfields with the upgrade path from client-side
 * apply (`kubectl` may overwrite what its own last-applied annotation said).
 */
import { isFields } from '../equal.ts';
import { apiVersionOf, type Draft } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import { difference, type FieldSet, isEmpty, mergeApplied, pathsOf, withoutFields } from '../patch/fieldset.ts';
import { abandonedFields, appliedFields, type Conflict, conflictsOf, trackApply, type Writer } from '../patch/managers.ts';
import { typedFault } from '../patch/typed.ts';
import { prune } from '../schema/check.ts';
import type { TypeRef } from '../schema/types.ts';
import { applyConflict, badRequest, invalidError, unknownError } from '../status.ts';
import { getObject } from '../storage.ts';
import { required } from '../validation/field.ts';
import { fitToPath } from './admit.ts';
import { parseYaml } from './body.ts';
import { type Answer, type Call, callKey, storedIn } from './call.ts';
import { createFrom } from './create.ts';
import { directiveOf } from './decode.ts';
import { store, writerOf } from './update.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** What `kubectl apply` without --server-side named last time and still stands: taking that over is no conflict. */
function clientSideFields(call: Call, live: ApiObject): FieldSet | undefined {
  const text = live.metadata.annotations?.[LAST_APPLIED];
  if (text === undefined) return undefined;
  try {
    const last = JSON.parse(text) as unknown;
    return isFields(last) ? appliedFields(call.kind, last) : undefined;
  } catch {
    return undefined;
  }
}

function allowed(call: Call, live: ApiObject, conflicts: readonly Conflict[], writer: Writer): Conflict[] {
  const mine = writer.manager === 'kubectl' ? clientSideFields(call, live) : undefined;
  if (!mine) return [...conflicts];
  return conflicts.map((it) => ({ ...it, fields: difference(it.fields, mine) })).filter((it) => !isEmpty(it.fields));
}

function refuse(conflicts: readonly Conflict[]): never {
  const found = conflicts.flatMap((conflict) => pathsOf(conflict.fields).map((path) => ({ with: conflict.with, path })));
  const causes = found.map((it) => ({ reason: 'FieldManagerConflict', message: `conflict with ${it.with}`, field: it.path }));
  const [only] = found;
  if (found.length === 1) throw applyConflict(`Apply failed with 1 conflict: conflict with ${only!.with}: ${only!.path}`, causes);
  const managers = [...new Set(found.map((it) => it.with))].sort();
  const lines = managers.flatMap((name) => [
    `conflicts with ${name}:`,
    ...found.filter((it) => it.with === name).map((it) => `- ${it.path}`),
  ]);
  throw applyConflict(`Apply failed with ${found.length} conflicts: ${lines.join('\n')}`, causes);
}

const TYPE_NAMES = { string: 'string', number: 'number', boolean: 'bool' } as const;

/** The configuration a client sent. @throws StatusError 400, 500: upstream has no reason for a field of a wrong type */
function configurationOf(call: Call): Draft {
  const { kind, body } = call;
  const prefix = 'error decoding YAML';
  const sent = parseYaml(body, `${prefix}: error converting YAML to JSON`);
  if (!isFields(sent)) {
    const type = Array.isArray(sent) ? 'array' : TYPE_NAMES[typeof sent as 'string'];
    throw badRequest(
      `${prefix}: error unmarshaling JSON: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`,
    );
  }
  const { apiVersion = '', kind: sentKind = '' } = sent as Draft;
  const slash = apiVersion.indexOf('/');
  const shown = `${slash < 0 ? '' : apiVersion.slice(0, slash)}/${apiVersion.slice(slash + 1)}, Kind=${sentKind}`;
  if (apiVersion !== apiVersionOf(kind) || sentKind !== kind.kind) throw badRequest(`invalid object type: ${shown}`);
  const metadata = isFields(sent.metadata) ? sent.metadata : {};
  if (metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  const type: TypeRef = { is: 'struct', name: kind.type };
  const wrong = typedFault(sent, type);
  if (wrong !== undefined) {
    const named = `${metadata.namespace ?? ''}/${metadata.name ?? ''}; ${shown}`;
    throw unknownError(`failed to create typed patch object (${named}): ${wrong}`);
  }
  return prune(sent, type) as Draft;
}

export function apply(call: Call): Answer {
  const { kind, query } = call;
  directiveOf(call, 'PatchOptions');
  if (!query.fieldManager) {
    const error = required('fieldManager', 'is required for apply patch');
    throw invalidError({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [error]);
  }
  const draft = configurationOf(call);
  const configuration = fitToPath(call, { ...draft, metadata: { name: call.name, ...draft.metadata } });
  const writer = writerOf(call);
  const applied = appliedFields(kind, draft);
  const live = getObject(call.api, storedIn(kind), callKey(call));
  if (!live) return createFrom(call, configuration, [], (object) => trackApply(kind, undefined, object, applied, writer));
  const type: TypeRef = { is: 'struct', name: kind.type };
  const left = withoutFields(live, abandonedFields(live, applied, writer), type);
  const merged = mergeApplied(left, configuration, type) as ApiObject;
  const conflicts = query.force === 'true' ? [] : allowed(call, live, conflictsOf(kind, live, merged, applied, writer), writer);
  if (conflicts.length > 0) refuse(conflicts);
  return store(call, live, merged as unknown as Draft, [], (next) =>
    withLastApplied(trackApply(kind, live, next, applied, writer), draft, writer),
  );
}

/** The annotation of kubectl's client-side apply follows what kubectl applies here; nobody's ownership changes by that. */
function withLastApplied(object: ApiObject, sent: Draft, { manager }: Writer): ApiObject {
  const { annotations } = object.metadata;
  if (manager !== 'kubectl' || annotations?.[LAST_APPLIED] === undefined) return object;
  const { [LAST_APPLIED]: _old, ...given } = (sent.metadata?.annotations ?? {}) as Readonly<Record<string, string>>;
  const metadata = sent.metadata?.annotations ? { ...sent.metadata, annotations: given } : sent.metadata;
  const text = `${JSON.stringify(byKey({ ...sent, metadata }))}\n`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [LAST_APPLIED]: text } } };
}

/** As Go encodes maps. */
function byKey(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(byKey);
  if (!isFields(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, byKey(value[key])]));
}
