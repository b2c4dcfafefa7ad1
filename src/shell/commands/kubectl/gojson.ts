/** What Go's encoding/json says of a text that is no JSON: the complaint and how many bytes it had read. */

export type JsonComplaint = { readonly eof: true } | { readonly eof: false; readonly offset: number; readonly message: string };

class Bad extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

class Eof extends Error {}

function shown(char: string): string {
  if (char === "'") return `'\\''`;
  if (char === '"') return `'"'`;
  const code = char.codePointAt(0)!;
  if (code < 0x20)
    return `'${({ '\n': '\\n', '\t': '\\t', '\r': '\\r' } as Record<string, string>)[char] ?? `\\x${code.toString(16).padStart(2, '0')}`}'`;
  return `'${char}'`;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #bad(context: string): never {
    const char = this.#text[this.#at];
    if (char === undefined) throw new Eof();
    throw new Bad(this.#at + 1, `invalid character ${shown(char)} ${context}`);
  }

  value(): void {
    this.#space();
    const char = this.#text[this.#at];
    if (char === '{') this.#object();
    else if (char === '[') this.#array();
    else if (char === '"') this.#string();
    else if (char !== undefined && /[-\d]/.test(char)) this.#number();
    else if (char === 't' || char === 'f' || char === 'n') this.#literal({ t: 'true', f: 'false', n: 'null' }[char]);
    else this.#bad('looking for beginning of value');
  }

  #object(): void {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return;
    }
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#bad('looking for beginning of object key string');
      this.#string();
      this.#space();
      if (this.#text[this.#at] !== ':') this.#bad('after object key');
      this.#at++;
      this.value();
      this.#space();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== '}') this.#bad('after object key:value pair');
      this.#at++;
      if (next === '}') return;
    }
  }

  #array(): void {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return;
    }
    for (;;) {
      this.value();
      this.#space();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== ']') this.#bad('after array element');
      this.#at++;
      if (next === ']') return;
    }
  }

  #string(): void {
    this.#at++;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new Eof();
      if (char === '"') {
        this.#at++;
        return;
      }
      if (char < ' ') this.#bad('in string literal');
      if (char === '\\') {
        this.#at++;
        if (!/["\\/bfnrtu]/.test(this.#text[this.#at] ?? '"')) this.#bad('in string escape code');
      }
      this.#at++;
    }
  }

  #number(): void {
    const match = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/.exec(this.#text.slice(this.#at));
    if (!match) {
      this.#at++;
      this.#bad('in numeric literal');
    }
    this.#at += match![0].length;
  }

  #literal(word: string): void {
    for (let index = 1; index < word.length; index++) {
      this.#at++;
      if (this.#text[this.#at] !== word[index]) this.#bad(`in literal ${word} (expecting '${word[index]}')`);
    }
    this.#at++;
  }
}

/** undefined: the text begins with a JSON value. */
export function complaintAbout(text: string): JsonComplaint | undefined {
  try {
    new Scanner(text).value();
    return undefined;
  } catch (error) {
    if (error instanceof Eof) return { eof: true };
    if (error instanceof Bad) return { eof: false, offset: error.at, message: error.message };
    throw error;
  }
}
