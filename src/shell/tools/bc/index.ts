/** bc: GNU bc 1.07.1, with its library, its grammar, its addresses in runtime errors. Left out: `warranty`, editing of lines. */
import { type Invocation, stderr, stdin, stdout, throwIfInterrupted } from '../../bash/execution.ts';
import { resolvePath } from '../../bash/files.ts';
import { readAll, readLine, type Source } from '../../bash/streams.ts';
import { type Code, drive, waiting } from '../awk/code.ts';
import { inward, outward } from '../awk/streams.ts';
import { CRandom } from '../c-random.ts';
import { TooLong } from './decimal.ts';
import { Quit, type Rules, Unfinished } from './expressions.ts';
import { Halt, Machine, RuntimeError } from './machine.ts';
import { Parser } from './parser.ts';

const USAGE = `usage: bc [options] [file ...]
  -h  --help         print this usage and exit
  -i  --interactive  force interactive mode
  -l  --mathlib      use the predefined math routines
  -q  --quiet        don't print initial banner
  -s  --standard     non-standard bc constructs are errors
  -w  --warn         warn about non-standard bc constructs
  -v  --version      print version information and exit
`;
const VERSION = `bc 1.07.1
Copyright 1991-1994, 1997, 1998, 2000, 2004, 2006, 2008, 2012-2017 Free Software Foundation, Inc.
`;
const WELCOME = "This is free software with ABSOLUTELY NO WARRANTY.\nFor details type `warranty'. \n";
const LONG: Readonly<Record<string, string>> = {
  help: 'h',
  interactive: 'i',
  mathlib: 'l',
  quiet: 'q',
  standard: 's',
  warn: 'w',
  version: 'v',
};

interface Options {
  readonly flags: ReadonlySet<string>;
  readonly files: readonly string[];
}

function readOptions({ x, name, args }: Invocation): Options | number {
  const flags = new Set<string>();
  const files: string[] = [];
  const refuse = (message: string) => {
    stderr(x)?.write(`${name}: ${message}\n`);
    stdout(x)?.write(USAGE);
    return 1;
  };
  for (const [at, arg] of args.entries()) {
    if (arg === '--') {
      files.push(...args.slice(at + 1));
      break;
    }
    if (arg.startsWith('--')) {
      const letters = [...new Set(Object.keys(LONG).filter((each) => each.startsWith(arg.slice(2))))];
      if (letters.length !== 1) return refuse(`unrecognized option '${arg}'`);
      flags.add(LONG[letters[0]!]!);
    } else if (/^-./.test(arg))
      for (const letter of arg.slice(1)) {
        if (!'hilqswvc'.includes(letter)) return refuse(`invalid option -- '${letter}'`);
        flags.add(letter);
      }
    else files.push(arg);
    if (flags.has('h')) {
      stdout(x)?.write(USAGE);
      return 0;
    }
    if (flags.has('v')) {
      stdout(x)?.write(VERSION);
      return 0;
    }
  }
  return { flags, files };
}

const TURNS = 500;

export async function bc(invocation: Invocation): Promise<number> {
  const options = readOptions(invocation);
  if (typeof options === 'number') return options;
  const { x, env } = invocation;
  const { flags } = options;
  const source = stdin(x);
  const interactive = flags.has('i') || source?.isTTY === true;
  if (interactive && !flags.has('q')) stdout(x)?.write(VERSION + WELCOME);
  let turns = 0;
  const breathe = async () => {
    await stdout(x)?.ready();
    await x.platform.clock.breathe();
    throwIfInterrupted(x);
  };
  const random = new CRandom(1);
  const width = Number(env.get('BC_LINE_LENGTH') ?? 70);
  const machine = new Machine({
    write: (text) => stdout(x)?.write(outward(text)),
    complain: (text) => stderr(x)?.write(text),
    turn: (weight = 1) => {
      turns += weight;
      if (turns < TURNS) return undefined;
      turns = 0;
      return breathe();
    },
    width: Number.isInteger(width) && (width > 2 || width === 0) ? width : 70,
    mathematics: flags.has('l'),
    random: () => random.next(),
    readLine: async () => (source ? readLine(source) : undefined),
  });
  const rules = (file: string, open: boolean): Rules => ({
    strict: flags.has('s') ? 'error' : flags.has('w') ? 'warn' : 'no',
    open,
    file,
    say: (text) => stderr(x)?.write(text),
    isNothing: (name) => machine.functions.get(name)?.nothing === true,
  });
  try {
    for (const file of options.files) {
      const text = x.platform.files.read(resolvePath(x.shell.cwd, file));
      if (text === undefined) {
        stderr(x)?.write(`File ${file} is unavailable.\n`);
        return 1;
      }
      await runText(new Parser(inward(text), rules(file, false)), machine);
    }
    if (source?.isTTY) await converse(source, machine, rules);
    else if (source) await runText(new Parser(inward(await readAll(source)), rules('(standard_in)', false)), machine);
    return 0;
  } catch (error) {
    if (error instanceof Quit || error instanceof Halt) return 0;
    if (error instanceof TooLong || error instanceof RangeError) {
      stderr(x)?.write('Fatal error: Out of memory for malloc.\n');
      return 1;
    }
    throw error;
  }
}

async function runText(parser: Parser, machine: Machine): Promise<void> {
  while (await runItem(parser, machine));
}

/** @returns whether there may be more */
async function runItem(parser: Parser, machine: Machine): Promise<boolean> {
  const item = parser.item();
  if (item.kind === 'end') return false;
  if (item.kind === 'define') machine.functions.set(item.definition.name, item.definition);
  if (item.kind === 'line') {
    const line: Code<void> = waiting(() => machine.run(item.body));
    try {
      await drive(line);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
    }
  }
  return true;
}

/** At a terminal: line by line, each answered at once; what is not finished waits for more. */
async function converse(source: Source, machine: Machine, rules: (file: string, open: boolean) => Rules): Promise<void> {
  let held = '';
  for (let line = await readLine(source); line !== undefined; line = await readLine(source)) {
    held += inward(line);
    const parser = new Parser(held, rules('(standard_in)', true));
    let done = 0;
    try {
      while (await runItem(parser, machine)) done = parser.position.at;
    } catch (error) {
      if (!(error instanceof Unfinished)) throw error;
    }
    held = held.slice(done);
  }
}
