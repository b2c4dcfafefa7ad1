/** Builders for tests: a Process that runs kubectl against a simulation, with files in memory and output in strings. */
import type { ApiRequest, Sim, Watch } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import { kubectl } from './index.ts';

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface Bench {
  readonly files: Map<string, string>;
  /** Runs `kubectl <words>`. */
  run(
    words: readonly string[],
    options?: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> },
  ): Promise<Run>;
  /** What Tab offers for the last of the words after `kubectl`, in order. */
  complete(words: readonly string[]): readonly string[];
}

export interface Answerer {
  request: Process['cluster']['request'];
  poll: Process['cluster']['poll'];
  readonly server: string;
}

/** No API server anywhere: kubectl is refused. */
export const NO_SERVER: Answerer = {
  server: 'https://10.0.1.20:6443',
  request: (_request: ApiRequest) => ({ networkError: 'refused', message: 'dial tcp 10.0.1.20:6443: connect: connection refused' }),
  poll: (_watch: Watch) => ({ networkError: 'refused', message: 'dial tcp 10.0.1.20:6443: connect: connection refused' }),
};

export function kubeconfigFor(server: string): string {
  return `apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster:
    server: ${server}
contexts:
- name: lab
  context:
    cluster: lab
    user: admin
current-context: lab
preferences: {}
users:
- name: admin
  user: {}
`;
}

function absolute(path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `/home/ubuntu/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function listing(files: ReadonlyMap<string, string>, path: string): readonly string[] | undefined {
  const prefix = path === '/' ? '/' : `${path}/`;
  const names = new Set<string>();
  for (const file of files.keys()) {
    if (!file.startsWith(prefix)) continue;
    const rest = file.slice(prefix.length);
    names.add(rest.includes('/') ? rest.slice(0, rest.indexOf('/') + 1) : rest);
  }
  return names.size > 0 ? [...names] : undefined;
}

/** @param now virtual ms; the sim's when there is one */
export function bench(answerer: Answerer = NO_SERVER, sim?: Sim, now: () => number = () => sim?.world().now ?? 0): Bench {
  const files = new Map([['/home/ubuntu/.kube/config', kubeconfigFor(answerer.server)]]);
  const start = (
    print: (text: string, fd: 1 | 2) => void,
    stdin?: string,
    env: Readonly<Record<string, string>> = {},
  ): Process => ({
    place: { host: 'host1', netns: '' },
    user: 'ubuntu',
    root: false,
    cwd: '/home/ubuntu',
    env: (name) => ({ HOME: '/home/ubuntu', ...env })[name],
    stdin: stdin ?? '',
    hasStdin: stdin !== undefined,
    isTTY: false,
    columns: 80,
    rows: 24,
    out: (text) => print(text, 1),
    err: (text) => print(text, 2),
    signal: new AbortController().signal,
    now,
    sleep: async (ms) => {
      sim?.advance(ms);
    },
    exec: async () => ({ stdout: '', stderr: '', exitCode: 127 }),
    files: {
      read: (path) => files.get(absolute(path)),
      write: (path, text) => {
        files.set(absolute(path), text);
        return undefined;
      },
      remove: (path) => (files.delete(absolute(path)) ? undefined : 'No such file or directory'),
      list: (path) => listing(files, absolute(path)),
      isDirectory: (path) => listing(files, absolute(path)) !== undefined,
      absolute,
    },
    kernel: { namespace: () => sim!.world().hosts.host1!.netns['']! },
    cluster: { configured: true, ...answerer },
    enter: () => undefined,
    sim: sim ?? ({ subscribe: () => () => undefined } as unknown as Sim),
  });
  return {
    files,
    async run(words, { stdin, env } = {}) {
      let stdout = '';
      let stderr = '';
      const process = start(
        (text, fd) => {
          if (fd === 1) stdout += text;
          else stderr += text;
        },
        stdin,
        env,
      );
      const exitCode = await kubectl.run(process, words);
      return { stdout, stderr, exitCode };
    },
    complete(words) {
      const process = start(() => undefined);
      return kubectl.complete!(process, ['kubectl', ...words], words.length).map((one) => one.text);
    },
  };
}
