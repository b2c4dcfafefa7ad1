/**
 * What of a lab survives a reload: the journal of inputs (the world is its replay), the ticked checks, the terminals' text and
 * history. Kept in localStorage, one key a lab; read back by reading.ts.
 */
import type { JournalEntry } from '../../engine/index.ts';
import type { Store } from './storage.ts';

export const MAX_TEXT = 60_000;
export const MAX_BYTES = 4_000_000;
export const MAX_TABS = 12;
export const MAX_HISTORY = 500;

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

export const keyOf = (lab: string) => `nexthop:lab:${lab}`;

/** Whether something is kept of a lab, whatever it is. */
export function isSaved(store: Store, lab: string): boolean {
  try {
    return store.getItem(keyOf(lab)) !== null;
  } catch {
    return false;
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
