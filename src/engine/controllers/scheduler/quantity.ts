/** Kubernetes quantities as numbers: `100m` cores, `70Mi` bytes. Models k8s.io/apimachinery/pkg/api/resource for reading only. */

const FACTORS: Readonly<Record<string, number>> = {
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

/** The number a quantity stands for; 0 for text that is none. */
export function quantity(text: string | number | undefined): number {
  if (typeof text === 'number') return text;
  const match = /^([+-]?[0-9.]+)([eE][+-]?[0-9]+)?([a-zA-Z]*)$/.exec(text ?? '');
  if (!match) return 0;
  const value = Number(`${match[1]}${match[2] ?? ''}`) * (FACTORS[match[3] ?? ''] ?? Number.NaN);
  return Number.isFinite(value) ? value : 0;
}
