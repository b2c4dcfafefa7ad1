/** `npm start`: installs what is missing and serves the app with Vite, which prints the URL. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensurePackages, ROOT } from './ensure.mjs';

ensurePackages();
const vite = spawn(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => vite.kill(signal));
vite.on('exit', (code) => process.exit(code ?? 0));
