/**
 * Text tools that come from just-bash (grep, wc, tree …), loaded when first needed: most lines need none of them.
 */
import type { Bash, IFileSystem } from 'just-bash/browser';
import { type Program, stderr, stdin, stdout } from '../bash/execution.ts';
import { readAll } from '../bash/streams.ts';
import { latin1Of, textOfBytes } from '../bytes.ts';
import { toolFileSystem } from './tool-files.ts';

/** Those of just-bash's tools that are offered. */
export const bundledNames: ReadonlySet<string> = new Set(`du file strings tree`.split(/\s+/).filter(Boolean));

const READS_STDIN = new Set(['strings']);

/** A tool runs in one go, with the page standing still: what it may do is bounded by what takes about a second. */
const LIMITS = { maxLoopIterations: 1_000_000, maxSedIterations: 1_000_000 } as const;

let library: Promise<typeof import('just-bash/browser')> | undefined;

/** Starts loading the tools, so that the first one is quick. */
export function preloadTools(): void {
  library ??= import('just-bash/browser');
}

export function bundled(name: string): Program {
  return async (invocation) => {
    const { x, env } = invocation;
    library ??= import('just-bash/browser');
    const { Bash } = await library;
    const source = stdin(x);
    const input = READS_STDIN.has(name) && source && !source.isTTY ? await readAll(source) : '';
    const fs: IFileSystem = toolFileSystem(x);
    const bash: Bash = new Bash({
      fs,
      cwd: x.shell.cwd,
      executionLimits: LIMITS,
      env: Object.fromEntries(env),
    });
    const result = await bash.exec(name, {
      args: [...invocation.args],
      ...standardInput(input),
      cwd: x.shell.cwd,
      replaceEnv: true,
      env: Object.fromEntries(env),
      signal: x.signal as never,
    });
    const bytes = result.stdoutKind === 'bytes';
    const written = bytes ? textOfBytes(Uint8Array.from(result.stdout, (char) => char.charCodeAt(0))) : result.stdout;
    if (written) stdout(x)?.write(written);
    if (result.stderr) stderr(x)?.write(worded(name, result.stderr));
    return result.exitCode;
  };
}

/** As bytes where it is no text. */
function standardInput(input: string): { readonly stdin: string; readonly stdinKind?: 'bytes' } {
  if (!/[\udc80-\udcff]/.test(input)) return { stdin: input };
  return { stdin: latin1Of(input), stdinKind: 'bytes' };
}

const ERRNO: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  ENOENT: 'No such file or directory',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  EEXIST: 'File exists',
  ENOTEMPTY: 'Directory not empty',
  EFBIG: 'File too large',
  ENOSPC: 'No space left on device',
  EINVAL: 'Invalid argument',
};

/** The GNU tools' own words, where the bundled ones differ. */
function worded(name: string, text: string): string {
  const plain = text
    .replace(/^bash: /gm, '')
    .replace(/(E[A-Z]+): [a-z -]+, \w+ '[^'\n]*'/g, (all, code: string) => ERRNO[code] ?? all);
  // A usage error ends with the way to the help.
  return /^\S+: (missing operand|you must specify|invalid option|unrecognized option|option requires)[^\n]*\n$/.test(plain)
    ? `${plain}Try '${name} --help' for more information.\n`
    : plain;
}
