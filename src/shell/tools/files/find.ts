/** find: findutils 4.9. Directories are visited in the order of their names. */
import type { Invocation } from '../../bash/execution.ts';
import { stdin, throwIfInterrupted } from '../../bash/execution.ts';
import { fail, print } from '../tool.ts';
import { Complaint, type Node, parseExpression, type Settings } from './find-expression.ts';
import type { Action, Visited, Walk } from './find-tests.ts';
import { filesOf, isStat, joinName, look, pathOf } from './paths.ts';

const MAX_DEPTH = 300;

export async function find(invocation: Invocation): Promise<number> {
  const args = [...invocation.args];
  const settings: Settings = {
    maxDepth: MAX_DEPTH,
    minDepth: 0,
    depthFirst: false,
    follow: 'never',
    fromMidnight: false,
    extended: false,
  };
  while (/^-([HLP]|O\d)$/.test(args[0] ?? '')) {
    const flag = args.shift()!;
    if (!flag.startsWith('-O')) settings.follow = ({ '-H': 'operands', '-L': 'always', '-P': 'never' } as const)[flag as '-H'];
  }
  if (args[0] === '--') args.shift();
  const starts = args.findIndex((arg) => /^-./.test(arg) || ['(', '!', ','].includes(arg));
  const operands = starts < 0 ? args : args.slice(0, starts);
  let parsed: ReturnType<typeof parseExpression>;
  try {
    if (args[starts] === '-help' || args[starts] === '--help') throw new Complaint('--help: not simulated in this lab');
    parsed = parseExpression(invocation, starts < 0 ? [] : args.slice(starts), settings);
  } catch (error) {
    if (error instanceof Complaint || (error instanceof Error && /^missing argument|not simulated/.test(error.message)))
      return fail(invocation, error.message);
    throw error;
  }
  // Only to a person.
  if (stdin(invocation.x)?.isTTY) for (const warning of parsed.warnings) fail(invocation, warning);
  const walk: Walk = { prune: false, quit: false, status: 0 };
  const search: Search = { invocation, settings, walk, tree: parsed.tree, prints: parsed.prints, visits: 0 };
  for (const operand of operands.length > 0 ? operands : ['.']) {
    if (walk.quit) break;
    const stat = look(invocation, operand, settings.follow !== 'never');
    const shown = isStat(stat) || settings.follow === 'never' ? stat : look(invocation, operand, false);
    if (!isStat(shown)) walk.status = fail(invocation, `‘${operand}’: ${shown}`);
    else await visit(search, { name: operand, operand, depth: 0, stat: shown });
  }
  if (parsed.tree) for (const action of actionsOf(parsed.tree)) await action.end?.(walk);
  return walk.status;
}

interface Search {
  readonly invocation: Invocation;
  readonly settings: Settings;
  readonly walk: Walk;
  readonly tree: Node | undefined;
  readonly prints: boolean;
  visits: number;
}

async function visit(search: Search, visited: Visited): Promise<void> {
  const { invocation, settings, walk } = search;
  if (++search.visits % 200 === 0) {
    await invocation.x.platform.clock.breathe();
    throwIfInterrupted(invocation.x);
  }
  walk.prune = false;
  if (!settings.depthFirst) await judge(search, visited);
  const pruned = walk.prune && !settings.depthFirst;
  if (visited.stat.type === 'directory' && !pruned && !walk.quit && visited.depth < settings.maxDepth)
    await descend(search, visited);
  if (settings.depthFirst && !walk.quit) await judge(search, visited);
}

async function descend(search: Search, { name, operand, depth }: Visited): Promise<void> {
  const { invocation, settings, walk } = search;
  const names = filesOf(invocation).list(pathOf(invocation, name));
  if (!names) {
    walk.status = fail(invocation, `‘${name}’: Permission denied`);
    return;
  }
  for (const each of names) {
    if (walk.quit) return;
    const path = joinName(name, each.replace(/\/$/, ''));
    const followed = look(invocation, path, settings.follow === 'always');
    const stat = isStat(followed) ? followed : look(invocation, path, false);
    if (isStat(stat)) await visit(search, { name: path, operand, depth: depth + 1, stat });
  }
}

async function judge(search: Search, visited: Visited): Promise<void> {
  if (visited.depth < search.settings.minDepth) return;
  const holds = search.tree === undefined || (await holdsFor(search.tree, visited, search.walk));
  if (holds && search.prints) print(search.invocation, `${visited.name}\n`);
}

async function holdsFor(node: Node, visited: Visited, walk: Walk): Promise<boolean> {
  if (walk.quit) return false;
  if (node.kind === 'test') return node.test(visited);
  if (node.kind === 'action') return node.action.run(visited, walk);
  if (node.kind === 'not') return !(await holdsFor(node.inner, visited, walk));
  const left = await holdsFor(node.left, visited, walk);
  if (node.kind === 'and') return left && holdsFor(node.right, visited, walk);
  if (node.kind === 'or') return left || holdsFor(node.right, visited, walk);
  return holdsFor(node.right, visited, walk);
}

function actionsOf(node: Node): readonly Action[] {
  if (node.kind === 'action') return [node.action];
  if (node.kind === 'test') return [];
  return node.kind === 'not' ? actionsOf(node.inner) : [...actionsOf(node.left), ...actionsOf(node.right)];
}
