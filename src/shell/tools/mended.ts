/**
 * Tools whose bundled version answers otherwise than GNU's: the arguments or the output are put right around it, or a small one of
 * our own takes its place (wc, envsubst).
 */

import { type Invocation, stdin } from '../bash/execution.ts';
import { emptySource, readAll } from '../bash/streams.ts';
import { bytesOf } from '../bytes.ts';
import { openOperand } from './streams.ts';
import { fail, print, type Tool } from './tool.ts';

/** jq 1.6 comes with its first use. */
const jq: Tool['run'] = async (invocation) => (await import('./jq/index.ts')).jq(invocation);

async function readOperands(
  invocation: Invocation,
  operands: readonly string[],
): Promise<{ readonly texts: { name: string; text: string }[]; readonly status: number }> {
  const texts: { name: string; text: string }[] = [];
  let status = 0;
  for (const name of operands.length > 0 ? operands : ['-']) {
    const source = openOperand(invocation, name);
    if (source) texts.push({ name, text: await readAll(source) });
    else status = 1;
  }
  return { texts, status };
}

async function wc(invocation: Invocation): Promise<number> {
  const flags = new Set<string>();
  const operands: string[] = [];
  const long: Readonly<Record<string, string>> = {
    '--lines': 'l',
    '--words': 'w',
    '--bytes': 'c',
    '--chars': 'm',
    '--max-line-length': 'L',
  };
  for (const arg of invocation.args) {
    if (arg.startsWith('--') && arg.length > 2) {
      if (!long[arg]) return fail(invocation, `unrecognized option '${arg}'\nTry 'wc --help' for more information.`);
      flags.add(long[arg]!);
    } else if (/^-./.test(arg) && arg !== '--') {
      for (const letter of arg.slice(1)) {
        if (!'lwcmL'.includes(letter))
          return fail(invocation, `invalid option -- '${letter}'\nTry 'wc --help' for more information.`);
        flags.add(letter);
      }
    } else if (arg !== '--') operands.push(arg);
  }
  if (flags.size === 0) for (const letter of 'lwc') flags.add(letter);
  const { texts, status } = await readOperands(invocation, operands);
  const rows = texts.map(({ name, text }) => ({ name, counts: countsOf(text) }));
  if (operands.length > 1) {
    const total = countsOf('');
    for (const { counts } of rows)
      for (const key of Object.keys(total)) total[key] = key === 'L' ? Math.max(total.L!, counts.L!) : total[key]! + counts[key]!;
    rows.push({ name: 'total', counts: total });
  }
  const order = ['l', 'w', 'm', 'c', 'L'].filter((letter) => flags.has(letter));
  // GNU: as wide as the size of all files; 7 when something of unknown size (a pipe) is among several numbers.
  const bytes = rows.at(-1)?.counts.c ?? 0;
  const piped = operands.length === 0 || operands.includes('-');
  const width = order.length === 1 && operands.length <= 1 ? 1 : piped ? 7 : String(bytes).length;
  for (const { name, counts } of rows)
    print(
      invocation,
      `${order.map((letter) => String(counts[letter]).padStart(width)).join(' ')}${operands.length > 0 ? ` ${name}` : ''}\n`,
    );
  return status;
}

function countsOf(text: string): Record<string, number> {
  const lines = text.split('\n');
  return {
    l: lines.length - 1,
    w: text.match(/\S+/g)?.length ?? 0,
    c: bytesOf(text).length,
    m: [...text].length,
    L: lines.reduce((longest, line) => Math.max(longest, line.length), 0),
  };
}

async function envsubst(invocation: Invocation): Promise<number> {
  const source = stdin(invocation.x) ?? emptySource();
  const only = invocation.args[0]
    ? new Set([...invocation.args[0].matchAll(/\$\{?(\w+)\}?/g)].map((found) => found[1]!))
    : undefined;
  const text = await readAll(source);
  print(
    invocation,
    text.replace(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (all, braced?: string, plain?: string) => {
      const name = (braced ?? plain)!;
      return only && !only.has(name) ? all : (invocation.env.get(name) ?? '');
    }),
  );
  return 0;
}

export const mendedTools: Readonly<Record<string, Tool>> = {
  jq: { summary: 'Query JSON', run: jq },
  wc: { summary: 'Count lines, words, bytes', run: wc },
  envsubst: { summary: 'Put variables into a text', run: envsubst },
};
