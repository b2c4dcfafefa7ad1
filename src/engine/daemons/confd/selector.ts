/**
 * Calico's label selectors: `all()`, `has(k)`, `k == 'v'`, `k in {'a', 'b'}`, `k starts with 'x'`, `!`, `&&`, `||`, parentheses.
 * Models libcalico-go/lib/selector of v3.30. Leaves out nothing that a BGPPeer or IPPool may say.
 */
type Labels = Readonly<Record<string, string>>;
export type Selector = (labels: Labels) => boolean;

const TOKEN = /\s*(?:(&&|\|\||==|!=|[!(){},])|'([^']*)'|"([^"]*)"|([a-zA-Z0-9_./-]+))/y;

type Token = { readonly text: string; readonly kind: 'sign' | 'string' | 'word' };

function tokenize(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (!match) return undefined;
    const [, sign, single, double, word] = match;
    if (sign !== undefined) tokens.push({ text: sign, kind: 'sign' });
    else if (word !== undefined) tokens.push({ text: word, kind: 'word' });
    else tokens.push({ text: single ?? double ?? '', kind: 'string' });
  }
  return tokens;
}

class Parser {
  private readonly tokens: readonly Token[];
  private index = 0;
  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }
  get done(): boolean {
    return this.index >= this.tokens.length;
  }
  private accept(text: string): boolean {
    const token = this.tokens[this.index];
    if (token?.text !== text || token.kind === 'string') return false;
    this.index++;
    return true;
  }
  private take(kind: Token['kind']): string {
    const token = this.tokens[this.index];
    if (token?.kind !== kind) throw new SyntaxError('selector');
    this.index++;
    return token.text;
  }
  private expect(text: string): void {
    if (!this.accept(text)) throw new SyntaxError('selector');
  }
  either(): Selector {
    const parts = [this.both()];
    while (this.accept('||')) parts.push(this.both());
    return (labels) => parts.some((part) => part(labels));
  }
  private both(): Selector {
    const parts = [this.operation()];
    while (this.accept('&&')) parts.push(this.operation());
    return (labels) => parts.every((part) => part(labels));
  }
  private operation(): Selector {
    if (this.accept('!')) {
      const inner = this.operation();
      return (labels) => !inner(labels);
    }
    if (this.accept('(')) {
      const inner = this.either();
      this.expect(')');
      return inner;
    }
    const word = this.take('word');
    if ((word === 'all' || word === 'global' || word === 'has') && this.accept('(')) {
      const label = word === 'has' ? this.take('word') : '';
      this.expect(')');
      return word === 'has' ? (labels) => Object.hasOwn(labels, label) : () => true;
    }
    return this.comparison(word);
  }
  private comparison(label: string): Selector {
    if (this.accept('==')) {
      const value = this.take('string');
      return (labels) => labels[label] === value;
    }
    if (this.accept('!=')) {
      const value = this.take('string');
      return (labels) => labels[label] !== value;
    }
    if (this.accept('in')) return this.membership(label, true);
    if (this.accept('not')) {
      this.expect('in');
      return this.membership(label, false);
    }
    const how = this.take('word');
    if (how === 'starts' || how === 'ends') this.expect('with');
    else if (how !== 'contains') throw new SyntaxError('selector');
    const part = this.take('string');
    return (labels) => {
      const value = labels[label];
      if (value === undefined) return false;
      return how === 'contains' ? value.includes(part) : how === 'starts' ? value.startsWith(part) : value.endsWith(part);
    };
  }
  private membership(label: string, wanted: boolean): Selector {
    const values = new Set<string>();
    this.expect('{');
    while (!this.accept('}')) {
      values.add(this.take('string'));
      this.accept(',');
    }
    // `not in` also holds for what has no such label.
    return (labels) => values.has(labels[label] ?? '\0') === wanted;
  }
}

/** The selector of a text; undefined when it does not parse. An empty text selects everything. */
export function parseSelector(text: string): Selector | undefined {
  const tokens = tokenize(text);
  if (!tokens) return undefined;
  if (tokens.length === 0) return () => true;
  const parser = new Parser(tokens);
  try {
    const selector = parser.either();
    return parser.done ? selector : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
