/** The theme: chosen or the system's, remembered, set on the root element before the first paint. */
import { createStore } from 'zustand/vanilla';
import { storage } from '../saved/storage.ts';

export const THEMES = ['system', 'dark', 'light', 'projector'] as const;
export type ThemeChoice = (typeof THEMES)[number];
export type Theme = Exclude<ThemeChoice, 'system'>;

const KEY = 'nexthop:theme';

interface ThemeState {
  readonly choice: ThemeChoice;
  /** What `choice` comes to on this system, now. */
  readonly theme: Theme;
}

const darkQuery = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : undefined;

function resolve(choice: ThemeChoice): Theme {
  if (choice !== 'system') return choice;
  return darkQuery && !darkQuery.matches ? 'light' : 'dark';
}

function remembered(): ThemeChoice {
  const kept = storage.getItem(KEY);
  return THEMES.find((theme) => theme === kept) ?? 'system';
}

export const themeStore = createStore<ThemeState>(() => {
  const choice = remembered();
  return { choice, theme: resolve(choice) };
});

/** Sets and remembers a theme. */
export function chooseTheme(choice: ThemeChoice): void {
  themeStore.setState({ choice, theme: resolve(choice) });
  try {
    storage.setItem(KEY, choice);
  } catch {
    // Storage is full: the theme lasts as long as the page.
  }
}

/** Keeps the root element and the store in step, and follows the system while the choice is `system`. */
export function applyTheme(): void {
  const show = () => {
    document.documentElement.dataset.theme = themeStore.getState().theme;
  };
  show();
  themeStore.subscribe(show);
  darkQuery?.addEventListener('change', () => {
    const { choice } = themeStore.getState();
    if (choice === 'system') themeStore.setState({ theme: resolve(choice) });
  });
}
