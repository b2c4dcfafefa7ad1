/** `$(…)`, `<(…)`, `>(…)`: scripts whose output or input is a piece of a line. Gives expand.ts and redirect.ts what they ask for. */
import type { Script } from 'unbash';
import { inSubshell, redirected, runScript } from './execute.ts';
import { type Execution, stdin, stdout } from './execution.ts';
import { provideSubstitutions, type Substitutions } from './expand.ts';
import { type LiveSubstitution, provideLiveSubstitution } from './redirect.ts';
import { createPipe, type Sink, textSink } from './streams.ts';

/** Characters `$( )` may hold. */
const MAX_CAPTURED = 8_000_000;

/** Runs a script with its output kept; trailing newlines are dropped, as `$(…)` does. */
export async function captureOutput(x: Execution, run: (x: Execution) => Promise<number>): Promise<string> {
  const sink = textSink(MAX_CAPTURED);
  const fds = new Map(x.fds).set(1, { sink });
  x.shell.status = await inSubshell({ ...x, fds, captures: (x.captures ?? 0) + 1 }, run);
  return sink.text().replace(/\n+$/, '').replaceAll('\0', '');
}

const substitutions: Substitutions = {
  async output(script, x) {
    if (!script) return '';
    const only = script.commands.length === 1 ? script.commands[0]!.command : undefined;
    const source = script.source ?? x.source;
    // `$(< file)` is the file's text.
    if (
      only?.type === 'Command' &&
      !only.name &&
      only.prefix.length === 0 &&
      only.suffix.length === 0 &&
      only.redirects.length === 1
    ) {
      return captureOutput(x, (inside) => redirected(only.redirects, inside, async (open) => copyThrough(open)));
    }
    return captureOutput({ ...x, source }, (inside) => runScript(script, inside));
  },
  async process(part, x) {
    const path = `/dev/fd/${63 - x.platform.devices.size - x.platform.substitutions.size}`;
    if (!part.script) return path;
    if (part.operator === '>') return readingSubstitution(path, part.script, x);
    const sink = textSink();
    const { script } = part;
    await inSubshell({ ...x, fds: new Map(x.fds).set(1, { sink }) }, (inside) => runScript(script, inside));
    x.platform.devices.set(path, sink.text());
    return path;
  },
};

/** `>(script)`: what is written to the path is the script's input. */
function readingSubstitution(path: string, script: Script, x: Execution): string {
  const pipe = createPipe();
  const done = inSubshell({ ...x, fds: new Map(x.fds).set(0, { source: pipe }) }, (inside) => runScript(script, inside))
    .catch(() => undefined)
    .finally(() => pipe.close());
  x.platform.substitutions.set(path, {
    sink: { isTTY: false, write: (text) => pipe.write(text), ready: () => pipe.ready(), flush() {} },
    end: async () => {
      pipe.end();
      await done;
    },
  });
  return path;
}

async function copyThrough(x: Execution): Promise<number> {
  const source = stdin(x);
  for (let chunk = await source?.read(); chunk !== undefined; chunk = await source?.read()) stdout(x)?.write(chunk);
  return 0;
}

const liveSubstitution: LiveSubstitution = {
  // `done < <(kubectl get pods -w)`: the loop sees each line as it comes.
  live(target, x) {
    const part = target?.parts?.length === 1 ? target.parts[0] : undefined;
    if (part?.type !== 'ProcessSubstitution' || part.operator !== '<' || !part.script) return undefined;
    const { script } = part;
    const pipe = createPipe();
    const sink: Sink = pipe;
    void inSubshell({ ...x, fds: new Map(x.fds).set(1, { sink }) }, (inside) => runScript(script, inside))
      .catch(() => undefined)
      .finally(() => pipe.end());
    return pipe;
  },
};

/** To be called once before anything runs: word expansion and the interpreter need each other. */
export function enableSubstitutions(): void {
  provideSubstitutions(substitutions);
  provideLiveSubstitution(liveSubstitution);
}
