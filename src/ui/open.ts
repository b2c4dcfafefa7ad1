/** All that an open lab is made of, as one chunk behind the first paint: its panes, and what starts it. The engine comes after. */
import { installHandle } from './handle.ts';
import { keepForOffline } from './offline.ts';
import { ease, openLab, saveNow } from './store/lab.ts';
import { simulation } from './store/run.ts';

export { Panes } from './app/Panes.tsx';

/** Opens a lab, with the handle for scripts and a last save. */
export function open(lab: string): void {
  installHandle();
  addEventListener('pagehide', saveNow);
  void openLab(lab);
  afterwards().catch(() => {
    // Where no lab could be opened, the page has said so.
  });
}

/** What can wait until the lab has all that it needs. */
async function afterwards(): Promise<void> {
  await simulation();
  await import('./terminal/emulator.ts');
  keepForOffline();
  await ease();
}
