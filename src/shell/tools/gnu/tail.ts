/** tail: GNU coreutils 9.1. Following (-f) ends where nobody could stop it: without a terminal. */

import { type Invocation, stdout } from '../../bash/execution.ts';
import { resolvePath } from '../../bash/files.ts';
import type { Source } from '../../bash/streams.ts';
import { bytesOf, textOfBytes } from '../../bytes.ts';
import { openOperand } from '../operands.ts';
import { fail, print } from '../tool.ts';
import { quoted, readOptions } from './options.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 512,
  k: 1024,
  K: 1024,
  kB: 1000,
  KB: 1000,
  m: 1_048_576,
  M: 1_048_576,
  MB: 1_000_000,
};

export async function tail(invocation: Invocation): Promise<number> {
  // The old form stands first: -5, -5f, +3.
  const old = /^([-+])(\d+)([cl]?)(f?)$/.exec(invocation.args[0] ?? '');
  const args = old
    ? [
        `-${old[3] === 'c' ? 'c' : 'n'}${old[1] === '+' ? '+' : ''}${old[2]}`,
        ...(old[4] ? ['-f'] : []),
        ...invocation.args.slice(1),
      ]
    : invocation.args;
  const given = readOptions(
    { ...invocation, args },
    {
      short: 'c:fFn:qs:vz',
      long: {
        'bytes=': 'c',
        'follow=?': 'f',
        'lines=': 'n',
        quiet: 'q',
        silent: 'q',
        verbose: 'v',
        'pid=': 'p',
        retry: 'r',
        'sleep-interval=': 's',
        'zero-terminated': 'z',
      },
    },
  );
  if (typeof given === 'number') return given;
  const bytes = given.order.findLast((letter) => letter === 'c' || letter === 'n') === 'c';
  const text = (bytes ? given.value('c') : given.value('n')) ?? '10';
  const found = /^([-+]?)(\d+)([bkKmM]B?|)$/.exec(text);
  if (!found) return fail(invocation, `invalid number of ${bytes ? 'bytes' : 'lines'}: ${quoted(text.replace(/^[-+]/, ''))}`);
  const count = Number(found[2]) * (UNITS[found[3]!] ?? 1);
  const fromStart = found[1] === '+';
  const names = given.operands.length > 0 ? given.operands : ['-'];
  const titled = given.has('v') || (names.length > 1 && !given.has('q'));
  let status = 0;
  let first = true;
  const followed: string[] = [];
  for (const name of names) {
    const source = openOperand(invocation, name, (why) =>
      why.startsWith('Is') ? `error reading '${name}': ${why}` : `cannot open '${name}' for reading: ${why}`,
    );
    if (!source) {
      status = 1;
      continue;
    }
    if (titled) print(invocation, `${first ? '' : '\n'}==> ${name === '-' ? 'standard input' : name} <==\n`);
    first = false;
    const end = given.has('z') ? '\0' : '\n';
    await (fromStart ? fromPlace(invocation, source, bytes, count, end) : lastOf(invocation, source, bytes, count, end));
    if (name !== '-') followed.push(name);
  }
  if (!given.has('f') && !given.has('F')) return status;
  if (followed.length === 0) return fail(invocation, 'no files remaining');
  return (await follow(invocation, followed)) || status;
}

async function fromPlace(invocation: Invocation, source: Source, bytes: boolean, count: number, end: string): Promise<void> {
  let skip = Math.max(0, count - 1);
  for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) {
    if (bytes && skip > 0) {
      const all = bytesOf(chunk);
      print(invocation, textOfBytes(all.slice(skip)));
      skip -= Math.min(skip, all.length);
      continue;
    }
    let at = 0;
    if (!bytes)
      for (let left = skip; left > 0 && at < chunk.length; left--)
        at = chunk.indexOf(end, at) < 0 ? chunk.length : chunk.indexOf(end, at) + 1;
    if (!bytes) skip -= chunk.slice(0, at).split(end).length - 1;
    print(invocation, chunk.slice(at));
  }
}

/** Holds no more than what may still be printed. */
async function lastOf(invocation: Invocation, source: Source, bytes: boolean, count: number, end: string): Promise<void> {
  let kept = '';
  const cut = () => {
    if (bytes) kept = count === 0 ? '' : textOfBytes(bytesOf(kept).slice(-count));
    else {
      let at = kept.endsWith(end) ? kept.length - 1 : kept.length;
      for (let left = count; left > 0 && at >= 0; left--) at = at === 0 ? -1 : kept.lastIndexOf(end, at - 1);
      kept = count === 0 ? '' : at < 0 ? kept : kept.slice(at + 1);
    }
  };
  for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) {
    kept += chunk;
    if (kept.length > 1_000_000) cut();
  }
  cut();
  print(invocation, kept);
}

async function follow(invocation: Invocation, names: readonly string[]): Promise<number> {
  const { x } = invocation;
  if (!stdout(x)?.isTTY) return 0;
  const seen = new Map(names.map((name) => [name, x.platform.files.read(resolvePath(x.shell.cwd, name)) ?? '']));
  let shown = names.at(-1);
  for (;;) {
    await x.platform.clock.sleep(1000, undefined, x.signal);
    for (const name of names) {
      const text = x.platform.files.read(resolvePath(x.shell.cwd, name)) ?? '';
      const before = seen.get(name)!;
      if (text.length > before.length) {
        if (names.length > 1 && shown !== name) print(invocation, `\n==> ${name} <==\n`);
        shown = name;
        print(invocation, text.slice(before.length));
      } else if (text.length < before.length) fail(invocation, `${name}: file truncated`);
      seen.set(name, text);
    }
  }
}
