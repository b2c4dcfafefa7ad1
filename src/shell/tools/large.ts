/** Tools that are languages or tables of their own, each loaded when first used. Adding one: a folder or file here and a line. */
import type { Program } from '../bash/execution.ts';
import type { Tool } from './tool.ts';

const lazily =
  (load: () => Promise<Program>): Program =>
  async (invocation) =>
    (await load())(invocation);

const awk: Tool = { summary: 'Take lines apart into fields', run: lazily(async () => (await import('./awk/index.ts')).awk) };

export const largeTools: Readonly<Record<string, Tool>> = {
  awk,
  bc: { summary: 'Calculate', run: lazily(async () => (await import('./bc/index.ts')).bc) },
  column: { summary: 'Lists in columns, tables', run: lazily(async () => (await import('./column.ts')).column) },
  mawk: awk,
  nawk: awk,
};
