/** The screen's door. */
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './theme/tokens.css';
import './theme/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { keepForOffline } from './offline.ts';
import { failRun } from './store/run.ts';
import { applyTheme } from './theme/theme.ts';

/** Draws the frame of the app into an element, then opens the lab the address asks for. */
export function mount(element: HTMLElement): void {
  applyTheme();
  createRoot(element).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  keepForOffline();
  // The engine is large and building a world takes a moment: neither may hold up the first paint.
  import('./open.ts').then(({ open }) => open(location.search)).catch((error: unknown) => failRun(String(error)));
}
