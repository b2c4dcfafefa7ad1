/** The text tools in gnu/ by name; their code comes with the first use of one of them. */
import type { Tool } from './tool.ts';

const SUMMARIES: Readonly<Record<string, string>> = {
  base32: 'Bytes as letters',
  base64: 'Bytes as letters',
  basename: 'The last part of a path',
  comm: 'Compare two sorted files',
  cut: 'Take columns out of lines',
  dirname: 'A path without its last part',
  fold: 'Break long lines',
  hd: 'Show bytes',
  hexdump: 'Show bytes',
  join: 'Join lines by a common field',
  nl: 'Number lines',
  od: 'Show bytes',
  paste: 'Join lines side by side',
  realpath: 'A path from the root',
  rev: 'Turn lines round',
  sed: 'Edit lines as they pass',
  seq: 'Count',
  shuf: 'Mix lines',
  sort: 'Sort lines',
  tail: 'Print the last lines',
  tac: 'Last line first',
  tr: 'Exchange characters',
  uniq: 'Drop repeated lines',
  xxd: 'Show bytes',
};

export const textTools: Readonly<Record<string, Tool>> = Object.fromEntries(
  Object.entries(SUMMARIES).map(([name, summary]) => [
    name,
    {
      summary,
      run: async (invocation) => {
        const { gnu } = await import('./gnu/index.ts');
        return gnu[name]!(invocation);
      },
    } satisfies Tool,
  ]),
);
