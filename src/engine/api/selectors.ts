/**
 * Label and field selectors: which objects are meant. Models k8s.io/apimachinery/pkg/labels and pkg/fields, with the
 * parser's own error sentences.
 */
import type { LabelSelector } from './objects.ts';
import { invalid } from './validation/field.ts';
import { labelValue, qualifiedName } from './validation/names.ts';

type Labels = Readonly<Record<string, string>>;

export type Operator = 'in' | 'notin' | '=' | '!=' | 'exists' | '!' | 'gt' | 'lt';

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** Parsed, or the sentence that says why not. */
export type Parsed<T> = { readonly requirements: readonly T[] } | { readonly error: string };

const NO_LABELS: Labels = Object.freeze({});

function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** A LabelSelector: missing selects nothing, empty selects everything. */
export function matches(selector: LabelSelector | null | undefined, labels: Labels = NO_LABELS): boolean {
  if (!selector) return false;
  const equal = Object.entries(selector.matchLabels ?? NO_LABELS).every(([key, value]) => labelOf(labels, key) === value);
  return (
    equal &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = labelOf(labels, key);
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      return (value !== undefined && values.includes(value)) === (operator === 'In');
    })
  );
}

/** Whether all requirements of a parsed label selector hold. */
export function meets(requirements: readonly Requirement[], labels: Labels = NO_LABELS): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = labelOf(labels, key);
    switch (operator) {
      case 'in':
      case '=':
        return value !== undefined && values.includes(value);
      case 'notin':
      case '!=':
        return value === undefined || !values.includes(value);
      case 'exists':
        return value !== undefined;
      case '!':
        return value === undefined;
      default: {
        if (value === undefined || !/^[-+]?\d+$/.test(value)) return false;
        return operator === 'gt' ? Number(value) > Number(values[0]) : Number(value) < Number(values[0]);
      }
    }
  });
}

class SelectorError extends Error {}

interface Token {
  readonly type: 'id' | 'symbol' | 'end' | 'error';
  readonly text: string;
}

const SYMBOLS = [')', ',', '!', '==', '=', '>', '<', '!=', '('];
const SPECIAL = '=!(),><';
const BINARY = ['in', 'notin', '=', '==', '!=', 'gt', 'lt'];
const OPERATORS: Readonly<Record<string, Operator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '=',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};

/** One special symbol, the longest that is known: `!=` before `!`. */
function symbolAt(text: string, start: number): Token & { readonly next: number } {
  let seen = '';
  let best = '';
  let next = start;
  for (let i = start; i < text.length && SPECIAL.includes(text[i]!); i++) {
    seen += text[i];
    if (SYMBOLS.includes(seen)) {
      best = seen;
      next = i + 1;
    } else if (best) break;
  }
  return best ? { type: 'symbol', text: best, next } : { type: 'error', text: seen, next: start + seen.length };
}

function scan(text: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < text.length; ) {
    const c = text[i]!;
    if (/[ \t\r\n]/.test(c)) i++;
    else if (SPECIAL.includes(c)) {
      const { next, ...token } = symbolAt(text, i);
      tokens.push(token);
      i = next;
    } else {
      const id = /^[^=!(),><\s]+/.exec(text.slice(i))![0];
      tokens.push({ type: 'id', text: id });
      i += id.length;
    }
  }
  tokens.push({ type: 'end', text: '' });
  return tokens;
}

class LabelParser {
  private at = 0;
  private readonly tokens: readonly Token[];
  constructor(text: string) {
    this.tokens = scan(text);
  }

  private peek(): Token {
    return this.tokens[Math.min(this.at, this.tokens.length - 1)]!;
  }

  private take(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  private is(type: Token['type'], text?: string): boolean {
    const token = this.peek();
    return token.type === type && (text === undefined || token.text === text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      if (this.is('end')) return requirements;
      if (!this.is('id') && !this.is('symbol', '!')) {
        throw new SelectorError(`found '${this.peek().text}', expected: !, identifier, or 'end of string'`);
      }
      try {
        requirements.push(this.requirement());
      } catch (error) {
        if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`);
        throw error;
      }
      const next = this.take();
      if (next.type === 'end') return requirements;
      if (next.text !== ',') throw new SelectorError(`found '${next.text}', expected: ',' or 'end of string'`);
      if (!this.is('id') && !this.is('symbol', '!')) {
        throw new SelectorError(`found '${this.peek().text}', expected: identifier after ','`);
      }
    }
  }

  private requirement(): Requirement {
    const negated = this.is('symbol', '!');
    if (negated) this.take();
    const key = this.take();
    if (key.type !== 'id') throw new SelectorError(`found '${key.text}', expected: identifier`);
    const keyErrors = qualifiedName(key.text);
    if (keyErrors.length > 0) throw new SelectorError(`<nil>: ${invalid('', key.text, keyErrors.join('; ')).body}`);
    if (negated) return { key: key.text, operator: '!', values: [] };
    if (this.is('end') || this.is('symbol', ',')) return { key: key.text, operator: 'exists', values: [] };
    const word = this.take();
    const operator = Object.hasOwn(OPERATORS, word.text) ? OPERATORS[word.text] : undefined;
    if (!operator) throw new SelectorError(`found '${word.text}', expected: ${BINARY.join(', ')}`);
    const set = operator === 'in' || operator === 'notin';
    const values = set ? this.values() : [this.exactValue()];
    check(key.text, operator, values);
    return { key: key.text, operator, values };
  }

  private exactValue(): string {
    if (this.is('end') || this.is('symbol', ',')) return '';
    const token = this.take();
    if (token.type !== 'id') throw new SelectorError(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  private values(): string[] {
    const open = this.take();
    if (open.text !== '(') throw new SelectorError(`found '${open.text}' expected: '('`);
    if (this.is('symbol', ')')) {
      this.take();
      return [''];
    }
    if (!this.is('id') && !this.is('symbol', ',')) {
      throw new SelectorError(`found '${this.peek().text}', expected: ',', ')' or identifier`);
    }
    const values: string[] = [];
    for (;;) {
      if (this.is('id')) values.push(this.take().text);
      else values.push('');
      if (this.is('symbol', ',')) this.take();
      else if (this.is('symbol', ')')) break;
      else throw new SelectorError(`found '${this.peek().text}', expected: ',' or ')'`);
    }
    this.take();
    return [...new Set(values)].sort();
  }
}

function check(key: string, operator: Operator, values: readonly string[]): void {
  const errors: string[] = [];
  values.forEach((value, i) => {
    if ((operator === 'gt' || operator === 'lt') && !/^[-+]?\d+$/.test(value)) {
      errors.push(`values[${i}]: ${invalid('', value, "for 'Gt', 'Lt' operators, the value must be an integer").body}`);
    }
  });
  values.forEach((value, i) => {
    const wrong = labelValue(value);
    if (wrong.length > 0) errors.push(`values[${i}][${key}]: ${invalid('', value, wrong.join('; ')).body}`);
  });
  if (errors.length > 0) throw new SelectorError(errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`);
}

/** Parses what stands after `-l`: `app=web,tier in (a,b),!canary`. */
export function parseLabelSelector(text: string): Parsed<Requirement> {
  try {
    return { requirements: new LabelParser(text).parse() };
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    const whole = error.message.startsWith('unable to parse') || BETWEEN.test(error.message);
    return { error: whole ? error.message : `unable to parse requirement: ${error.message}` };
  }
}

/** What upstream's parser says of what stands between requirements, and not of one. */
const BETWEEN = /, expected: (?:identifier after ','|',' or 'end of string'|!, identifier, or 'end of string')$/;

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

function unescaped(text: string): string {
  let value = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '\\') {
      const next = text[++i];
      if (next === undefined || !'\\,='.includes(next)) {
        throw new SelectorError(`invalid field selector: invalid escape sequence: \\${next ?? ''}`);
      }
      value += next;
    } else if (c === '=' || c === ',') {
      throw new SelectorError(`invalid field selector: unescaped character in value: ${c.codePointAt(0)}`);
    } else value += c;
  }
  return value;
}

/** Parses `--field-selector`: `status.phase!=Running,spec.nodeName=worker1`. Terms come back sorted, as upstream reports them. */
export function parseFieldSelector(text: string): Parsed<FieldRequirement> {
  try {
    const terms = (text.match(/(\\.|[^,\\]|\\$)+/gs) ?? []).sort();
    const requirements = terms.map((term): FieldRequirement => {
      const split = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
      if (!split) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
      return { field: split[1]!, operator: split[2] === '!=' ? '!=' : '=', value: unescaped(split[3]!) };
    });
    return { requirements };
  } catch (error) {
    if (error instanceof SelectorError) return { error: error.message };
    throw error;
  }
}
