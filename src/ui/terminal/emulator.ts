/** One terminal on the screen: xterm.js around the shell's headless terminal. Lives in the lazy chunk, with the shell. */
import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { type ITheme, Terminal as Xterm } from '@xterm/xterm';
import type { Sim } from '../../engine/index.ts';
import { createTerminal, type TerminalState } from '../../shell/index.ts';
import type { ScreenClock } from '../clock.ts';
import type { Theme } from '../theme/theme.ts';

export interface EmulatorOptions {
  readonly element: HTMLElement;
  readonly id: string;
  readonly host: string;
  readonly sim: Sim;
  readonly clock: ScreenClock;
  /** What it showed before a reload. */
  readonly text: string;
  readonly theme: Theme;
  history(host: string): readonly string[];
  onHistory(host: string, lines: readonly string[]): void;
  onState(state: TerminalState): void;
  onEdit(name: string, text: string): Promise<string | undefined>;
  /** The learner wants out, by Esc. */
  onLeave(): void;
}

export interface Emulator {
  focus(): void;
  fit(): void;
  /** Keys, as if pressed here. */
  input(data: string): void;
  /** Puts text on the prompt without running it. */
  type(text: string): void;
  setTheme(theme: Theme): void;
  /** Everything it shows, scrollback included, without the prompt that waits. */
  text(): string;
  dispose(): void;
}

const ANSI: Readonly<Record<Theme, ITheme>> = {
  dark: {
    black: '#20242d',
    red: '#ff7b78',
    green: '#4fd58a',
    yellow: '#f2b64c',
    blue: '#6aa8ff',
    magenta: '#b39bff',
    cyan: '#56c8f5',
    white: '#d9dee6',
    brightBlack: '#8a93a1',
    brightRed: '#ff9c99',
    brightGreen: '#7be3a8',
    brightYellow: '#f7cc7e',
    brightBlue: '#93c0ff',
    brightMagenta: '#cabaff',
    brightCyan: '#8bdaf8',
    brightWhite: '#ffffff',
  },
  light: {
    black: '#1b222c',
    red: '#b3261e',
    green: '#0f6e38',
    yellow: '#83500a',
    blue: '#1557b0',
    magenta: '#6a3fd0',
    cyan: '#03628f',
    white: '#4c5563',
    brightBlack: '#656e7c',
    brightRed: '#b3261e',
    brightGreen: '#0f6e38',
    brightYellow: '#83500a',
    brightBlue: '#1557b0',
    brightMagenta: '#6a3fd0',
    brightCyan: '#03628f',
    brightWhite: '#12161d',
  },
  projector: {
    black: '#000000',
    red: '#ff9d99',
    green: '#7df0ae',
    yellow: '#ffd27a',
    blue: '#9cc9ff',
    magenta: '#d3c3ff',
    cyan: '#8fe0ff',
    white: '#ffffff',
    brightBlack: '#c4cad3',
    brightRed: '#ffb3b0',
    brightGreen: '#a2f6c6',
    brightYellow: '#ffe0a3',
    brightBlue: '#b9d9ff',
    brightMagenta: '#e2d7ff',
    brightCyan: '#b5ebff',
    brightWhite: '#ffffff',
  },
};

function themeOf(theme: Theme): ITheme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    ...ANSI[theme],
    background: token('--term-bg'),
    foreground: token('--term-text'),
    cursor: token('--term-text'),
    cursorAccent: token('--term-bg'),
    selectionBackground: theme === 'light' ? '#0369a833' : '#56c8f555',
    scrollbarSliderBackground: theme === 'light' ? '#1b222c22' : '#ffffff1c',
    scrollbarSliderHoverBackground: theme === 'light' ? '#1b222c3a' : '#ffffff33',
    scrollbarSliderActiveBackground: theme === 'light' ? '#1b222c55' : '#ffffff44',
  };
}

/** The root's type size carries over, so that the projector's terminal is large too. */
const fontSize = () => Math.round(Number.parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.8125);

export async function openEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { element, sim, clock } = options;
  const font = '"JetBrains Mono Variable"';
  await Promise.all([document.fonts.load(`400 13px ${font}`), document.fonts.load(`700 13px ${font}`)]).catch(() => {});
  const xterm = new Xterm({
    fontFamily: `${font}, ui-monospace, Menlo, monospace`,
    fontSize: fontSize(),
    lineHeight: 1.3,
    theme: themeOf(options.theme),
    cursorBlink: false,
    cursorStyle: 'bar',
    cursorInactiveStyle: 'outline',
    scrollback: 5000,
    minimumContrastRatio: options.theme === 'projector' ? 7 : 4.5,
  });
  const fitter = new FitAddon();
  xterm.loadAddon(fitter);
  xterm.open(element);
  xterm.textarea?.setAttribute('aria-label', `Terminal of ${options.host}. Press Escape to leave it.`);
  fitter.fit();
  if (options.text) xterm.write(`${options.text.replaceAll('\n', '\r\n')}\r\n`);

  const terminal = createTerminal({
    sim,
    place: { host: options.host, netns: '' },
    clock,
    columns: xterm.cols,
    rows: xterm.rows,
    id: options.id,
    write: (text) => xterm.write(text),
    onEdit: options.onEdit,
    onState: options.onState,
    history: options.history,
    onHistory: options.onHistory,
  });
  const input = (data: string) => {
    clock.touch();
    terminal.input(data);
  };
  xterm.onData(input);
  xterm.onResize(({ cols, rows }) => terminal.resize(cols, rows));
  xterm.attachCustomKeyEventHandler((event) => ownKey(event, xterm, () => terminal.state(), options.onLeave));
  terminal.start();
  // A command that was at work when the learner left that moment is cut off.
  const release = sim.subscribe(({ entry, agents }) => {
    if (!entry && !agents && terminal.state().mode !== 'prompt') terminal.interrupt();
  });
  return {
    input,
    focus: () => xterm.focus(),
    fit: () => {
      if (element.offsetWidth > 0 && element.offsetHeight > 0) fitter.fit();
    },
    type(text) {
      terminal.type(text);
      xterm.scrollToBottom();
      xterm.focus();
    },
    setTheme(theme) {
      xterm.options.theme = themeOf(theme);
      xterm.options.fontSize = fontSize();
      xterm.options.minimumContrastRatio = theme === 'projector' ? 7 : 4.5;
      fitter.fit();
    },
    text: () => bufferText(xterm, terminal.state().mode === 'prompt'),
    dispose() {
      release();
      terminal.interrupt();
      xterm.dispose();
    },
  };
}

/** Keys that are the screen's and not the shell's. @returns false where xterm must leave the key alone */
function ownKey(event: KeyboardEvent, xterm: Xterm, state: () => TerminalState, leave: () => void): boolean {
  if (event.type !== 'keydown') return true;
  if (event.key === 'Escape' && state().mode !== 'screen') {
    leave();
    return false;
  }
  const command = event.ctrlKey && event.shiftKey;
  if (command && event.code === 'KeyC') {
    void navigator.clipboard?.writeText(xterm.getSelection());
    event.preventDefault();
    return false;
  }
  // The browser pastes; xterm hears of it by its paste event.
  return !(command && event.code === 'KeyV');
}

/** The buffer as lines, wrapped ones joined. */
function bufferText(xterm: Xterm, withoutPrompt: boolean): string {
  const buffer = xterm.buffer.normal;
  const lines: string[] = [];
  for (let y = 0; y < buffer.length; y++) {
    const line = buffer.getLine(y);
    if (!line) continue;
    const text = line.translateToString(!buffer.getLine(y + 1)?.isWrapped);
    if (line.isWrapped && lines.length) lines[lines.length - 1] += text;
    else lines.push(text);
  }
  while (lines.length && !lines.at(-1)) lines.pop();
  if (withoutPrompt) lines.pop();
  return lines.join('\n');
}
