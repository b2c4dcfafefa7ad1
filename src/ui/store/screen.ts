/** What the learner has chosen to look at. Nothing of the simulation lives here. */
import { createStore } from 'zustand/vanilla';
import type { Focus } from '../topology/types.ts';

export const INSPECTOR_TABS = ['packet', 'routes', 'bgp', 'nat', 'objects'] as const;
export type InspectorTab = (typeof INSPECTOR_TABS)[number];
export const PANES = ['lesson', 'map', 'terminal', 'inspector'] as const;
export type Pane = (typeof PANES)[number];
export const SPEEDS = [0.5, 1, 2, 5, 10] as const;

export interface ScreenState {
  readonly focus: Focus;
  readonly layers: { readonly data: boolean; readonly control: boolean };
  readonly tab: InspectorTab;
  /** Host whose tables the inspector shows. */
  readonly inspected: string | undefined;
  /** `<cluster> <resource> <key>` open in Objects. */
  readonly object: string | undefined;
  /** `<namespace>/<name>` whose NAT chains are shown. */
  readonly service: string | undefined;
  readonly inspectorOpen: boolean;
  /** The one pane a narrow screen shows. */
  readonly pane: Pane;
  readonly paused: boolean;
  readonly speed: (typeof SPEEDS)[number];
  readonly dialog: 'help' | 'fidelity' | 'reset' | undefined;
  /** Answering a prediction: hosts picked on the map. */
  readonly picking: { readonly picked: readonly string[]; readonly options: readonly string[] } | undefined;
}

export const screen = createStore<ScreenState>(() => ({
  focus: { kind: 'none' },
  layers: { data: true, control: true },
  tab: 'packet',
  inspected: undefined,
  object: undefined,
  service: undefined,
  inspectorOpen: true,
  pane: 'lesson',
  paused: false,
  speed: 1,
  dialog: undefined,
  picking: undefined,
}));

const set = screen.setState;

/** Lights a prefix's way; the same prefix again puts it out. */
export function focusPrefix(host: string, dst: string): void {
  const { focus } = screen.getState();
  const same = focus.kind === 'prefix' && focus.host === host && focus.dst === dst;
  set({ focus: same ? { kind: 'none' } : { kind: 'prefix', host, dst }, inspected: host });
}

export function focusTrace(id: string): void {
  set({ focus: { kind: 'trace', id }, tab: 'packet' });
}

export function clearFocus(): void {
  set({ focus: { kind: 'none' } });
}

export function inspect(tab: InspectorTab, more: Partial<Pick<ScreenState, 'inspected' | 'object' | 'service'>> = {}): void {
  set({ tab, inspectorOpen: true, pane: screen.getState().pane === 'map' ? 'map' : screen.getState().pane, ...more });
}

/** Adds or takes away a host in the answer to a prediction. */
export function pick(host: string): void {
  const { picking } = screen.getState();
  if (!picking?.options.includes(host)) return;
  const picked = picking.picked.includes(host) ? picking.picked.filter((each) => each !== host) : [...picking.picked, host];
  set({ picking: { ...picking, picked } });
}
