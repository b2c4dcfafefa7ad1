/** Markdown as React elements: marked's tokens, never innerHTML, so a lesson can show nothing but text. Raw HTML is shown as it is written. */
import { lexer, type Token, type Tokens } from 'marked';
import { Fragment, type ReactNode } from 'react';
import styles from './Lesson.module.css';

const cache = new Map<string, readonly Token[]>();

function tokensOf(markdown: string): readonly Token[] {
  const known = cache.get(markdown);
  if (known) return known;
  const tokens = lexer(markdown);
  if (cache.size > 400) cache.clear();
  cache.set(markdown, tokens);
  return tokens;
}

export function Markdown({ text }: { readonly text: string }) {
  return <>{blocks(tokensOf(text))}</>;
}

/** One line of it, without a paragraph around. */
export function InlineMarkdown({ text }: { readonly text: string }) {
  const [first] = tokensOf(text);
  return <>{first?.type === 'paragraph' ? inline((first as Tokens.Paragraph).tokens) : text}</>;
}

const keyed = (tokens: readonly Token[], render: (token: Token) => ReactNode): ReactNode[] =>
  // biome-ignore lint/suspicious/noArrayIndexKey: a text's tokens have no identity but their place
  tokens.map((token, index) => <Fragment key={index}>{render(token)}</Fragment>);

const blocks = (tokens: readonly Token[]) => keyed(tokens, block);
const inline = (tokens: readonly Token[] | undefined) => keyed(tokens ?? [], span);

function block(token: Token): ReactNode {
  switch (token.type) {
    case 'paragraph':
      return <p>{inline((token as Tokens.Paragraph).tokens)}</p>;
    case 'heading':
      return <h4>{inline((token as Tokens.Heading).tokens)}</h4>;
    case 'list':
      return list(token as Tokens.List);
    case 'code':
      return (
        <pre className={styles.output}>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      );
    case 'blockquote':
      return <blockquote className={styles.note}>{blocks((token as Tokens.Blockquote).tokens)}</blockquote>;
    case 'table':
      return table(token as Tokens.Table);
    case 'hr':
      return <hr />;
    case 'space':
      return null;
    default:
      return span(token);
  }
}

function list(token: Tokens.List): ReactNode {
  const items = token.items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: items of a text are known by their place
    <li key={index}>{blocks(item.tokens)}</li>
  ));
  return token.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
}

function table(token: Tokens.Table): ReactNode {
  return (
    <div className={styles.table}>
      <table>
        <thead>
          <tr>
            {token.header.map((cell) => (
              <th key={cell.text}>{inline(cell.tokens)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row) => (
            <tr key={row.map((cell) => cell.text).join('|')}>
              {keyed(row as unknown as Token[], (cell) => (
                <td>{inline((cell as unknown as Tokens.TableCell).tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Addresses that are safe to follow from a lesson. */
const SAFE = /^(https?:|mailto:|#|\.{0,2}\/)/i;

function span(token: Token): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong>{inline((token as Tokens.Strong).tokens)}</strong>;
    case 'em':
      return <em>{inline((token as Tokens.Em).tokens)}</em>;
    case 'codespan':
      return <code>{(token as Tokens.Codespan).text}</code>;
    case 'br':
      return <br />;
    case 'del':
      return <del>{inline((token as Tokens.Del).tokens)}</del>;
    case 'link': {
      const { href, tokens } = token as Tokens.Link;
      if (!SAFE.test(href)) return inline(tokens);
      return (
        <a href={href} target={href.startsWith('#') ? undefined : '_blank'} rel="noreferrer">
          {inline(tokens)}
        </a>
      );
    }
    case 'text': {
      const { tokens, text } = token as Tokens.Text;
      return tokens ? inline(tokens) : text;
    }
    case 'escape':
      return (token as Tokens.Escape).text;
    default:
      return 'raw' in token ? token.raw : null;
  }
}
