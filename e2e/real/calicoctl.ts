/**
 * What a real calicoctl v3.30 answered to the lines of e2e/real/calicoctl/*.txt against the served world, kept for machines that have none
 * (no package brings it). A whole run of the suite writes it anew; nobody edits it. Uids, versions and times are masked; lines whose
 * answer names pods are left to the suite, because those names are drawn anew by every world.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Compared, mask } from './kubectl.ts';

export interface Recorded {
  readonly corpus: string;
  readonly line: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

interface Recording {
  readonly source: string;
  readonly lines: readonly Recorded[];
}

const FILE = 'e2e/real/calicoctl/recorded.json';
const POD = /-[bcdf-hj-np-tv-z2456789]{8,10}-{1,2}[bcdf-hj-np-tv-z2456789]{5}\b|\bcali[0-9a-f]{11}\b|k8s-pod-network\./;

/** @param version the real one's first two lines of `calicoctl version --client` */
export function recordCalicoctl(root: string, compared: readonly Compared[], version: string): void {
  const lines = compared
    .filter(({ line, real }) => line.includes('calicoctl') && !POD.test(real.stdout + real.stderr))
    .map(({ corpus, line, real }) => ({
      corpus,
      line,
      stdout: mask(real.stdout),
      stderr: mask(real.stderr),
      exitCode: real.exitCode,
    }));
  const recording: Recording = { source: `recorded from ${version}; locked`, lines };
  writeFileSync(join(root, FILE), `${JSON.stringify(recording, undefined, 2)}\n`);
}

export const readRecording = (root: string): Recording => JSON.parse(readFileSync(join(root, FILE), 'utf8')) as Recording;
