/** Runs the scenarios of routing and NAT, several at a time: they wait for timers and time-outs most of their time. */

import { removeLeftovers } from '../netns.ts';
import type { Outcome } from '../outcome.ts';
import { breaking } from './breaking.ts';
import { compareScenario } from './compare.ts';
import { plain } from './plain.ts';
import type { Scenario } from './scenario.ts';
import { sized } from './sized.ts';

interface Options {
  /** Only the sample that a short run has time for. */
  readonly quick: boolean;
  /** Only scenarios whose name fits this pattern. */
  readonly match?: string;
  /** Of the namespaces made here, `nh<pid>-…`. */
  readonly prefix: string;
}

/** The ones that wait longest come first. */
const scenarios: readonly Scenario[] = [...breaking, ...plain, ...sized];
const AT_A_TIME = 3;

export async function compareRouting({ quick, match = '', prefix }: Options): Promise<readonly Outcome[]> {
  removeLeftovers();
  const chosen = scenarios.filter((one) => new RegExp(match).test(one.name) && (one.quick || !quick));
  const outcomes: (readonly Outcome[])[] = [];
  let next = 0;
  const worker = async () => {
    while (next < chosen.length) {
      const at = next++;
      const began = Date.now();
      const found = await compareScenario(chosen[at]!, `${prefix}${at}`);
      outcomes[at] = found;
      const same = found.filter(({ verdict }) => verdict === 'identical').length;
      // A full run takes long enough to want to know where it is.
      if (!quick) console.log(`  ${chosen[at]!.name}: ${same} of ${found.length} (${Math.round((Date.now() - began) / 1000)} s)`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return outcomes.flat();
}
