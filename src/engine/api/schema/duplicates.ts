/** Keys that stand twice in one object of a JSON text: `duplicate field "spec.replicas"` under strict decoding. */

const SPACE = /\s/;

/** End of the string that opens at `start`. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

interface Level {
  readonly path: string;
  /** Absent in a list. */
  readonly keys?: Set<string>;
  index: number;
  key: string;
}

const pathIn = (level: Level | undefined): string => {
  if (!level) return '';
  if (!level.keys) return `${level.path}[${level.index}]`;
  return level.path ? `${level.path}.${level.key}` : level.key;
};

/** Paths of the repeated keys, in order. The text must be valid JSON. */
export function duplicateFields(text: string): string[] {
  const found: string[] = [];
  const levels: Level[] = [];
  let expectKey = false;
  for (let i = 0; i < text.length; ) {
    const c = text[i]!;
    const top = levels.at(-1);
    if (c === '"') {
      const end = stringEnd(text, i);
      if (expectKey && top?.keys) {
        top.key = JSON.parse(text.slice(i, end)) as string;
        if (top.keys.has(top.key)) found.push(pathIn(top));
        top.keys.add(top.key);
        expectKey = false;
      }
      i = end;
      continue;
    }
    if (c === '{' || c === '[') {
      levels.push({ path: pathIn(top), ...(c === '{' ? { keys: new Set<string>() } : {}), index: 0, key: '' });
      expectKey = c === '{';
    } else if (c === '}' || c === ']') {
      levels.pop();
      expectKey = false;
    } else if (c === ',' && top) {
      top.index++;
      expectKey = top.keys !== undefined;
    } else if (SPACE.test(c)) {
      i++;
      continue;
    }
    i++;
  }
  return found;
}
