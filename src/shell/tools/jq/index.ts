/**
 * jq 1.6 itself, compiled to WebAssembly (the npm package jq-web 0.5.1), over the shell's files. Loaded when jq is first used.
 *
 * A filter runs in one go, with the page standing still; fuel.ts bounds it. Its modules come from the shell's files as well.
 */
import { type Invocation, stderr, stdin, stdout } from '../../bash/execution.ts';
import { resolvePath } from '../../bash/files.ts';
import { readAll } from '../../bash/streams.ts';
import { bytesOf, textOfBytes } from '../../bytes.ts';
import { fail } from '../tool.ts';
import { withFuel } from './fuel.ts';
import { runMachine } from './machine.ts';

let compiled: Promise<WebAssembly.Module> | undefined;

/** Within the bundle where there is no server to ask (node), a file of its own in the browser. */
async function load(): Promise<WebAssembly.Module> {
  const { default: url } = import.meta.env.SSR
    ? await import('jq-web/jq.wasm.wasm?inline')
    : await import('jq-web/jq.wasm.wasm?url');
  const response = await fetch(url);
  return WebAssembly.compile(withFuel(new Uint8Array(await response.arrayBuffer())));
}

export async function jq(invocation: Invocation): Promise<number> {
  const { x, args, env } = invocation;
  const { files, clock } = x.platform;
  compiled ??= load();
  let module: WebAssembly.Module;
  try {
    module = await compiled;
  } catch {
    compiled = undefined;
    return fail(invocation, 'the program could not be loaded (is the network down?)', 126);
  }
  const source = stdin(x);
  const run = (input?: string) =>
    runMachine(module, {
      args,
      env,
      stdin: input === undefined ? undefined : bytesOf(input),
      isTTY: stdout(x)?.isTTY === true,
      now: clock.now() / 1000,
      open(name) {
        const path = resolvePath(x.shell.cwd, name);
        const stat = files.stat(path);
        const text = stat?.type === 'directory' ? '' : files.read(path);
        return text === undefined ? undefined : { bytes: bytesOf(text), directory: stat?.type === 'directory' };
      },
    });
  // A filter over null or over files reads no standard input: what waits there is for the next program, or was not typed yet.
  let ran = source && (source.isTTY || mayReadNothing(args)) ? run() : undefined;
  let input = '';
  if (!ran || ran.wantsInput) {
    input = source ? await readAll(source) : '';
    ran = run(input);
  }
  const { stdout: out, stderr: err, status, stopped } = ran;
  if (out.length > 0) stdout(x)?.write(asReleased(textOfBytes(out), input));
  if (err.length > 0) stderr(x)?.write(asReleased(textOfBytes(err), input));
  // Who reads what never ends has read enough by now: the writer ends without a word.
  if (stopped) {
    await stdout(x)?.ready();
    await clock.breathe();
    stdout(x)?.write('');
  }
  return stopped ? fail(invocation, 'stopped: the filter takes too long for this lab, or writes too much', 124) : status;
}

const mayReadNothing = (args: readonly string[]) =>
  args.some((arg) => /^-[a-zA-Z]*n|^--null-input$/.test(arg)) || args.filter((arg) => !arg.startsWith('-')).length > 1;

/**
 * The package was built 16 commits before the release: that calls itself 1.6, prints `jq: ` before it gives up for want of memory, and
 * takes a word of three letters with an n in front for a number (it knows `nan`).
 */
function asReleased(text: string, input: string): string {
  if (!/1\.6rc1|Invalid literal|jv_print\.c|^error: cannot/m.test(text)) return text;
  const lines = input.split('\n');
  return text
    .replace(/^(jq-|jq - .*version )1\.6rc1[\w-]+/m, '$11.6')
    .replace('jv_print.c:219:', 'jv_print.c:223:')
    .replace(/^error: cannot allocate memory$/m, 'jq: error: cannot allocate memory')
    .replace(
      /Invalid literal( at EOF)? at line (\d+), column (\d+)(?: \(while parsing '(.*)'\))?/s,
      (all, end, line, column, parsed) => {
        const source: readonly string[] = parsed === undefined ? lines : parsed.split('\n');
        const read =
          Number(column) === 0 ? source[Number(line) - 2] : source[Number(line) - 1]?.slice(0, Number(column) - (end ? 0 : 1));
        return /(^|[^\w.+-])n\w\w$/.test(read ?? '') ? all.replace('Invalid literal', 'Invalid numeric literal') : all;
      },
    );
}
