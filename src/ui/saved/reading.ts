/** Reads a saved lab back. Whatever stands there is checked, since anything may. Needs the engine: it knows what an input is. */
import * as v from 'valibot';
import { readJournal } from '../../engine/index.ts';
import { keyOf, MAX_BYTES, MAX_HISTORY, MAX_TABS, MAX_TEXT, type Saved } from './saved.ts';
import type { Store } from './storage.ts';

const tab = v.object({
  id: v.pipe(v.string(), v.maxLength(80)),
  host: v.pipe(v.string(), v.maxLength(80)),
  text: v.pipe(v.string(), v.maxLength(MAX_TEXT * 2)),
});

const schema = v.object({
  version: v.literal(1),
  world: v.string(),
  seed: v.string(),
  /** Virtual ms at which it was saved. */
  now: v.pipe(v.number(), v.finite()),
  journal: v.array(v.unknown()),
  ticked: v.array(v.pipe(v.string(), v.maxLength(200))),
  tabs: v.pipe(v.array(tab), v.maxLength(MAX_TABS)),
  history: v.record(v.string(), v.pipe(v.array(v.string()), v.maxLength(MAX_HISTORY * 2))),
});

export type Read = { readonly saved: Saved | undefined } | { readonly broken: string };

/** What is kept of a lab. `broken`: something is, but it is not what was written; it is set aside, not deleted. */
export function readSaved(store: Store, lab: string): Read {
  let text: string | null;
  try {
    text = store.getItem(keyOf(lab));
  } catch {
    return { saved: undefined };
  }
  if (text === null) return { saved: undefined };
  try {
    const parsed = v.parse(schema, JSON.parse(text));
    return { saved: { ...parsed, journal: readJournal(parsed.journal) } };
  } catch (error) {
    setAside(store, lab, text);
    return { broken: error instanceof Error ? error.message : String(error) };
  }
}

/** Moves an unreadable state out of the way, so that it can still be looked at. */
export function setAside(store: Store, lab: string, text: string | null): void {
  try {
    if (text !== null && text.length < MAX_BYTES) store.setItem(`${keyOf(lab)}:unreadable`, text);
    store.removeItem(keyOf(lab));
  } catch {
    // Storage is full or off: nothing to keep it in.
  }
}
