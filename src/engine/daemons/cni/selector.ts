/**
 * Calico's label selectors: `all()`, `has(k)`, `k == "v"`, `k in {"a", "b"}`, `!`, `&&`, `||`, brackets.
 * Models projectcalico/calico libcalico-go/lib/selector v3.30. An expression that does not parse selects nothing.
 */

type Labels = Readonly<Record<string, string>>;
type Test = (labels: Labels) => boolean;

const TOKEN = /\s*(&&|\|\||==|!=|!|\(|\)|\{|\}|,|'[^']*'|"[^"]*"|[A-Za-z0-9_./-]+)/y;

const parsed = new Map<string, Test>();

/** Whether labels satisfy a selector. */
export function matchesSelector(selector: string, labels: Labels): boolean {
  let test = parsed.get(selector);
  if (!test) {
    test = parse(selector);
    if (parsed.size > 1000) parsed.clear();
    parsed.set(selector, test);
  }
  return test(labels);
}

function tokenize(text: string): string[] | undefined {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) return undefined;
    tokens.push(match[1]!);
  }
  return tokens;
}

function parse(text: string): Test {
  const tokens = tokenize(text);
  if (!tokens) return () => false;
  // An empty selector selects everything.
  if (tokens.length === 0) return () => true;
  const test = disjunction(tokens);
  return test && tokens.length === 0 ? test : () => false;
}

function disjunction(tokens: string[]): Test | undefined {
  return joined(tokens, '||', conjunction, (tests) => (labels) => tests.some((test) => test(labels)));
}

function conjunction(tokens: string[]): Test | undefined {
  return joined(tokens, '&&', operation, (tests) => (labels) => tests.every((test) => test(labels)));
}

function joined(
  tokens: string[],
  operator: string,
  part: (tokens: string[]) => Test | undefined,
  join: (tests: readonly Test[]) => Test,
): Test | undefined {
  const tests: Test[] = [];
  do {
    const test = part(tokens);
    if (!test) return undefined;
    tests.push(test);
  } while (tokens[0] === operator && tokens.shift());
  return join(tests);
}

function operation(tokens: string[]): Test | undefined {
  const token = tokens.shift();
  if (token === undefined) return undefined;
  if (token === '!') {
    const test = operation(tokens);
    return test && ((labels) => !test(labels));
  }
  if (token === '(') {
    const test = disjunction(tokens);
    return tokens.shift() === ')' ? test : undefined;
  }
  if ((token === 'all' || token === 'global') && take(tokens, '(', ')')) return () => true;
  if (token === 'has' && tokens[0] === '(') {
    const [, label, close] = tokens.splice(0, 3);
    return close === ')' ? (labels) => Object.hasOwn(labels, label!) : undefined;
  }
  return comparison(token, tokens);
}

function take(tokens: string[], ...wanted: readonly string[]): boolean {
  if (!wanted.every((token, i) => tokens[i] === token)) return false;
  tokens.splice(0, wanted.length);
  return true;
}

function comparison(label: string, tokens: string[]): Test | undefined {
  const labelOf = (labels: Labels) => (Object.hasOwn(labels, label) ? labels[label] : undefined);
  if (take(tokens, 'not', 'in')) {
    const values = set(tokens);
    return values && ((labels) => !values.includes(labelOf(labels) ?? '\0'));
  }
  const operator = tokens.shift();
  if (operator === 'in') {
    const values = set(tokens);
    return values && ((labels) => values.includes(labelOf(labels) ?? '\0'));
  }
  if (operator === 'starts' || operator === 'ends') take(tokens, 'with');
  const wanted = unquoted(tokens.shift());
  if (wanted === undefined) return undefined;
  const tests: Readonly<Record<string, Test>> = {
    '==': (labels) => labelOf(labels) === wanted,
    '!=': (labels) => labelOf(labels) !== wanted,
    contains: (labels) => labelOf(labels)?.includes(wanted) ?? false,
    starts: (labels) => labelOf(labels)?.startsWith(wanted) ?? false,
    ends: (labels) => labelOf(labels)?.endsWith(wanted) ?? false,
  };
  return tests[operator ?? ''];
}

function set(tokens: string[]): readonly string[] | undefined {
  if (tokens.shift() !== '{') return undefined;
  const values: string[] = [];
  while (tokens[0] !== '}') {
    const value = unquoted(tokens.shift());
    if (value === undefined) return undefined;
    values.push(value);
    if (tokens[0] === ',') tokens.shift();
  }
  tokens.shift();
  return values;
}

function unquoted(token: string | undefined): string | undefined {
  return token && /^(['"]).*\1$/.test(token) ? token.slice(1, -1) : undefined;
}
