/** `KEY=VALUE` and `KEY-` arguments of label, annotate, set env and taint, apart from the resources before them. */
import type { Kubectl } from '../context.ts';
import { fail } from '../errors.ts';

export interface Pairs {
  readonly resources: readonly string[];
  readonly pairs: readonly string[];
}

/** cmdutil.GetResourcesAndPairs. @param what `label`, for the complaint */
export function splitPairs(kubectl: Kubectl, what: string): Pairs {
  const resources: string[] = [];
  const pairs: string[] = [];
  for (const word of kubectl.args) {
    const pair = (word.includes('=') && word[0] !== '=') || (word.endsWith('-') && word !== '-');
    if (pair) pairs.push(word);
    else if (pairs.length === 0) resources.push(word);
    else fail(`all resources must be specified before ${what} changes: ${word}`);
  }
  return { resources, pairs };
}
