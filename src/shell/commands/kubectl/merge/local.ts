/** Patches applied on this side: --local and --dry-run=client. The same three kinds the server takes. */
import { applyPatch } from 'rfc6902';
import { CommandError, fail } from '../errors.ts';
import { equal, isDoc, type Value } from '../value.ts';
import { mergeKey, mergesAsSet } from './keys.ts';

export function applyLocally(type: string, object: Value, patch: Value): Value {
  if (type === 'merge') return mergePatch(object, patch);
  if (type === 'strategic') return strategic(object, patch, '', '');
  return jsonPatch(object, patch);
}

export function mergePatch(target: Value | undefined, patch: Value): Value {
  if (!isDoc(patch)) return patch;
  const out: Record<string, Value> = isDoc(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else out[key] = mergePatch(out[key], value);
  }
  return out;
}

function jsonPatch(object: Value, patch: Value): Value {
  if (!Array.isArray(patch)) {
    return fail(`json: cannot unmarshal ${isDoc(patch) ? 'object' : typeof patch} into Go value of type jsonpatch.Patch`);
  }
  const copy = structuredClone(object);
  const results = applyPatch(copy, patch as Parameters<typeof applyPatch>[1]);
  const failed = results.find((result) => result !== null);
  if (failed) {
    const at = results.indexOf(failed);
    const step = patch[at] as { op?: string; path?: string };
    throw new CommandError(`${step.op ?? ''} operation does not apply: doc is missing path: "${step.path ?? ''}": missing value`);
  }
  return copy;
}

/** apimachinery's StrategicMergePatch over the tags in keys.ts. */
export function strategic(original: Value | undefined, patch: Value, field: string, parent: string): Value {
  if (Array.isArray(patch)) return mergeList(original, patch as readonly Value[], field, parent);
  if (!isDoc(patch)) return patch;
  const directive = patch.$patch;
  if (directive === 'replace') {
    const { $patch: _directive, ...rest } = patch;
    return rest;
  }
  if (directive === 'delete') return {};
  const out: Record<string, Value> = isDoc(original) ? { ...original } : {};
  if (Array.isArray(patch.$retainKeys)) {
    for (const key of Object.keys(out)) if (!patch.$retainKeys.includes(key)) delete out[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    if (value === null) delete out[key];
    else out[key] = isDoc(value) || Array.isArray(value) ? strategic(out[key], value, key, field) : value;
  }
  return out;
}

function mergeList(original: Value | undefined, patch: readonly Value[], field: string, parent: string): Value {
  const old = Array.isArray(original) ? (original as readonly Value[]) : [];
  if (mergesAsSet(field)) return [...old, ...patch.filter((item) => !old.some((known) => equal(known, item)))];
  const key = mergeKey(field, parent);
  if (key === undefined) return patch.filter((item) => !(isDoc(item) && item.$patch === 'replace'));
  if (patch.some((item) => isDoc(item) && item.$patch === 'replace')) {
    return patch.filter((item) => !(isDoc(item) && item.$patch === 'replace'));
  }
  const same = (a: Value, b: Value) => isDoc(a) && isDoc(b) && equal(a[key], b[key]);
  let merged = [...old];
  for (const item of patch) {
    if (!isDoc(item)) continue;
    const at = merged.findIndex((known) => same(known, item));
    if (item.$patch === 'delete') merged = merged.filter((_, index) => index !== at);
    else if (at >= 0) merged[at] = strategic(merged[at], item, field, parent);
    else merged.push(strategic({}, item, field, parent));
  }
  const patched = patch.flatMap((item) => merged.filter((known) => same(known, item)));
  const others = merged.filter((known) => !patch.some((item) => same(known, item)));
  return interleave(others, patched, (item) => old.findIndex((known) => same(known, item)));
}

/** apimachinery's mergeSortedSlice: others go before the first patched item that stood after them. */
function interleave(others: readonly Value[], patched: readonly Value[], place: (item: Value) => number): Value[] {
  const out: Value[] = [];
  let [i, j] = [0, 0];
  while (i < others.length || j < patched.length) {
    if (j >= patched.length) out.push(others[i++]!);
    else if (i >= others.length) out.push(patched[j++]!);
    else {
      const [left, right] = [place(others[i]!), place(patched[j]!)];
      out.push(left >= 0 && right >= 0 && left < right ? others[i++]! : patched[j++]!);
    }
  }
  return out;
}
