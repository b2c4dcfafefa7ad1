/** A function as `type` and `declare -f` print it: bash's print_cmd.c over unbash's tree; words stay as they were written. */
import type { CompoundList, Function as FunctionNode, Redirection, Script, Statement, SyntaxNode } from 'unbash';

type IfNode = Extract<SyntaxNode, { type: 'If' }>;

const STEP = '    ';

/** @param source the text the tree was made of */
export function functionText(name: string, node: FunctionNode, source: string): string {
  const printer = new Printer(source);
  const { body } = node;
  const list = body.type === 'BraceGroup' ? printer.list(body.body, 1) : `${STEP}${printer.node(body, 1)}`;
  return `${name} () \n{ \n${list}\n}`;
}

class Printer {
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  private raw(node: { readonly pos: number; readonly end: number }): string {
    return this.source.slice(node.pos, node.end);
  }

  /** The commands of a list, one to a line; each but the last ends with a semicolon. */
  list(script: Script | CompoundList, depth: number, closed = false): string {
    const { commands } = script;
    return commands
      .map((statement, at) => {
        const text = this.statement(statement, depth);
        const last = at === commands.length - 1;
        return `${STEP.repeat(depth)}${text}${text.endsWith('&') || (last && !closed) ? '' : ';'}`;
      })
      .join('\n');
  }

  private statement(statement: Statement, depth: number): string {
    return `${this.node(statement.command, depth)}${statement.background ? ' &' : ''}`;
  }

  /** A list on one line, as conditions stand. */
  private inline(script: Script | CompoundList, depth: number): string {
    return script.commands.map((statement) => this.statement(statement, depth)).join('; ');
  }

  private loop(head: string, body: CompoundList | Script, depth: number): string {
    return `${head}\n${this.list(body, depth + 1, true)}\n${STEP.repeat(depth)}done`;
  }

  node(node: SyntaxNode, depth: number): string {
    const indent = STEP.repeat(depth);
    switch (node.type) {
      case 'Command':
        return [...node.prefix, ...(node.name ? [node.name] : []), ...node.suffix]
          .flatMap((each) => ('text' in each ? [each.text] : []))
          .concat(node.redirects.map((each) => this.redirect(each)))
          .join(' ');
      case 'Pipeline':
        return `${node.prefixes.map((prefix) => (prefix.type === 'Negation' ? '! ' : 'time ')).join('')}${node.commands
          .map(
            (command, at) => (at === 0 ? '' : ` ${node.operators[at - 1] === '|&' ? '2>&1 |' : '|'} `) + this.node(command, depth),
          )
          .join('')}`;
      case 'AndOr':
        return node.commands
          .map((command, at) => (at === 0 ? '' : ` ${node.operators[at - 1]} `) + this.node(command, depth))
          .join('');
      case 'CompoundList':
        return this.inline(node, depth);
      case 'BraceGroup':
        return `{ \n${this.list(node.body, depth + 1)}\n${indent}}`;
      case 'Subshell':
        return `( ${node.body.commands.map((statement) => this.statement(statement, depth)).join(`;\n${indent}`)} )`;
      case 'Redirected':
        return [this.node(node.command, depth), ...node.redirects.map((each) => this.redirect(each))].join(' ');
      case 'If':
        return this.branch(node, depth);
      case 'While':
        return this.loop(`${node.kind} ${this.inline(node.clause, depth)}; do`, node.body, depth);
      case 'For':
      case 'Select': {
        const words = node.wordlist?.map((word) => word.text).join(' ') ?? '"$@"';
        return this.loop(`${node.type === 'For' ? 'for' : 'select'} ${node.name.text} in ${words};\n${indent}do`, node.body, depth);
      }
      case 'ArithmeticFor': {
        const head = /^for\s*(\(\([\s\S]*?\)\))/.exec(this.raw(node))?.[1] ?? '(( ; ; ))';
        return this.loop(`for ${head}\n${indent}do`, node.body, depth);
      }
      case 'Case': {
        const items = node.items.map(({ pattern, body, terminator }) => {
          const inner = body.commands.length === 0 ? '' : `${this.list(body, depth + 2)}\n`;
          return `${indent}${STEP}${pattern.map((word) => word.text).join(' | ')})\n${inner}${indent}${STEP}${terminator ?? ';;'}\n`;
        });
        return `case ${node.word.text} in \n${items.join('')}${indent}esac`;
      }
      case 'Function':
        return `function ${node.name.text} () \n${indent}${this.node(node.body, depth)}`;
      default:
        return this.raw(node);
    }
  }

  /** @param from which elif stands for the if; -1: the if itself */
  private branch(node: IfNode, depth: number, from = -1): string {
    const { clause, then: body, elif, else: otherwise } = node;
    const indent = STEP.repeat(depth);
    const here = from < 0 ? { clause, body } : { clause: elif[from]!.clause, body: elif[from]!.then };
    const head = `if ${this.inline(here.clause, depth)}; then\n${this.list(here.body, depth + 1, true)}\n${indent}`;
    if (from + 1 < elif.length) {
      // An elif is an if in the else before it.
      const inner = this.branch(node, depth + 1, from + 1);
      return `${head}else\n${indent}${STEP}${inner};\n${indent}fi`;
    }
    return otherwise ? `${head}else\n${this.list(otherwise, depth + 1, true)}\n${indent}fi` : `${head}fi`;
  }

  private redirect(redirection: Redirection): string {
    const text = this.raw(redirection);
    if (redirection.type !== 'Redirect' || !redirection.target) return text;
    const { operator, target, descriptor } = redirection;
    const number = descriptor?.type === 'FileDescriptor' ? String(descriptor.value) : '';
    if (operator === '>&' || operator === '<&') {
      if (!/^\d+-?$|^-$/.test(target.text)) return text;
      return `${number || (operator === '>&' ? '1' : '0')}${operator}${target.text}`;
    }
    return `${number}${operator} ${target.text}`;
  }
}
