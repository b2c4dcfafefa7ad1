/** History expansion: `!!`, `!$`, `!-2`, `!12`, `!curl`, `^old^new^`. */

export type ExpandedHistory = { readonly text: string } | { readonly error: string };

/** @param history earlier lines, oldest first */
export function expandHistory(line: string, history: readonly string[]): ExpandedHistory {
  const quick = /^\^([^^]+)\^([^^]*)\^?$/.exec(line);
  if (quick) {
    const last = history.at(-1);
    if (!last?.includes(quick[1]!)) return { error: `:s${line}: substitution failed` };
    return { text: last.replace(quick[1]!, () => quick[2]!) };
  }
  if (!line.includes('!')) return { text: line };
  let out = '';
  let quote: '' | "'" = '';
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (char === "'" && !out.endsWith('\\')) quote = quote ? '' : "'";
    if (
      char !== '!' ||
      quote ||
      line[at - 1] === '\\' ||
      line[at - 1] === '$' ||
      line[at - 1] === '[' ||
      /^!($|[\s=("])/.test(line.slice(at))
    ) {
      out += char;
      continue;
    }
    const designator = /^!(!|\$|\^|\*|-?\d+|(?=:[\d$^*])|[^\s:;|&()<>"'!$]+)(?::(\d+|\$|\^|\*))?/.exec(line.slice(at));
    if (!designator) {
      out += char;
      continue;
    }
    const found = lookUp(designator[1]!, history);
    if (found === undefined) return { error: `${designator[0]}: event not found` };
    const word = /^[$^*]$/.test(designator[1]!) ? designator[1] : designator[2];
    out += word === undefined ? found : pick(found, word);
    at += designator[0].length - 1;
  }
  return { text: out };
}

function lookUp(event: string, history: readonly string[]): string | undefined {
  if (/^[!$^*]?$/.test(event)) return history.at(-1);
  if (/^-\d+$/.test(event)) return history.at(Number(event));
  if (/^\d+$/.test(event)) return history[Number(event) - 1];
  return history.findLast((line) => line.startsWith(event));
}

function pick(line: string, word: string): string {
  const words = line.trim().match(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/g) ?? [];
  if (word === '$') return words.at(-1) ?? '';
  if (word === '^') return words[1] ?? '';
  return word === '*' ? words.slice(1).join(' ') : (words[Number(word)] ?? '');
}
