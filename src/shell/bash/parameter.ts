/** `${…}`: defaults, trimming, replacing, slices, case, lengths, indirection, arrays. */
import type { ParameterExpansionPart, ParameterOperation, Word } from 'unbash';
import { evaluateText } from './arithmetic.ts';
import { type Execution, ShellError, stderr } from './execution.ts';
import { doors, expandPattern, expandString, subscriptOf } from './expand.ts';
import { patternToRegExp, translate } from './pattern.ts';
import { errorPrefix } from './state.ts';
import { elementOf, elementsOf, isAssociative, keysOf, parameterValue, resolveName, setElement, setValue } from './variables.ts';

/** Several values: `${a[@]}` (one field each) or, `joined`, `${a[*]}` in quotes. */
export interface ValueList {
  readonly list: readonly string[];
  readonly joined: boolean;
}

type Operation<T extends ParameterOperation['type']> = Extract<ParameterOperation, { type: T }>;

/** What a `${…}` names, before its operation. */
interface Subject {
  readonly name: string;
  /** Subscript, evaluated. */
  readonly key?: string;
  /** All elements: `[@]`, `[*]`, `$@`, `$*`. */
  readonly all?: '@' | '*';
}

/** `${x:-word}` outside quotes: the word is expanded in the expansion's place, its quotes still meaning something. */
export interface OperandInstead {
  readonly operand: Word;
}

export async function expandParameter(
  part: ParameterExpansionPart,
  x: Execution,
  quoted: boolean,
): Promise<string | ValueList | OperandInstead> {
  if (part.prefix === '!' && part.operation?.type === 'Names') return names(part.parameter, part.operation, x);
  let subject = await subjectOf(part, x);
  if (part.prefix === '!' && subject.all) return { list: keysOf(x, subject.name), joined: subject.all === '*' };
  if (part.prefix === '!') {
    if (x.shell.variables.get(subject.name)?.nameref) return resolveName(x.shell, subject.name);
    const pointed = scalar(subject, x);
    const indirect = pointed === undefined ? null : /^(\w+|[@*#?$!-])(?:\[(.*)\])?$/.exec(pointed);
    if (!indirect)
      throw new ShellError(
        pointed === undefined ? `${part.parameter}: invalid indirect expansion` : `${pointed}: invalid variable name`,
      );
    const all = (indirect[2] ?? indirect[1]) as '@' | '*';
    subject = { name: indirect[1]!, ...(all === '@' || all === '*' ? { all } : indirect[2] !== undefined && { key: indirect[2] }) };
  }
  if (part.prefix === '#' && !part.operation)
    return String(subject.all ? allOf(subject, x).length : [...(checked(subject, part, x) ?? '')].length);
  if (subject.all) return operateOnList(subject, part.operation, x, quoted);
  if (part.operation?.type === 'Default') return defaultValue(subject, part.operation, x, quoted);
  const value = checked(subject, part, x);
  return part.operation ? operate(value ?? '', part.operation, x, subject.name) : (value ?? '');
}

function names(prefix: string, operation: Operation<'Names'>, x: Execution): ValueList {
  const list = [...x.shell.variables.keys()].filter((name) => name.startsWith(prefix)).sort();
  return { list, joined: operation.operator === '*' };
}

async function subjectOf(part: ParameterExpansionPart, x: Execution): Promise<Subject> {
  const { parameter: name, index } = part;
  if (name === '@' || name === '*') return { name, all: name };
  if (!/^(\w+|[#?$!-])$/.test(name)) throw new ShellError(`${part.text}: bad substitution`);
  if (!index) return { name };
  if (index.text === '@' || index.text === '*') return { name, all: index.text };
  return { name, key: await subscriptOf(index, isAssociative(x, name), x) };
}

function scalar({ name, key }: Subject, x: Execution): string | undefined {
  if (key === undefined) return parameterValue(x, name);
  if (/^-\d/.test(key) && !isAssociative(x, name) && Number(key) + 1 + Math.max(-1, ...keysOf(x, name).map(Number)) < 0)
    stderr(x)?.write(`${errorPrefix(x.shell)}${name}: bad array subscript\n`);
  return elementOf(x, name, key);
}

const allOf = ({ name }: Subject, x: Execution) => elementsOf(x, name) ?? [];

function checked(subject: Subject, part: ParameterExpansionPart, x: Execution): string | undefined {
  const value = scalar(subject, x);
  if (value === undefined && x.shell.options.has('nounset'))
    throw new ShellError(`${part.parameter}: unbound variable`, x.shell.interactive ? 1 : 127);
  return value;
}

async function defaultValue(
  subject: Subject,
  operation: Operation<'Default'>,
  x: Execution,
  quoted: boolean,
): Promise<string | OperandInstead> {
  const value = scalar(subject, x);
  const kind = operation.operator.at(-1);
  const missing = value === undefined || (operation.operator.startsWith(':') && value === '');
  const instead = quoted ? undefined : { operand: operation.operand };
  if (kind === '+') return missing ? '' : (instead ?? expandString(operation.operand, x));
  if (!missing) return value;
  if (kind === '-' && instead) return instead;
  const text = await expandString(operation.operand, x);
  if (kind === '?')
    throw new ShellError(
      `${subject.name}: ${text || (operation.operator.startsWith(':') ? 'parameter null or not set' : 'parameter not set')}`,
      x.shell.dialect === 'dash' ? 2 : 127,
    );
  if (kind === '=') {
    if (/^\d+$/.test(subject.name)) throw new ShellError(`$${subject.name}: cannot assign in this way`);
    if (subject.key === undefined) setValue(x, subject.name, text);
    else setElement(x, subject.name, subject.key, text);
  }
  return text;
}

async function operateOnList(
  subject: Subject,
  operation: ParameterOperation | undefined,
  x: Execution,
  quoted: boolean,
): Promise<string | ValueList> {
  const list = allOf(subject, x);
  const joined = subject.all === '*';
  if (!operation) return { list, joined };
  if (operation.type === 'Default') {
    const missing = list.length === 0 || (operation.operator.startsWith(':') && list.join('') === '');
    const plus = operation.operator.endsWith('+');
    if (plus === missing) return plus ? '' : { list, joined };
    return expandString(operation.operand, x);
  }
  if (operation.type === 'Slice') return { list: await sliceList(subject, list, operation, x), joined };
  void quoted;
  const out: string[] = [];
  for (const value of list) out.push(await operate(value, operation, x, subject.name));
  return { list: out, joined };
}

async function sliceList(
  subject: Subject,
  list: readonly string[],
  operation: Operation<'Slice'>,
  x: Execution,
): Promise<readonly string[]> {
  // ${@:0} begins with $0.
  const values = subject.name === '@' || subject.name === '*' ? [x.shell.scriptName, ...list] : list;
  const offset = await number(operation.offset, x);
  const from = offset < 0 ? values.length + offset : offset;
  if (from < 0) return [];
  if (!operation.length) return values.slice(from);
  const length = await number(operation.length, x);
  if (length < 0) throw new ShellError(`${operation.length.text}: substring expression < 0`);
  return values.slice(from, from + length);
}

const number = async (word: Word, x: Execution) => Number(await evaluateText(await expandString(word, x), x, doors));

async function operate(value: string, operation: ParameterOperation, x: Execution, name: string): Promise<string> {
  switch (operation.type) {
    case 'Remove':
      return remove(value, operation.operator, await expandPattern(operation.operand, x));
    case 'Replace':
      return replace(
        value,
        operation.operator,
        await expandPattern(operation.pattern, x),
        await expandString(operation.replacement, x),
      );
    case 'Slice':
      return slice(value, operation, x);
    case 'CaseModification':
      return changeCase(value, operation.operator, operation.operand ? await expandPattern(operation.operand, x) : '?');
    case 'Transform':
      return transform(value, operation.operand.text, name, x);
    default:
      throw new ShellError(`\${${name}${'operator' in operation ? operation.operator : ''}}: bad substitution`);
  }
}

function remove(value: string, operator: string, pattern: string): string {
  const greedy = translate(pattern);
  // Shortest: every `.*` of the translation becomes lazy (a literal dot is written `\\.`, so nothing else reads `.*`).
  const lazy = greedy.replaceAll('.*', '.*?');
  const expression =
    operator === '#'
      ? `^(?:${lazy})(?<rest>.*)$`
      : operator === '##'
        ? `^(?:${greedy})(?<rest>.*)$`
        : operator === '%'
          ? `^(?<rest>.*)(?:${greedy})$`
          : `^(?<rest>.*?)(?:${greedy})$`;
  return new RegExp(expression, 's').exec(value)?.groups?.rest ?? value;
}

function replace(value: string, operator: string, pattern: string, replacement: string): string {
  if (pattern === '' && !/[#%]$/.test(operator)) return value;
  const source = translate(pattern);
  if (operator === '/#') return value.replace(new RegExp(`^(?:${source})`, 's'), () => replacement);
  if (operator === '/%') return value.replace(new RegExp(`(?:${source})$`, 's'), () => replacement);
  return value.replace(new RegExp(source, operator === '//' ? 'gs' : 's'), () => replacement);
}

async function slice(value: string, operation: Operation<'Slice'>, x: Execution): Promise<string> {
  const offset = await number(operation.offset, x);
  const from = offset < 0 ? value.length + offset : offset;
  if (from < 0 || from > value.length) return '';
  if (!operation.length) return value.slice(from);
  const length = await number(operation.length, x);
  const end = length < 0 ? value.length + length : from + length;
  if (end < from) throw new ShellError(`${operation.length.text}: substring expression < 0`);
  return value.slice(from, end);
}

function changeCase(value: string, operator: string, pattern: string): string {
  const expression = patternToRegExp(pattern);
  const turn = (char: string) =>
    !expression.test(char) ? char : operator.startsWith('^') ? char.toUpperCase() : char.toLowerCase();
  const chars = [...value];
  return operator.length === 2 ? chars.map(turn).join('') : chars.map((char, index) => (index === 0 ? turn(char) : char)).join('');
}

function transform(value: string, operator: string, name: string, x: Execution): string {
  switch (operator) {
    case 'Q':
      return `'${value.replace(/'/g, "'\\''")}'`;
    case 'U':
      return value.toUpperCase();
    case 'u':
      return value.slice(0, 1).toUpperCase() + value.slice(1);
    case 'L':
      return value.toLowerCase();
    case 'A':
      return `${name}='${value.replace(/'/g, "'\\''")}'`;
    case 'a': {
      const variable = x.shell.variables.get(name);
      return `${variable?.list ? 'a' : ''}${variable?.map ? 'A' : ''}${variable?.integer ? 'i' : ''}${variable?.readonly ? 'r' : ''}${variable?.exported ? 'x' : ''}`;
    }
    default:
      return value;
  }
}
