/** `ip rule`: the three rules every host has; changing them is not simulated (iproute2 6.1, ip/iprule.c). */
import { abbreviates, type Context, notSimulated, requireRoot, unknownCommand, usageStop } from './context.ts';
import { writeJson } from './json.ts';
import { usage } from './usage.ts';

const RULES = [
  { priority: 0, table: 'local' },
  { priority: 32_766, table: 'main' },
  { priority: 32_767, table: 'default' },
] as const;

export function rule(context: Context, args: readonly string[]): undefined {
  const { process, options } = context;
  const [command = 'list', ...rest] = args;
  if (abbreviates(command, 'list') || command === 'lst' || abbreviates(command, 'show')) {
    if (rest.length > 0) throw notSimulated('rule selectors');
    if (options.json)
      process.out(
        writeJson(
          RULES.map(({ priority, table }) => ({ priority, src: 'all', table })),
          options.pretty,
        ),
      );
    else
      for (const { priority, table } of options.family === 'inet6' ? RULES.slice(0, 2) : RULES)
        process.out(`${priority}:\tfrom all lookup ${table}\n`);
    return;
  }
  for (const word of ['add', 'delete', 'flush', 'save', 'restore']) {
    if (!abbreviates(command, word)) continue;
    requireRoot(context);
    throw notSimulated(`rule ${word}`);
  }
  if (abbreviates(command, 'help')) throw usageStop(usage.rule);
  throw unknownCommand(command, 'rule');
}
