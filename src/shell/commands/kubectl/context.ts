/** One run of kubectl: what its command line said, and the doors it may use. Every verb's `run` gets one. */
import type { Process } from '../../command.ts';
import { Client } from './client.ts';
import { parseDuration } from './duration.ts';
import { CommandError, Exit, fail } from './errors.ts';
import type { FlagValues } from './flags.ts';
import { klogHead } from './klog.ts';
import { type Config, loadConfig } from './kubeconfig.ts';
import type { CommandNode } from './tree.ts';

export type Verb = (kubectl: Kubectl) => number | Promise<number>;

export type DryRun = 'none' | 'client' | 'server';

const PROFILES = ['none', 'cpu', 'heap', 'goroutine', 'threadcreate', 'block', 'mutex'];

/** What kubectl refuses of the global flags before the command runs. */
function checkGlobals(command: CommandNode, flags: FlagValues): void {
  const profile = flags.string('profile');
  // `debug` has a --profile of its own.
  if (command.path !== 'debug' && flags.changed('profile') && !PROFILES.includes(profile)) fail(`unknown profile '${profile}'`);
  if (!flags.changed('request-timeout')) return;
  const timeout = flags.string('request-timeout');
  if (/^\d+$/.test(timeout) || typeof parseDuration(timeout) === 'number') return;
  fail(
    'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
  );
}

export class Kubectl {
  readonly process: Process;
  readonly command: CommandNode;
  readonly flags: FlagValues;
  /** The positional arguments. */
  readonly args: readonly string[];
  /** How many of them stood before `--`; -1 without one. */
  readonly dashAt: number;
  #config: Config | undefined;
  #client: Client | undefined;
  #dryRun: DryRun | undefined;

  constructor(
    process: Process,
    command: CommandNode,
    parsed: { values: FlagValues; positional: readonly string[]; dashAt: number },
  ) {
    this.process = process;
    this.command = command;
    this.flags = parsed.values;
    this.args = parsed.positional;
    this.dashAt = parsed.dashAt;
    checkGlobals(command, this.flags);
  }

  /** @throws CommandError when the kubeconfig cannot be read */
  get config(): Config {
    if (!this.#config) {
      this.#config = loadConfig(this.process, this.flags);
      if (this.flags.int('v') >= 6) {
        const { files } = this.#config.raw;
        this.err(`${klogHead(this.process, 'I', 'loader.go:402')}Config loaded from file:  ${files[0]}\n`);
      }
    }
    return this.#config;
  }

  get client(): Client {
    this.#client ??= new Client(this.process, this.config, this.flags, this.command.path);
    return this.#client;
  }

  /** The namespace in force: `-n`, else the context's, else `default`. */
  get namespace(): string {
    return this.config.namespace;
  }

  /** `-n` was given: objects of files must be of that namespace. */
  get explicitNamespace(): boolean {
    return this.flags.string('namespace') !== '';
  }

  /** How many different warnings the server has sent. */
  warnings(): number {
    return this.#client?.warnings() ?? 0;
  }

  out(text: string): void {
    this.process.out(text);
  }

  err(text: string): void {
    this.process.err(text);
  }

  /** kubectl's UsageErrorf: the complaint and where to find help. */
  usage(message: string): never {
    throw new CommandError(`${message}\nSee 'kubectl ${this.command.path} -h' for help and examples`);
  }

  /** The value of --dry-run; old spellings still work and say so. */
  dryRun(): DryRun {
    this.#dryRun ??= this.#readDryRun();
    return this.#dryRun;
  }

  #readDryRun(): DryRun {
    const value = this.flags.string('dry-run');
    if (value === 'client' || value === 'server' || value === 'none') return value;
    if (value === '') return 'none';
    if (value === 'unchanged') {
      this.err(
        `${klogHead(this.process, 'W', 'helpers.go:702')}--dry-run is deprecated and can be replaced with --dry-run=client.\n`,
      );
      return 'client';
    }
    const yes = /^(1|t|T|TRUE|true|True)$/.test(value);
    if (!yes && !/^(0|f|F|FALSE|false|False)$/.test(value)) {
      fail(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`);
    }
    const meant = yes ? 'client' : 'none';
    const head = klogHead(this.process, 'W', yes ? 'helpers.go:716' : 'helpers.go:719');
    this.err(`${head}--dry-run=${value} is deprecated (boolean value) and can be replaced with --dry-run=${meant}.\n`);
    return meant;
  }

  exit(code: number, message = ''): never {
    throw new Exit(code, message);
  }
}
