/** A lesson's text as React elements: from typed blocks, never innerHTML, so a lesson can show nothing but text. */
import { Fragment, type ReactNode } from 'react';
import type { Inline, Prose } from '../../tutor/index.ts';
import styles from './Lesson.module.css';

export function Text({ content }: { readonly content: readonly Prose[] }) {
  return <>{keyed(content, block)}</>;
}

/** A line of it, without a paragraph around. */
export function Line({ content }: { readonly content: readonly Inline[] }) {
  return <>{keyed(content, span)}</>;
}

const keyed = <T,>(parts: readonly T[], render: (part: T) => ReactNode): ReactNode[] =>
  // biome-ignore lint/suspicious/noArrayIndexKey: a text's parts have no identity but their place
  parts.map((part, index) => <Fragment key={index}>{render(part)}</Fragment>);

function block(part: Prose): ReactNode {
  switch (part.type) {
    case 'paragraph':
      return <p>{keyed(part.children, span)}</p>;
    case 'heading':
      return <h4>{keyed(part.children, span)}</h4>;
    case 'plain':
      return keyed(part.children, span);
    case 'list': {
      const items = keyed(part.items, (item) => <li>{keyed(item, block)}</li>);
      return part.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case 'output':
      return (
        <pre className={styles.output}>
          <code>{part.text}</code>
        </pre>
      );
    case 'note':
      return <blockquote className={styles.note}>{keyed(part.children, block)}</blockquote>;
    case 'table':
      return (
        <div className={styles.table}>
          <table>
            <thead>
              <tr>
                {keyed(part.head, (cell) => (
                  <th>{keyed(cell, span)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {keyed(part.rows, (row) => (
                <tr>
                  {keyed(row, (cell) => (
                    <td>{keyed(cell, span)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case 'rule':
      return <hr />;
  }
}

function span(part: Inline): ReactNode {
  if (typeof part === 'string') return part;
  switch (part.type) {
    case 'code':
      return <code>{part.text}</code>;
    case 'strong':
      return <strong>{keyed(part.children, span)}</strong>;
    case 'em':
      return <em>{keyed(part.children, span)}</em>;
    case 'del':
      return <del>{keyed(part.children, span)}</del>;
    case 'break':
      return <br />;
    case 'link':
      return (
        <a href={part.href} target={part.href.startsWith('#') ? undefined : '_blank'} rel="noreferrer">
          {keyed(part.children, span)}
        </a>
      );
  }
}
