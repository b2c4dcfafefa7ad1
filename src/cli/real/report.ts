/** What a comparison came to, for people: counts, differences without a reason, reasons without a difference. Reads e2e/real/deviations.json. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Deviation, reasonFor } from '../../../e2e/real/matrix.ts';
import type { Outcome } from '../../../e2e/real/outcome.ts';

export interface Counts {
  readonly identical: number;
  /** Different for a reason that is listed. */
  readonly known: number;
  readonly different: number;
}

export const readDeviations = (root: string): readonly Deviation[] =>
  JSON.parse(readFileSync(join(root, 'e2e/real/deviations.json'), 'utf8'));

export function count(outcomes: readonly Outcome[], deviations: readonly Deviation[]): Counts {
  const identical = outcomes.filter((one) => one.verdict === 'identical').length;
  const known = outcomes.filter((one) => one.verdict === 'different' && reasonFor(one, deviations) !== undefined).length;
  return { identical, known, different: outcomes.length - identical - known };
}

/** Prints each difference without a reason; `both` shows the two texts. */
export function printDifferences(outcomes: readonly Outcome[], deviations: readonly Deviation[], both: boolean): void {
  const unexplained = outcomes.filter((one) => one.verdict === 'different' && reasonFor(one, deviations) === undefined);
  for (const { tool, scenario, line, ours, real } of unexplained) {
    console.log(`different  ${tool} [${scenario}] ${line}`);
    if (both) console.log(`--- real\n${real}\n--- ours\n${ours}\n`);
  }
}

/**
 * Lines whose reason is no longer needed: asked, and the same in every state. In a full run of a tool, lines that nobody asks too.
 */
export function staleReasons(
  outcomes: readonly Outcome[],
  deviations: readonly Deviation[],
  complete: (tool: string) => boolean,
): readonly string[] {
  return deviations.flatMap(({ tool, lines }) =>
    lines.flatMap((line) => {
      const asked = outcomes.filter((one) => one.tool === tool && one.line === line);
      if (asked.some((one) => one.verdict === 'different')) return [];
      if (asked.length > 0) return [`no longer different, drop the reason: ${tool} ${line}`];
      return complete(tool) ? [`a reason for a line that nobody asks: ${tool} ${line}`] : [];
    }),
  );
}
