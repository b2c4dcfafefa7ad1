/** tar: GNU tar 1.34, to make, list and unpack archives, packed by gzip or plain. Leaves out -u, -A, -d, --delete and other packers. */
import { type Invocation, stderr, stdin, stdout } from '../../bash/execution.ts';
import { readAll } from '../../bash/streams.ts';
import { bytesOf, textOfBytes } from '../../bytes.ts';
import { formatDate } from '../dates.ts';
import { type Given, readOptions } from '../gnu/options.ts';
import { fail, print } from '../tool.ts';
import { pack, unpack } from './gzip.ts';
import { filesOf, isStat, joinName, look, modeText, pathOf } from './paths.ts';
import { type Member, readArchive, writeArchive } from './tar-format.ts';

const HINT = "Try 'tar --help' or 'tar --usage' for more information.";
const GIVE_UP = 'Error is not recoverable: exiting now';
const PREVIOUS = 'Exiting with failure status due to previous errors';

const OPTIONS = {
  short: 'AcdtruxC:f:zjJavkOphmX:T:PwWSsolZb:g:V:K:N:F:L:UMnBGR',
  long: {
    create: 'c',
    list: 't',
    extract: 'x',
    get: 'x',
    append: 'r',
    update: 'u',
    catenate: 'A',
    concatenate: 'A',
    diff: 'd',
    compare: 'd',
    delete: 'delete',
    'file=': 'f',
    gzip: 'z',
    gunzip: 'z',
    ungzip: 'z',
    bzip2: 'j',
    xz: 'J',
    'auto-compress': 'a',
    verbose: 'v',
    'directory=': 'C',
    'to-stdout': 'O',
    'keep-old-files': 'k',
    'skip-old-files': 'skip',
    overwrite: 'overwrite',
    'preserve-permissions': 'p',
    'same-permissions': 'p',
    dereference: 'h',
    touch: 'm',
    'exclude=': 'exclude',
    'exclude-from=': 'X',
    'files-from=': 'T',
    'strip-components=': 'strip',
    wildcards: 'wildcards',
    'no-wildcards': 'plain',
    'absolute-names': 'P',
    'numeric-owner': 'numeric',
    'no-same-owner': 'o',
    version: 'version',
    'owner=': 'owner',
    'group=': 'group',
    'remove-files': 'remove',
    'sort=': 'sort',
    'mtime=': 'mtime',
    'transform=': 'transform',
  },
} as const;

const ABSENT: Readonly<Record<string, string>> = {
  A: '-A',
  d: '-d',
  u: '-u',
  delete: '--delete',
  j: 'bzip2',
  J: 'xz',
  Z: 'compress',
  X: '-X',
  T: '-T',
  sort: '--sort',
  mtime: '--mtime',
  transform: '--transform',
  g: '-g',
};

interface Work {
  readonly invocation: Invocation;
  readonly given: Given;
  readonly names: readonly string[];
  readonly file: string;
  readonly excluded: readonly RegExp[];
}

export async function tar(called: Invocation): Promise<number> {
  const args = oldStyle(called.args);
  if (typeof args === 'string') return fail(called, `Old option '${args}' requires an argument.\n${HINT}`, 2);
  const given = readOptions({ ...called, args }, { ...OPTIONS, status: 64, help: HINT });
  if (typeof given === 'number') return given;
  if (given.has('version')) {
    print(called, 'tar (GNU tar) 1.34\n');
    return 0;
  }
  const modes = [...new Set(given.order.filter((letter) => 'Acdtrux'.includes(letter) || letter === 'delete'))];
  if (modes.length === 0)
    return fail(called, `You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\n${HINT}`, 2);
  if (modes.length > 1)
    return fail(called, `You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option\n${HINT}`, 2);
  const absent = given.order.find((letter) => ABSENT[letter]);
  if (absent) return fail(called, `${ABSENT[absent]}: not simulated in this lab`, 2);
  const directory = given.value('C');
  const found = directory === undefined ? undefined : look(called, directory);
  const reading = modes[0] === 't';
  if (directory !== undefined && !reading && !(isStat(found!) && found.type === 'directory'))
    return fail(called, `${directory}: Cannot open: ${isStat(found!) ? 'Not a directory' : found}\ntar: ${GIVE_UP}`, 2);
  const { x } = called;
  const invocation =
    directory === undefined || reading ? called : { ...called, x: { ...x, shell: { ...x.shell, cwd: pathOf(called, directory) } } };
  const late = modes[0] === 'c' || modes[0] === 'r' ? lateExcludes(args, given) : [];
  const work: Work = {
    invocation,
    given,
    names: given.operands,
    file: given.value('f') ?? '-',
    excluded: given.values('exclude').map(globbed),
  };
  if (modes[0] === 'c' || modes[0] === 'r') {
    if (late.length > 0) fail(called, LATE);
    for (const pattern of late) fail(called, `--exclude ‘${pattern}’ has no effect`);
    const status = await create(
      { ...work, excluded: work.excluded.slice(0, work.excluded.length - late.length) },
      called,
      modes[0] === 'r',
    );
    return late.length > 0 && status === 0 ? fail(called, PREVIOUS, 2) : status;
  }
  return readOut(work, called, modes[0] === 'x');
}

const LATE =
  'The following options were used after any non-optional arguments in archive create or update mode.  These options are positional and affect only arguments that follow them.  Please, rearrange them properly.';

/** Patterns that come after all names. */
function lateExcludes(args: readonly string[], given: Given): readonly string[] {
  const last = given.operands.length === 0 ? args.length : args.lastIndexOf(given.operands.at(-1)!);
  return args.slice(last + 1).flatMap((arg) => (arg.startsWith('--exclude=') ? [arg.slice('--exclude='.length)] : []));
}

/** `tar xzf a.tgz`: letters without a dash take their values from the words after, in order. @returns the letter that lacks one */
function oldStyle(args: readonly string[]): readonly string[] | string {
  const [first, ...rest] = args;
  if (first === undefined || first.startsWith('-')) return args;
  const out: string[] = [];
  for (const [at, letter] of [...first].entries()) {
    const place = OPTIONS.short.indexOf(letter);
    out.push(`-${letter}`);
    if (place < 0 || OPTIONS.short[place + 1] !== ':') continue;
    const value = rest.shift();
    if (value === undefined) return first[at]!;
    out[out.length - 1] = `-${letter}${value}`;
  }
  return [...out, ...rest];
}

const globbed = (pattern: string) =>
  new RegExp(
    `(^|/)${pattern
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}(/|$)`,
    's',
  );

function complain(invocation: Invocation, message: string): number {
  fail(invocation, message, 2);
  return 2;
}

/** What stands at a name, with what is below it. */
function collect(work: Work, name: string, members: Member[], seen: { status: number; slash: boolean }): void {
  const { invocation, given, file, excluded } = work;
  const files = filesOf(invocation);
  const clean = name.replace(/(?<=.)\/+$/, '');
  if (excluded.some((pattern) => pattern.test(clean))) return;
  const stat = look(invocation, name, given.has('h'));
  if (!isStat(stat)) {
    seen.status = complain(invocation, `${name}: Cannot stat: ${stat}`);
    return;
  }
  const path = pathOf(invocation, name);
  if (file !== '-' && path === pathOf({ x: invocation.x }, file) && stat.type === 'file') {
    fail(invocation, `${name}: file is the archive; not dumped`);
    return;
  }
  let title = clean;
  if (!given.has('P') && title.startsWith('/')) {
    if (!seen.slash) fail(invocation, "Removing leading `/' from member names");
    seen.slash = true;
    title = title.replace(/^\/+/, '');
  }
  const common = {
    mode: stat.mode,
    owner: given.value('owner') ?? stat.owner,
    group: given.value('group') ?? stat.group,
    modifiedAt: stat.modifiedAt,
  };
  if (stat.type === 'device') return;
  const type = stat.type === 'directory' ? 'directory' : stat.type === 'link' ? 'symbolic' : 'file';
  const text = type === 'file' ? files.read(path) : '';
  if (text === undefined) {
    seen.status = complain(invocation, `${name}: Cannot open: Permission denied`);
    return;
  }
  members.push({
    ...common,
    type,
    name: type === 'directory' ? `${title}/` : title,
    bytes: bytesOf(text),
    target: files.readLink(path) ?? '',
  });
  if (type === 'directory')
    for (const each of files.list(path) ?? []) collect(work, joinName(clean, each.replace(/\/$/, '')), members, seen);
}

async function create(work: Work, outer: Invocation, append: boolean): Promise<number> {
  const { invocation, given, names, file } = work;
  if (names.length === 0 && !append) return fail(invocation, `Cowardly refusing to create an empty archive\n${HINT}`, 2);
  const files = filesOf(outer);
  if (file === '-' && stdout(outer.x)?.isTTY)
    return fail(invocation, `Refusing to write archive contents to terminal (missing -f option?)\ntar: ${GIVE_UP}`, 2);
  const path = pathOf(outer, file);
  const refused = file === '-' ? undefined : files.refusal(path);
  if (refused && given.has('z')) {
    stderr(outer.x)?.write(`tar (child): ${file}: Cannot open: ${refused}\ntar (child): ${GIVE_UP}\n`);
    return fail(invocation, `Child returned status 2\ntar: ${GIVE_UP}`, 2);
  }
  if (refused) return fail(invocation, `${file}: Cannot open: ${refused}\ntar: ${GIVE_UP}`, 2);
  const members: Member[] = append ? [...readArchive(bytesOf(files.read(path) ?? '')).members] : [];
  const before = members.length;
  const seen = { status: 0, slash: false };
  for (const name of names) collect(work, name, members, seen);
  if (given.has('v')) {
    const lines = members
      .slice(before)
      .map((member) => line(member, given.order.filter((letter) => letter === 'v').length > 1))
      .join('');
    if (file === '-') stderr(outer.x)?.write(lines);
    else print(invocation, lines);
  }
  const plain = writeArchive(members);
  const packed = given.has('z') || (given.has('a') && /\.t?gz$/.test(file)) ? pack(plain, 6) : plain;
  if (file === '-') print(invocation, textOfBytes(packed));
  else {
    const error = files.write(path, textOfBytes(packed));
    if (error) return fail(invocation, `${file}: Cannot write: ${error}\ntar: ${GIVE_UP}`, 2);
  }
  if (given.has('remove')) for (const name of names) filesOf(invocation).remove(pathOf(invocation, name));
  return seen.status === 0 ? 0 : fail(invocation, PREVIOUS, 2);
}

const LETTERS: Readonly<Record<Member['type'], string>> = { file: '-', directory: 'd', symbolic: 'l', hard: 'h' };

/** As `tar tv` shows it: sizes stand right against the longest owner so far (19 columns at first). */
function line(member: Member, verbose: boolean): string {
  if (!verbose) return `${member.name}\n`;
  const { type, mode, owner, group, modifiedAt, bytes, name, target } = member;
  const size = String(type === 'file' ? bytes.length : 0);
  const who = `${owner}/${group}`;
  const pad = Math.max(0, 19 - who.length - size.length - 1) + 1;
  const arrow = type === 'symbolic' ? ` -> ${target}` : type === 'hard' ? ` link to ${target}` : '';
  return `${LETTERS[type]}${modeText({ type: 'file', mode }).slice(1)} ${who}${' '.repeat(pad)}${size} ${formatDate(modifiedAt, '%Y-%m-%d %H:%M')} ${name}${arrow}\n`;
}

/** The archive's bytes, unpacked. @returns the status, once it is said why there are none */
async function load({ invocation, given, file }: Work, outer: Invocation): Promise<Uint8Array | number> {
  const give = (message: string) => fail(invocation, `${message}\ntar: ${GIVE_UP}`, 2);
  const packed = given.has('z');
  let bytes: Uint8Array;
  if (file === '-') {
    const source = stdin(outer.x);
    if (source?.isTTY) return give('Refusing to read archive contents from terminal (missing -f option?)');
    bytes = bytesOf(source ? await readAll(source) : '');
  } else {
    const found = look(outer, file);
    if (!isStat(found)) {
      if (!packed) return give(`${file}: Cannot open: ${found}`);
      stderr(outer.x)?.write(`tar (child): ${file}: Cannot open: ${found}\ntar (child): ${GIVE_UP}\n`);
      return give('Child returned status 2');
    }
    if (found.type === 'directory') return give(`${file}: Cannot read: Is a directory\ntar: At beginning of tape, quitting now`);
    const text = filesOf(outer).read(pathOf(outer, file));
    if (text === undefined) return give(`${file}: Cannot open: Permission denied`);
    bytes = bytesOf(text);
  }
  if (!packed && !(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes;
  if (!packed && file === '-') return fail(invocation, `Archive is compressed. Use -z option\ntar: ${GIVE_UP}`, 2);
  const done = unpack(bytes);
  if (!('error' in done)) return done.bytes;
  stderr(outer.x)?.write(`\ngzip: stdin: ${done.error}\n`);
  return give('Child returned status 1');
}

async function readOut(work: Work, outer: Invocation, extract: boolean): Promise<number> {
  const { invocation, given, names } = work;
  const bytes = await load(work, outer);
  if (typeof bytes === 'number') return bytes;
  const { members, fault } = readArchive(bytes);
  let status = 0;
  if ((fault === 'no archive' && members.length === 0) || (bytes.length < 512 && !given.has('z'))) {
    fail(invocation, 'This does not look like a tar archive');
    return fail(invocation, PREVIOUS, 2);
  }
  const wild = given.has('wildcards');
  const patterns = names.map((name) => (wild ? globbed(name) : undefined));
  const clean = (name: string) => name.replace(/\/+$/, '');
  const matched = names.map(() => false);
  const seen = { slash: false };
  for (const member of members) {
    let wanted = names.length === 0;
    for (const [at, name] of names.entries())
      if (patterns[at]?.test(member.name) || clean(member.name) === clean(name) || member.name.startsWith(`${clean(name)}/`)) {
        wanted = true;
        matched[at] = true;
      }
    if (!wanted || work.excluded.some((pattern) => pattern.test(clean(member.name)))) continue;
    if (!extract) print(invocation, line(member, given.has('v')));
    else if (!takeOut(work, member, seen)) status = 2;
  }
  for (const [at, name] of names.entries()) {
    if (matched[at]) continue;
    if (/[*?[]/.test(name) && !wild && !given.has('plain'))
      fail(
        invocation,
        'Pattern matching characters used in file names\ntar: Use --wildcards to enable pattern matching, or --no-wildcards to suppress this warning',
      );
    status = complain(invocation, `${name}: Not found in archive`);
  }
  if (fault === 'cut') return fail(invocation, `Unexpected EOF in archive\ntar: ${GIVE_UP}`, 2);
  return status === 0 ? 0 : fail(invocation, PREVIOUS, 2);
}

function takeOut({ invocation, given }: Work, member: Member, seen: { slash: boolean }): boolean {
  const files = filesOf(invocation);
  const strip = Number(given.value('strip') ?? 0);
  let name = member.name;
  if (name.startsWith('/') && !given.has('P')) {
    if (!seen.slash) fail(invocation, "Removing leading `/' from member names");
    seen.slash = true;
    name = name.replace(/^\/+/, '');
  }
  if (name.split('/').includes('..') && !given.has('P')) {
    fail(invocation, `${name}: Member name contains '..'`);
    return false;
  }
  name = name.split('/').slice(strip).join('/');
  if (name === '') return true;
  if (given.has('v')) {
    const text = line({ ...member, name: member.name }, given.order.filter((letter) => letter === 'v').length > 1);
    if (given.has('O')) stderr(invocation.x)?.write(text);
    else print(invocation, text);
  }
  if (given.has('O')) {
    if (member.type === 'file') print(invocation, textOfBytes(member.bytes));
    return true;
  }
  const path = pathOf(invocation, name);
  const there = files.lstat(path);
  const refuse = (why: string) => {
    fail(
      invocation,
      `${name.replace(/\/$/, '')}: Cannot ${member.type === 'directory' ? 'mkdir' : member.type === 'symbolic' ? `create symlink to ‘${member.target}’` : 'open'}: ${why}`,
    );
    return false;
  };
  if (member.type !== 'directory' && there) {
    if (given.has('skip')) return true;
    if (given.has('k')) return refuse('File exists');
    if (there.type === 'directory') return refuse('Is a directory');
    files.remove(path);
  }
  const error = place(invocation, name, member, path, there?.type === 'directory');
  if (error) return refuse(error);
  const { umask } = invocation.x.shell;
  if (member.type === 'symbolic') return true;
  files.changeMode(path, given.has('p') || invocation.x.platform.root ? member.mode : member.mode & ~umask);
  if (invocation.x.platform.root) files.changeOwner(path, member.owner, member.group);
  if (!given.has('m')) files.changeTime(path, member.modifiedAt);
  return true;
}

function place(invocation: Invocation, name: string, member: Member, path: string, isDirectory: boolean): string | undefined {
  const files = filesOf(invocation);
  const parts = name.replace(/\/$/, '').split('/');
  for (let count = 1; count < parts.length; count++) {
    const above = pathOf(invocation, parts.slice(0, count).join('/') || '/');
    if (!files.stat(above)) files.makeDirectory(above);
  }
  if (member.type === 'directory') return isDirectory ? undefined : files.makeDirectory(path);
  if (member.type === 'symbolic') return files.symbolicLink(member.target, path);
  if (member.type === 'hard') return files.hardLink(pathOf(invocation, member.target), path);
  return files.write(path, textOfBytes(member.bytes));
}
