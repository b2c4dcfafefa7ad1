/**
 * Markdown → typed blocks: what a lesson may hold, as plain JSON, so that whoever shows it needs no Markdown reader. Raw HTML stays the
 * text it is written as, and a link that is not safe to follow becomes its text. `{{expressions}}` pass through as text (expressions.ts).
 */
import { lexer, type Token, type Tokens } from 'marked';

export type Inline =
  | string
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'strong' | 'em' | 'del'; readonly children: readonly Inline[] }
  | { readonly type: 'link'; readonly href: string; readonly children: readonly Inline[] }
  | { readonly type: 'break' };

export type Prose =
  | { readonly type: 'paragraph' | 'heading' | 'plain'; readonly children: readonly Inline[] }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Prose[])[] }
  | { readonly type: 'output'; readonly text: string }
  | { readonly type: 'note'; readonly children: readonly Prose[] }
  | { readonly type: 'table'; readonly head: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly type: 'rule' };

export type Cell = readonly Inline[];

export const parseProse = (markdown: string): readonly Prose[] => lexer(markdown).flatMap(block);

/** One line of Markdown, without a paragraph around. */
export function parseInline(markdown: string): readonly Inline[] {
  const [first] = lexer(markdown);
  return first?.type === 'paragraph' ? inline((first as Tokens.Paragraph).tokens) : [markdown];
}

const blocks: Readonly<Record<string, (token: never) => Prose>> = {
  paragraph: ({ tokens }: Tokens.Paragraph) => ({ type: 'paragraph', children: inline(tokens) }),
  heading: ({ tokens }: Tokens.Heading) => ({ type: 'heading', children: inline(tokens) }),
  list: ({ ordered, items }: Tokens.List) => ({ type: 'list', ordered, items: items.map((item) => item.tokens.flatMap(block)) }),
  code: ({ text }: Tokens.Code) => ({ type: 'output', text }),
  blockquote: ({ tokens }: Tokens.Blockquote) => ({ type: 'note', children: tokens.flatMap(block) }),
  table: ({ header, rows }: Tokens.Table) => ({
    type: 'table',
    head: header.map((cell) => inline(cell.tokens)),
    rows: rows.map((row) => row.map((cell) => inline(cell.tokens))),
  }),
  hr: () => ({ type: 'rule' }),
};

function block(token: Token): readonly Prose[] {
  if (token.type === 'space') return [];
  const known = Object.hasOwn(blocks, token.type) ? blocks[token.type] : undefined;
  return [known ? known(token as never) : { type: 'plain', children: inline([token]) }];
}

/** Addresses that are safe to follow from a lesson. */
const SAFE = /^(https?:|mailto:|#|\.{0,2}\/)/i;

const spans: Readonly<Record<string, (token: never) => readonly Inline[]>> = {
  strong: ({ tokens }: Tokens.Strong) => [{ type: 'strong', children: inline(tokens) }],
  em: ({ tokens }: Tokens.Em) => [{ type: 'em', children: inline(tokens) }],
  del: ({ tokens }: Tokens.Del) => [{ type: 'del', children: inline(tokens) }],
  codespan: ({ text }: Tokens.Codespan) => [{ type: 'code', text }],
  br: () => [{ type: 'break' }],
  link: ({ href, tokens }: Tokens.Link) => (SAFE.test(href) ? [{ type: 'link', href, children: inline(tokens) }] : inline(tokens)),
  text: ({ text, tokens }: Tokens.Text) => (tokens ? inline(tokens) : [text]),
  escape: ({ text }: Tokens.Escape) => [text],
};

function inline(tokens: readonly Token[]): readonly Inline[] {
  const parts = tokens.flatMap((token) => {
    const known = Object.hasOwn(spans, token.type) ? spans[token.type] : undefined;
    return known ? known(token as never) : [token.raw];
  });
  return joined(parts);
}

/** Texts that follow each other as one. */
function joined(parts: readonly Inline[]): readonly Inline[] {
  const out: Inline[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (typeof part === 'string' && typeof last === 'string') out[out.length - 1] = last + part;
    else out.push(part);
  }
  return out;
}
