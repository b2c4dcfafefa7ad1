/** The terminals: a tab each, on any host. xterm and the shell come in a chunk of their own, after the first paint. */
import clsx from 'clsx';
import { FastForward, Plus } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { time } from '../clock.ts';
import button from '../parts/Button.module.css';
import { Menu } from '../parts/Menu.tsx';
import { panelId, Tabs, tabId } from '../parts/Tabs.tsx';
import { currentClock, saveSoon } from '../store/lab.ts';
import { simulation } from '../store/run.ts';
import { closeTerminal, openTerminal, showTerminal, type TerminalTab, terminals } from '../store/terminals.ts';
import { useRun, useTheme } from '../store/use.ts';
import type { Emulator } from './emulator.ts';
import styles from './TerminalPane.module.css';

const Editor = lazy(() => import('./Editor.tsx'));

export function TerminalPane() {
  const { tabs, active, epoch } = useStore(terminals);
  const ready = useRun((state) => state.phase === 'ready');
  return (
    <section className={styles.terminal} aria-label="Terminal" id="terminal">
      <Tabs
        name="Terminals"
        className={styles.tabs}
        tabs={tabs.map((tab) => ({
          id: tab.id,
          label: <TabLabel tab={tab} tabs={tabs} />,
          ...(tabs.length > 1 ? { onClose: () => closeTerminal(tab.id) } : {}),
        }))}
        value={active ?? ''}
        onChange={showTerminal}
        after={<NewTab />}
      />
      <div className={styles.screens}>
        {ready && tabs.map((tab) => <Screen key={`${epoch} ${tab.id}`} tab={tab} active={tab.id === active} />)}
        <Waiting />
      </div>
    </section>
  );
}

function TabLabel({ tab, tabs }: { readonly tab: TerminalTab; readonly tabs: readonly TerminalTab[] }) {
  const running = useStore(terminals, (state) => state.running[tab.id] ?? false);
  const same = tabs.filter((each) => each.host === tab.host);
  return (
    <>
      {tab.host}
      {same.length > 1 && <span className={styles.ordinal}>{same.indexOf(tab) + 1}</span>}
      {running && <i className={styles.busy} title="A command is running" />}
    </>
  );
}

/** One tab for each machine that can be logged in to. */
function NewTab() {
  const hosts = useRun((state) => state.world?.hosts);
  const items = Object.values(hosts ?? {})
    .filter((host) => host.kind !== 'gateway')
    .map((host) => ({ label: host.name, hint: host.address, act: () => void openTerminal(host.name) }));
  return (
    <Menu label="New terminal" items={items} className={styles.plus}>
      <Plus size="0.875rem" aria-hidden="true" />
    </Menu>
  );
}

interface Editing {
  readonly name: string;
  readonly text: string;
  done(text: string | undefined): void;
}

function Screen({ tab, active }: { readonly tab: TerminalTab; readonly active: boolean }) {
  const element = useRef<HTMLDivElement>(null);
  const emulator = useRef<Emulator | undefined>(undefined);
  const [phase, setPhase] = useState<'loading' | 'ready' | string>('loading');
  const [editing, setEditing] = useState<Editing | undefined>();
  const { theme } = useTheme();
  const ahead = useRef<HTMLTextAreaElement>(null);
  useEmulator({ tab, element, ahead, emulator, setPhase, setEditing });
  useTyped(tab.id, emulator, phase);

  useEffect(() => {
    emulator.current?.setTheme(theme);
  }, [theme]);
  useEffect(() => {
    if (active && phase === 'ready') emulator.current?.fit();
  }, [active, phase]);

  const finish = (text: string | undefined) => {
    editing?.done(text);
    setEditing(undefined);
    setTimeout(() => emulator.current?.focus());
  };
  return (
    <div
      className={clsx(styles.screen, !active && styles.hidden)}
      role="tabpanel"
      id={panelId('Terminals', tab.id)}
      aria-labelledby={tabId('Terminals', tab.id)}
      data-testid={`terminal-${tab.id}`}
    >
      <div ref={element} className={styles.xterm} />
      {phase === 'loading' && (
        <label className={styles.ahead}>
          <span>starting the shell of {tab.host} …</span>
          <textarea ref={ahead} spellCheck={false} autoCapitalize="off" autoCorrect="off" autoComplete="off" />
        </label>
      )}
      {phase !== 'loading' && phase !== 'ready' && <p className={styles.loading}>The shell could not be started: {phase}</p>}
      {editing && (
        <Suspense fallback={<p className={clsx(styles.loading, styles.cover)}>opening the editor …</p>}>
          <Editor name={editing.name} text={editing.text} theme={theme} onDone={finish} />
        </Suspense>
      )}
    </div>
  );
}

interface Wiring {
  readonly tab: TerminalTab;
  readonly element: React.RefObject<HTMLDivElement | null>;
  /** Takes what is typed until the emulator is there. */
  readonly ahead: React.RefObject<HTMLTextAreaElement | null>;
  readonly emulator: React.RefObject<Emulator | undefined>;
  setPhase(phase: string): void;
  setEditing(editing: Editing): void;
}

/** Opens the emulator in its element and keeps it fitted; everything goes when the tab does. */
function useEmulator({ tab, element, ahead, emulator, setPhase, setEditing }: Wiring): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a tab is opened once; the refs and setters never change
  useEffect(() => {
    let live = true;
    let made: Emulator | undefined;
    const observer = new ResizeObserver(() => made?.fit());
    const open = async () => {
      const [{ openEmulator }, sim] = await Promise.all([import('./emulator.ts'), simulation()]);
      const clock = currentClock();
      if (!live || !clock) return;
      made = await openEmulator({
        element: element.current!,
        id: tab.id,
        host: tab.host,
        sim,
        clock,
        text: terminals.getState().texts[tab.id] ?? '',
        theme: document.documentElement.dataset.theme as 'dark',
        history: (host) => terminals.getState().history[host] ?? [],
        onHistory: (host, lines) => terminals.setState(({ history }) => ({ history: { ...history, [host]: lines } })),
        onState: ({ mode }) => {
          if (!live) return;
          keepText(tab.id, () => (live ? made : undefined));
          terminals.setState(({ running }) => ({ running: { ...running, [tab.id]: mode !== 'prompt' } }));
        },
        onEdit: (name, text) => new Promise((done) => setEditing({ name, text, done })),
        onLeave: () => document.getElementById(tabId('Terminals', tab.id))?.focus(),
      });
      if (!live) return made.dispose();
      emulator.current = made;
      observer.observe(element.current!);
      handOver(ahead.current, made);
      setPhase('ready');
    };
    open().catch((error: unknown) => live && setPhase(error instanceof Error ? error.message : String(error)));
    return () => {
      live = false;
      observer.disconnect();
      made?.dispose();
      emulator.current = undefined;
    };
  }, []);
}

/** What was typed ahead goes to the shell as keys, and the keyboard with it. */
function handOver(ahead: HTMLTextAreaElement | null, emulator: Emulator): void {
  if (!ahead) return;
  if (ahead.value) emulator.input(ahead.value.replaceAll('\n', '\r'));
  if (document.activeElement === ahead) emulator.focus();
}

/** Keeps what a tab shows once xterm has drawn what the command wrote. */
function keepText(id: string, current: () => Emulator | undefined): void {
  setTimeout(() => {
    const emulator = current();
    if (!emulator) return;
    terminals.setState(({ texts }) => ({ texts: { ...texts, [id]: emulator.text() } }));
    saveSoon();
  }, 60);
}

let lastTyped = 0;

function useTyped(id: string, emulator: React.RefObject<Emulator | undefined>, phase: string): void {
  const typed = useStore(terminals, (state) => state.typed);
  useEffect(() => {
    if (phase !== 'ready' || typed?.id !== id || typed.serial <= lastTyped) return;
    lastTyped = typed.serial;
    emulator.current?.type(typed.text);
  }, [typed, id, emulator, phase]);
}

/** A command that waits says for what, and time can be skipped. */
function Waiting() {
  const waiting = useStore(time, (state) => state.waiting);
  if (!waiting) return null;
  return (
    <div className={styles.waiting} role="status">
      <span>{waiting.why}</span>
      <button type="button" className={button.button} onClick={() => void currentClock()?.skip()}>
        <FastForward size="0.8125rem" aria-hidden="true" />
        Skip ahead
      </button>
    </div>
  );
}
