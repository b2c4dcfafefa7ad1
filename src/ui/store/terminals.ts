/** The open terminals: one tab each, each on a host. What runs in them lives in the lazy terminal chunk. */
import { createStore } from 'zustand/vanilla';
import { screen } from './screen.ts';

export interface TerminalTab {
  readonly id: string;
  readonly host: string;
}

export interface TerminalsState {
  /** Grows when the lab is opened anew: terminals of an earlier one are gone. */
  readonly epoch: number;
  readonly tabs: readonly TerminalTab[];
  readonly active: string | undefined;
  /** Text waiting to be typed into a tab, by id. */
  readonly typed: { readonly id: string; readonly text: string; readonly serial: number } | undefined;
  /** What each tab shows, scrollback included: saved, and written back on a reload. */
  readonly texts: Readonly<Record<string, string>>;
  /** Lines typed on each host, oldest first. */
  readonly history: Readonly<Record<string, readonly string[]>>;
  /** Tabs in which a command runs. */
  readonly running: Readonly<Record<string, boolean>>;
}

export const terminals = createStore<TerminalsState>(() => ({
  epoch: 0,
  tabs: [],
  active: undefined,
  typed: undefined,
  texts: {},
  history: {},
  running: {},
}));

let serial = 0;

/** Opens a new terminal on a host and shows it. @returns its id */
export function openTerminal(host: string): string {
  const { tabs } = terminals.getState();
  const used = new Set(tabs.map((tab) => tab.id));
  let n = 1;
  while (used.has(`${host}-${n}`)) n++;
  const id = `${host}-${n}`;
  terminals.setState({ tabs: [...tabs, { id, host }], active: id });
  if (screen.getState().pane !== 'lesson') screen.setState({ pane: 'terminal' });
  return id;
}

export function closeTerminal(id: string): void {
  const { tabs, active } = terminals.getState();
  const left = tabs.filter((tab) => tab.id !== id);
  terminals.setState({ tabs: left, active: active === id ? left.at(-1)?.id : active });
}

export function showTerminal(id: string): void {
  terminals.setState({ active: id });
}

/** Types a line into a terminal on `host`: the active one when it is there, else another, else a new one. Enter is the learner's. */
export function typeInto(host: string, text: string): void {
  const { tabs, active } = terminals.getState();
  const here = tabs.find((tab) => tab.id === active && tab.host === host) ?? tabs.find((tab) => tab.host === host);
  const id = here?.id ?? openTerminal(host);
  serial++;
  terminals.setState({ active: id, typed: { id, text, serial } });
}
