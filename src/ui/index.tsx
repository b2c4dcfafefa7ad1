/** The screen's door. */
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './theme/tokens.css';
import './theme/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { failRun } from './store/run.ts';
import { askedLab, fetchAhead } from './store/shipped.ts';
import { applyTheme } from './theme/theme.ts';

/** Draws the frame of the app into an element, then opens the lab the address asks for. */
export function mount(element: HTMLElement): void {
  const lab = askedLab(location.search);
  fetchAhead(lab);
  applyTheme();
  createRoot(element).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  import('./open.ts').then(({ open }) => open(lab)).catch((error: unknown) => failRun(String(error)));
}
