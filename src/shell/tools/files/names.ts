/** Names as ls shows them, and the order of versions in them. */

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
  '\\': '\\\\',
};
const escaped = (char: string) => ESCAPES[char] ?? `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;

/** @param style of gnulib's quotearg: literal, shell, shell-escape, c, escape … */
export function quoteName(name: string, style: string): string {
  if (style === 'c' || style === 'c-maybe') {
    const text = name.replace(/[\x00-\x1f\x7f\\]/g, escaped).replace(/"/g, '\\"');
    return style === 'c-maybe' && text === name ? name : `"${text}"`;
  }
  if (style === 'escape') return name.replace(/[\x00-\x1f\x7f\\ ]/g, (char) => (char === ' ' ? '\\ ' : escaped(char)));
  if (style === 'locale' || style === 'clocale') return `‘${name.replace(/[\x00-\x1f\x7f\\]/g, escaped)}’`;
  if (!style.startsWith('shell')) return name;
  const always = style.endsWith('always');
  if (!always && name !== '' && !/[\x00-\x1f\x7f\s"'`$&|;<>()*?[\]{}\\!=^]|^[~#]/.test(name)) return name;
  if (style.startsWith('shell-escape') && /[\x00-\x1f\x7f]/.test(name))
    return `'${name.replace(/'/g, "'\\''").replace(/[\x00-\x1f\x7f]+/g, (chars) => `'$'${[...chars].map(escaped).join('')}''`)}'`
      .replace(/^''(?=\$)/, "''")
      .replace(/''$/, "'");
  if (name.includes("'")) return /["$`\\!]/.test(name) ? `'${name.replace(/'/g, "'\\''")}'` : `"${name}"`;
  return `'${name}'`;
}

/** Numbers in names count as numbers (gnulib's filevercmp, in outline). */
export function compareVersions(a: string, b: string): number {
  const parts = (text: string) => text.match(/\d+|\D+/g) ?? [];
  const [left, right] = [parts(a), parts(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [x, y] = [left[at] ?? '', right[at] ?? ''];
    if (/^\d/.test(x) && /^\d/.test(y)) {
      const order = Number(x) - Number(y);
      if (order !== 0) return order;
    } else if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
