/**
 * `npm test`: everything, from a fresh clone. Installs what is missing, runs the checks, the unit tests, the labs, the browser
 * journeys and a part of the comparison with the real tools; ends with the line `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium, ensurePackages, ROOT } from './ensure.mjs';

ensurePackages();
const chromium = ensureChromium();
const scratch = mkdtempSync(join(tmpdir(), 'nexthop-test-'));
const bin = (name) => join(ROOT, 'node_modules/.bin', name);
const env = { ...process.env, ...(chromium ? { CHROMIUM: chromium } : {}), FORCE_COLOR: '0', NO_COLOR: '1' };
let passed = 0;
let failed = 0;

function run(title, command, args, extra = {}) {
  console.log(`\n== ${title}`);
  const began = Date.now();
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env: { ...env, ...extra } });
  console.log(`== ${title}: ${status === 0 ? 'ok' : `exit status ${status}`} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  return status === 0;
}

function count(ok) {
  if (ok) passed++;
  else failed++;
}

/** Adds what a JSON report says; a run without a readable report is one failure. */
function tally(file, read) {
  try {
    const [good, bad] = read(JSON.parse(readFileSync(file, 'utf8')));
    passed += good;
    failed += bad;
    return good + bad > 0;
  } catch {
    failed++;
    return false;
  }
}

count(run('check: types, lint, walls, dead code, size', 'node', ['src/cli/check.mjs']));

const unit = join(scratch, 'unit.json');
const unitOk = run('unit tests and labs', bin('vitest'), ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${unit}`]);
if (!tally(unit, (r) => [r.numPassedTests, r.numFailedTests]) || (!unitOk && failed === 0)) failed++;

const journeys = join(scratch, 'browser.json');
const before = failed;
const browserOk = run('browser journeys', bin('playwright'), ['test', '-c', 'e2e/playwright.config.ts', '--reporter=line,json'], {
  PLAYWRIGHT_JSON_OUTPUT_NAME: journeys,
});
tally(journeys, (r) => [r.stats.expected, r.stats.unexpected + r.stats.flaky]);
if (!browserOk && failed === before) failed++;

const real = join(scratch, 'real.json');
const soFar = failed;
const realOk = run('the real tools beside ours, a sample', 'node', ['src/cli/launch.mjs', 'real', '--quick', '--report', real]);
tally(real, (r) => [r.passed, r.failed]);
if (!realOk && failed === soFar) failed++;

console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
