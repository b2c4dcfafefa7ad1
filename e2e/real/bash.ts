/** Holds the shell and its text tools against the real bash: each entry of bash/*.txt in an empty home, on both sides. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSim, loadWorld } from '../../src/engine/index.ts';
import { testSession } from '../../src/shell/testing.ts';
import { worlds } from '../../src/worlds/index.ts';
import type { Outcome } from './outcome.ts';

/** What a file of entries writes for a newline inside one. */
const NEWLINE = '␤';

/** The entries of this file are given to `bash -c` on both sides: what a prompt does otherwise (jobs, a login shell's options) is not the matter. */
const SCRIPTS = 'scripts.txt';

/** @param every only each n-th line; `match`: only those with this text, or in a file of this name */
export async function compareBash(root: string, every = 1, match = ''): Promise<readonly Outcome[]> {
  const folder = join(root, 'e2e/real/bash');
  const lines = readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8').split('\n');
      const matching = file === `${match}.txt` ? text : text.filter((line) => line.includes(match));
      return matching.map((line) => ({ line, scripted: file === SCRIPTS }));
    })
    .filter(({ line }) => line !== '' && !line.startsWith('# '))
    .filter((_, i) => i % every === 0)
    .map(({ line, scripted }) => ({ line: line.replaceAll(NEWLINE, '\n'), scripted }));
  const start = loadWorld(worlds.yaobank!).world();
  const bastion = Object.values(start.hosts).find((host) => host.kind === 'bastion')!.name;
  const outcomes: Outcome[] = [];
  for (const { line, scripted } of lines) {
    const session = testSession(createSim(start), bastion);
    await session.type('mkdir work; cd work');
    if (scripted) session.shell().state.variables.set('LINE', { value: line });
    const { stdout, stderr, exitCode } = await session.type(scripted ? 'bash -c "$LINE"' : line);
    const ours = `${stdout}${stderr}[${exitCode}]`;
    const real = runReal(line);
    outcomes.push({
      tool: 'bash',
      scenario: 'empty home',
      line,
      verdict: mask(ours) === mask(real) ? 'identical' : 'different',
      ours,
      real,
    });
  }
  return outcomes;
}

function runReal(line: string): string {
  const home = mkdtempSync(join(tmpdir(), 'bash-'));
  try {
    const { stdout, stderr, status } = spawnSync('bash', ['-c', line], {
      cwd: home,
      encoding: 'utf8',
      input: '',
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: home, LANG: 'C.UTF-8', TZ: 'UTC' },
      timeout: 5000,
    });
    return `${stdout}${stderr}[${status}]`;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/**
 * What tells `bash -c` from a prompt: `bash: line 1:` for `-bash:`, the line itself after a syntax error, and no word of a job that
 * was put into the background.
 */
function mask(text: string): string {
  return text
    .replace(/^bash: -c: line \d+: `[^\n]*'\n/gm, '')
    .replace(/^\[\d+\] \d+\n/gm, '')
    .replace(/^-?bash: (?:-c: )?(?:line \d+: )?/gm, 'bash: ')
    .replace(/\/tmp\/bash-\w+|\/home\/ubuntu\/work/g, '<home>');
}
