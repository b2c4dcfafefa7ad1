/**
 * The patch that client-side apply sends: what the file changes against the live object, and what was applied before and is gone from
 * the file. Models apimachinery's CreateThreeWayMergePatch (strategic) and CreateThreeWayJSONMergePatch (for kinds without tags).
 */
import { type Doc, equal, isDoc, items, type Value } from '../value.ts';
import { mergeKey, mergesAsSet } from './keys.ts';

interface Wish {
  /** Leave out keys that the second lacks. */
  readonly ignoreDeletions: boolean;
  /** Leave out what the second adds or changes. */
  readonly ignoreChanges: boolean;
}

const DELTA: Wish = { ignoreDeletions: true, ignoreChanges: false };
const DELETIONS: Wish = { ignoreDeletions: false, ignoreChanges: true };

/** Fields whose object names all the keys it keeps. */
const RETAIN_KEYS = new Set(['strategy', 'updateStrategy']);

/** @returns the patch; {} when nothing is to be done */
export function strategicThreeWay(original: Value, modified: Value, current: Value): Doc {
  const delta = diff(current as Doc, modified as Doc, DELTA, '');
  const deletions = diff((original ?? {}) as Doc, modified as Doc, DELETIONS, '');
  return combine(deletions, delta) as Doc;
}

/** For kinds the merge tags are not known of: lists are replaced as wholes. */
export function jsonThreeWay(original: Value, modified: Value, current: Value): Doc {
  const additions = jsonDiff(current as Doc, modified as Doc, DELTA);
  const deletions = jsonDiff((original ?? {}) as Doc, modified as Doc, DELETIONS);
  return combine(deletions, additions) as Doc;
}

function jsonDiff(from: Doc, to: Doc, wish: Wish): Doc {
  const out: Record<string, Value> = {};
  for (const key of Object.keys(to)) {
    const [old, next] = [from[key], to[key]!];
    if (old === undefined) {
      if (!wish.ignoreChanges) out[key] = next;
    } else if (isDoc(old) && isDoc(next)) {
      const inner = jsonDiff(old, next, wish);
      if (Object.keys(inner).length > 0) out[key] = inner;
    } else if (!wish.ignoreChanges && !equal(old, next)) out[key] = next;
  }
  if (!wish.ignoreDeletions) for (const key of Object.keys(from)) if (!(key in to)) out[key] = null;
  return out;
}

function diff(from: Doc, to: Doc, wish: Wish, parent: string): Doc {
  const out: Record<string, Value> = {};
  for (const key of Object.keys(to)) {
    const [old, next] = [from[key], to[key]!];
    if (old === undefined) {
      if (!wish.ignoreChanges) out[key] = next;
    } else if (isDoc(old) && isDoc(next)) {
      const inner = { ...diff(old, next, wish, key) };
      if (Object.keys(inner).length > 0) {
        out[key] = RETAIN_KEYS.has(key) && !wish.ignoreChanges ? { $retainKeys: Object.keys(next).sort(), ...inner } : inner;
      }
    } else if (Array.isArray(old) && Array.isArray(next)) {
      Object.assign(out, lists(key, parent, old as readonly Value[], next as readonly Value[], wish));
    } else if (!wish.ignoreChanges && !equal(old, next)) out[key] = next;
  }
  if (!wish.ignoreDeletions) for (const key of Object.keys(from)) if (!(key in to)) out[key] = null;
  return out;
}

/** The entries of a patch for one list: the list, its order, what goes. */
function lists(field: string, parent: string, old: readonly Value[], next: readonly Value[], wish: Wish): Doc {
  const key = mergeKey(field, parent);
  if (mergesAsSet(field)) return setDiff(field, old, next, wish);
  if (key === undefined || ![...old, ...next].every(isDoc)) {
    return !wish.ignoreChanges && !equal(old, next) ? { [field]: next } : {};
  }
  return keyedDiff(field, key, old as readonly Doc[], next as readonly Doc[], wish);
}

function setDiff(field: string, old: readonly Value[], next: readonly Value[], wish: Wish): Doc {
  const out: Record<string, Value> = {};
  const gone = old.filter((item) => !next.some((other) => equal(item, other)));
  const added = next.filter((item) => !old.some((other) => equal(item, other)));
  if (!wish.ignoreDeletions && gone.length > 0) out[`$deleteFromPrimitiveList/${field}`] = gone;
  if (!wish.ignoreChanges && added.length > 0) {
    out[`$setElementOrder/${field}`] = next;
    out[field] = added;
  }
  return out;
}

function keyedDiff(field: string, key: string, old: readonly Doc[], next: readonly Doc[], wish: Wish): Doc {
  const changes: Value[] = [];
  for (const item of next) {
    const before = old.find((other) => equal(other[key], item[key]));
    if (before === undefined) {
      if (!wish.ignoreChanges) changes.push(item);
      continue;
    }
    const inner = diff(before, item, wish, field);
    if (Object.keys(inner).length > 0) changes.push({ ...inner, [key]: item[key]! });
  }
  if (!wish.ignoreDeletions) {
    for (const item of old) {
      if (!next.some((other) => equal(other[key], item[key]))) changes.push({ $patch: 'delete', [key]: item[key]! });
    }
  }
  const order = next.map((item) => ({ [key]: item[key]! }));
  const moved =
    !wish.ignoreChanges &&
    !equal(
      order,
      old.filter((item) => next.some((other) => equal(other[key], item[key]))).map((item) => ({ [key]: item[key]! })),
    );
  if (changes.length === 0 && !moved) return {};
  return { [`$setElementOrder/${field}`]: order, ...(changes.length > 0 ? { [field]: changes } : {}) };
}

/** Deletions and changes in one patch; lists of the same name are joined by position of their keys. */
function combine(deletions: Value, changes: Value): Value {
  if (!isDoc(deletions) || !isDoc(changes)) return changes ?? deletions;
  const out: Record<string, Value> = { ...deletions };
  for (const [key, value] of Object.entries(changes)) {
    const before = out[key];
    if (isDoc(before) && isDoc(value)) out[key] = combine(before, value);
    else if (Array.isArray(before) && Array.isArray(value) && !key.startsWith('$'))
      out[key] = inOrder(joinLists(before as Value[], value as Value[]), items(changes, `$setElementOrder/${key}`));
    else out[key] = value;
  }
  return out;
}

/** What stays stands in the order of the file; what goes, after it. */
function inOrder(list: readonly Value[], order: readonly Value[]): Value[] {
  const place = (item: Value) => {
    const at = order.findIndex((one) => isDoc(one) && isDoc(item) && Object.keys(one).every((key) => equal(one[key], item[key])));
    return at < 0 ? order.length : at;
  };
  return [...list].sort((a, b) => place(a) - place(b));
}

function joinLists(deletions: readonly Value[], changes: readonly Value[]): Value[] {
  const out = [...changes];
  for (const item of deletions) {
    const match = isDoc(item)
      ? out.findIndex(
          (other) =>
            isDoc(other) &&
            Object.keys(item).some(
              (key) =>
                key !== '$patch' &&
                key in other &&
                equal(item[key], other[key]) &&
                /^(name|port|containerPort|mountPath|ip|uid|type|topologyKey|devicePath)$/.test(key),
            ),
        )
      : -1;
    if (match < 0) out.push(item);
    else out[match] = combine(item, out[match]!);
  }
  return out;
}
