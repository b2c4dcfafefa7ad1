/** Short descriptions of types and fields, in our own words: what `kubectl explain` prints. A missing one prints as `<empty>`. */

const DESCRIPTIONS: Readonly<Record<string, string>> = {};

/** Of a type (`core.Service`), or of one of its fields. */
export function descriptionOf(type: string, field?: string): string | undefined {
  const key = field === undefined ? type : `${type}.${field}`;
  return Object.hasOwn(DESCRIPTIONS, key) ? DESCRIPTIONS[key] : undefined;
}
