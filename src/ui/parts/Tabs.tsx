/** A row of tabs with one panel: arrows move between them, as the ARIA pattern asks. */
import clsx from 'clsx';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import styles from './Tabs.module.css';

export interface Tab<T extends string> {
  readonly id: T;
  readonly label: ReactNode;
  /** Shown after the label, small. */
  readonly count?: number;
  /** Has a close button. */
  onClose?(): void;
}

interface Props<T extends string> {
  readonly name: string;
  readonly tabs: readonly Tab<T>[];
  readonly value: T;
  readonly className?: string;
  readonly after?: ReactNode;
  onChange(value: T): void;
}

export const tabId = (name: string, id: string) => `${name}-tab-${id}`;
export const panelId = (name: string, id: string) => `${name}-panel-${id}`;

export function Tabs<T extends string>({ name, tabs, value, onChange, className, after }: Props<T>) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const now = tabs.findIndex((tab) => tab.id === value);
    const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const tab = next === undefined ? undefined : tabs[(next + tabs.length) % tabs.length];
    if (!tab) return;
    event.preventDefault();
    onChange(tab.id);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(tabId(name, tab.id))}`)?.focus();
  };
  return (
    <div className={clsx(styles.bar, className)}>
      <div ref={list} role="tablist" aria-label={name} className={styles.list} onKeyDown={move}>
        {tabs.map((tab) => (
          <span key={tab.id} className={styles.slot} role="presentation">
            <button
              type="button"
              role="tab"
              id={tabId(name, tab.id)}
              aria-selected={tab.id === value}
              aria-controls={panelId(name, tab.id)}
              tabIndex={tab.id === value ? 0 : -1}
              className={styles.tab}
              onClick={() => onChange(tab.id)}
            >
              {tab.label}
              {tab.count !== undefined && <span className={styles.count}>{tab.count}</span>}
            </button>
            {tab.onClose && (
              <button type="button" className={styles.close} aria-label={`Close ${tab.id}`} title="Close" onClick={tab.onClose}>
                ×
              </button>
            )}
          </span>
        ))}
      </div>
      {after}
    </div>
  );
}
