/**
 * `npm run serve -- [--lab ID|--world ID|FILE] [--port N] [--kubeconfig FILE]`: serves a world's API server on loopback until interrupted.
 * Prints one line when ready.
 */
import { writeFileSync } from 'node:fs';
import { loadWorld, type Sim, WorldError } from '../engine/index.ts';
import { kubeconfigText, serveHttp } from './serve-http.ts';
import { choose } from './source.ts';

interface Options {
  readonly lab?: string;
  readonly world?: string;
  readonly port: number;
  readonly kubeconfig?: string;
}

function fail(complaint: string): never {
  process.stderr.write(`serve: ${complaint}\n`);
  process.exit(1);
}

function usage(complaint: string): never {
  process.stderr.write(`serve: ${complaint}\nusage: npm run serve -- [--lab ID|--world ID|FILE] [--port N] [--kubeconfig FILE]\n`);
  process.exit(2);
}

export function readOptions(args: readonly string[]): Options {
  let options: Options = { port: 8001 };
  for (let at = 0; at < args.length; at++) {
    const [name, inline] = args[at]!.split('=', 2) as [string, string | undefined];
    const value = inline ?? args[++at];
    if (value === undefined) usage(`${name} needs a value`);
    if (name === '--world') options = { ...options, world: value };
    else if (name === '--lab') options = { ...options, lab: value };
    else if (name === '--kubeconfig') options = { ...options, kubeconfig: value };
    else if (name === '--port') {
      const port = Number(value);
      if (!Number.isInteger(port) || port < 0 || port > 65535) usage(`--port: ${value} is no port`);
      options = { ...options, port };
    } else usage(`unknown option ${name}`);
  }
  return options;
}

export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  let sim: Sim;
  try {
    sim = loadWorld(choose(options).source);
  } catch (error) {
    if (error instanceof WorldError) return fail(error.message);
    return usage(error instanceof Error ? error.message : String(error));
  }
  const serving = await serveHttp(sim, { port: options.port }).catch((error: NodeJS.ErrnoException) =>
    usage(error.code === 'EADDRINUSE' ? `port ${options.port} is in use` : error.message),
  );
  if (options.kubeconfig) writeFileSync(options.kubeconfig, kubeconfigText(serving.url), { mode: 0o600 });
  process.stdout.write(
    `${sim.world().id} on ${serving.url} (loopback only, no authentication)${options.kubeconfig ? `; export KUBECONFIG=${options.kubeconfig}` : ''}\n`,
  );
}
