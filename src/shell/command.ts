/**
 * What a command is, and all it can see.
 *
 * A command is one folder `commands/<name>/` whose index.ts exports a `Command`, and one line in commands/index.ts. It sees what
 * the real program could see and no more: its own namespace's kernel, its host's files, the API server over the network.
 */
import type { ApiRequest, ApiResponse, NetNamespace, Place, Sim, Watch, WatchEvent } from '../engine/index.ts';

export interface Command {
  readonly name: string;
  /** One line for `help`. */
  readonly summary: string;
  /** Where it exists: on every host and pod, on hosts only, on cluster nodes, or where there is a kubeconfig. Images list their own. */
  readonly where?: 'everywhere' | 'hosts' | 'nodes' | 'bastion';
  /** @returns the exit status */
  run(process: Process, args: readonly string[]): number | Promise<number>;
  /** Candidates for the word at `words[index]` (words[0] is the command). Synchronous and quick; never throws. */
  complete?(process: Process, words: readonly string[], index: number): readonly Completion[];
}

export interface Completion {
  readonly text: string;
  /** Shown beside it in a list. */
  readonly hint?: string;
  /** Do not add a space after it (a path's directory, `--flag=`). */
  readonly open?: boolean;
}

/** A running command. */
export interface Process {
  readonly place: Place;
  /** Pod container it runs in (`kubectl exec`), absent on a host. */
  readonly container?: string;
  readonly user: string;
  /** Under sudo or as root. */
  readonly root: boolean;
  readonly cwd: string;
  env(name: string): string | undefined;
  /** All of standard input; '' when it is the terminal. */
  readonly stdin: string;
  /** Standard input was redirected or piped. */
  readonly hasStdin: boolean;
  /** Standard output is the terminal. */
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  out(text: string): void;
  err(text: string): void;
  /** Ctrl-C. A command that waits must pass it on or look at it. */
  readonly signal: AbortSignal;
  /** What the program prints when Ctrl-C ends it (ping's statistics); the last one given counts. Absent: nobody listens. */
  lastWords?(words: () => string | { readonly out: string; readonly err: string }): void;
  /** Virtual milliseconds since the epoch. */
  now(): number;
  /** Waits on the simulated clock; rejects with an AbortError on Ctrl-C. `why` is what the screen offers to skip: `waiting for a SYN-ACK`. */
  sleep(ms: number, why?: string): Promise<void>;
  /** Runs a line in a child shell here (`watch`, `xargs`, `sudo`). */
  exec(line: string): Promise<{ readonly stdout: string; readonly stderr: string; readonly exitCode: number }>;
  readonly files: Files;
  readonly kernel: Kernel;
  readonly cluster: ClusterClient;
  /** Interactive programs (less, vi, ssh). Absent when there is no terminal. */
  readonly tty?: Tty;
  /** Starts a shell elsewhere in this session (`ssh`, `kubectl exec -it`, `ip netns exec`); `exit` comes back. */
  enter(
    place: Place,
    options?: {
      readonly container?: string;
      readonly user?: string;
      readonly banner?: string;
      /** Not at a prompt: these lines are run there, writing where this process writes; their status becomes this command's. */
      readonly script?: string;
    },
  ): void;
  /** The simulation, for the few commands that are doors to it (systemctl, faults). Prefer the narrower faces above. */
  readonly sim: Sim;
}

/** The host's files, relative names taken from the working directory. Writes become inputs of the simulation. */
export interface Files {
  /** undefined: no such file. */
  read(path: string): string | undefined;
  /** @returns an errno text (`Permission denied`, `Is a directory`) or undefined when done */
  write(path: string, text: string): string | undefined;
  remove(path: string): string | undefined;
  /** Names in a directory, directories with a trailing `/`; undefined: no such directory. */
  list(path: string): readonly string[] | undefined;
  isDirectory(path: string): boolean;
  absolute(path: string): string;
}

/** This process's network namespace. */
export interface Kernel {
  /** As it is now. */
  namespace(): NetNamespace;
}

/** The API server, through the network and this user's kubeconfig. */
export interface ClusterClient {
  /** False where there is no kubeconfig: kubectl then falls back to localhost:8080 and is refused. */
  readonly configured: boolean;
  /** `https://10.0.1.20:6443` */
  readonly server: string;
  request(request: ApiRequest): ApiResponse | NetworkError;
  /** Events since the watch's version; the watch to go on with. */
  poll(watch: Watch): { readonly events: readonly WatchEvent[]; readonly watch: Watch } | NetworkError;
}

export interface NetworkError {
  readonly networkError: 'refused' | 'timeout' | 'no-route' | 'reset';
  /** As Go prints it: `dial tcp 10.0.1.20:6443: connect: connection refused`. */
  readonly message: string;
}

export interface Tty {
  /** One key or pasted chunk, as xterm sends it. */
  readKey(): Promise<string>;
  /** Full-screen: the screen's content replaces what is shown, until the program ends. */
  draw(screen: string): void;
  /** The editor overlay. @returns the new text, or undefined when quit without saving */
  edit(name: string, text: string): Promise<string | undefined>;
}
