/**
 * A settled World as text and back, with everything it shares still shared: hosts look at the same API objects and hold the same rule chains,
 * so plain JSON of a small cluster is seven megabytes, most of it repetition. Values that occur more than once stand in a list,
 * each after those it holds, and are named by their place there. Reads and writes plain JSON values only.
 */
import type { Start } from './sim.ts';
import type { World } from './world.ts';

/** The only key of an object that stands for an entry of the list. No field of a World is called so. */
const SHARED = '\u0001';

interface Packed {
  readonly shared: unknown[];
  readonly world: unknown;
  readonly due?: number | undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** What occurs more than once. */
function repeated(root: unknown): ReadonlySet<object> {
  const seen = new Set<object>();
  const again = new Set<object>();
  const visit = (value: unknown): void => {
    if (!isObject(value)) return;
    if (seen.has(value)) {
      again.add(value);
      return;
    }
    seen.add(value);
    for (const key of Object.keys(value)) visit(value[key]);
  };
  visit(root);
  return again;
}

export function packStart({ world, due }: Start): string {
  const again = repeated(world);
  const places = new Map<object, number>();
  const shared: unknown[] = [];
  const plain = (value: Record<string, unknown>): unknown =>
    Array.isArray(value) ? value.map(pack) : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, pack(each)]));
  const pack = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    if (!again.has(value)) return plain(value);
    let place = places.get(value);
    if (place === undefined) {
      const packed = plain(value);
      place = shared.push(packed) - 1;
      places.set(value, place);
    }
    return { [SHARED]: place };
  };
  const packed: Packed = { world: pack(world), due, shared };
  return JSON.stringify(packed);
}

/** @throws SyntaxError where the text is no JSON; what else it is must come from `packStart` */
export function unpackStart(text: string): Start {
  const { shared, world, due } = JSON.parse(text) as Packed;
  const unpack = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    const place = value[SHARED];
    if (typeof place === 'number') return shared[place];
    for (const key of Object.keys(value)) {
      const each = value[key];
      if (isObject(each)) value[key] = unpack(each);
    }
    return value;
  };
  for (let i = 0; i < shared.length; i++) shared[i] = unpack(shared[i]);
  return { world: unpack(world) as World, due };
}
