/** The screen's door. */
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './theme/tokens.css';
import './theme/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { applyTheme } from './theme/theme.ts';

/** Draws the app into an element. */
export function mount(element: HTMLElement): void {
  applyTheme();
  createRoot(element).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
