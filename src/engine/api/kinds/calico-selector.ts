/**
 * Whether a text is a Calico selector: `all()`, `has(role)`, `app == 'web' && !(tier in {'a', 'b'})`. Models the grammar of
 * libcalico-go/lib/selector; evaluating one is its users' business.
 */

const TOKEN = /\s*(&&|\|\||==|!=|!|\(|\)|\{|\}|,|"[^"]*"|'[^']*'|[a-zA-Z0-9_./-]+)/y;

function scan(text: string): string[] | undefined {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) return undefined;
    tokens.push(match[1]!);
  }
  return tokens;
}

class Grammar {
  private at = 0;
  private readonly tokens: readonly string[];
  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private word(pattern: RegExp): boolean {
    if (!pattern.test(this.tokens[this.at] ?? '')) return false;
    this.at++;
    return true;
  }

  whole(): boolean {
    return this.either() && this.at === this.tokens.length;
  }

  private either(): boolean {
    if (!this.both()) return false;
    while (this.take('||')) if (!this.both()) return false;
    return true;
  }

  private both(): boolean {
    if (!this.term()) return false;
    while (this.take('&&')) if (!this.term()) return false;
    return true;
  }

  private term(): boolean {
    while (this.take('!'));
    if (this.take('(')) return this.either() && this.take(')');
    if (this.take('all') || this.take('global')) return this.take('(') && this.take(')');
    if (this.take('has')) return this.take('(') && this.label() && this.take(')');
    return this.label() && this.comparison();
  }

  private label(): boolean {
    return this.word(/^[a-zA-Z0-9]/);
  }

  private comparison(): boolean {
    if (this.take('==') || this.take('!=') || this.take('contains')) return this.text();
    if (this.take('starts') || this.take('ends')) return this.take('with') && this.text();
    this.take('not');
    return this.take('in') && this.take('{') && this.list() && this.take('}');
  }

  private list(): boolean {
    if (this.tokens[this.at] === '}') return true;
    if (!this.text()) return false;
    while (this.take(',')) if (!this.text()) return false;
    return true;
  }

  private text(): boolean {
    return this.word(/^["']/);
  }
}

export function isSelector(text: string): boolean {
  const tokens = scan(text);
  if (!tokens) return false;
  return tokens.length === 0 || new Grammar(tokens).whole();
}
