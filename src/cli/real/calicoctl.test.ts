import { describe, expect, it } from 'vitest';
import { readRecording } from '../../../e2e/real/calicoctl.ts';
import { answersOfOurs, mask } from '../../../e2e/real/kubectl.ts';
import { readDeviations } from './report.ts';

const root = process.cwd();
const { source, lines: recorded } = readRecording(root);
const known = new Set(
  readDeviations(root)
    .filter(({ tool }) => tool === 'calicoctl')
    .flatMap(({ lines }) => lines),
);

describe(`calicoctl's answers, ${source}`, () => {
  it('are word for word those of the real one, exit status and all', async () => {
    const ours = new Map(
      (await answersOfOurs(`${root}/e2e/real/calicoctl`)).map(({ corpus, line, ours: { stdout, stderr, exitCode } }) => [
        `${corpus}: ${line}`,
        { stdout: mask(stdout), stderr: mask(stderr), exitCode },
      ]),
    );
    const held = recorded.filter(({ line }) => !known.has(line));
    const differing = held
      .map(({ corpus, line, ...real }) => ({ name: `${corpus}: ${line}`, real, ours: ours.get(`${corpus}: ${line}`) }))
      .filter(({ real, ours: mine }) => JSON.stringify(mine) !== JSON.stringify(real));
    expect(differing).toEqual([]);
    expect(held.length).toBeGreaterThan(400);
  }, 300_000);
});
