/** The screen's door. */
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './theme/tokens.css';
import './theme/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { installHandle } from './handle.ts';
import { askedLab, openLab, saveNow } from './store/lab.ts';
import { applyTheme } from './theme/theme.ts';

/** Draws the app into an element, then opens the lab the address asks for. */
export function mount(element: HTMLElement): void {
  applyTheme();
  installHandle();
  createRoot(element).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  addEventListener('pagehide', saveNow);
  // The frame of the page is painted before the world is built: that takes a moment.
  requestAnimationFrame(() => setTimeout(() => void openLab(askedLab(location.search))));
}
