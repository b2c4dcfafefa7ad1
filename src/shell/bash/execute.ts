/**
 * The interpreter: walks unbash's tree. Pipelines run side by side through real pipes, so what a program writes is seen as it is
 * written; loops give way to the event loop, so nothing a learner types can freeze the page.
 */
import type { AndOr, Case, CompoundList, For, If, Pipeline, Script, Select, Statement, SyntaxNode, While } from 'unbash';
import { evaluateRoot } from './arithmetic.ts';
import { runSimpleCommand } from './command.ts';
import { evaluateTest } from './conditions.ts';
import { type Execution, Exit, LoopJump, ShellError, stderr, stdin, stdout, throwIfInterrupted } from './execution.ts';
import { doors, expandPattern, expandString, expandWord } from './expand.ts';
import { fork } from './fork.ts';
import { startJob } from './jobs.ts';
import { patternToRegExp } from './pattern.ts';
import { applyRedirections } from './redirect.ts';
import { copyState, errorPrefix } from './state.ts';
import { BrokenPipe, createPipe, OutOfMemory, readLine, WriteError } from './streams.ts';
import { trace } from './trace.ts';
import { runTrap } from './traps.ts';
import { setValue } from './variables.ts';

/** Nodes walked between two turns of the event loop: about two milliseconds' worth. */
const NODES_PER_BREATH = 256;
let walked = 0;

export async function runScript(script: Script | CompoundList, x: Execution): Promise<number> {
  let status = script.commands.length === 0 ? 0 : x.shell.status;
  for (const statement of script.commands) status = await runStatement(statement, x);
  return status;
}

async function runStatement(statement: Statement, x: Execution): Promise<number> {
  if (!statement.background) return runNode(statement.command, x);
  const { command } = statement;
  startJob(x.source.slice(command.pos, command.end).replace(/^\(\s*([\s\S]*?)\s*\)$/, '( $1 )'), x, (inside) =>
    runNode(command, inside),
  );
  x.shell.status = 0;
  return 0;
}

export async function runNode(node: SyntaxNode, x: Execution): Promise<number> {
  throwIfInterrupted(x);
  if (++walked % NODES_PER_BREATH === 0) {
    await x.platform.clock.breathe();
    throwIfInterrupted(x);
  }
  const waiting = stdout(x)?.ready();
  if (waiting) await waiting;
  const status = await dispatch(node, x);
  x.shell.status = status;
  return status;
}

async function dispatch(node: SyntaxNode, x: Execution): Promise<number> {
  switch (node.type) {
    case 'Command':
      return failing(await runSimpleCommand(node, x), x);
    case 'Pipeline':
      return runPipeline(node, x);
    case 'AndOr':
      return runAndOr(node, x);
    case 'CompoundList':
    case 'BraceGroup':
      return runScript(node.type === 'BraceGroup' ? node.body : node, x);
    case 'Redirected':
      return redirected(node.redirects, x, (inside) => runNode(node.command, inside));
    case 'Subshell':
      return failing(await inSubshell(x, (inside) => runScript(node.body, inside)), x);
    case 'If':
      return runIf(node, x);
    case 'While':
      return runWhile(node, x);
    case 'For':
      return runFor(node, x);
    case 'ArithmeticFor':
      return runArithmeticFor(node, x);
    case 'Select':
      return runSelect(node, x);
    case 'Case':
      return runCase(node, x);
    case 'Function':
      x.shell.functions.set(node.name.text, { node, source: x.source });
      return 0;
    case 'TestCommand':
      return failing((await evaluateTest(node.expression, x)) ? 0 : 1, x);
    case 'ArithmeticCommand':
      return failing(await arithmeticStatus(node, x), x);
    default:
      throw new ShellError(`${node.type}: not simulated in this lab`, 1);
  }
}

/** `(( … ))`: a mistake in it is its failure, and the line goes on. */
async function arithmeticStatus(node: Extract<SyntaxNode, { type: 'ArithmeticCommand' }>, x: Execution): Promise<number> {
  if (x.shell.options.has('xtrace')) trace(x, `(( ${node.body.trim()} ))`);
  try {
    return (await evaluateRoot(node.body, node.expression, x, doors)) === 0n ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ShellError)) throw error;
    stderr(x)?.write(`${errorPrefix(x.shell)}((: ${error.message}\n`);
    return 1;
  }
}

/** `set -e` and the ERR trap look at every status that nothing tests. */
async function failing(status: number, x: Execution): Promise<number> {
  if (status === 0 || x.tested) return status;
  x.shell.status = status;
  await runTrap('ERR', x);
  if (x.shell.options.has('errexit')) throw new Exit(status);
  return status;
}

export async function redirected(
  list: Parameters<typeof applyRedirections>[0],
  x: Execution,
  run: (x: Execution) => Promise<number>,
): Promise<number> {
  let opened: Awaited<ReturnType<typeof applyRedirections>>;
  try {
    opened = await applyRedirections(list, x);
  } catch (error) {
    if (!(error instanceof ShellError)) throw error;
    stderr(x)?.write(`${errorPrefix(x.shell)}${error.message}\n`);
    return failing(1, x);
  }
  try {
    return await run({ ...x, fds: opened.fds });
  } finally {
    opened.close();
  }
}

/** Runs in a copy of the shell; `exit` and errors end only that. */
export async function inSubshell(x: Execution, run: (x: Execution) => Promise<number>): Promise<number> {
  let release: () => void;
  try {
    release = fork(x);
  } catch (error) {
    return statusOf(error, x);
  }
  try {
    return await runInCopy(x, run);
  } finally {
    release();
  }
}

async function runInCopy(x: Execution, run: (x: Execution) => Promise<number>): Promise<number> {
  const shell = copyState(x.shell);
  const inside: Execution = { ...x, shell, fds: new Map(x.fds) };
  let status: number;
  try {
    status = await run(inside);
  } catch (error) {
    status = statusOf(error, inside);
  }
  shell.status = status;
  await runTrap('EXIT', inside);
  return status;
}

/** @returns what an error that ends a shell leaves as its status, after saying what is to be said; rethrows Ctrl-C */
export function statusOf(error: unknown, x: Execution): number {
  if (error instanceof Exit) return error.status;
  if (error instanceof BrokenPipe) return 141;
  if (error instanceof WriteError) return statusOf(new ShellError(`write error: ${error.message}`, 1), x);
  if (error instanceof OutOfMemory) return statusOf(new ShellError('xrealloc: cannot allocate memory', 2), x);
  if (error instanceof ShellError) {
    try {
      stderr(x)?.write(`${errorPrefix(x.shell)}${error.message}\n`);
    } catch {
      // Standard error is a closed pipe: nobody to tell.
    }
    return error.status;
  }
  throw error;
}

async function runAndOr(node: AndOr, x: Execution): Promise<number> {
  let status = 0;
  for (const [index, command] of node.commands.entries()) {
    const operator = index === 0 ? undefined : node.operators[index - 1];
    if ((operator === '&&' && status !== 0) || (operator === '||' && status === 0)) continue;
    const last = index === node.commands.length - 1;
    status = await runNode(command, last ? x : { ...x, tested: true });
  }
  return status;
}

async function runPipeline(node: Pipeline, x: Execution): Promise<number> {
  const negated = node.prefixes.filter((prefix) => prefix.type === 'Negation').length % 2 === 1;
  const timed = node.prefixes.find((prefix) => prefix.type === 'Time');
  const began = x.platform.clock.now();
  const inside = negated ? { ...x, tested: true } : x;
  const status = node.commands.length === 1 ? await runNode(node.commands[0]!, inside) : await runPipes(node, inside);
  if (timed) stderr(x)?.write(timeReport(x.platform.clock.now() - began, timed.posix !== undefined));
  if (negated) return status === 0 ? 1 : 0;
  return node.commands.length === 1 ? status : failing(status, x);
}

function timeReport(ms: number, posix: boolean): string {
  const seconds = (ms % 60_000) / 1000;
  if (posix) return `real ${(ms / 1000).toFixed(2)}\nuser 0.00\nsys 0.00\n`;
  return `\nreal\t${Math.floor(ms / 60_000)}m${seconds.toFixed(3)}s\nuser\t0m0.000s\nsys\t0m0.000s\n`;
}

async function runPipes(node: Pipeline, x: Execution): Promise<number> {
  const pipes = node.operators.map(() => createPipe());
  const running = node.commands.map(async (command, index) => {
    const fds = new Map(x.fds);
    const from = pipes[index - 1];
    const to = pipes[index];
    if (from) fds.set(0, { source: from });
    if (to) fds.set(1, { sink: to });
    if (to && node.operators[index] === '|&') fds.set(2, { sink: to });
    try {
      // Parts are forked one after another, which `set -x` shows.
      if (x.shell.options.has('xtrace')) for (let before = 0; before < index; before++) await x.platform.clock.breathe();
      return await inSubshell({ ...x, fds, tested: true }, (inside) => runNode(command, inside));
    } finally {
      to?.end();
      from?.close();
    }
  });
  const statuses = await Promise.all(running);
  x.shell.pipeStatus = statuses;
  if (x.shell.options.has('pipefail')) return statuses.findLast((status) => status !== 0) ?? 0;
  return statuses.at(-1) ?? 0;
}

async function runIf(node: If, x: Execution): Promise<number> {
  const tested = { ...x, tested: true };
  if ((await runScript(node.clause, tested)) === 0) return runScript(node.then, x);
  for (const branch of node.elif) if ((await runScript(branch.clause, tested)) === 0) return runScript(branch.then, x);
  return node.else ? runScript(node.else, x) : 0;
}

/** Runs a loop's body once. @returns true to leave the loop */
async function iterate(x: Execution, body: () => Promise<unknown>): Promise<boolean> {
  x.shell.loops++;
  try {
    await body();
    return false;
  } catch (error) {
    if (!(error instanceof LoopJump)) throw error;
    if (error.levels > 1) throw new LoopJump(error.kind, error.levels - 1);
    return error.kind === 'break';
  } finally {
    x.shell.loops--;
  }
}

async function runWhile(node: While, x: Execution): Promise<number> {
  let status = 0;
  for (;;) {
    let go = false;
    const leave = await iterate(x, async () => {
      go = ((await runScript(node.clause, { ...x, tested: true })) === 0) === (node.kind === 'while');
      if (go) status = await runScript(node.body, x);
    });
    if (leave || !go) return status;
  }
}

async function loopOver(values: readonly string[], node: For, x: Execution): Promise<number> {
  let status = 0;
  for (const value of values) {
    throwIfInterrupted(x);
    if (x.shell.options.has('xtrace'))
      trace(x, `for ${node.name.text} in ${node.wordlist?.map((word) => word.text).join(' ') ?? '"$@"'}`);
    setValue(x, node.name.text, value);
    const leave = await iterate(x, async () => {
      status = await runScript(node.body, x);
    });
    if (leave) return 0;
  }
  return status;
}

async function runFor(node: For, x: Execution): Promise<number> {
  if (!/^[A-Za-z_]\w*$/.test(node.name.text)) throw new ShellError(`\`${node.name.text}': not a valid identifier`);
  if (!node.wordlist) return loopOver(x.shell.positional, node, x);
  const values: string[] = [];
  for (const word of node.wordlist) for (const value of await expandWord(word, x)) values.push(value);
  return loopOver(values, node, x);
}

async function runArithmeticFor(node: Extract<SyntaxNode, { type: 'ArithmeticFor' }>, x: Execution): Promise<number> {
  const evaluate = (part: typeof node.test) =>
    part ? evaluateRoot(x.source.slice(part.pos, part.end), part, x, doors) : Promise.resolve(1n);
  let status = 0;
  await evaluate(node.initialize);
  while ((await evaluate(node.test)) !== 0n) {
    throwIfInterrupted(x);
    if (++walked % NODES_PER_BREATH === 0) await x.platform.clock.breathe();
    const leave = await iterate(x, async () => {
      status = await runScript(node.body, x);
    });
    if (leave) return 0;
    await evaluate(node.update);
  }
  return status;
}

async function runSelect(node: Select, x: Execution): Promise<number> {
  const values: string[] = [];
  for (const word of node.wordlist ?? []) values.push(...(await expandWord(word, x)));
  const choices = node.wordlist ? values : x.shell.positional;
  const menu = choices.map((value, index) => `${index + 1}) ${value}\n`).join('');
  // The menu comes again only after an empty answer.
  let showing = true;
  for (;;) {
    stderr(x)?.write(`${showing ? menu : ''}${x.shell.variables.get('PS3')?.value ?? '#? '}`);
    const source = stdin(x);
    const line = source ? await readLine(source) : undefined;
    if (line === undefined) return 1;
    showing = line.trim() === '';
    setValue(x, 'REPLY', line.trim());
    if (showing) continue;
    setValue(x, node.name.text, choices[Number(line.trim()) - 1] ?? '');
    if (await iterate(x, () => runScript(node.body, x))) return 0;
  }
}

async function runCase(node: Case, x: Execution): Promise<number> {
  const subject = await expandString(node.word, x);
  if (x.shell.options.has('xtrace')) trace(x, `case ${subject} in`);
  const options = { caseless: x.shell.shopt.has('nocasematch') };
  let status = 0;
  let fallThrough = false;
  for (const item of node.items) {
    let hit = fallThrough;
    for (const word of item.pattern) if (!hit) hit = patternToRegExp(await expandPattern(word, x), options).test(subject);
    if (!hit) continue;
    status = await runScript(item.body, x);
    if (item.terminator !== ';&' && item.terminator !== ';;&') return status;
    fallThrough = item.terminator === ';&';
  }
  return status;
}
