/**
 * Times as the API writes them. Models metav1.Time (RFC 3339, whole seconds, UTC) and metav1.MicroTime.
 */

/** RFC 3339 with seconds: `2026-11-23T10:51:16Z`. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** RFC 3339 with microseconds, as Leases and new-style Events carry: `2026-11-23T10:51:16.250000Z`. */
export function microTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch; undefined when the text is missing or no RFC 3339 time. */
export function parseTimestamp(text: string | null | undefined): number | undefined {
  if (!text || !RFC3339.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
