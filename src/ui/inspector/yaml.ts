/** A value as YAML for reading on the screen. Not for parsing back: the shell has the real writer. */
export function yamlText(value: unknown, depth = 0): string {
  if (isScalar(value)) return `${scalar(value)}\n`;
  const pad = '  '.repeat(depth);
  if (Array.isArray(value)) {
    if (!value.length) return `${pad}[]\n`;
    return value
      .map((each) => (isScalar(each) ? `${pad}- ${scalar(each)}\n` : `${pad}- ${yamlText(each, depth + 1).trimStart()}`))
      .join('');
  }
  const entries = Object.entries(value as object).filter(([, each]) => each !== undefined);
  if (!entries.length) return `${pad}{}\n`;
  return entries.map(([key, each]) => `${pad}${key}:${branch(each, depth)}`).join('');
}

function branch(value: unknown, depth: number): string {
  if (isScalar(value)) return ` ${scalar(value)}\n`;
  const empty = Array.isArray(value) ? value.length === 0 : Object.keys(value as object).length === 0;
  if (empty) return Array.isArray(value) ? ' []\n' : ' {}\n';
  return `\n${yamlText(value, Array.isArray(value) ? depth : depth + 1)}`;
}

const isScalar = (value: unknown): value is string | number | boolean | null | undefined =>
  typeof value !== 'object' || value === null;

function scalar(value: string | number | boolean | null | undefined): string {
  if (typeof value !== 'string') return String(value);
  if (value.includes('\n')) return JSON.stringify(value);
  return value === '' || /^[\s&*!|>'"%@`#{[\]},?:-]|: |^(true|false|null|~|-?\d+(\.\d+)?)$/i.test(value)
    ? JSON.stringify(value)
    : value;
}
