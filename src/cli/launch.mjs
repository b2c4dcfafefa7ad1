/**
 * Runs one of the command-line entries (`src/cli/<name>.ts`, each exporting `main(args)`): bundles it with Vite when a source has
 * changed since the last time, then imports the bundle. Bundles live in node_modules/.cache/nexthop.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensurePackages, ensureRealTools, ROOT } from './ensure.mjs';

const [name, ...args] = process.argv.slice(2);
const entry = join(ROOT, 'src/cli', `${name}.ts`);
const out = join(ROOT, 'node_modules/.cache/nexthop');
const bundle = join(out, `${name}.mjs`);

ensurePackages();
if (name === 'real') ensureRealTools();
if (isStale()) await makeBundle();
const { main } = await import(pathToFileURL(bundle).href);
await main(args);

function isStale() {
  if (!existsSync(bundle)) return true;
  const made = statSync(bundle).mtimeMs;
  return (
    ['src', 'e2e/real'].some((folder) => newerThan(join(ROOT, folder), made)) ||
    statSync(join(ROOT, 'package-lock.json')).mtimeMs > made
  );
}

function newerThan(folder, time) {
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { withFileTypes: true }).some((item) => {
    const path = join(folder, item.name);
    return item.isDirectory() ? item.name !== 'ui' && newerThan(path, time) : statSync(path).mtimeMs > time;
  });
}

async function makeBundle() {
  const { build } = await import('vite');
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    assetsInclude: ['**/*.wasm'],
    // One file: reading a hundred modules costs more than running them.
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      outDir: out,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { entryFileNames: `${name}.mjs`, codeSplitting: false } },
    },
  });
}
