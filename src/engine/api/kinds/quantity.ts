/**
 * Resource quantities: `100m`, `1Gi`. Models apimachinery's resource.Quantity as far as comparing, adding and printing two of them
 * goes; values are doubles, so what lies beyond 2^53 is rounded.
 */

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number a quantity stands for; undefined when the text is none. */
export function parseQuantity(text: string | number): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][-+]?\d+)|([KMGTPE]i|[numkMGTPE]?))$/.exec(String(text));
  if (!match) return undefined;
  return match[2] ? Number(match[1]! + match[2]) : Number(match[1]) * SUFFIXES[match[3] ?? '']!;
}

/** @returns below zero when `a` is less; NaN when either is no quantity */
export const compareQuantities = (a: string | number, b: string | number): number =>
  (parseQuantity(a) ?? Number.NaN) - (parseQuantity(b) ?? Number.NaN);

/** The canonical text: `250m`, `1Gi` for memory that is a whole number of them. */
export function formatQuantity(value: number, resource: string): string {
  if (value === 0) return '0';
  if (resource === 'cpu') return Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`;
  for (const suffix of ['Gi', 'Mi', 'Ki']) {
    if (value % SUFFIXES[suffix]! === 0) return `${value / SUFFIXES[suffix]!}${suffix}`;
  }
  return String(value);
}
