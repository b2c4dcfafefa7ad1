/**
 * `$(( ))`, `(( ))`, `let`, subscripts: 64-bit integers over unbash's expression tree.
 */
import { type ArithmeticCommand, type ArithmeticExpression, type Command, parse } from 'unbash';
import { type Execution, ShellError } from './execution.ts';
import { elementOf, isAssociative, parameterValue, setElement, setValue } from './variables.ts';

/** Expands `$x`, `$(…)`, quotes in a piece of an expression; given by expand.ts. */
export type ExpandPiece = (text: string, x: Execution) => Promise<string>;
/** Output of `$(…)`. */
export type Substitute = (
  node: Extract<ArithmeticExpression, { type: 'ArithmeticCommandExpansion' }>,
  x: Execution,
) => Promise<string>;

export interface ArithmeticDoors {
  readonly expandPiece: ExpandPiece;
  readonly substitute: Substitute;
}

const int64 = (value: bigint) => BigInt.asIntN(64, value);
const MAX_NESTING = 64;

/** @returns the value of an expression's text, as `$((text))` would have it */
export async function evaluateText(text: string, x: Execution, doors: ArithmeticDoors, nesting = 0): Promise<bigint> {
  const trimmed = text.trim();
  if (trimmed === '') return 0n;
  const number = parseNumber(trimmed);
  if (number !== undefined) return number;
  if (nesting === 0) return evaluateParsed(trimmed, x, doors, 0);
  try {
    return await evaluateParsed(trimmed, x, doors, nesting);
  } catch (error) {
    // The value of a variable: the complaint names that text, not the expression around it.
    throw error instanceof ArithmeticError ? new ShellError(`${trimmed}: ${error.message}`) : error;
  }
}

async function evaluateParsed(trimmed: string, x: Execution, doors: ArithmeticDoors, nesting: number): Promise<bigint> {
  if (nesting > MAX_NESTING) throw new ArithmeticError(`expression recursion level exceeded (error token is "${trimmed}")`);
  const script = parse(`((${trimmed}))`);
  const statement = script.commands[0]?.command as ArithmeticCommand | Command | undefined;
  if (script.errors?.length || statement?.type !== 'ArithmeticCommand' || !statement.expression) throw syntaxError(trimmed);
  return evaluate(statement.expression, x, doors, nesting + 1);
}

/** The message lacks the expression's text until `evaluateRoot` puts it in front. */
class ArithmeticError extends ShellError {}

function syntaxError(text: string): ShellError {
  return new ArithmeticError(mistakeIn(text) ?? `syntax error: operand expected (error token is "${text}")`);
}

const OPERAND = /^\s*(?:[A-Za-z_]\w*(?:\[[^\]]*\])?|\d[\w#@]*|[$"'`][\s\S]*)/;
const OPERATOR = /^\s*(?:<<=|>>=|\*\*|<<|>>|[<>=!]=|&&|\|\||[-+*/%&|^]=|\+\+|--|[-+*/%<>=&|^,?:])/;

/** Reads an expression as bash's expr.c does, up to what it stumbles over. @returns undefined when it does not */
export function mistakeIn(text: string): string | undefined {
  let rest = text;
  let operator = text;
  for (;;) {
    const prefix = /^(?:\s*(?:\+\+|--|[-+!~(]))*/.exec(rest)![0];
    const found = OPERAND.exec(rest.slice(prefix.length))?.[0];
    if (found === undefined) {
      const at =
        rest.slice(prefix.length).trim() === '' ? (/[-+!~(]\s*$/.exec(prefix)?.[0] ?? operator) : rest.slice(prefix.length);
      return `syntax error: operand expected (error token is "${at.trimStart()}")`;
    }
    rest = rest.slice(prefix.length + found.length).replace(/^\s*(?:\+\+|--)(?=\s*(?:[-+*/%<>=&|^,?:)]|$))/, '');
    while (/^\s*\)/.test(rest)) rest = rest.replace(/^\s*\)/, '');
    if (rest.trim() === '') return undefined;
    const next = OPERATOR.exec(rest)?.[0];
    if (next === undefined) {
      const token = rest.trimStart();
      return `${/^[\w(]/.test(token) ? 'syntax error in expression' : 'syntax error: invalid arithmetic operator'} (error token is "${token}")`;
    }
    if (/^\s*(?:[-+*/%&|^]|<<|>>)?=$/.test(next) && /^\d/.test(found.trim()))
      return `attempted assignment to non-variable (error token is "${rest.trimStart()}")`;
    operator = rest;
    rest = rest.slice(next.length);
  }
}

/** Evaluates a whole expression; its errors begin with its text: `1/0: division by 0 (error token is "0")`. */
export async function evaluateRoot(
  text: string,
  node: ArithmeticExpression | undefined,
  x: Execution,
  doors: ArithmeticDoors,
): Promise<bigint> {
  try {
    return node ? await evaluate(node, x, doors) : await evaluateText(text, x, doors);
  } catch (error) {
    if (error instanceof ArithmeticError) {
      // An operand that is not there: the complaint names the operator before it.
      const operator = /([-+*/%<>=!&|^?:~(]+)\s*$/.exec(text)?.[1] ?? text;
      throw new ShellError(
        `${text}: ${mistakeIn(text) ?? error.message.replace('(error token is "")', `(error token is "${operator}")`)}`,
      );
    }
    throw error;
  }
}

/** @returns undefined when the text is not a number: decimal, 0x, octal or `base#digits` */
function parseNumber(text: string): bigint | undefined {
  if (/^[1-9]\d*$|^0$/.test(text)) return int64(BigInt(text));
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return int64(BigInt(text));
  if (/^0\d+$/.test(text)) {
    if (/[89]/.test(text)) throw new ArithmeticError(`value too great for base (error token is "${text}")`);
    return int64(BigInt(`0o${text.slice(1)}`));
  }
  const based = /^(\d+)#([0-9A-Za-z@_]+)$/.exec(text);
  if (!based) return undefined;
  const base = Number(based[1]);
  if (base < 2 || base > 64) throw new ArithmeticError(`invalid arithmetic base (error token is "${text}")`);
  let value = 0n;
  for (const char of based[2]!) {
    const digit = digitOf(char, base);
    if (digit >= base) throw new ArithmeticError(`value too great for base (error token is "${text}")`);
    value = value * BigInt(base) + BigInt(digit);
  }
  return int64(value);
}

function digitOf(char: string, base: number): number {
  if (char >= '0' && char <= '9') return Number(char);
  if (char >= 'a' && char <= 'z') return char.charCodeAt(0) - 87;
  if (char >= 'A' && char <= 'Z') return base <= 36 ? char.charCodeAt(0) - 55 : char.charCodeAt(0) - 29;
  return char === '@' ? 62 : 63;
}

/** @returns the value of a parsed expression; assignments in it happen */
export async function evaluate(node: ArithmeticExpression, x: Execution, doors: ArithmeticDoors, nesting = 0): Promise<bigint> {
  switch (node.type) {
    case 'ArithmeticGroup':
      return evaluate(node.expression, x, doors, nesting);
    case 'ArithmeticTernary':
      return (await evaluate(node.test, x, doors, nesting)) !== 0n
        ? evaluate(node.consequent, x, doors, nesting)
        : evaluate(node.alternate, x, doors, nesting);
    case 'ArithmeticCommandExpansion':
      return evaluateText(await doors.substitute(node, x), x, doors, nesting);
    case 'ArithmeticUnary':
      return unary(node, x, doors, nesting);
    case 'ArithmeticBinary':
      return binary(node, x, doors, nesting);
    case 'ArithmeticWord':
      return word(node.value, x, doors, nesting);
  }
}

async function word(text: string, x: Execution, doors: ArithmeticDoors, nesting: number): Promise<bigint> {
  const number = parseNumber(text);
  if (number !== undefined) return number;
  const place = await placeOf(text, x, doors, nesting);
  if (place) return evaluateText(read(place, x) ?? unboundOr(place.name, x), x, doors, nesting + 1);
  if (!/[$`"'\\]/.test(text)) throw syntaxError(text);
  return evaluateText(await doors.expandPiece(text, x), x, doors, nesting + 1);
}

function unboundOr(name: string, x: Execution): string {
  if (x.shell.options.has('nounset')) throw new ShellError(`${name}: unbound variable`);
  return '0';
}

interface VariablePlace {
  readonly name: string;
  readonly key?: string;
}

/** `i`, `a[i+1]`, `m[key]`: somewhere a value can be kept. */
async function placeOf(text: string, x: Execution, doors: ArithmeticDoors, nesting: number): Promise<VariablePlace | undefined> {
  const found = /^([A-Za-z_]\w*)(?:\[([\s\S]*)\])?$/.exec(text);
  if (!found) return undefined;
  const [, name, subscript] = found;
  if (subscript === undefined) return { name: name! };
  if (isAssociative(x, name!)) return { name: name!, key: await doors.expandPiece(subscript, x) };
  return { name: name!, key: String(await evaluateText(await doors.expandPiece(subscript, x), x, doors, nesting + 1)) };
}

const read = ({ name, key }: VariablePlace, x: Execution) =>
  key === undefined ? parameterValue(x, name) : elementOf(x, name, key);

function assign({ name, key }: VariablePlace, value: bigint, x: Execution): void {
  if (key === undefined) setValue(x, name, String(value));
  else setElement(x, name, key, String(value));
}

async function target(node: ArithmeticExpression, x: Execution, doors: ArithmeticDoors, nesting: number): Promise<VariablePlace> {
  const place = node.type === 'ArithmeticWord' ? await placeOf(node.value, x, doors, nesting) : undefined;
  if (!place) throw new ArithmeticError('attempted assignment to non-variable (error token is "=")');
  return place;
}

async function unary(
  node: Extract<ArithmeticExpression, { type: 'ArithmeticUnary' }>,
  x: Execution,
  doors: ArithmeticDoors,
  nesting: number,
): Promise<bigint> {
  if (node.operator === '++' || node.operator === '--') {
    const place = await target(node.operand, x, doors, nesting);
    const old = await evaluateText(read(place, x) ?? '0', x, doors, nesting);
    const changed = int64(node.operator === '++' ? old + 1n : old - 1n);
    assign(place, changed, x);
    return node.prefix ? changed : old;
  }
  const value = await evaluate(node.operand, x, doors, nesting);
  if (node.operator === '-') return int64(-value);
  if (node.operator === '~') return int64(~value);
  return node.operator === '!' ? truth(value === 0n) : value;
}

const truth = (yes: boolean) => (yes ? 1n : 0n);

async function binary(
  node: Extract<ArithmeticExpression, { type: 'ArithmeticBinary' }>,
  x: Execution,
  doors: ArithmeticDoors,
  nesting: number,
): Promise<bigint> {
  const { operator } = node;
  if (operator === '&&')
    return truth((await evaluate(node.left, x, doors, nesting)) !== 0n && (await evaluate(node.right, x, doors, nesting)) !== 0n);
  if (operator === '||')
    return truth((await evaluate(node.left, x, doors, nesting)) !== 0n || (await evaluate(node.right, x, doors, nesting)) !== 0n);
  if (/^([-+*/%&|^]|<<|>>)?=$/.test(operator)) {
    const place = await target(node.left, x, doors, nesting);
    const right = await evaluate(node.right, x, doors, nesting);
    const old = operator === '=' ? 0n : await evaluateText(read(place, x) ?? '0', x, doors, nesting);
    const value = operator === '=' ? right : compute(operator.slice(0, -1), old, right);
    assign(place, value, x);
    return value;
  }
  const left = await evaluate(node.left, x, doors, nesting);
  return compute(operator, left, await evaluate(node.right, x, doors, nesting));
}

const OPERATORS: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
  '<<': (a, b) => a << (b & 63n),
  '>>': (a, b) => a >> (b & 63n),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<': (a, b) => truth(a < b),
  '>': (a, b) => truth(a > b),
  '<=': (a, b) => truth(a <= b),
  '>=': (a, b) => truth(a >= b),
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  ',': (_a, b) => b,
};

function compute(operator: string, a: bigint, b: bigint): bigint {
  if ((operator === '/' || operator === '%') && b === 0n) throw new ArithmeticError(`division by 0 (error token is "${b}")`);
  if (operator === '**') {
    if (b < 0n) throw new ArithmeticError(`exponent less than 0 (error token is "${-b}")`);
    return power(a, b);
  }
  const apply = OPERATORS[operator];
  if (!apply) throw new ArithmeticError(`syntax error: invalid arithmetic operator (error token is "${operator}")`);
  return int64(apply(a, b));
}

/** By squaring, cut to 64 bits at each step: `2**1000000` costs nothing. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = int64(base);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = int64(result * factor);
    factor = int64(factor * factor);
  }
  return result;
}
