/** What starts once the engine is there: the lab, the handle for scripts, the last save. */
import { installHandle } from './handle.ts';
import { askedLab, openLab, saveNow } from './store/lab.ts';

/** @param search the page's query: `?lab=service-bgp` */
export function open(search: string): void {
  installHandle();
  addEventListener('pagehide', saveNow);
  // A macrotask later, so that the panes are on the screen while the world is built.
  setTimeout(() => void openLab(askedLab(search)));
}
