/**
 * A running command's view of the world: implements Process (command.ts) over an invocation of the interpreter.
 */
import { type ApiResponse, type NetNamespace, type Origin, type Place, type Sim, watchEvents } from '../engine/index.ts';
import { inSubshell, runScript, statusOf } from './bash/execute.ts';
import { type Execution, type Invocation, stderr, stdin, stdout } from './bash/execution.ts';
import { resolvePath } from './bash/files.ts';
import { readAll, textSink } from './bash/streams.ts';
import { checkSyntax } from './bash/syntax.ts';
import type { ClusterClient, Command, Files, Process } from './command.ts';
import type { EnterOptions } from './session.ts';
import type { FullScreen } from './terminal-types.ts';

/** Where an invocation takes place, beyond what the language knows. */
export interface Surroundings {
  readonly sim: Sim;
  readonly place: Place;
  readonly container?: string;
  readonly user: string;
  readonly root: boolean;
  readonly columns: () => number;
  readonly rows: () => number;
  readonly tty?: FullScreen;
  readonly by: () => Origin;
  /** Pushes a shell elsewhere. @returns its exit status, when it is left */
  readonly enter: (place: Place, options: EnterOptions, x: Execution) => Promise<number>;
}

/** Runs a Command of commands/ as a program of the shell. */
export async function runCommand(command: Command, { args, x, env }: Invocation, around: Surroundings): Promise<number> {
  const source = stdin(x);
  const input = source && !source.isTTY ? await readAll(source) : '';
  let entered: { readonly place: Place; readonly options: EnterOptions } | undefined;
  const process = createProcess(x, env, around, input, source !== undefined && !source.isTTY, (place, options) => {
    entered = { place, options };
  });
  let status: number;
  try {
    status = await command.run(process, args);
  } finally {
    around.tty?.release();
  }
  return entered ? around.enter(entered.place, entered.options, x) : status;
}

export function createProcess(
  x: Execution,
  env: ReadonlyMap<string, string>,
  around: Surroundings,
  input: string,
  hasStdin: boolean,
  enter: (place: Place, options: EnterOptions) => void,
): Process {
  const { sim, place, container, user, root, by, tty } = around;
  const recorded: Sim = { ...sim, dispatch: (event, origin = by()) => sim.dispatch(event, origin) };
  const onTerminal = stdout(x)?.isTTY === true;
  const sinks = { out: stdout(x), err: stderr(x) };
  let farewell: Parameters<NonNullable<Process['lastWords']>>[0] | undefined;
  const sayFarewell = () => {
    const words = farewell?.() ?? '';
    const { out, err } = typeof words === 'string' ? { out: words, err: '' } : words;
    sinks.out?.write(out);
    sinks.err?.write(err);
  };
  return {
    place,
    ...(container !== undefined && { container }),
    user,
    root,
    cwd: x.shell.cwd,
    env: (name) => env.get(name),
    stdin: input,
    hasStdin,
    isTTY: onTerminal,
    columns: around.columns(),
    rows: around.rows(),
    out: (text) => {
      if (!x.signal.aborted) sinks.out?.write(text);
    },
    err: (text) => {
      if (!x.signal.aborted) sinks.err?.write(text);
    },
    signal: x.signal,
    lastWords: (words) => {
      if (!farewell) x.signal.addEventListener('abort', sayFarewell, { once: true });
      farewell = words;
    },
    now: () => sim.world().now,
    sleep: (ms, why) => x.platform.clock.sleep(ms, why, x.signal),
    exec: (line) => execCaptured(line, x),
    files: processFiles(x),
    kernel: { namespace: () => namespaceAt(sim, place) },
    cluster: clusterClient(recorded, place, x, env, user),
    ...(onTerminal && tty && { tty }),
    enter: (where, options = {}) => enter(where, options),
    sim: recorded,
  };
}

function namespaceAt(sim: Sim, place: Place): NetNamespace {
  const host = sim.world().hosts[place.host];
  const ns = host?.netns[place.netns];
  if (!ns) throw new Error(`no network namespace ${place.host} ${place.netns}`);
  return ns;
}

/** Runs a line in a copy of the shell and keeps what it prints. */
export async function execCaptured(line: string, x: Execution): Promise<{ stdout: string; stderr: string; exitCode: number }> {
  const [out, err] = [textSink(), textSink()];
  const fds = new Map(x.fds).set(1, { sink: out }).set(2, { sink: err });
  const inside: Execution = { ...x, fds };
  const parsed = checkSyntax(line);
  if ('error' in parsed) return { stdout: '', stderr: parsed.error.map((text) => `sh: ${text}\n`).join(''), exitCode: 2 };
  let exitCode: number;
  try {
    exitCode = await inSubshell({ ...inside, source: line }, (sub) => runScript(parsed.script, sub));
  } catch (error) {
    exitCode = statusOf(error, inside);
  }
  return { stdout: out.text(), stderr: err.text(), exitCode };
}

function processFiles(x: Execution): Files {
  const { files } = x.platform;
  const absolute = (path: string) => resolvePath(x.shell.cwd, path);
  return {
    absolute,
    read: (path) => files.read(absolute(path)),
    write: (path, text) => files.write(absolute(path), text),
    remove: (path) => files.remove(absolute(path)),
    isDirectory: (path) => files.stat(absolute(path))?.type === 'directory',
    list: (path) => {
      const directory = absolute(path);
      return files
        .list(directory)
        ?.map((name) => (files.stat(resolvePath(directory, name))?.type === 'directory' ? `${name}/` : name));
    },
  };
}

/** The kubeconfig this user has: `$KUBECONFIG`, else ~/.kube/config, else (root on a control-plane host) admin.conf. */
function kubeconfigOf(x: Execution, env: ReadonlyMap<string, string>, user: string): string | undefined {
  const home = env.get('HOME') ?? (user === 'root' ? '/root' : `/home/${user}`);
  const paths = env.get('KUBECONFIG')?.split(':').filter(Boolean) ?? [`${home}/.kube/config`];
  for (const path of paths) {
    const text = x.platform.files.read(resolvePath(x.shell.cwd, path));
    if (text !== undefined) return text;
  }
  // Under sudo the learner's own kubeconfig is what they mean; the real root has none and is refused.
  return undefined;
}

function clusterClient(sim: Sim, place: Place, x: Execution, env: ReadonlyMap<string, string>, user: string): ClusterClient {
  const text = kubeconfigOf(x, env, user);
  const server = text === undefined ? undefined : /^\s*server:\s*["']?(\S+?)["']?\s*$/m.exec(text)?.[1];
  const clusterName = clusterAt(sim, place, server);
  const address = server ?? 'http://localhost:8080';
  const refused = {
    networkError: 'refused' as const,
    message: `dial tcp ${address.replace(/^https?:\/\//, '')}: connect: connection refused`,
  };
  return {
    configured: server !== undefined,
    server: address,
    request(request) {
      if (clusterName === undefined) return refused;
      const input = { type: 'api' as const, cluster: clusterName, request, from: place };
      return (request.method === 'GET' ? sim.ask(input) : sim.dispatch(input)) as ApiResponse | typeof refused;
    },
    poll(watch) {
      if (clusterName === undefined) return refused;
      const world = sim.world();
      return watchEvents(world.clusters[clusterName]!.api, watch, world.now);
    },
  };
}

/** The cluster whose API server a URL names; without a kubeconfig there is none. */
function clusterAt(sim: Sim, place: Place, server: string | undefined): string | undefined {
  if (server === undefined) return undefined;
  const world = sim.world();
  const hostPart = /^https?:\/\/([^:/]+)/.exec(server)?.[1];
  for (const cluster of Object.values(world.clusters)) {
    const host = world.hosts[cluster.apiHost];
    if (host && (host.address === hostPart || host.name === hostPart || host.aliases.includes(hostPart ?? ''))) return cluster.name;
  }
  void place;
  return undefined;
}
