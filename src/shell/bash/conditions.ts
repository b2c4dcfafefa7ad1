/** `[[ … ]]` and the operators it shares with `test`. */
import type { TestExpression, Word } from 'unbash';
import { evaluateText } from './arithmetic.ts';
import { type Execution, ShellError } from './execution.ts';
import { doors, expandPattern, expandString } from './expand.ts';
import { resolvePath } from './files.ts';
import { patternToRegExp } from './pattern.ts';
import { quoteForTrace, trace } from './trace.ts';
import { elementOf, parameterValue, setList } from './variables.ts';

export async function evaluateTest(node: TestExpression, x: Execution): Promise<boolean> {
  switch (node.type) {
    case 'TestGroup':
      return evaluateTest(node.expression, x);
    case 'TestNot': {
      const value = await evaluateTest(node.operand, x);
      return node.negations.length % 2 === 1 ? !value : value;
    }
    case 'TestLogical': {
      for (const operand of node.operands) {
        const value = await evaluateTest(operand, x);
        if (value !== (node.operator === '&&')) return value;
      }
      return node.operator === '&&';
    }
    case 'TestUnary': {
      const operand = await expandString(node.operand, x);
      if (x.shell.options.has('xtrace')) trace(x, `[[ ${node.operator} ${quoteForTrace(operand)} ]]`);
      return testUnary(node.operator, operand, x);
    }
    case 'TestBinary':
      return testBinaryWords(node.operator, node.left, node.right, x);
  }
}

async function testBinaryWords(operator: string, leftWord: Word, rightWord: Word, x: Execution): Promise<boolean> {
  const left = await expandString(leftWord, x);
  if (x.shell.options.has('xtrace')) trace(x, `[[ ${quoteForTrace(left)} ${operator} ${await expandString(rightWord, x)} ]]`);
  if (operator === '==' || operator === '=' || operator === '!=') {
    const pattern = await expandPattern(rightWord, x);
    const same = patternToRegExp(pattern, { caseless: x.shell.shopt.has('nocasematch') }).test(left);
    return operator === '!=' ? !same : same;
  }
  if (operator === '=~') return matchRegExp(left, await regExpSource(rightWord, x), x);
  const right = await expandString(rightWord, x);
  if (/^-(eq|ne|lt|le|gt|ge)$/.test(operator)) {
    return compareNumbers(operator, await evaluateText(left, x, doors), await evaluateText(right, x, doors));
  }
  return testBinary(operator, left, right, x) ?? false;
}

/** Quoted parts of the right side are literal text. */
async function regExpSource(word: Word, x: Execution): Promise<string> {
  if (!word.parts) return word.text.replace(/\\(?=[^\w\\^$.*+?()[\]{}|])/g, '');
  let source = '';
  for (const part of word.parts) {
    const quoted = part.type === 'SingleQuoted' || part.type === 'DoubleQuoted' || part.type === 'AnsiCQuoted';
    if (part.type === 'Literal' || part.type === 'Glob' || part.type === 'BraceExpansion' || part.type === 'ExtendedGlob')
      source += part.text;
    else {
      const one: Word = { type: 'Word', text: part.text, value: part.text, pos: part.pos, end: part.end, parts: [part] };
      const text = await expandString(one, x);
      source += quoted ? text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : text;
    }
  }
  return source;
}

function matchRegExp(text: string, source: string, x: Execution): boolean {
  const translated = source
    .replace(/\[\[:(\w+):\]/g, (_all, name: string) => `[${CLASSES[name] ?? ''}`)
    .replace(/\[:(\w+):\]/g, (_all, name: string) => CLASSES[name] ?? '');
  let expression: RegExp;
  try {
    expression = new RegExp(translated, x.shell.shopt.has('nocasematch') ? 'is' : 's');
  } catch {
    throw new ShellError(`syntax error in regular expression: \`${source}'`, 2);
  }
  const match = expression.exec(text);
  setList(x, 'BASH_REMATCH', match ? match.map((group) => group ?? '') : []);
  return match !== null;
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  space: '\\s',
  upper: 'A-Z',
  lower: 'a-z',
  xdigit: '0-9A-Fa-f',
  punct: '!-\\/:-@\\[-`{-~',
  blank: ' \\t',
};

/** @returns whether a one-argument condition holds */
export function testUnary(operator: string, operand: string, x: Execution): boolean {
  if (operator === '-n') return operand !== '';
  if (operator === '-z') return operand === '';
  if (operator === '-v') return isSet(operand, x);
  if (operator === '-o') return x.shell.options.has(operand);
  if (operator === '-t') return (operand === '0' ? x.fds.get(0)?.source?.isTTY : x.fds.get(Number(operand))?.sink?.isTTY) === true;
  const stat = operand === '' ? undefined : x.platform.files.stat(resolvePath(x.shell.cwd, operand));
  switch (operator) {
    case '-e':
    case '-a':
      return stat !== undefined;
    case '-f':
      return stat?.type === 'file';
    case '-d':
      return stat?.type === 'directory';
    case '-s':
      return stat !== undefined && stat.size > 0;
    case '-r':
      return stat !== undefined && x.platform.files.missing(resolvePath(x.shell.cwd, operand)) !== 'Permission denied';
    case '-O':
    case '-G':
      return stat !== undefined && (operator === '-O' ? stat.owner : stat.group) === x.platform.user;
    case '-w':
      return stat !== undefined && x.platform.files.refusal(resolvePath(x.shell.cwd, operand)) === undefined;
    case '-x':
      return stat !== undefined && (stat.type === 'directory' || (stat.mode & 0o111) !== 0);
    case '-c':
      return stat?.type === 'device';
    case '-h':
    case '-L':
      return operand !== '' && x.platform.files.readLink(resolvePath(x.shell.cwd, operand)) !== undefined;
    case '-u':
    case '-g':
    case '-k':
      return stat !== undefined && (stat.mode & { '-u': 0o4000, '-g': 0o2000, '-k': 0o1000 }[operator]) !== 0;
    default:
      return false;
  }
}

function isSet(name: string, x: Execution): boolean {
  const found = /^(\w+)\[(.+)\]$/.exec(name);
  return (found ? elementOf(x, found[1]!, found[2]!) : parameterValue(x, name)) !== undefined;
}

/** @returns undefined when there is no such operator */
export function testBinary(operator: string, left: string, right: string, x: Execution): boolean | undefined {
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
    case '-ot': {
      const time = (name: string) => x.platform.files.stat(resolvePath(x.shell.cwd, name))?.modifiedAt ?? -1;
      return operator === '-nt' ? time(left) > time(right) : time(left) < time(right);
    }
    case '-ef': {
      const inode = (name: string) => x.platform.files.stat(resolvePath(x.shell.cwd, name))?.inode;
      return inode(left) !== undefined && inode(left) === inode(right);
    }
    default:
      return undefined;
  }
}

export function compareNumbers(operator: string, a: bigint, b: bigint): boolean {
  switch (operator) {
    case '-eq':
      return a === b;
    case '-ne':
      return a !== b;
    case '-lt':
      return a < b;
    case '-le':
      return a <= b;
    case '-gt':
      return a > b;
    default:
      return a >= b;
  }
}
