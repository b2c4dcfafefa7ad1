/** The table writer against a table that the real kubectl v1.32.5 printed (`get cm -o custom-columns`); locked. */
import { expect, test } from 'vitest';
import { TabWriter } from './tabwriter.ts';

const CELLS = [
  ['NAME', 'X', 'Y'],
  ['a', '1', 'x'],
  ['a-much-longer-name', 'a long value with spaces', 'z'],
  ['bb', '', 'yy'],
  ['c', 'ünïcode', ''],
  ['d', '', ''],
  ['kube-root-ca.crt', '<none>', '<none>'],
];

const RECORDED = [
  'NAME                 X                          Y',
  'a                    1                          x',
  'a-much-longer-name   a long value with spaces   z',
  'bb                                              yy',
  'c                    ünïcode                    ',
  'd                                               ',
  'kube-root-ca.crt     <none>                     <none>',
  '',
].join('\n');

test('columns are as wide as their widest cell and three spaces, counted in characters; a last empty cell leaves its padding', () => {
  const writer = new TabWriter();
  for (const cells of CELLS) writer.line(cells);
  expect(writer.flush()).toBe(RECORDED);
});

test('widths are remembered over a flush, so that a watch stays in its columns', () => {
  const writer = new TabWriter();
  writer.line(['a-much-longer-name', 'x']);
  writer.flush();
  writer.line(['a', 'x']);
  expect(writer.flush()).toBe('a                    x\n');
});
