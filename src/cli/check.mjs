/** `npm run check`: types, lint and format, import walls, dead code, the build and its size budget. Every part runs; any fault fails. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ensurePackages, ROOT } from './ensure.mjs';

ensurePackages();
const bin = (name) => join(ROOT, 'node_modules/.bin', name);
const faults = [];

function part(title, command, args, judge) {
  const began = Date.now();
  const done = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: '0' },
    maxBuffer: 1 << 26,
  });
  const output = `${done.stdout}${done.stderr}`.trim();
  const fault = done.status !== 0 ? output || `exit status ${done.status}` : judge?.(output);
  console.log(`${fault ? 'FAIL' : 'ok  '} ${title} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  if (fault) {
    faults.push(title);
    console.log(fault);
  }
}

part('types', bin('tsc'), ['-p', 'tsconfig.json']);
part('types of the headless rooms', bin('tsc'), ['-p', 'src/tsconfig.headless.json']);
part('lint and format', bin('biome'), [
  'check',
  '--config-path=.biome.json',
  '--error-on-warnings',
  'src',
  'e2e',
  'vite.config.ts',
]);
part('import walls', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'src'], (output) => {
  const seen = /\((\d+) modules/.exec(output);
  return !seen || Number(seen[1]) < 100
    ? `dependency-cruiser saw ${seen ? seen[1] : 'no'} modules; the walls were not checked\n${output}`
    : undefined;
});
part('dead code', bin('knip'), ['--no-progress']);
part('build', bin('vite'), ['build', '--logLevel', 'warn']);
size();

/**
 * First-load JavaScript, gzipped: what index.html asks for at once, and that opens a lab (e2e/opening.spec.ts). The shell and the
 * engine under it are lazy and not counted.
 */
function size() {
  const BUDGET_KB = 280;
  let html;
  try {
    html = readFileSync(join(ROOT, 'dist/index.html'), 'utf8');
  } catch {
    faults.push('size budget');
    console.log('FAIL size budget: no dist/index.html');
    return;
  }
  const first = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map((m) => m[1]);
  const kb = (file) => gzipSync(readFileSync(join(ROOT, 'dist', file)), { level: 9 }).length / 1024;
  const total = first.reduce((sum, file) => sum + kb(file), 0);
  const lazy = readdirSync(join(ROOT, 'dist/assets')).filter((file) => file.endsWith('.js') && !first.includes(`assets/${file}`));
  const late = lazy.reduce((sum, file) => sum + kb(`assets/${file}`), 0);
  // The entry alone opens nothing: fewer files means that index.html no longer names what does (vite.config.ts).
  const ok = first.some((file) => file.startsWith('assets/open-')) && total <= BUDGET_KB;
  console.log(
    `${ok ? 'ok  ' : 'FAIL'} size budget: first load ${total.toFixed(1)} of ${BUDGET_KB} KB gzip in ${first.length} files; lazy ${late.toFixed(1)} KB`,
  );
  if (!ok) faults.push('size budget');
}

if (faults.length > 0) {
  console.log(`\n${faults.length} of 7 parts failed: ${faults.join(', ')}`);
  process.exit(1);
}
console.log('\nall 7 parts hold');
