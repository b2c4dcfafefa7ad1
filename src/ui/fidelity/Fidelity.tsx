/** What the last comparison with the real tools found, tool by tool. Reads matrix.json, which `npm run real` writes. */
import { Fragment, useEffect, useState } from 'react';
import { groupBy } from '../model/group.ts';
import styles from './Fidelity.module.css';
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
  return 'matrix' in state ? <Table matrix={state.matrix} /> : <p>{state.message}</p>;
}

const MARKS = { identical: '=', deviates: '≠', 'not simulated': '–' } as const;

function Table({ matrix }: { readonly matrix: Matrix }) {
  const same = matrix.rows.filter((row) => row.verdict === 'identical').length;
  return (
    <>
      <p>
        The same lines were given to the real tools and to this page, in the same state, and what they printed was compared byte for
        byte: {same} of {matrix.rows.length} are identical.
      </p>
      <p className={styles.run}>
        {matrix.date.slice(0, 10)} ·{' '}
        {Object.entries(matrix.versions)
          .map(([tool, version]) => `${tool} ${version}`)
          .join(' · ')}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={styles.scroll} tabIndex={0} aria-label="Comparison, tool by tool">
        <table className={styles.table}>
          <tbody>
            {[...groupBy(matrix.rows, (row) => row.tool)].map(([tool, rows]) => (
              <Fragment key={tool}>
                <tr>
                  <th colSpan={2} scope="colgroup">
                    {tool}{' '}
                    <span>
                      {rows.filter((row) => row.verdict === 'identical').length} of {rows.length}
                    </span>
                  </th>
                </tr>
                {rows.map((row) => (
                  <Line key={row.command} row={row} />
                ))}
              </Fragment>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function Line({ row }: { readonly row: Row }) {
  return (
    <tr data-verdict={row.verdict}>
      <td>
        <code>{row.command}</code>
      </td>
      <td>
        <span aria-hidden="true">{MARKS[row.verdict]}</span> {row.verdict}
        {row.reason && <small>{row.reason}</small>}
      </td>
    </tr>
  );
}
