/** Resource quantities: `100m`, `1Gi`. Models just enough of apimachinery's resource.Quantity to compare two. */

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

/** The number a quantity stands for; NaN when it is none. */
export function quantityValue(text: string | number): number {
  const match = /^([+-]?[0-9.]+)(?:([eE][+-]?\d+)|([numkMGTPE]i?))?$/.exec(String(text));
  if (!match) return Number.NaN;
  return match[2] ? Number(`${match[1]}${match[2]}`) : Number(match[1]) * (SUFFIXES[match[3] ?? ''] ?? Number.NaN);
}

export const compareQuantities = (a: string | number, b: string | number): number => quantityValue(a) - quantityValue(b);
