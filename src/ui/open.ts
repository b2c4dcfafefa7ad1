/** What starts once the program is there: the lab, the handle for scripts, the last save. */
import { installHandle } from './handle.ts';
import { openLab, saveNow } from './store/lab.ts';

export function open(lab: string): void {
  installHandle();
  addEventListener('pagehide', saveNow);
  void openLab(lab);
}
