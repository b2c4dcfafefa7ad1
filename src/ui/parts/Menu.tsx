/** A small menu that opens from a button: arrows move, Enter acts, Esc closes and gives the focus back. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import styles from './Menu.module.css';

export interface MenuItem {
  readonly label: string;
  readonly hint?: string;
  readonly icon?: ReactNode;
  readonly checked?: boolean;
  readonly danger?: boolean;
  act(): void;
}

interface Props {
  readonly label: string;
  /** A function is asked when the menu opens. */
  readonly items: readonly MenuItem[] | (() => readonly MenuItem[]);
  readonly className?: string;
  readonly children: ReactNode;
  readonly title?: string;
}

export function Menu({ label, items, className, children, title }: Props) {
  const [at, setAt] = useState<{ readonly x: number; readonly y: number } | undefined>();
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = (refocus = true) => {
    setAt(undefined);
    if (refocus) button.current?.focus();
  };
  const open = () => {
    const box = button.current!.getBoundingClientRect();
    setAt({ x: Math.min(box.left, innerWidth - 240), y: box.bottom + 4 });
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-haspopup="menu"
        aria-expanded={at !== undefined}
        aria-controls={at && id}
        aria-label={label}
        title={title ?? label}
        onClick={(event) => {
          event.stopPropagation();
          if (at) close();
          else open();
        }}
      >
        {children}
      </button>
      {at &&
        createPortal(
          <Items id={id} label={label} items={typeof items === 'function' ? items() : items} at={at} close={close} />,
          document.body,
        )}
    </>
  );
}

interface ItemsProps {
  readonly id: string;
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly at: { readonly x: number; readonly y: number };
  close(refocus?: boolean): void;
}

function Items({ id, label, items, at, close }: ItemsProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = list.current!.getBoundingClientRect();
    if (box.bottom > innerHeight) list.current!.style.top = `${Math.max(8, innerHeight - box.height - 8)}px`;
    if (box.right > innerWidth) list.current!.style.left = `${Math.max(8, innerWidth - box.width - 8)}px`;
    list.current?.querySelector<HTMLElement>('[role^=menuitem]')?.focus();
    const away = (event: PointerEvent) => {
      if (!list.current?.contains(event.target as Node)) close(false);
    };
    addEventListener('pointerdown', away, true);
    return () => removeEventListener('pointerdown', away, true);
  }, [close]);
  const move = (event: KeyboardEvent) => {
    const buttons = [...list.current!.querySelectorAll<HTMLElement>('[role^=menuitem]')];
    const now = buttons.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (next !== undefined) buttons[(next + buttons.length) % buttons.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={list}
      id={id}
      role="menu"
      tabIndex={-1}
      aria-label={label}
      className={styles.menu}
      style={{ left: at.x, top: at.y }}
      onKeyDown={move}
    >
      {items.map((item) => (
        <button
          key={`${item.label} ${item.hint ?? ''}`}
          type="button"
          {...(item.checked === undefined ? { role: 'menuitem' } : { role: 'menuitemradio', 'aria-checked': item.checked })}
          className={item.danger ? styles.danger : undefined}
          onClick={() => {
            close();
            item.act();
          }}
        >
          <span className={styles.icon}>{item.icon ?? (item.checked ? '✓' : '')}</span>
          <span>{item.label}</span>
          {item.hint && <span className={styles.hint}>{item.hint}</span>}
        </button>
      ))}
    </div>
  );
}
