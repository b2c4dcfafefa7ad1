/** Cells that several kinds print alike. Models k8s.io/kubernetes/pkg/printers/internalversion. */
import type { Container, LabelSelector, PodSpec } from './objects.ts';

/** `a=b,c=d` in key order; `<none>` when empty. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',');
}

/** A selector as a learner would type it: `app=web,tier in (a,b),!canary`; `<none>` for everything. */
export function formatSelector(selector: LabelSelector | undefined): string {
  if (!selector) return '<none>';
  const terms: [string, string][] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => [key, `${key}=${value}`]);
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const set = `(${[...values].sort().join(',')})`;
    if (operator === 'Exists') terms.push([key, key]);
    else if (operator === 'DoesNotExist') terms.push([key, `!${key}`]);
    else terms.push([key, `${key} ${operator === 'In' ? 'in' : 'notin'} ${set}`]);
  }
  if (terms.length === 0) return '<none>';
  return terms
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, text]) => text)
    .join(',');
}

/** Names and images of the containers, each joined by commas. */
export function containerCells(spec: PodSpec | undefined): [names: string, images: string] {
  const containers: readonly Container[] = spec?.containers ?? [];
  return [containers.map(({ name }) => name).join(','), containers.map(({ image }) => image).join(',')];
}

/** `a,b,c + 2 more...` */
export function withMore(list: readonly string[], max: number): string {
  const shown = list.slice(0, max).join(',');
  return list.length > max ? `${shown} + ${list.length - max} more...` : shown;
}
