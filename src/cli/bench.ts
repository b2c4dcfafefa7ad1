/**
 * `npm run bench`: how fast Nexthop is, each figure beside a real peer measured in the same run, as a ratio.
 * Prints a table; judges nothing (a slow machine is no fault), but marks what is over the budget.
 */
import { loadWorld } from '../engine/index.ts';
import { worlds } from '../worlds/index.ts';
import { kubectlRow, processRow } from './bench/commands.ts';
import { largeRows, patchRow, walkRow } from './bench/engine.ts';
import { pageRows } from './bench/page.ts';
import { print, type Row } from './bench/table.ts';

export async function main(): Promise<void> {
  const bank = loadWorld(worlds.yaobank!);
  const rows: Row[] = [
    patchRow('patch → settled, yaobank', bank, '/api/v1/namespaces/yaobank/services/customer', 40, 10),
    ...largeRows(50, 500, 150),
    await kubectlRow(bank),
    walkRow(bank),
    processRow(),
    ...pageRows(),
  ];
  print(rows);
}
