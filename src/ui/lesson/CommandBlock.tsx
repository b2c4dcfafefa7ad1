/** A command of the lesson: a click types it into the terminal; Enter there is the learner's. */
import { CornerDownLeft, Terminal } from 'lucide-react';
import { Fragment } from 'react';
import { screen } from '../store/screen.ts';
import { typeInto } from '../store/terminals.ts';
import styles from './Lesson.module.css';

interface Props {
  readonly line: string;
  readonly host: string;
  /** The lesson's own host: not named on the block. */
  readonly home: string;
}

export function CommandBlock({ line, host, home }: Props) {
  const type = () => {
    typeInto(host, line);
    screen.setState({ pane: 'terminal' });
  };
  return (
    <button
      type="button"
      className={styles.command}
      onClick={type}
      title={`Type this into the terminal of ${host}`}
      data-testid="command"
      data-host={host}
    >
      {host !== home && <span className={styles.where}>{host}</span>}
      <code>
        <Coloured line={line} />
      </code>
      <span className={styles.typeIt}>
        {host !== home ? <CornerDownLeft size="0.75rem" aria-hidden="true" /> : <Terminal size="0.75rem" aria-hidden="true" />}
        type it
      </span>
    </button>
  );
}

/** The command's word, its flags and its quoted parts told apart. */
function Coloured({ line }: { readonly line: string }) {
  const parts = line.match(/'[^']*'|"[^"]*"|\s+|[^\s'"]+/g) ?? [line];
  let word = true;
  let at = 0;
  return parts.map((part) => {
    const key = at;
    at += part.length;
    if (/^\s+$/.test(part)) {
      if (part.includes('\n')) word = !/\\\s*$/.test(line.slice(0, key));
      return part;
    }
    const kind = word ? styles.word : /^['"]/.test(part) ? styles.quoted : /^-/.test(part) ? styles.flag : undefined;
    word = part === '|' || part === '&&' || part === ';';
    return (
      <span key={key} className={kind}>
        <Breakable text={part} />
      </span>
    );
  });
}

/** JSON and paths have no spaces: a narrow line ends after their punctuation rather than within a word. */
function Breakable({ text }: { readonly text: string }) {
  return text.split(/(?<=[:,{/])(?=[^:,{/])/).map((piece, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a constant text
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {piece}
    </Fragment>
  ));
}
