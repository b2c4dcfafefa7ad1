/** `trap`: actions on EXIT, ERR and signals. */
import { parse } from 'unbash';
import { runScript } from './execute.ts';
import type { Execution } from './execution.ts';

/** Runs the action of a trap, if there is one; `$?` is as it was. EXIT runs once. */
export async function runTrap(name: string, x: Execution): Promise<void> {
  const action = x.shell.traps.get(name);
  if (!action) return;
  const { status } = x.shell;
  if (name === 'EXIT' || name === 'ERR') x.shell.traps.delete(name);
  try {
    await runScript(parse(action), { ...x, source: action, tested: true });
  } finally {
    if (name === 'ERR') x.shell.traps.set(name, action);
    x.shell.status = status;
  }
}
