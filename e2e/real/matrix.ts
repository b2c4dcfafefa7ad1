/**
 * Writes what a comparison found to src/ui/fidelity/matrix.json, the page "How true is this terminal?". Reads deviations.json by way
 * of its caller. A line that ours refuses as not simulated is told apart from one that answers otherwise than the real tool.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Matrix, parseMatrix, type Row } from '../../src/ui/fidelity/matrix.ts';
import type { Outcome } from './outcome.ts';

/** A difference that is known: lines of a tool, and why they differ. */
export interface Deviation {
  readonly tool: string;
  readonly lines: readonly string[];
  readonly reason: string;
}

const NOT_SIMULATED = 'not simulated in this lab';

export function reasonFor(outcome: Outcome, deviations: readonly Deviation[]): string | undefined {
  return deviations.find((one) => one.tool === outcome.tool && one.lines.includes(outcome.line))?.reason;
}

interface Found {
  /** Folder of the repository. */
  readonly root: string;
  /** Outcomes by suite. */
  readonly done: ReadonlyMap<string, readonly Outcome[]>;
  readonly deviations: readonly Deviation[];
  /** Versions of the real tools, by tool. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Rows of suites that did not run stay as they were. */
export function writeMatrix({ root, done, deviations, versions }: Found): void {
  const file = join(root, 'src/ui/fidelity/matrix.json');
  const old = existsSync(file) ? parseMatrix(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  const rows = [...done].flatMap(([suite, outcomes]) => outcomes.map((one) => rowOf(suite, one, deviations)));
  const kept = (old?.rows ?? []).filter(({ suite }) => suite !== undefined && !done.has(suite));
  const matrix: Matrix = {
    date: new Date().toISOString().slice(0, 10),
    versions: { ...old?.versions, ...versions },
    rows: [...kept, ...rows],
  };
  const body = matrix.rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
  const head = `{\n  "date": ${JSON.stringify(matrix.date)},\n  "versions": ${JSON.stringify(matrix.versions)},\n  "rows": [\n`;
  writeFileSync(file, `${head}${body}\n  ]\n}\n`);
  console.log(`wrote ${matrix.rows.length} rows to src/ui/fidelity/matrix.json`);
}

function rowOf(suite: string, one: Outcome, deviations: readonly Deviation[]): Row {
  const row = { suite, tool: one.tool, scenario: one.scenario, command: one.line };
  if (one.verdict === 'identical') return { ...row, verdict: 'identical' };
  const reason = reasonFor(one, deviations);
  const verdict = one.ours.includes(NOT_SIMULATED) ? 'not simulated' : 'deviates';
  return reason === undefined ? { ...row, verdict } : { ...row, verdict, reason };
}
