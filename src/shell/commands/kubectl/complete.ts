/** Tab completion of kubectl's command line. */
import type { Completion, Process } from '../../command.ts';

export function complete(_process: Process, _words: readonly string[], _index: number): readonly Completion[] {
  return [];
}
