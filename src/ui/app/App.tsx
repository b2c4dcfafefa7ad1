/** The frame of the page: header, messages, and the panes as soon as they are there. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { Header } from '../header/Header.tsx';
import { useRun } from '../store/use.ts';
import styles from './App.module.css';
import { Notices } from './Notices.tsx';

const Panes = lazy(async () => ({ default: (await import('../open.ts')).Panes }));

const NARROW = '(max-width: 900px)';

export function App() {
  const phase = useRun((state) => state.phase);
  const narrow = useMedia(NARROW);
  const [drawn, setDrawn] = useState(false);
  // A lab that nobody can see yet is not ready.
  const shown = phase === 'ready' && !drawn ? 'loading' : phase;
  return (
    <div className={styles.app} data-phase={shown}>
      <a className={styles.skip} href="#terminal">
        Skip to the terminal
      </a>
      <Header narrow={narrow} />
      <Notices />
      {phase === 'failed' ? (
        <Failed />
      ) : (
        <Suspense fallback={<Outline narrow={narrow} />}>
          <Panes narrow={narrow} onDrawn={setDrawn} />
        </Suspense>
      )}
    </div>
  );
}

/** The panes' outline, while they are on their way: its lines stay where they are when the panes come. */
function Outline({ narrow }: { readonly narrow: boolean }) {
  return (
    <>
      {narrow && <div className={styles.panes} />}
      <main className={styles.outline} aria-busy="true">
        <div />
        {!narrow && (
          <div>
            <div />
            <div />
          </div>
        )}
        <span className="visually-hidden">The lab is being opened</span>
      </main>
      <div className={styles.outlineOfTime} />
    </>
  );
}

function Failed() {
  const message = useRun((state) => state.message);
  return (
    <main className={styles.failed} role="alert">
      <h1>The lab could not be opened</h1>
      <p>{message}</p>
    </main>
  );
}

export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const listen = () => setMatches(media.matches);
    media.addEventListener('change', listen);
    return () => media.removeEventListener('change', listen);
  }, [query]);
  return matches;
}
