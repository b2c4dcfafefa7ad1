/** $0 and its fields: split when one is asked for, joined again when one was changed. */
import { Pattern } from './regexp.ts';
import { Input, toText, type Value } from './values.ts';

/** How fields are told apart. */
export type FieldSeparator = 'blanks' | 'characters' | Pattern | { readonly char: string };

const META = /^[\^.$|()[\]+*?\\]$/;

/** What FS, or the third argument of split(), means. @throws PatternError */
export function fieldSeparator(text: string): FieldSeparator {
  if (text === ' ') return 'blanks';
  if (text === '') return 'characters';
  return text.length === 1 || META.test(text) ? { char: text } : new Pattern(text);
}

export function splitFields(text: string, separator: FieldSeparator): string[] {
  if (text === '') return [];
  if (separator === 'blanks') return text.match(/[^ \t\n\v\f\r]+/g) ?? [];
  if (separator === 'characters') return [...text];
  if (!(separator instanceof Pattern)) return text.split(separator.char);
  const fields: string[] = [];
  let from = 0;
  for (let at = 0; at <= text.length; ) {
    const found = separator.find(text, at);
    if (!found) break;
    if (found.end === found.start) {
      at = found.start + 1;
      continue;
    }
    fields.push(text.slice(from, found.start));
    from = found.end;
    at = found.end;
  }
  return [...fields, text.slice(from)];
}

export const MAX_FIELD = 1_000_000;

export class AwkRecord {
  private whole: Value = undefined;
  private fields: Value[] = [];
  private isSplit = true;
  private isJoined = true;
  private readonly separator: () => FieldSeparator;
  private readonly joiner: () => string;
  private readonly convfmt: () => string;

  constructor(separator: () => FieldSeparator, joiner: () => string, convfmt: () => string) {
    this.separator = separator;
    this.joiner = joiner;
    this.convfmt = convfmt;
  }

  private split(): void {
    if (this.isSplit) return;
    this.isSplit = true;
    this.fields = splitFields(toText(this.whole, this.convfmt()), this.separator()).map((each) => new Input(each));
  }

  set(value: Value): void {
    this.whole = value;
    this.isSplit = false;
    this.isJoined = true;
  }

  /** Splits now. */
  settle(): void {
    this.split();
  }

  get count(): number {
    this.split();
    return this.fields.length;
  }

  set count(count: number) {
    this.split();
    while (this.fields.length < count) this.fields.push(undefined);
    this.fields.length = count;
    this.isJoined = false;
  }

  get(index: number): Value {
    if (index > 0) {
      this.split();
      return this.fields[index - 1];
    }
    if (!this.isJoined) {
      this.isJoined = true;
      this.whole = new Input(this.fields.map((each) => toText(each, this.convfmt())).join(this.joiner()));
    }
    return this.whole;
  }

  put(index: number, value: Value): void {
    if (index === 0) this.set(value);
    else {
      this.split();
      if (index > this.fields.length) this.count = index;
      this.fields[index - 1] = value;
      this.isJoined = false;
    }
  }
}
