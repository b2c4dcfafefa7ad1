/** The panes of an open lab: everything that needs the engine, in a chunk of its own behind the first paint. */
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

export default function Panes({ narrow }: { readonly narrow: boolean }) {
  return (
    <>
      {narrow ? <Narrow /> : <Wide />}
      <Timeline />
      <Dialogs />
    </>
  );
}

function useSplit(id: string, panelIds: string[]) {
  return useDefaultLayout({ id: `nexthop:split:${id}`, panelIds, storage, onlySaveAfterUserInteractions: true });
}

function Wide() {
  const inspectorOpen = useScreen((state) => state.inspectorOpen);
  const columns = useSplit('columns', ['lesson', 'stage']);
  const rows = useSplit('rows', ['above', 'below']);
  const above = useSplit('above', inspectorOpen ? ['map', 'inspector'] : ['map']);
  return (
    <main className={styles.main}>
      <Group orientation="horizontal" defaultLayout={columns.defaultLayout} onLayoutChanged={columns.onLayoutChanged}>
        <Panel id="lesson" defaultSize="26%" minSize="17rem" maxSize="50%" groupResizeBehavior="preserve-pixel-size">
          <Lesson />
        </Panel>
        <Separator className={styles.column} />
        <Panel id="stage" minSize="30rem">
          <Group orientation="vertical" defaultLayout={rows.defaultLayout} onLayoutChanged={rows.onLayoutChanged}>
            <Panel id="above" defaultSize="61%" minSize="12rem">
              <Group orientation="horizontal" defaultLayout={above.defaultLayout} onLayoutChanged={above.onLayoutChanged}>
                <Panel id="map" minSize="20rem">
                  <Topology />
                </Panel>
                {inspectorOpen && <Separator className={styles.column} />}
                {inspectorOpen && (
                  <Panel id="inspector" defaultSize="28%" minSize="17.5rem" maxSize="60%">
                    <Inspector />
                  </Panel>
                )}
              </Group>
            </Panel>
            <Separator className={styles.row} />
            <Panel id="below" minSize="8rem">
              <div className={styles.below}>
                <ChangeStrip />
                <TerminalPane />
              </div>
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
