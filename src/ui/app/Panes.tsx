/** The panes of an open lab. */
import { memo, useEffect, useLayoutEffect, useState } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { ChangeStrip } from '../changes/ChangeStrip.tsx';
import { Inspector } from '../inspector/Inspector.tsx';
import { Lesson } from '../lesson/Lesson.tsx';
import { storage } from '../saved/storage.ts';
import { PANES, type Pane, screen } from '../store/screen.ts';
import { useScreen } from '../store/use.ts';
import { TerminalPane } from '../terminal/TerminalPane.tsx';
import { Timeline } from '../timeline/Timeline.tsx';
import { Topology } from '../topology/Topology.tsx';
import styles from './App.module.css';
import { Dialogs } from './Dialogs.tsx';

interface Props {
  readonly narrow: boolean;
  onDrawn(drawn: boolean): void;
}

export const Panes = memo(function Panes({ narrow, onDrawn }: Props) {
  useEffect(() => {
    onDrawn(true);
    return () => onDrawn(false);
  }, [onDrawn]);
  return (
    <>
      {narrow ? <Narrow /> : <Wide />}
      <Timeline />
      <Dialogs />
    </>
  );
});

function useSplit(id: string, panelIds: string[]) {
  return useDefaultLayout({ id: `nexthop:split:${id}`, panelIds, storage, onlySaveAfterUserInteractions: true });
}

/**
 * False in the first pass, which only places the panels: they are measured one by one, and with a whole lesson in them each measuring
 * would lay out all of it anew. The second pass comes before anything is painted.
 */
function usePlaced(): boolean {
  const [placed, setPlaced] = useState(false);
  useLayoutEffect(() => setPlaced(true), []);
  return placed;
}

function Wide() {
  const placed = usePlaced();
  const inspectorOpen = useScreen((state) => state.inspectorOpen);
  const columns = useSplit('columns', ['lesson', 'stage']);
  const rows = useSplit('rows', ['above', 'below']);
  const above = useSplit('above', inspectorOpen ? ['map', 'inspector'] : ['map']);
  return (
    <main className={styles.main}>
      <Group orientation="horizontal" defaultLayout={columns.defaultLayout} onLayoutChanged={columns.onLayoutChanged}>
        <Panel id="lesson" defaultSize="26%" minSize="17rem" maxSize="50%" groupResizeBehavior="preserve-pixel-size">
          {placed && <Lesson />}
        </Panel>
        <Separator className={styles.column} />
        <Panel id="stage" minSize="30rem">
          <Group orientation="vertical" defaultLayout={rows.defaultLayout} onLayoutChanged={rows.onLayoutChanged}>
            <Panel id="above" defaultSize="61%" minSize="12rem">
              <Group orientation="horizontal" defaultLayout={above.defaultLayout} onLayoutChanged={above.onLayoutChanged}>
                <Panel id="map" minSize="20rem">
                  {placed && <Topology />}
                </Panel>
                {inspectorOpen && <Separator className={styles.column} />}
                {inspectorOpen && (
                  <Panel id="inspector" defaultSize="28%" minSize="17.5rem" maxSize="60%">
                    {placed && <Inspector />}
                  </Panel>
                )}
              </Group>
            </Panel>
            <Separator className={styles.row} />
            <Panel id="below" minSize="8rem">
              {placed && (
                <div className={styles.below}>
                  <ChangeStrip />
                  <TerminalPane />
                </div>
              )}
            </Panel>
          </Group>
        </Panel>
      </Group>
    </main>
  );
}

const LABELS: Readonly<Record<Pane, string>> = { lesson: 'Lesson', map: 'Map', terminal: 'Terminal', inspector: 'Inspector' };

/** One pane at a time; the others stay mounted, so a terminal goes on and a lesson keeps its place. */
function Narrow() {
  const pane = useScreen((state) => state.pane);
  return (
    <>
      <nav className={styles.panes} aria-label="Panes">
        {PANES.map((each) => (
          <button
            key={each}
            type="button"
            aria-current={pane === each ? 'page' : undefined}
            onClick={() => screen.setState({ pane: each })}
          >
            {LABELS[each]}
          </button>
        ))}
      </nav>
      <main className={styles.main}>
        <div className={styles.pane} inert={pane !== 'lesson'}>
          <Lesson />
        </div>
        <div className={styles.pane} inert={pane !== 'map'}>
          <Topology />
        </div>
        <div className={styles.pane} inert={pane !== 'terminal'}>
          <div className={styles.below}>
            <ChangeStrip />
            <TerminalPane />
          </div>
        </div>
        <div className={styles.pane} inert={pane !== 'inspector'}>
          <Inspector />
        </div>
      </main>
    </>
  );
}
