/** Logo, the lab's title, how far one is, speed, theme, help. */
import { CircleHelp, Contrast, PanelRight, RotateCcw } from 'lucide-react';
import button from '../parts/Button.module.css';
import { Mark } from '../parts/Icon.tsx';
import { Menu } from '../parts/Menu.tsx';
import { screen } from '../store/screen.ts';
import { useRun, useScreen, useTheme } from '../store/use.ts';
import { chooseTheme, THEMES } from '../theme/theme.ts';
import styles from './Header.module.css';

const NAMES = { system: 'Like the system', dark: 'Dark', light: 'Light', projector: 'Projector' } as const;
const square = `${button.button} ${button.square}`;

export function Header({ narrow }: { readonly narrow: boolean }) {
  const lab = useRun((state) => state.lab);
  const inspectorOpen = useScreen((state) => state.inspectorOpen);
  const { choice } = useTheme();
  return (
    <header className={styles.header}>
      <span className={styles.logo}>
        <Mark />
        <b>nexthop</b>
      </span>
      <span className={styles.title}>{lab?.title ?? ''}</span>
      <Progress />
      <span className={styles.space} />
      <Menu
        label="Theme"
        className={square}
        items={THEMES.map((each) => ({ label: NAMES[each], checked: each === choice, act: () => chooseTheme(each) }))}
      >
        <Contrast size="0.9375rem" />
      </Menu>
      {!narrow && (
        <button
          type="button"
          className={square}
          aria-label="Inspector beside the map"
          title="Inspector beside the map"
          aria-pressed={inspectorOpen}
          onClick={() => screen.setState({ inspectorOpen: !inspectorOpen })}
        >
          <PanelRight size="0.9375rem" />
        </button>
      )}
      <button
        type="button"
        className={square}
        aria-label="Reset lab"
        title="Reset lab"
        onClick={() => screen.setState({ dialog: 'reset' })}
      >
        <RotateCcw size="0.875rem" />
      </button>
      <button
        type="button"
        className={square}
        aria-label="Help and about"
        title="Help and about"
        onClick={() => screen.setState({ dialog: 'help' })}
      >
        <CircleHelp size="0.9375rem" />
      </button>
    </header>
  );
}

function Progress() {
  const progress = useRun((state) => state.progress);
  if (!progress.length) return null;
  const done = progress.filter((each) => each.state === 'done').length;
  const now = progress.find((each) => each.state === 'open');
  return (
    <nav className={styles.progress} aria-label={`Steps: ${done} of ${progress.length} done`}>
      {progress.map((each) => (
        <a
          key={each.step.id}
          href={`#step-${each.step.id}`}
          title={`${each.step.title}${each.state === 'done' ? ' ✓' : ''}`}
          data-state={each.state}
          data-now={each === now || undefined}
        >
          <span className="visually-hidden">{`${each.step.title}: ${each.state}`}</span>
        </a>
      ))}
      <span>
        {done}/{progress.length}
      </span>
    </nav>
  );
}
