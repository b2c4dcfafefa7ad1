/** For tests: runs one command without a shell, as root or not, and gives back what it printed. */
import type { Place, Sim } from '../../engine/index.ts';
import type { Command, Process } from '../command.ts';

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A process with a kernel, files in memory and output in strings; whatever else a command asks for is missing. */
export function process(
  sim: Sim,
  host: string,
  root: boolean,
  print: (text: string, fd: 1 | 2) => void,
  signal?: AbortSignal,
): Process {
  const place: Place = { host, netns: '' };
  const files = new Map<string, string>();
  const part: Partial<Process> = {
    place,
    user: root ? 'root' : 'ubuntu',
    root,
    cwd: '/',
    stdin: '',
    hasStdin: false,
    isTTY: false,
    columns: 80,
    rows: 24,
    out: (text) => print(text, 1),
    err: (text) => print(text, 2),
    signal: signal ?? new AbortController().signal,
    lastWords: (words) => {
      part.signal!.addEventListener('abort', () => {
        const said = words();
        print(typeof said === 'string' ? said : said.out, 1);
        print(typeof said === 'string' ? '' : said.err, 2);
      });
    },
    now: () => sim.world().now,
    kernel: { namespace: () => sim.world().hosts[host]!.netns['']! },
    files: {
      read: (path) => files.get(path),
      isDirectory: () => false,
      write: (path, text) => {
        files.set(path, text);
        return undefined;
      },
    } as Partial<Process['files']> as Process['files'],
    sim,
  };
  return part as Process;
}

export async function runCommand(command: Command, sim: Sim, host: string, line: string, root = true): Promise<Run> {
  let stdout = '';
  let stderr = '';
  const started = process(sim, host, root, (text, fd) => {
    if (fd === 1) stdout += text;
    else stderr += text;
  });
  const words = line.split(' ').filter(Boolean);
  const exitCode = await command.run(started, words);
  return { stdout, stderr, exitCode };
}
