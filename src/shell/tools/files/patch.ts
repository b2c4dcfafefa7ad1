/** patch 2.7.6: unified diffs, with offsets and fuzz, backwards too. Leaves out other styles of diff and questions to the terminal. */
import { type Invocation, stdin } from '../../bash/execution.ts';
import { readAll } from '../../bash/streams.ts';
import { readOptions } from '../gnu/options.ts';
import { openOperand } from '../operands.ts';
import { fail, print } from '../tool.ts';
import { isCut, linesWithEnds } from './lines.ts';
import { filesOf, isStat, look, pathOf } from './paths.ts';

interface Hunk {
  readonly start: number;
  /** With their first character; a cut line ends in NUL. */
  readonly lines: readonly string[];
  readonly head: string;
}

interface FilePatch {
  readonly old: string;
  readonly fresh: string;
  readonly oldHead: string;
  readonly freshHead: string;
  readonly hunks: readonly Hunk[];
}

const HINT = "patch: Try 'patch --help' for more information.";

export async function patch(called: Invocation): Promise<number> {
  const given = readOptions(called, {
    short: 'bB:cd:D:eEfF:g:i:lnNo:p:r:RstTuvV:x:Y:z:Z',
    long: {
      'strip=': 'p',
      'fuzz=': 'F',
      'input=': 'i',
      reverse: 'R',
      forward: 'N',
      'dry-run': 'dry',
      backup: 'b',
      'output=': 'o',
      'directory=': 'd',
      force: 'f',
      batch: 't',
      quiet: 's',
      silent: 's',
      verbose: 'verbose',
      unified: 'u',
      'remove-empty-files': 'E',
      'reject-file=': 'r',
      'ignore-whitespace': 'l',
      binary: 'binary',
    },
    status: 2,
    help: HINT,
  });
  if (typeof given === 'number') return given;
  const directory = given.value('d');
  const { x } = called;
  const invocation =
    directory === undefined ? called : { ...called, x: { ...x, shell: { ...x.shell, cwd: pathOf(called, directory) } } };
  const [target, from, more] = given.operands;
  if (more !== undefined) return fail(invocation, `${more}: extra operand\n${HINT}`, 2);
  const absent = given.order.find((letter) => 'cDenoBYz'.includes(letter));
  if (absent) return fail(invocation, `-${absent}: not simulated in this lab`, 2);
  const there = directory === undefined ? undefined : look(called, directory);
  if (typeof there === 'string') return fail(invocation, `**** Can't change to directory ${directory} : ${there}`, 2);
  const input = given.value('i') ?? from;
  const found = input === undefined || input === '-' ? undefined : look(invocation, input);
  if (typeof found === 'string') return fail(invocation, `**** Can't open patch file ${input} : ${found}`, 2);
  const source = input === undefined || input === '-' ? stdin(invocation.x) : openOperand(invocation, input);
  const text = source ? await readAll(source) : '';
  const patches = readPatches(text);
  if (patches.length === 0) return text === '' ? 0 : fail(invocation, '**** Only garbage was found in the patch input.', 2);
  const strip = given.value('p');
  if (strip !== undefined && !/^\d+$/.test(strip)) return fail(invocation, `**** strip count ${strip} is not a number`, 2);
  const work: Work = {
    invocation,
    reverse: given.has('R'),
    forward: given.has('N'),
    force: given.has('f'),
    dry: given.has('dry'),
    backup: given.has('b'),
    quiet: given.has('s'),
    fuzz: Number(given.value('F') ?? 2),
    batch: given.has('t'),
  };
  let status = 0;
  for (const each of patches) {
    const name = target ?? nameOf(invocation, each, strip === undefined ? undefined : Number(strip), work.reverse);
    if (name === undefined) status = lost(invocation, each, text, strip !== undefined);
    else status = Math.max(status, apply(work, each, name));
  }
  return status;
}

interface Work {
  readonly invocation: Invocation;
  readonly reverse: boolean;
  readonly forward: boolean;
  readonly force: boolean;
  readonly batch: boolean;
  readonly dry: boolean;
  readonly backup: boolean;
  readonly quiet: boolean;
  readonly fuzz: number;
}

function readPatches(text: string): FilePatch[] {
  const lines = text.split('\n');
  const patches: FilePatch[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (!lines[at]!.startsWith('--- ') || !lines[at + 1]?.startsWith('+++ ')) continue;
    const name = (line: string) => line.slice(4).split('\t')[0]!.trim();
    const hunks: Hunk[] = [];
    let next = at + 2;
    for (;;) {
      const head = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(lines[next] ?? '');
      if (!head) break;
      const hunk = readHunk(lines, next + 1, Number(head[2] ?? 1), Number(head[3] ?? 1));
      hunks.push({ start: Number(head[1]), lines: hunk.lines, head: head[0] });
      next = hunk.next;
    }
    if (hunks.length > 0)
      patches.push({ old: name(lines[at]!), fresh: name(lines[at + 1]!), oldHead: lines[at]!, freshHead: lines[at + 1]!, hunks });
    at = next - 1;
  }
  return patches;
}

function readHunk(
  lines: readonly string[],
  from: number,
  olds: number,
  news: number,
): { readonly lines: string[]; readonly next: number } {
  const taken: string[] = [];
  let [old, fresh, at] = [olds, news, from];
  for (; at < lines.length && (old > 0 || fresh > 0 || lines[at]!.startsWith('\\')); at++) {
    const line = lines[at]!;
    if (line.startsWith('\\')) {
      taken.push(`${taken.pop() ?? ''}\0`);
      continue;
    }
    const mark = line[0] ?? ' ';
    if (!' +-'.includes(mark)) break;
    if (mark !== '+') old--;
    if (mark !== '-') fresh--;
    taken.push(line === '' ? ' ' : line);
  }
  return { lines: taken, next: at };
}

/** The file that is meant: of the two names the one that is there; without -p only their last parts count. */
function nameOf(
  invocation: Invocation,
  { old, fresh, oldHead, freshHead }: FilePatch,
  strip: number | undefined,
  reverse: boolean,
): string | undefined {
  const cut = (name: string) => (strip === undefined ? name.replace(/^.*\//s, '') : name.split(/\/+/).slice(strip).join('/'));
  const names = [old, fresh]
    .filter((name) => name !== '/dev/null')
    .map(cut)
    .filter((name) => name !== '');
  const there = names.filter((name) => isStat(look(invocation, name)));
  const best = there.sort((a, b) => a.split('/').length - b.split('/').length || a.length - b.length)[0];
  return best ?? (isAbsent(reverse ? fresh : old, reverse ? freshHead : oldHead) ? names.at(reverse ? 0 : -1) : undefined);
}

/** diff -N gives a file that is not there the first of all times. */
const isAbsent = (name: string, head: string) => name === '/dev/null' || /\t1970-01-01 00:00:00/.test(head);

function lost(invocation: Invocation, { oldHead, freshHead, hunks }: FilePatch, text: string, stripped: boolean): number {
  const line = text.split('\n').indexOf(oldHead) + 3;
  print(
    invocation,
    `can't find file to patch at input line ${line}\nPerhaps you ${stripped ? 'used the wrong -p or --strip option' : 'should have used the -p or --strip option'}?\nThe text leading up to this was:\n--------------------------\n|${oldHead}\n|${freshHead}\n--------------------------\nFile to patch: \nSkip this patch? [y] \nSkipping patch.\n${hunks.length} out of ${hunks.length} hunk${hunks.length === 1 ? '' : 's'} ignored\n`,
  );
  return 1;
}

const reversed = ({ lines, ...hunk }: Hunk): Hunk => {
  const turned = lines.map((line) =>
    line.startsWith('-') ? `+${line.slice(1)}` : line.startsWith('+') ? `-${line.slice(1)}` : line,
  );
  return { ...hunk, lines: turned };
};

/** Where a hunk fits: at its place, or as near to it as can be. @param fuzz lines of context that may differ at either end */
function findPlace(lines: readonly string[], hunk: Hunk, offset: number, fuzz: number): number | undefined {
  const olds = hunk.lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
  let [before, after] = [0, 0];
  while (before < hunk.lines.length && hunk.lines[before]!.startsWith(' ')) before++;
  while (after < hunk.lines.length && hunk.lines.at(-1 - after)!.startsWith(' ')) after++;
  const context = Math.max(before, after);
  const [head, tail] = [Math.max(0, fuzz + before - context), Math.max(0, fuzz + after - context)].map((each, at) =>
    Math.min(each, at === 0 ? before : after),
  ) as [number, number];
  const wanted = olds.slice(head, olds.length - tail);
  const expected = Math.max(0, hunk.start - 1) + offset + (olds.length === 0 && hunk.start > 0 ? 1 : 0);
  const fits = (at: number) =>
    at >= 0 && at + olds.length - tail <= lines.length && wanted.every((line, index) => lines[at + head + index] === line);
  // A change at the very start or end of a file belongs there.
  const atStart = hunk.start <= 1 && before < context && fuzz < context;
  if (atStart) return fits(0) ? 0 : undefined;
  const reach = Math.max(expected, lines.length - expected) + 1;
  for (let distance = 0; distance <= reach; distance++)
    for (const at of distance === 0 ? [expected] : [expected + distance, expected - distance]) if (fits(at)) return at;
  return undefined;
}

interface Applied {
  readonly lines: readonly string[];
  readonly messages: readonly string[];
  readonly failed: readonly Hunk[];
}

function applied(work: Work, text: string, hunks: readonly Hunk[]): Applied {
  let lines = linesWithEnds(text);
  const messages: string[] = [];
  const failed: Hunk[] = [];
  let offset = 0;
  for (const [index, hunk] of hunks.entries()) {
    let place: number | undefined;
    let fuzz = 0;
    for (; fuzz <= work.fuzz && place === undefined; fuzz++) place = findPlace(lines, hunk, offset, fuzz);
    fuzz--;
    if (place === undefined) {
      failed.push(hunk);
      messages.push(`Hunk #${index + 1} FAILED at ${Math.max(1, hunk.start + offset)}.`);
      continue;
    }
    const expected = Math.max(0, hunk.start - 1) + offset;
    const olds = hunk.lines.filter((line) => !line.startsWith('+')).length;
    const moved = place - expected - (olds === 0 && hunk.start > 0 ? 1 : 0);
    if (moved !== 0 || fuzz > 0)
      messages.push(
        `Hunk #${index + 1} succeeded at ${place + 1}${fuzz > 0 ? ` with fuzz ${fuzz}` : ''}${moved === 0 ? '' : ` (offset ${moved} line${Math.abs(moved) === 1 ? '' : 's'})`}.`,
      );
    const inside: string[] = [];
    let at = place;
    for (const line of hunk.lines) {
      if (line.startsWith('+')) inside.push(line.slice(1));
      else {
        if (line.startsWith(' ')) inside.push(lines[at]!);
        at++;
      }
    }
    lines = [...lines.slice(0, place), ...inside, ...lines.slice(at)];
    offset += moved + inside.length - olds;
  }
  return { lines, messages, failed };
}

const textOf = (lines: readonly string[]) => lines.map((line) => (isCut(line) ? line.slice(0, -1) : `${line}\n`)).join('');

function apply(work: Work, { old, fresh, oldHead, freshHead, hunks: given }: FilePatch, name: string): number {
  const { invocation } = work;
  const files = filesOf(invocation);
  const path = pathOf(invocation, name);
  const say = (text: string) => {
    if (!work.quiet) print(invocation, `${text}\n`);
  };
  const hunks = work.reverse ? given.map(reversed) : given;
  const before = files.read(path) ?? '';
  say(`${work.dry ? 'checking' : 'patching'} file ${name}`);
  const count = hunks.length;
  const plural = `hunk${count === 1 ? '' : 's'}`;
  const reject = (which: readonly Hunk[], word: string) => {
    const saved = work.dry ? '' : ` -- saving rejects to file ${name}.rej`;
    if (!work.dry)
      files.write(
        `${path}.rej`,
        `${work.reverse ? `--- ${freshHead.slice(4)}\n+++ ${oldHead.slice(4)}` : `${oldHead}\n${freshHead}`}\n${which.map((hunk) => `${hunk.head}\n${hunk.lines.map((line) => `${line}\n`).join('')}`).join('')}`,
      );
    print(invocation, `${which.length} out of ${count} ${plural} ${word}${saved}\n`);
    return 1;
  };
  const done = applied(work, before, hunks);
  const fits = (hunk: Hunk) =>
    Array.from({ length: work.fuzz + 1 }, (_, fuzz) => findPlace(linesWithEnds(before), hunk, 0, fuzz)).some(
      (place) => place !== undefined,
    );
  if (!work.force && !fits(hunks[0]!) && fits(reversed(hunks[0]!))) {
    const words = work.reverse ? 'Unreversed' : 'Reversed';
    const question = work.forward ? ' Skipping patch.' : ` ${work.reverse ? 'Ignore -R?' : 'Assume -R?'} [n] \nApply anyway? [n] `;
    print(invocation, `${words} (or previously applied) patch detected! ${question}\n`);
    if (!work.forward) say('Skipping patch.');
    return reject(hunks, 'ignored');
  }
  for (const message of done.messages) say(message);
  if (!work.dry) {
    const gone = (work.reverse ? isAbsent(old, oldHead) : isAbsent(fresh, freshHead)) && done.lines.length === 0;
    if ((work.backup || done.messages.length > 0) && files.stat(path)) files.write(`${path}.orig`, before);
    if (gone) files.remove(path);
    else {
      const error = files.write(path, textOf(done.lines));
      if (error) return fail(invocation, `**** Can't create file ${name} : ${error}`, 2);
    }
  }
  return done.failed.length > 0 ? reject(done.failed, 'FAILED') : 0;
}
