/** The comparison's rows as the page lists them: tool, then command, then the lines that were typed. Pure. */
import { groupBy } from '../model/group.ts';
import type { Row } from './matrix.ts';

export type Verdict = Row['verdict'];

export type Counts = Readonly<Record<Verdict, number>>;

export interface CommandRows {
  /** `kubectl get`, `ip route`: the program and what it was told to do. */
  readonly command: string;
  readonly rows: readonly Row[];
  readonly counts: Counts;
}

export interface ToolRows {
  readonly tool: string;
  readonly counts: Counts;
  readonly commands: readonly CommandRows[];
}

/** Programs whose first argument is an object or a verb of their own. */
const WITH_VERBS = new Set(['kubectl', 'calicoctl', 'ip', 'birdc', 'bird', 'ipset', 'systemctl', 'iptables-save']);

/** What stands before the program: the host it was typed on, assignments, sudo. */
const BEFORE = /^(?:[\w/-]+: |[A-Z_]+=(?:'[^']*'|"[^"]*"|\S*) |sudo )+/;

/** The program of a line and its verb: `kubectl get`, `curl`. */
export function commandOf({ tool, command }: Row): string {
  const words = command.replace(BEFORE, '').split(/[\s|;&]+/);
  const at = words.indexOf(tool);
  if (at < 0) return /^[\w.-]+$/.test(words[0]!) ? words[0]! : tool;
  const verb = words[at + 1];
  return WITH_VERBS.has(tool) && verb !== undefined && /^[a-z][\w-]*$/.test(verb) ? `${tool} ${verb}` : tool;
}

export function countsOf(rows: readonly Row[]): Counts {
  const counts: Record<Verdict, number> = { identical: 0, deviates: 0, 'not simulated': 0 };
  for (const { verdict } of rows) counts[verdict]++;
  return counts;
}

export function groupRows(rows: readonly Row[]): readonly ToolRows[] {
  return [...groupBy(rows, (row) => row.tool)].map(([tool, own]) => ({
    tool,
    counts: countsOf(own),
    commands: [...groupBy(own, commandOf)]
      .map(([command, lines]) => ({ command, rows: lines, counts: countsOf(lines) }))
      .sort((a, b) => a.command.localeCompare(b.command)),
  }));
}

/** The rows that hold the words searched for and have the verdict asked for. */
export function filterRows(rows: readonly Row[], text: string, verdict: Verdict | undefined): readonly Row[] {
  const wanted = text.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (verdict === undefined || row.verdict === verdict) &&
      (wanted === '' || `${row.command} ${row.scenario} ${row.reason ?? ''}`.toLowerCase().includes(wanted)),
  );
}
