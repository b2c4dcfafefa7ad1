import { expect, it } from 'vitest';
import { commands } from './index.ts';

const folders = Object.keys(import.meta.glob('./*/index.ts')).map((path) => path.split('/')[1]!);

it('every command that has a folder is in the list, once', () => {
  const names = commands.map((command) => command.name);
  expect(names).toEqual([...new Set(names)]);
  expect(folders.filter((folder) => !names.includes(folder))).toEqual([]);
});
