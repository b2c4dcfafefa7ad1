/**
 * `npm run serve -- [--world ID] [--port N] [--kubeconfig FILE]`: serves a world's API server on loopback until interrupted.
 * Prints one line when ready.
 */
import { writeFileSync } from 'node:fs';
import { loadWorld } from '../engine/index.ts';
import { worlds } from '../worlds/index.ts';
import { kubeconfigText, serveHttp } from './serve-http.ts';

interface Options {
  readonly world: string;
  readonly port: number;
  readonly kubeconfig?: string;
}

function usage(complaint: string): never {
  process.stderr.write(`serve: ${complaint}\nusage: npm run serve -- [--world ID] [--port N] [--kubeconfig FILE]\n`);
  process.exit(2);
}

export function readOptions(args: readonly string[]): Options {
  let options: Options = { world: 'yaobank', port: 8001 };
  for (let at = 0; at < args.length; at++) {
    const [name, inline] = args[at]!.split('=', 2) as [string, string | undefined];
    const value = inline ?? args[++at];
    if (value === undefined) usage(`${name} needs a value`);
    if (name === '--world' || name === '--lab') options = { ...options, world: value };
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
  const source = worlds[options.world];
  if (!source) usage(`no world ${options.world}; there are: ${Object.keys(worlds).join(', ')}`);
  const serving = await serveHttp(loadWorld(source), { port: options.port }).catch((error: NodeJS.ErrnoException) =>
    usage(error.code === 'EADDRINUSE' ? `port ${options.port} is in use` : error.message),
  );
  if (options.kubeconfig) writeFileSync(options.kubeconfig, kubeconfigText(serving.url), { mode: 0o600 });
  process.stdout.write(
    `${options.world} on ${serving.url} (loopback only, no authentication)${options.kubeconfig ? `; export KUBECONFIG=${options.kubeconfig}` : ''}\n`,
  );
}
