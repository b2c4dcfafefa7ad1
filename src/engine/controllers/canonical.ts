/**
 * One text per JSON value, for comparing objects that several writers spell differently.
 */
const texts = new WeakMap<object, string>();

/** JSON with sorted keys; `null`, `{}` and absent fields count as the same. Memoised: templates are compared every round. */
export function canonical(value: object): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(sorted(value)) ?? '';
  texts.set(value, text);
  return text;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const entries = Object.entries(value)
    .map(([key, item]) => [key, sorted(item)] as const)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length ? Object.fromEntries(entries) : undefined;
}
