/** Short messages above the page: what the learner must know and may dismiss. */
import { createStore } from 'zustand/vanilla';

export interface Notice {
  readonly id: string;
  readonly text: string;
  readonly tone: 'warning' | 'plain';
}

export const notices = createStore<{ readonly list: readonly Notice[] }>(() => ({ list: [] }));

/** Shows a message; one of the same id takes its place. */
export function tell(id: string, text: string, tone: Notice['tone'] = 'warning'): void {
  const { list } = notices.getState();
  notices.setState({ list: [...list.filter((each) => each.id !== id), { id, text, tone }] });
}

export function dismiss(id: string): void {
  notices.setState({ list: notices.getState().list.filter((each) => each.id !== id) });
}
