/** The table `npm run bench` prints: a figure, its budget, a real peer measured in the same run, and the ratio. */
import { spawnSync } from 'node:child_process';

export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly budget: string;
  readonly within: boolean;
  readonly peer: string;
  readonly ratio: string;
}

const msText = (ms: number): string => `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;

/** A row in ms. `budgetMs` absent: a figure nobody set a limit for. `peerTime` absent: the peer is not here. */
export function msRow(what: string, ms: number, budgetMs: number | undefined, peer: string, peerTime: number | undefined): Row {
  return {
    what,
    ours: msText(ms),
    budget: budgetMs === undefined ? '' : `≤ ${budgetMs} ms`,
    within: budgetMs === undefined || ms <= budgetMs,
    peer: peerTime === undefined ? `${peer}: not found` : `${msText(peerTime)}, ${peer}`,
    ratio: peerTime === undefined ? '' : (ms / peerTime).toFixed(2),
  };
}

/** A row that could not be measured, and why. */
export const missingRow = (what: string, budget: string, why: string): Row => ({
  what,
  ours: 'not measured',
  budget,
  within: true,
  peer: why,
  ratio: '',
});

/** Wall ms of a program, the median of five runs; undefined: it is not here or fails. */
export function programMs(command: string, args: readonly string[]): number | undefined {
  if (spawnSync(command, [...args]).status !== 0) return undefined;
  return medianOf(5, () => spawnSync(command, [...args]));
}

/** CPU time of this process, ms: a loaded machine does not count. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Median of wall ms: what another process costs shows on no clock of ours but that. */
export function medianOf(times: number, run: () => unknown, clock: () => number = () => performance.now()): number {
  const ms: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = clock();
    run();
    ms.push(clock() - began);
  }
  return median(ms);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

export function print(rows: readonly Row[]): void {
  const heads = ['', 'ours', 'budget', 'peer in the same run', 'ours / peer'];
  const cells = rows.map((r) => [`${r.within ? ' ' : '!'} ${r.what}`, r.ours, r.budget, r.peer, r.ratio]);
  const widths = heads.map((head, i) => Math.max(head.length, ...cells.map((c) => c[i]!.length)));
  for (const line of [heads, ...cells])
    process.stdout.write(
      `${line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd()}\n`,
    );
}
