/**
 * What of a lab survives a reload: the journal of inputs (the world is its replay), the ticked checks, the terminals' text and
 * history. Kept in localStorage, one key a lab; whatever is read back is checked, since anything may stand there.
 */
import * as v from 'valibot';
import { type JournalEntry, readJournal } from '../../engine/index.ts';
import type { Store } from './storage.ts';

const MAX_TEXT = 60_000;
const MAX_BYTES = 4_000_000;
const MAX_TABS = 12;
const MAX_HISTORY = 500;

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

export interface SavedTab {
  readonly id: string;
  readonly host: string;
  /** What its screen and scrollback showed. */
  readonly text: string;
}

export interface Saved {
  readonly world: string;
  readonly seed: string;
  readonly now: number;
  readonly journal: readonly JournalEntry[];
  readonly ticked: readonly string[];
  readonly tabs: readonly SavedTab[];
  readonly history: Readonly<Record<string, readonly string[]>>;
}

const keyOf = (lab: string) => `nexthop:lab:${lab}`;

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

/** @returns why it could not be kept, or undefined when it was */
export function writeSaved(store: Store, lab: string, saved: Saved): string | undefined {
  const bounded: Saved = {
    ...saved,
    tabs: saved.tabs.slice(0, MAX_TABS).map((each) => ({ ...each, text: each.text.slice(-MAX_TEXT) })),
    history: Object.fromEntries(Object.entries(saved.history).map(([host, lines]) => [host, lines.slice(-MAX_HISTORY)])),
  };
  const text = JSON.stringify({ version: 1, ...bounded });
  if (text.length > MAX_BYTES) return 'this lab has become too long to be kept in the browser';
  try {
    store.setItem(keyOf(lab), text);
    return undefined;
  } catch {
    return 'the browser has no room left to keep this lab';
  }
}

export function forget(store: Store, lab: string): void {
  try {
    store.removeItem(keyOf(lab));
  } catch {
    // Storage is off: nothing was kept.
  }
}
