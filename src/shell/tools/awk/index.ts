/**
 * awk: mawk 1.3.4, Debian 12's. Its grammar, its words for every mistake, its order of `for (k in a)`, its clipped integers, texts of
 * bytes. Left out: `-W dump` and the other `-W` options that change how it reads or writes.
 */
import { type Invocation, stderr, stdout } from '../../bash/execution.ts';
import { BrokenPipe, OutOfMemory, WriteError } from '../../bash/streams.ts';
import { AwkMemory } from './array.ts';
import { unescapeAwk } from './lexer.ts';
import { AwkError, Machine } from './machine.ts';
import { parseProgram, type Source } from './parser.ts';
import { runProgram } from './statements.ts';
import { inward, outward } from './streams.ts';
import { Input } from './values.ts';

const USAGE = `Usage: mawk [Options] [Program] [file ...]

Program:
    The -f option value is the name of a file containing program text.
    If no -f option is given, a "--" ends option processing; the following
    parameters are the program text.

Options:
    -f program-file  Program  text is read from file instead of from the
                     command-line.  Multiple -f options are accepted.
    -F value         sets the field separator, FS, to value.
    -v var=value     assigns value to program variable var.
    --               unambiguous end of options.

    Implementation-specific options are prefixed with "-W".  They can be
    abbreviated:

    -W version       show version information and exit.
    -W dump          show assembler-like listing of program and exit.
    -W help          show this message and exit.
    -W interactive   set unbuffered output, line-buffered input.
    -W exec file     use file as program as well as last option.
    -W random=number set initial random seed.
    -W sprintf=number adjust size of sprintf buffer.
    -W posix_space   do not consider "\\n" a space.
    -W usage         show this message and exit.
`;

const VERSION = `mawk 1.3.4 20200120
Copyright 2008-2019,2020, Thomas E. Dickey
Copyright 1991-1996,2014, Michael D. Brennan

`;
const LIMITS = `random-funcs:       srandom/random
regex-funcs:        internal
compiled limits:
sprintf buffer      8192
maximum-integer     2147483647
`;

interface Options {
  readonly files: string[];
  readonly assignments: string[];
  separator: string | undefined;
  operands: readonly string[];
}

/** The status, once there is nothing more to do. */
function readOptions(invocation: Invocation): Options | number {
  const { x, name, args } = invocation;
  const complain = (message: string) => {
    stderr(x)?.write(`${name}: ${message}\n`);
    return 2;
  };
  const options: Options = { files: [], assignments: [], separator: undefined, operands: [] };
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at]!;
    if (!arg.startsWith('-') || arg === '-') break;
    if (arg === '--') {
      at++;
      break;
    }
    const letter = arg[1]!;
    if (!'fFvW'.includes(letter)) return complain(`not an option: ${arg}`);
    const value = arg.length > 2 ? arg.slice(2) : args[++at];
    if (value === undefined) return complain(`option -${letter} lacks argument`);
    if (letter === 'f') options.files.push(value);
    else if (letter === 'F') options.separator = value;
    else if (letter === 'v') {
      if (!/^[A-Za-z_]\w*=/.test(value)) return complain(`improper assignment: -v ${value}`);
      options.assignments.push(value);
    } else {
      const told = special(invocation, value);
      if (told !== undefined) return told;
    }
  }
  options.operands = args.slice(at);
  return options;
}

/** `-W …` */
function special({ x, name }: Invocation, value: string): number | undefined {
  const word = value.split('=')[0]!;
  const full = ['version', 'dump', 'help', 'interactive', 'exec', 'random', 'sprintf', 'posix_space', 'usage'].find((each) =>
    each.startsWith(word.toLowerCase()),
  );
  if (full === 'version') {
    stdout(x)?.write(VERSION);
    stderr(x)?.write(LIMITS);
    return 0;
  }
  if (full === 'help' || full === 'usage') {
    stderr(x)?.write(USAGE);
    return 0;
  }
  if (full === 'dump' || full === 'exec') {
    stderr(x)?.write(`${name}: -W ${full}: not simulated in this lab\n`);
    return 2;
  }
  if (!full) stderr(x)?.write(`${name}: vacuous option: -W ${value}\n`);
  return undefined;
}

function readSources(
  { x, name }: Invocation,
  { files, operands }: Options,
  machine: Machine,
): Promise<Source[] | number> | Source[] {
  if (files.length === 0) return [{ text: inward(operands[0]!), file: '' }];
  return (async () => {
    const sources: Source[] = [];
    for (const file of files) {
      const opened = machine.streams.openInput(inward(file), (why) => {
        stderr(x)?.write(`${name}: cannot open ${file} (${why})\n`);
      });
      if (!opened) return 2;
      let text = '';
      for (let line = await opened.next('\n'); line !== undefined; line = await opened.next('\n')) text += `${line}\n`;
      sources.push({ text, file: inward(file) });
    }
    return sources;
  })();
}

export async function awk(invocation: Invocation): Promise<number> {
  const { x, name } = invocation;
  const options = readOptions(invocation);
  if (typeof options === 'number') return options;
  if (options.files.length === 0 && options.operands.length === 0) {
    if (invocation.args.length === 0) stderr(x)?.write(USAGE);
    return 0;
  }
  const machine = new Machine(invocation);
  const sources = await readSources(invocation, options, machine);
  if (typeof sources === 'number') return sources;
  const complain = (text: string) => stderr(x)?.write(`${name}: ${outward(text)}\n`);
  machine.assign = (variable, value) => {
    machine.cell(variable).value = new Input(unescapeAwk(value));
  };
  if (options.separator !== undefined) machine.cell('FS').value = unescapeAwk(inward(options.separator));
  for (const assignment of options.assignments) machine.assignment(inward(assignment));
  const program = parseProgram(sources);
  if (Array.isArray(program)) {
    for (const complaint of program) complain(complaint);
    return 2;
  }
  const argv = [name, ...(options.files.length > 0 ? options.operands : options.operands.slice(1))];
  machine.cell('ARGC').value = argv.length;
  for (const [at, arg] of argv.entries()) machine.array('ARGV').set(at, new Input(inward(arg)), '%.6g');
  return guarded(machine, complain, () => runProgram(program as Exclude<typeof program, readonly string[]>, machine));
}

/** Ends a program in mawk's words, whatever ends it. */
async function guarded(machine: Machine, complain: (text: string) => void, run: () => Promise<void>): Promise<number> {
  const end = async (status: number) => {
    await machine.streams.finish();
    return status;
  };
  try {
    await run();
    return await end(machine.status);
  } catch (error) {
    if (error instanceof AwkError) {
      complain(error.atRunTime ? `run time error: ${error.message}\n${machine.where()}` : error.message);
      return end(2);
    }
    if (error instanceof AwkMemory || error instanceof OutOfMemory || error instanceof RangeError) {
      complain('program limit exceeded: out of memory');
      return end(2);
    }
    if (error instanceof WriteError) {
      complain(`write failure (${error.message})\n${machine.invocation.name}: close failure (${error.message})`);
      return 2;
    }
    if (error instanceof BrokenPipe) return 141;
    throw error;
  }
}
