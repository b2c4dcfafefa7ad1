/**
 * `npm run serve -- [--lab ID|--world ID|FILE] [--port N] [--kubeconfig FILE]`: serves a world's API server on loopback until
 * interrupted. Prints one line when ready; ends with status 0 on Ctrl-C or SIGTERM, 1 when it cannot start, 2 on wrong options.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadWorld, type Sim, WorldError } from '../engine/index.ts';
import { kubeconfigText, type Serving, serveHttp } from './serve-http.ts';
import { choose } from './source.ts';

interface Options {
  readonly lab?: string;
  readonly world?: string;
  readonly port: number;
  readonly kubeconfig?: string;
}

/** Why there is nothing to serve, and the exit status that says so. */
class Complaint extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

const USAGE = 'usage: npm run serve -- [--lab ID|--world ID|FILE] [--port N] [--kubeconfig FILE]';
const DEFAULT_PORT = 8001;

const misused = (complaint: string) => new Complaint(`${complaint}\n${USAGE}`, 2);

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65535)) throw misused(`--port: ${text} is no port`);
  return port;
}

/** @throws Complaint */
export function readOptions(args: readonly string[]): Options {
  let options: Options = { port: DEFAULT_PORT };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
    const name = equals < 0 ? arg : arg.slice(0, equals);
    const value = () => {
      const text = equals < 0 ? args[++at] : arg.slice(equals + 1);
      if (text === undefined || text === '') throw misused(`${name} needs a value`);
      return text;
    };
    if (name === '--world') options = { ...options, world: value() };
    else if (name === '--lab') options = { ...options, lab: value() };
    else if (name === '--kubeconfig') options = { ...options, kubeconfig: value() };
    else if (name === '--port') options = { ...options, port: readPort(value()) };
    else if (name.startsWith('-')) throw misused(`unknown option ${name}`);
    else if (options.world === undefined) options = { ...options, world: name };
    else throw misused(`one world at a time: ${options.world} and ${name}`);
  }
  if (options.lab !== undefined && options.world !== undefined) throw misused('either --lab or a world, not both');
  return options;
}

function load(options: Options): Sim {
  try {
    return loadWorld(choose(options).source);
  } catch (error) {
    if (error instanceof WorldError) throw new Complaint(error.message, 1);
    throw misused(error instanceof Error ? error.message : String(error));
  }
}

async function listen(sim: Sim, port: number): Promise<Serving> {
  try {
    return await serveHttp(sim, { port });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new Complaint(`port ${port} is in use; choose another, or --port 0 for any free one`, 1);
    if (code === 'EACCES') throw new Complaint(`port ${port} needs more rights than you have; choose one above 1023`, 1);
    throw new Complaint(message, 1);
  }
}

/** @returns the path as written, for the line people copy */
function writeKubeconfig(path: string, url: string): string {
  // npm runs scripts in the repository; a path means the folder it was typed in.
  const full = resolve(process.env.INIT_CWD ?? process.cwd(), path);
  try {
    writeFileSync(full, kubeconfigText(url), { mode: 0o600 });
  } catch (error) {
    throw new Complaint(`--kubeconfig: ${(error as Error).message}`, 1);
  }
  return full;
}

export async function main(args: readonly string[]): Promise<void> {
  let serving: Serving | undefined;
  try {
    const options = readOptions(args);
    const sim = load(options);
    serving = await listen(sim, options.port);
    const written = options.kubeconfig && writeKubeconfig(options.kubeconfig, serving.url);
    const next = written ? `; export KUBECONFIG=${written}` : '';
    process.stdout.write(`${sim.world().id} on ${serving.url} (loopback only, no authentication)${next}\n`);
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    process.stderr.write(`serve: ${error.message}\n`);
    await serving?.close();
    process.exit(error.exitCode);
  }
  const end = () => {
    void serving?.close().then(() => process.exit(0));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}
