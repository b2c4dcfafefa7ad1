/** `ip route`: list, get, add and the other changes, flush (iproute2 6.1, ip/iproute.c). IPv4's main table; local is derived. */

import { abbreviates, type Context, Cursor, notSimulated, unknownCommand, usageStop } from './context.ts';
import { route6Text } from './inet6.ts';
import { changeRoute } from './route-change.ts';
import { getRoute } from './route-get.ts';
import { flushRoutes, listRoutes } from './route-list.ts';
import { usage } from './usage.ts';

const CHANGES: readonly (readonly [word: string, mode: 'add' | 'change' | 'replace' | 'prepend' | 'append' | 'delete'])[] = [
  ['add', 'add'],
  ['change', 'change'],
  ['chg', 'change'],
  ['replace', 'replace'],
  ['prepend', 'prepend'],
  ['append', 'append'],
  ['test', 'add'],
  ['delete', 'delete'],
];

export function route(context: Context, args: readonly string[]): undefined {
  const { process, options } = context;
  const [command = 'list', ...rest] = args;
  const cursor = new Cursor(rest);
  if (options.family === 'inet6') {
    if (args.length > 0 && !['list', 'show', 'lst'].some((word) => abbreviates(command, word))) throw notSimulated('-6 route');
    process.out(route6Text(context));
    return;
  }
  if (abbreviates(command, 'list') || abbreviates(command, 'show') || command === 'lst') return listRoutes(context, cursor);
  if (abbreviates(command, 'get')) return getRoute(context, cursor);
  const change = CHANGES.find(([word]) => abbreviates(command, word));
  if (change && command !== 'test') return changeRoute(context, change[1], cursor);
  if (abbreviates(command, 'flush')) return flushRoutes(context, cursor);
  for (const word of ['save', 'restore', 'showdump']) if (abbreviates(command, word)) throw notSimulated(`route ${word}`);
  if (abbreviates(command, 'help')) throw usageStop(usage.route);
  throw unknownCommand(command, 'route');
}
