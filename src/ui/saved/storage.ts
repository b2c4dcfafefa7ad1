/**
 * Where the page keeps things: localStorage, or memory where a browser forbids it (a page in a frame of another site, cookies off).
 * Reading `localStorage` throws there, so nobody else touches it.
 */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

function memory(): Store {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

function allowed(): Store | undefined {
  try {
    return typeof localStorage === 'undefined' ? undefined : localStorage;
  } catch {
    return undefined;
  }
}

const durable = allowed();

/** What is kept outlives the page. */
export const isDurable = durable !== undefined;

export const storage: Store = durable ?? memory();
