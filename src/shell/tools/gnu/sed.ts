/** sed: GNU sed 4.9. Left out: `e`, `l`'s wrapping. */
import { type Invocation, throwIfInterrupted } from '../../bash/execution.ts';
import { resolvePath } from '../../bash/files.ts';
import { fail, print } from '../tool.ts';
import { readInputs, readOptions } from './options.ts';
import { type Address, type ReplacementPart, type SedCommand, SedError, SedParser } from './sed-script.ts';
import { SED_USAGE } from './sed-usage.ts';

/** Commands run between two turns of the event loop. */
const STEPS = 20_000;

export async function sed(invocation: Invocation): Promise<number> {
  let complaint = '';
  const spoken: Invocation = {
    ...invocation,
    x: {
      ...invocation.x,
      fds: new Map(invocation.x.fds).set(2, {
        sink: {
          isTTY: false,
          write: (text) => {
            complaint += text;
          },
          ready: () => undefined,
          flush() {},
        },
      }),
    },
  };
  const stderr = (text: string) => invocation.x.fds.get(2)?.sink?.write(text);
  const given = readOptions(spoken, {
    short: 'bsnrzuEe:f:l:i',
    long: {
      quiet: 'n',
      silent: 'n',
      'expression=': 'e',
      'file=': 'f',
      'in-place=?': 'i',
      'regexp-extended': 'E',
      separate: 's',
      'null-data': 'z',
      unbuffered: 'u',
      posix: 'p',
      help: 'h',
      version: 'V',
    },
  });
  if (typeof given === 'number') {
    // GNU sed tells its whole usage after what is wrong; `-i` takes its suffix in the same word, so letters after it are one.
    const inPlace = invocation.args.findIndex((arg) => /^-[nrEszu]*i./.test(arg) && !arg.startsWith('--'));
    if (inPlace >= 0) return sed({ ...invocation, args: invocation.args.flatMap((arg) => suffixed(arg)) });
    stderr(complaint.replace(/\nTry '.*\n$/, '\n') + SED_USAGE);
    return 1;
  }
  const attached = invocation.args.find((arg) => /^-[nrEszu]*i./.test(arg) && !arg.startsWith('--'));
  if (attached) return sed({ ...invocation, args: invocation.args.flatMap((arg) => suffixed(arg)) });
  if (given.has('h')) {
    print(invocation, SED_USAGE);
    return 0;
  }
  if (given.has('V')) {
    print(invocation, 'sed (GNU sed) 4.9\n');
    return 0;
  }
  const operands = [...given.operands];
  const scripts = [...given.values('e')];
  for (const name of given.values('f')) {
    const text = invocation.x.platform.files.read(resolvePath(invocation.x.shell.cwd, name));
    if (text === undefined) return fail(invocation, `couldn't open file ${name}: No such file or directory`);
    scripts.push(text.replace(/\n$/, ''));
  }
  if (scripts.length === 0) {
    const script = operands.shift();
    if (script === undefined) {
      stderr(SED_USAGE);
      return 1;
    }
    scripts.push(script);
  }
  try {
    const commands = new SedParser(
      scripts.join('\n'),
      given.has('E') || given.has('r'),
      Math.max(1, given.values('e').length),
    ).parse();
    return await run(invocation, commands, operands, {
      quiet: given.has('n') || /^#n(\n|$)/.test(scripts[0]!),
      separate: given.has('s') || given.has('i'),
      inPlace: given.has('i') ? (given.value('i') ?? '') : undefined,
      end: given.has('z') ? '\0' : '\n',
    });
  } catch (error) {
    if (error instanceof SedError) return fail(invocation, error.message);
    throw error;
  }
}

/** `-i.bak`, `-ni` as the long options they stand for. */
function suffixed(arg: string): string[] {
  const found = /^-([nrEszu]*)i(.+)$/s.exec(arg);
  if (!found || arg.startsWith('--')) return [arg];
  return [...(found[1] ? [`-${found[1]}`] : []), `--in-place=${found[2]}`];
}

interface Settings {
  readonly quiet: boolean;
  readonly separate: boolean;
  /** The suffix of the copy kept, '' for none; undefined: not in place. */
  readonly inPlace: string | undefined;
  readonly end: string;
}

async function run(
  invocation: Invocation,
  commands: readonly SedCommand[],
  operands: readonly string[],
  settings: Settings,
): Promise<number> {
  const { files } = invocation.x.platform;
  const { inputs, failed } = await readInputs(invocation, operands, (name, why) =>
    why.startsWith('Is') ? `couldn't edit ${name}: not a regular file` : `can't read ${name}: ${why}`,
  );
  const texts = settings.separate ? inputs : [{ name: '-', text: inputs.map(({ text }) => text).join('') }];
  const written = new Map<string, string>();
  let status = failed ? 2 : 0;
  if (inputs.length === 0) return status;
  const machine = new Machine(commands, settings, invocation, written);
  for (const { name, text } of texts) {
    const out = await machine.file(text, name);
    if (settings.inPlace === undefined) print(invocation, out);
    else {
      const path = resolvePath(invocation.x.shell.cwd, name);
      if (settings.inPlace !== '')
        files.write(
          settings.inPlace.includes('*') ? path.replace(/([^/]*)$/, settings.inPlace.replace('*', '$1')) : path + settings.inPlace,
          text,
        );
      const error = files.write(path, out);
      if (error) status = fail(invocation, `couldn't open file ${name}: ${error}`, 4);
    }
    if (machine.quit !== undefined) break;
  }
  for (const [path, text] of written) if (path !== '/dev/stdout') files.write(resolvePath(invocation.x.shell.cwd, path), text);
  return machine.quit || status;
}

class Machine {
  quit: number | undefined;
  private readonly commands: readonly SedCommand[];
  private readonly settings: Settings;
  private readonly invocation: Invocation;
  private readonly written: Map<string, string>;
  private readonly labels: ReadonlyMap<string, number>;
  private lines: string[] = [];
  private at = 0;
  private number = 0;
  private pattern = '';
  private hold = '';
  private out = '';
  private after: string[] = [];
  private finalNewline = true;
  private lastPattern: RegExp | undefined;
  private steps = 0;

  constructor(commands: readonly SedCommand[], settings: Settings, invocation: Invocation, written: Map<string, string>) {
    this.commands = commands;
    this.settings = settings;
    this.invocation = invocation;
    this.written = written;
    this.labels = new Map(commands.flatMap(({ name, text }, place) => (name === ':' ? [[text, place] as const] : [])));
    for (const { name, text, flags } of commands)
      if (name === 'w' || flags?.file !== undefined) written.set(flags?.file ?? text, '');
  }

  async file(text: string, name: string): Promise<string> {
    const { end, separate } = this.settings;
    this.lines = text.split(end);
    this.finalNewline = this.lines.at(-1) === '';
    if (this.finalNewline) this.lines.pop();
    this.at = 0;
    if (separate) this.number = 0;
    this.out = '';
    while (this.at < this.lines.length && this.quit === undefined) {
      this.pattern = this.lines[this.at++]!;
      this.number++;
      await this.cycle(name);
    }
    return this.out;
  }

  private emit(text: string): void {
    const last = this.at >= this.lines.length && !this.finalNewline;
    this.out += last ? text : text + this.settings.end;
  }

  private async cycle(name: string): Promise<void> {
    let restart = true;
    while (restart) {
      restart = false;
      const done = await this.walk(name);
      if (done === 'restart') restart = true;
      else if (done !== 'silent' && !this.settings.quiet) this.emit(this.pattern);
      if (this.after.length > 0 && this.out !== '' && !this.out.endsWith(this.settings.end)) this.out += this.settings.end;
      for (const text of this.after) this.out += text;
      this.after = [];
    }
  }

  /** @returns how the cycle ends */
  private async walk(name: string): Promise<'print' | 'silent' | 'restart'> {
    let substituted = false;
    for (let place = 0; place < this.commands.length; place++) {
      if (++this.steps % STEPS === 0) {
        await this.invocation.x.platform.clock.breathe();
        throwIfInterrupted(this.invocation.x);
      }
      const command = this.commands[place]!;
      if (this.selects(command) === command.negated) {
        if (command.name === '{') place = command.end! - 1;
        continue;
      }
      switch (command.name) {
        case 's':
          if (this.substitute(command)) substituted = true;
          break;
        case 'b':
        case 't':
        case 'T': {
          const jumps = command.name === 'b' || (command.name === 't') === substituted;
          if (command.name !== 'b') substituted = false;
          if (!jumps) break;
          if (command.text === '') return 'print';
          place = this.labels.get(command.text)!;
          break;
        }
        case 'n':
          if (this.at >= this.lines.length) {
            this.quit = 0;
            return 'print';
          }
          if (!this.settings.quiet) this.emit(this.pattern);
          this.pattern = this.lines[this.at++]!;
          this.number++;
          break;
        case 'N':
          if (this.at >= this.lines.length) {
            this.quit = 0;
            return 'print';
          }
          this.pattern += `\n${this.lines[this.at++]!}`;
          this.number++;
          break;
        case 'D': {
          const newline = this.pattern.indexOf('\n');
          if (newline < 0) return 'silent';
          this.pattern = this.pattern.slice(newline + 1);
          return 'restart';
        }
        case 'd':
          return 'silent';
        case 'c':
          if (!command.to || command.negated || !command.active) this.out += `${command.text}\n`;
          return 'silent';
        case 'q':
          this.quit = Number(command.text || 0);
          return 'print';
        case 'Q':
          this.quit = Number(command.text || 0);
          return 'silent';
        default:
          this.simple(command, name);
      }
    }
    return 'print';
  }

  private simple(command: SedCommand, name: string): void {
    const { files } = this.invocation.x.platform;
    switch (command.name) {
      case 'p':
        this.out += this.pattern + this.settings.end;
        break;
      case 'P':
        this.out += this.pattern.split('\n', 1)[0]! + this.settings.end;
        break;
      case '=':
        this.out += `${this.number}\n`;
        break;
      case 'F':
        this.out += `${name}\n`;
        break;
      case 'l':
        this.out += `${this.pattern.replace(/\\/g, '\\\\').replace(/\t/g, '\\t').replace(/\n/g, '\\n')}$\n`;
        break;
      case 'h':
        this.hold = this.pattern;
        break;
      case 'H':
        this.hold += `\n${this.pattern}`;
        break;
      case 'g':
        this.pattern = this.hold;
        break;
      case 'G':
        this.pattern += `\n${this.hold}`;
        break;
      case 'x':
        [this.pattern, this.hold] = [this.hold, this.pattern];
        break;
      case 'z':
        this.pattern = '';
        break;
      case 'i':
        this.out += `${command.text}\n`;
        break;
      case 'a':
        this.after.push(`${command.text}\n`);
        break;
      case 'r':
        this.after.push(files.read(resolvePath(this.invocation.x.shell.cwd, command.text)) ?? '');
        break;
      case 'w':
        this.write(command.text);
        break;
      case 'y': {
        const [from, to] = [[...command.text], [...command.second!]];
        this.pattern = [...this.pattern].map((char) => to[from.indexOf(char)] ?? char).join('');
        break;
      }
      default:
    }
  }

  private write(file: string): void {
    if (file === '/dev/stdout') this.out += this.pattern + this.settings.end;
    else this.written.set(file, `${this.written.get(file) ?? ''}${this.pattern}\n`);
  }

  private holds(address: Address): boolean {
    switch (address.type) {
      case 'line':
        return this.number === address.line;
      case 'step':
        return address.step === 0
          ? this.number === address.first
          : this.number >= address.first && (this.number - address.first) % address.step === 0;
      case 'last':
        return this.at >= this.lines.length;
      case 'pattern': {
        const pattern = address.pattern ?? this.lastPattern;
        if (!pattern) throw new SedError('no previous regular expression');
        this.lastPattern = pattern;
        return pattern.test(this.pattern);
      }
    }
  }

  private selects(command: SedCommand): boolean {
    const { from, to } = command;
    if (!from) return true;
    if (!to) return this.holds(from);
    if (command.active) {
      if (to.type === 'plus' || to.type === 'multiple' || to.type === 'line') {
        const end = to.type === 'line' ? to.line : command.until;
        if (this.number >= end) command.active = false;
        return this.number <= end || to.type !== 'line';
      }
      if (this.holds(to as Address)) command.active = false;
      return true;
    }
    // `0,/re/`: the range is open before the first line, so that the first line may end it.
    if (from.type === 'line' && from.line === 0 && this.number === 1) {
      command.active = !(to.type === 'pattern' && this.holds(to));
      return true;
    }
    if (!this.holds(from)) return false;
    if (to.type === 'plus') command.until = this.number + to.count;
    else if (to.type === 'multiple') command.until = to.count === 0 ? this.number : Math.ceil(this.number / to.count) * to.count;
    else if (to.type === 'line') command.until = to.line;
    else {
      command.active = to.type === 'last' ? !this.holds({ type: 'last' }) : true;
      return true;
    }
    command.active = command.until > this.number;
    return true;
  }

  private substitute(command: SedCommand): boolean {
    const pattern = command.pattern ?? this.lastPattern;
    if (!pattern) throw new SedError('no previous regular expression');
    this.lastPattern = pattern;
    const { global, print: printed, nth, file } = command.flags!;
    const search = new RegExp(pattern.source, `${pattern.flags}g`);
    let count = 0;
    let hit = false;
    const changed = this.pattern.replace(search, (...found) => {
      const groups = found.slice(
        0,
        found.findIndex((each) => typeof each === 'number'),
      ) as (string | undefined)[];
      count++;
      if (count < Math.max(1, nth) || (count > Math.max(1, nth) && !global)) return groups[0]!;
      hit = true;
      return filled(command.replacement!, groups);
    });
    if (!hit) return false;
    this.pattern = changed;
    if (printed) this.out += this.pattern + this.settings.end;
    if (file !== undefined) this.write(file);
    return true;
  }
}

/** `\U` and its kin change what follows them; `\u` and `\l` only the next character. */
function filled(parts: readonly ReplacementPart[], groups: readonly (string | undefined)[]): string {
  let out = '';
  let fold = '';
  let once = '';
  for (const part of parts) {
    if ('fold' in part) {
      if (part.fold === 'u' || part.fold === 'l') once = part.fold;
      else fold = part.fold === 'E' ? '' : part.fold;
      continue;
    }
    let text = 'text' in part ? part.text : (groups[part.group] ?? '');
    if (fold) text = fold === 'U' ? text.toUpperCase() : text.toLowerCase();
    if (once && text !== '') {
      text = (once === 'u' ? text[0]!.toUpperCase() : text[0]!.toLowerCase()) + text.slice(1);
      once = '';
    }
    out += text;
  }
  return out;
}
