/** JSON as iproute2 writes it (lib/json_writer.c): compact in one line, or `-p`retty with its own spacing. */

export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

function pretty(value: Json, depth: number): string {
  const pad = '    '.repeat(depth + 1);
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => pretty(item, depth + 1));
    return items.length === 0 ? '[ ]' : `[ ${items.join(',')} ]`;
  }
  if (typeof value === 'object') {
    const lines = Object.entries(value).map(([key, item]) => `${pad}${JSON.stringify(key)}: ${pretty(item as Json, depth + 1)}`);
    return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${'    '.repeat(depth)}}`;
  }
  return JSON.stringify(value);
}

/** A whole answer: an array of objects, with its line end. */
export function writeJson(rows: readonly Json[], isPretty: boolean): string {
  return `${isPretty ? pretty(rows, 0) : JSON.stringify(rows)}\n`;
}
