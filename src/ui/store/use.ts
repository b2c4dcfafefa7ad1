/** Reading the stores from components. */
import { useStore } from 'zustand';
import { themeStore } from '../theme/theme.ts';
import { type RunState, run } from './run.ts';
import { type ScreenState, screen } from './screen.ts';

export const useScreen = <T>(select: (state: ScreenState) => T): T => useStore(screen, select);
export const useRun = <T>(select: (state: RunState) => T): T => useStore(run, select);
export const useTheme = () => useStore(themeStore);
