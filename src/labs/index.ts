/** The labs. A folder with a `lab.md` registers itself. */
const texts = import.meta.glob<string>('./*/lab.md', { query: '?raw', import: 'default', eager: true });

/** Text of each lab's lab.md by the lab's id. */
export const labTexts: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(texts).map(([path, text]) => [/^\.\/([^/]+)\//.exec(path)![1]!, text]),
);
