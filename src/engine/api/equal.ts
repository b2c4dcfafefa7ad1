/** Deep equality and change of JSON values, with the same reference kept wherever nothing differs. */

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON equality; a key with `undefined` counts as absent. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (!isFields(a) || !isFields(b)) return false;
  for (const key of Object.keys(a)) if (!equal(a[key], Object.hasOwn(b, key) ? b[key] : undefined)) return false;
  for (const key of Object.keys(b)) if (b[key] !== undefined && a[key] === undefined) return false;
  return true;
}

/** `next`, with every part that equals the same part of `old` replaced by old's own reference: unchanged means identical. */
export function shared<T>(next: T, old: unknown): T {
  if ((next as unknown) === old) return next;
  if (Array.isArray(next) && Array.isArray(old)) {
    const items = next.map((item, i) => shared(item, old[i]));
    return items.length === old.length && items.every((item, i) => item === old[i]) ? (old as T) : (items as T);
  }
  if (!isFields(next) || !isFields(old)) return next;
  const merged: Record<string, unknown> = {};
  const keys = Object.keys(next).filter((key) => next[key] !== undefined);
  let same = keys.length === Object.keys(old).length;
  for (const key of keys) {
    const value = shared(next[key], Object.hasOwn(old, key) ? old[key] : undefined);
    setField(merged, key, value);
    same &&= Object.hasOwn(old, key) && value === old[key];
  }
  return (same ? old : merged) as T;
}

/** Sets an own property even when the key is `__proto__`. */
export function setField(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

/** The object without its `undefined` fields. */
export function compact<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
