/** How fast the built page is. A browser is driven by src/cli/page.mjs, a program of its own: it needs packages that are never bundled. */
import { spawnSync } from 'node:child_process';
import { missingRow, msRow, type Row } from './table.ts';

/** What page.mjs prints. */
interface Figures {
  readonly readyMs: number;
  readonly answeredMs: number;
  readonly emptyMs: number;
  readonly idleFrames: number;
  readonly firstKb: number;
}

const READY = 'page ready: its lab read, drawn, taking keys; window.nexthop';
const ANSWERED = "page's first `ip route` answered (shell loaded)";
const IDLE = 'animation frames of an idle page in 5 s';
/** What index.html names; e2e/opening.spec.ts holds that a lab opens with nothing else. */
const FIRST = 'JS until the page is ready, gzip';

export function pageRows(): readonly Row[] {
  const done = spawnSync('node', ['src/cli/page.mjs'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (done.status !== 0) {
    const why = done.stderr.trim().split('\n').at(-1) ?? '';
    const limits = [
      [READY, '≤ 1500 ms'],
      [ANSWERED, '≤ 1500 ms'],
      [IDLE, '0'],
      [FIRST, '≤ 280 KB'],
    ] as const;
    return limits.map(([what, budget]) => missingRow(what, budget, why));
  }
  const page = JSON.parse(done.stdout) as Figures;
  const size = (what: string, kb: number): Row => ({
    what,
    ours: `${kb.toFixed(0)} KB`,
    budget: '≤ 280 KB',
    within: kb <= 280,
    peer: '',
    ratio: '',
  });
  const peer = 'an empty page in the same browser';
  return [
    msRow(READY, page.readyMs, 1500, peer, page.emptyMs),
    msRow(ANSWERED, page.answeredMs, 1500, peer, page.emptyMs),
    { what: IDLE, ours: String(page.idleFrames), budget: '0', within: page.idleFrames === 0, peer: '', ratio: '' },
    size(FIRST, page.firstKb),
  ];
}
