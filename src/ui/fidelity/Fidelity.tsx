/** What the last comparison with the real tools found: tool × command × verdict. Reads matrix.json, which `npm run real` writes. */
import clsx from 'clsx';
import { useDeferredValue, useEffect, useId, useMemo, useState } from 'react';
import button from '../parts/Button.module.css';
import styles from './Fidelity.module.css';
import { type CommandRows, type Counts, countsOf, filterRows, groupRows, type ToolRows, type Verdict } from './groups.ts';
import { type Matrix, parseMatrix, type Row } from './matrix.ts';

const found = import.meta.glob<unknown>('./matrix.json', { import: 'default' });

type State = { readonly matrix: Matrix } | { readonly message: string } | undefined;

export function Fidelity() {
  const [state, setState] = useState<State>();
  useEffect(() => {
    let live = true;
    const load = Object.values(found)[0];
    const read = load ? load().then(parseMatrix) : Promise.resolve(undefined);
    read.then(
      (matrix) =>
        live && setState(matrix ? { matrix } : { message: 'This build carries no comparison. `npm run real` makes one.' }),
      () => live && setState({ message: 'The comparison of this build cannot be read.' }),
    );
    return () => {
      live = false;
    };
  }, []);
  if (!state) return <p>Reading …</p>;
  return 'matrix' in state ? <Comparison matrix={state.matrix} /> : <p>{state.message}</p>;
}

/** In the order they are shown; the mark says it without colour. */
const VERDICTS: readonly { readonly verdict: Verdict; readonly mark: string }[] = [
  { verdict: 'identical', mark: '=' },
  { verdict: 'deviates', mark: '≠' },
  { verdict: 'not simulated', mark: '–' },
];

function Comparison({ matrix }: { readonly matrix: Matrix }) {
  const [text, setText] = useState('');
  const [verdict, setVerdict] = useState<Verdict>();
  const wanted = useDeferredValue(text);
  const tools = useMemo(() => groupRows(filterRows(matrix.rows, wanted, verdict)), [matrix, wanted, verdict]);
  const all = useMemo(() => countsOf(matrix.rows), [matrix]);
  const search = useId();
  return (
    <div className={styles.page}>
      <p>
        The same line goes to the real tool and to this page, in the same state; stdout, stderr and exit status are compared byte
        for byte. Left out is only what no two machines share: times, ages, uids, resource versions, counters, random seeds and the
        order of equals.
      </p>
      <Share counts={all} total={matrix.rows.length} />
      <div className={styles.filters}>
        {VERDICTS.map(({ verdict: each, mark }) => (
          <button
            key={each}
            type="button"
            className={clsx(button.button, styles.filter)}
            data-verdict={each}
            aria-pressed={verdict === each}
            onClick={() => setVerdict(verdict === each ? undefined : each)}
          >
            <i aria-hidden="true">{mark}</i> {each} <b>{all[each].toLocaleString('en')}</b>
          </button>
        ))}
        <label htmlFor={search} className={styles.search}>
          <span>Find a line</span>
          <input id={search} type="search" value={text} placeholder="kubectl patch" onChange={(e) => setText(e.target.value)} />
        </label>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={styles.scroll} tabIndex={0} aria-label="Comparison, tool by tool">
        {tools.length === 0 && <p className={styles.none}>No line like that was compared.</p>}
        {tools.map((tool) => (
          <Tool
            key={tool.tool}
            tool={tool}
            version={matrix.versions[tool.tool]}
            open={wanted.trim() !== '' || verdict !== undefined}
          />
        ))}
      </section>
      <p className={styles.run}>
        Compared on {matrix.date} with{' '}
        {Object.entries(matrix.versions)
          .map(([tool, version]) => `${tool} ${version}`)
          .join(', ')}
        .
      </p>
    </div>
  );
}

function Share({ counts, total }: { readonly counts: Counts; readonly total: number }) {
  return (
    <div className={styles.share}>
      <p>
        <b>{counts.identical.toLocaleString('en')}</b> of {total.toLocaleString('en')} lines are identical
      </p>
      <div className={styles.bar} aria-hidden="true">
        {VERDICTS.filter(({ verdict }) => counts[verdict] > 0).map(({ verdict }) => (
          <span key={verdict} data-verdict={verdict} style={{ flexGrow: counts[verdict] }} />
        ))}
      </div>
    </div>
  );
}

function Tool({ tool, version, open }: { readonly tool: ToolRows; readonly version: string | undefined; readonly open: boolean }) {
  return (
    <section className={styles.tool} aria-label={tool.tool}>
      <h3>
        {tool.tool} {version && <small>{version}</small>}
        <Tally counts={tool.counts} />
      </h3>
      {tool.commands.map((command) => (
        <Command key={`${command.command} ${open}`} command={command} initially={open} />
      ))}
    </section>
  );
}

/** Lines are drawn only while they are looked at: there are more than a thousand. */
function Command({ command, initially }: { readonly command: CommandRows; readonly initially: boolean }) {
  const [open, setOpen] = useState(initially);
  return (
    <details className={styles.command} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code>{command.command}</code>
        <Tally counts={command.counts} />
      </summary>
      {open && (
        <ul>
          {command.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a build never change order, and a line may stand in several states
            <Line key={index} row={row} />
          ))}
        </ul>
      )}
    </details>
  );
}

function Tally({ counts }: { readonly counts: Counts }) {
  return (
    <span className={styles.tally}>
      {VERDICTS.filter(({ verdict }) => counts[verdict] > 0).map(({ verdict, mark }) => (
        <span key={verdict} data-verdict={verdict}>
          <i aria-hidden="true">{mark}</i> {counts[verdict].toLocaleString('en')} {verdict}
        </span>
      ))}
    </span>
  );
}

function Line({ row }: { readonly row: Row }) {
  const { mark } = VERDICTS.find(({ verdict }) => verdict === row.verdict)!;
  return (
    <li data-verdict={row.verdict}>
      <i aria-hidden="true">{mark}</i>
      <code>{row.command}</code>
      <small>{row.scenario}</small>
      {row.verdict !== 'identical' && (
        <em>
          {row.verdict}
          {row.reason && `: ${row.reason}`}
        </em>
      )}
    </li>
  );
}
