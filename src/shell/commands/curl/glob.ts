/** curl's own URL globbing: `{a,b}` and `[1-3]`. */

export type Globbed = { readonly urls: readonly string[] } | { readonly complaint: string };

const MAX_URLS = 1000;

export function globUrl(url: string): Globbed {
  let urls = [''];
  for (let at = 0; at < url.length; at++) {
    const char = url[at]!;
    if (char === '\\' && /[{}[\]]/.test(url[at + 1] ?? '')) urls = urls.map((each) => each + url[++at]);
    else if (char === '{') {
      const end = url.indexOf('}', at);
      if (end < 0) return { complaint: trouble('unmatched brace', url, at) };
      const choices = url.slice(at + 1, end).split(',');
      if (choices.length === 1 && choices[0] === '') return { complaint: trouble('empty string within braces', url, at) };
      urls = urls.flatMap((each) => choices.map((choice) => each + choice));
      at = end;
    } else if (char === '}') return { complaint: trouble('unmatched close brace/bracket', url, at) };
    else if (char === '[') {
      const found = /^\[(?:(\d+)-(\d+)|([a-zA-Z])-([a-zA-Z]))(?::(\d+))?\]/.exec(url.slice(at));
      if (!found) return { complaint: trouble('bad range', url, at) };
      urls = urls.flatMap((each) => range(found).map((item) => each + item));
      at += found[0].length - 1;
    } else if (char === ']') return { complaint: trouble('unmatched close brace/bracket', url, at) };
    else urls = urls.map((each) => each + char);
    if (urls.length > MAX_URLS) return { complaint: trouble('range overflow', url, at) };
  }
  return { urls };
}

function trouble(why: string, url: string, at: number): string {
  return `${why} in URL position ${at + 2 - (why.startsWith('unmatched') ? 1 : 0)}:\n${url}\n${' '.repeat(at + 1 - (why.startsWith('unmatched') ? 1 : 0))}^`;
}

function range(found: RegExpExecArray): string[] {
  const letters = found[3] !== undefined;
  const [from, to] = letters ? [found[3]!.charCodeAt(0), found[4]!.charCodeAt(0)] : [Number(found[1]), Number(found[2])];
  const width = !letters && /^0\d/.test(found[1]!) ? found[1]!.length : 0;
  const items: string[] = [];
  for (let value = from; value <= to && items.length <= MAX_URLS; value += Math.max(1, Number(found[5] ?? 1)))
    items.push(letters ? String.fromCharCode(value) : String(value).padStart(width, '0'));
  return items;
}
