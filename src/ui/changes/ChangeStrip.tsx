/** What the last command did, in one line: each part opens where it can be looked at closely. */
import { Fragment, useMemo } from 'react';
import { hostAt } from '../model/routes.ts';
import button from '../parts/Button.module.css';
import { goOnFrom, showNow } from '../store/run.ts';
import { focusPrefix, focusTrace, inspect, screen } from '../store/screen.ts';
import { useRun } from '../store/use.ts';
import { clockText } from '../timeline/clockText.ts';
import styles from './ChangeStrip.module.css';
import { type Change, diff } from './diff.ts';
import { type Summary, summarise } from './summary.ts';

export function ChangeStrip() {
  const world = useRun((state) => state.world);
  const before = useRun((state) => state.before);
  const command = useRun((state) => state.command);
  const changes = useMemo(() => (world && before ? diff(before, world) : []), [before, world]);
  const parts = useMemo(() => summarise(changes, (address) => (world ? hostAt(world, address) : undefined)), [changes, world]);
  return (
    <section className={styles.strip} aria-label="What changed" aria-live="polite">
      {!command && <span className={styles.label}>What changed</span>}
      {command && (
        <code className={styles.command} title={command}>
          {command}
        </code>
      )}
      <span className={styles.parts}>
        {parts.map((part, index) => (
          <Fragment key={part.id}>
            {index > 0 && <i className={styles.dot} aria-hidden="true" />}
            <Part part={part} />
          </Fragment>
        ))}
        {!parts.length && (
          <span className={styles.none}>{command ? 'nothing' : 'Nothing yet. Run a command and see here what it did.'}</span>
        )}
      </span>
      <Past />
    </section>
  );
}

/** The map shows an earlier moment: which, and the ways out of it. */
function Past() {
  const past = useRun((state) => state.past);
  const shown = useRun((state) => state.shownCommand ?? 0);
  const at = useRun((state) => state.world?.now);
  if (!past || at === undefined) return null;
  return (
    <span className={styles.past}>
      <span>
        as it stood at <time>{clockText(at)}</time>
      </span>
      <button type="button" className={button.button} onClick={() => goOnFrom(shown)} title="What came after is kept as a branch">
        Go on from here
      </button>
      <button type="button" className={button.primary} onClick={showNow}>
        Back to now
      </button>
    </span>
  );
}

function Part({ part }: { readonly part: Summary }) {
  return (
    <button type="button" className={styles.part} title={part.title} onClick={() => open(part.change)}>
      <b data-sign={part.sign}>{part.mark}</b>
      <span>{part.text}</span>
      {part.code && <code>{part.code}</code>}
    </button>
  );
}

/** Shows a change where it can be read in full. */
function open(change: Change): void {
  if (change.kind === 'flow') focusTrace(change.id);
  else if (change.kind === 'object') inspect('objects', { object: `${change.cluster} ${change.resource} ${change.key}` });
  else if (change.kind === 'bgp') inspect('bgp', { inspected: change.node });
  else inspect(change.kind === 'nat' ? 'nat' : 'routes', { inspected: change.host });
  const { focus } = screen.getState();
  if (change.kind === 'route' && change.sign !== '-' && !(focus.kind === 'prefix' && focus.dst === change.dst))
    focusPrefix(change.host, change.dst);
}
