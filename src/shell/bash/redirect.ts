/** Redirections: files, descriptors, here-documents, here-strings. */
import type { Redirect, Redirection } from 'unbash';
import { textOfBytes } from '../bytes.ts';
import { type Execution, ShellError, throwIfInterrupted } from './execution.ts';
import { expandHereDocument, expandString, expandWord } from './expand.ts';
import { type FileSystem, resolvePath } from './files.ts';
import type { Descriptor, Descriptors } from './state.ts';
import { emptySource, nullSink, type Sink, type Source, textSource, WriteError } from './streams.ts';
import { setValue } from './variables.ts';

/** A redirection that could not be made: the command does not run and fails with status 1. */
export class RedirectError extends ShellError {}

/** Runs `<(…)` as a live source; given by execute.ts. */
export interface LiveSubstitution {
  live(target: Redirect['target'], x: Execution): Source | undefined;
}
let substitution: LiveSubstitution = { live: () => undefined };
export function provideLiveSubstitution(given: LiveSubstitution): void {
  substitution = given;
}

export interface Redirected {
  readonly fds: Descriptors;
  /** Writes what is buffered and lets go of what was opened. */
  close(): void;
}

const NOTHING_TO_CLOSE = () => {};

export async function applyRedirections(list: readonly Redirection[], x: Execution): Promise<Redirected> {
  if (list.length === 0) return { fds: x.fds, close: NOTHING_TO_CLOSE };
  const fds = new Map(x.fds);
  const opened: Descriptor[] = [];
  for (const redirection of list) await applyOne(redirection, fds, opened, { ...x, fds });
  return {
    fds,
    close() {
      for (const { sink, source } of opened) {
        sink?.flush();
        source?.close();
      }
    },
  };
}

async function applyOne(redirection: Redirection, fds: Map<number, Descriptor>, opened: Descriptor[], x: Execution): Promise<void> {
  const open = (fd: number, descriptor: Descriptor) => {
    opened.push(descriptor);
    fds.set(fd, descriptor);
  };
  const fdOf = (fallback: number): number => {
    const { descriptor } = redirection;
    if (!descriptor) return fallback;
    if (descriptor.type === 'FileDescriptor') return descriptor.value;
    let free = 10;
    while (fds.has(free)) free++;
    setValue(x, descriptor.name, String(free));
    return free;
  };
  if (redirection.type === 'HereDoc') {
    const { body, delimiter, operator } = redirection;
    const strip = (text: string) => (operator === '<<-' ? text.replace(/^\t+/gm, '') : text);
    const quoted = delimiter?.quoted || !body.parts;
    const text = quoted ? plainBody(strip(body.text), delimiter?.quoted === true) : strip(await expandHereDocument(body.parts!, x));
    // Cut off by the end of the text, its last line is whole all the same.
    const cut = (redirection as { closing?: unknown }).closing === undefined && text !== '' && !text.endsWith('\n');
    return open(fdOf(0), { source: textSource(cut ? `${text}\n` : text) });
  }
  if (redirection.type === 'HereString') {
    const text = redirection.target ? await expandString(redirection.target, x) : '';
    return open(fdOf(0), { source: textSource(`${text}\n`) });
  }
  return applyFile(redirection, fds, open, fdOf, x);
}

/** An unquoted body without expansions still loses its backslash-newlines and escaped `$`. */
function plainBody(text: string, quoted: boolean): string {
  return quoted ? text : text.replace(/\\\n/g, '').replace(/\\([\\$`])/g, '$1');
}

async function applyFile(
  redirect: Redirect,
  fds: Map<number, Descriptor>,
  open: (fd: number, descriptor: Descriptor) => void,
  fdOf: (fallback: number) => number,
  x: Execution,
): Promise<void> {
  const { operator, target } = redirect;
  const live = operator === '<' ? substitution.live(target, x) : undefined;
  if (live) return open(fdOf(0), { source: live });
  const names = target ? await expandWord(target, x) : [];
  if (names.length !== 1) throw new RedirectError(`${target?.text ?? ''}: ambiguous redirect`);
  const name = names[0]!;
  if (operator === '>&' || operator === '<&') {
    if (/^\d+-?$|^-$/.test(name)) return duplicate(fdOf(operator === '>&' ? 1 : 0), name, fds);
    if (operator === '<&') throw new RedirectError(`${name}: ambiguous redirect`);
  }
  if (operator === '<') return open(fdOf(0), { source: openForReading(name, x) });
  if (operator === '<>') return open(fdOf(0), { source: openForReading(name, x), sink: openForWriting(name, true, x) });
  const append = operator === '>>' || operator === '&>>';
  if (
    operator === '>' &&
    x.shell.options.has('noclobber') &&
    x.platform.files.stat(resolvePath(x.shell.cwd, name))?.type === 'file'
  ) {
    throw new RedirectError(`${name}: cannot overwrite existing file`);
  }
  const sink = openForWriting(name, append, x);
  if (operator === '&>' || operator === '&>>' || operator === '>&') {
    open(1, { sink });
    fds.set(2, { sink });
  } else open(fdOf(1), { sink });
}

function duplicate(fd: number, target: string, fds: Map<number, Descriptor>): void {
  if (target === '-') {
    fds.delete(fd);
    return;
  }
  const from = Number(target.replace('-', ''));
  const descriptor = fds.get(from);
  if (!descriptor) throw new RedirectError(`${from}: Bad file descriptor`);
  fds.set(fd, descriptor);
  if (target.endsWith('-')) fds.delete(from);
}

function openForReading(name: string, x: Execution): Source {
  const path = resolvePath(x.shell.cwd, name);
  const device = deviceOf(path, x);
  if (device) return device.source ?? emptySource();
  const { files } = x.platform;
  const stat = files.stat(path);
  if (stat?.type === 'directory') throw new RedirectError(`${name}: Is a directory`);
  const text = files.read(path);
  if (text === undefined) throw new RedirectError(`${name}: ${files.missing(path)}`);
  return textSource(text);
}

function openForWriting(name: string, append: boolean, x: Execution): Sink {
  if (name === '') throw new RedirectError(': No such file or directory');
  const path = resolvePath(x.shell.cwd, name);
  const device = deviceOf(path, x);
  if (device) return device.sink ?? nullSink;
  const refusal = x.platform.files.refusal(path);
  if (refusal) throw new RedirectError(`${name}: ${refusal}`);
  // Emptied before the command reads it: `sort f > f` loses what f held.
  if (!append && !path.startsWith('/proc/') && x.platform.files.read(path)) x.platform.files.write(path, '');
  return fileSink(path, append, x.platform.files, x.shell.umask);
}

/** Opens a file for a program that writes (tee). @returns the errno text when it cannot */
export function openSink(name: string, append: boolean, x: Execution): Sink | string {
  try {
    return openForWriting(name, append, x);
  } catch (error) {
    if (error instanceof RedirectError) return error.message.slice(name.length + 2);
    throw error;
  }
}

/** Descriptors that have a name: `/dev/stdout`, `/dev/fd/3`, `/dev/null`. */
export function deviceOf(path: string, x: Execution): Descriptor | undefined {
  if (path === '/dev/null') return { source: emptySource(), sink: nullSink };
  if (path === '/dev/zero' || path === '/dev/urandom' || path === '/dev/random')
    return { source: endlessSource(path === '/dev/zero' ? '\0' : undefined, x), sink: nullSink };
  if (path === '/dev/full') return { source: endlessSource('\0', x), sink: fullSink };
  const substitution = x.platform.substitutions.get(path);
  if (substitution) return { sink: substitution.sink };
  if (path === '/dev/stdin') return x.fds.get(0) ?? {};
  if (path === '/dev/stdout') return x.fds.get(1) ?? {};
  if (path === '/dev/stderr') return x.fds.get(2) ?? {};
  if (path === '/dev/tty') return x.shell.descriptors.get(1) ?? x.fds.get(2) ?? {};
  const numbered = /^\/dev\/fd\/(\d+)$/.exec(path);
  return numbered && !x.platform.devices.has(path) ? (x.fds.get(Number(numbered[1])) ?? undefined) : undefined;
}

/** /dev/full, and a disk without room. */
const fullSink: Sink = {
  isTTY: false,
  write() {
    throw new WriteError('No space left on device');
  },
  ready: () => undefined,
  flush() {},
};

const openings = new WeakMap<object, number>();

/** How often endless devices were opened on this platform: no two readers get the same bytes. */
function nextOpening({ platform }: Execution): number {
  const count = (openings.get(platform.processes) ?? 0) + 1;
  openings.set(platform.processes, count);
  return count;
}

/** /dev/zero, /dev/urandom: never ends, and lets others have their turn. */
function endlessSource(text: string | undefined, x: Execution): Source {
  let put = '';
  let drawn = Math.imul(x.platform.clock.now() + nextOpening(x), 0x9e37_79b1) || 1;
  return {
    isTTY: false,
    async read() {
      if (put !== '') {
        const first = put;
        put = '';
        return first;
      }
      await x.platform.clock.breathe();
      throwIfInterrupted(x);
      if (text !== undefined) return text.repeat(4096);
      const bytes = Uint8Array.from({ length: 4096 }, () => {
        // xorshift32
        drawn ^= drawn << 13;
        drawn ^= drawn >>> 17;
        drawn ^= drawn << 5;
        return drawn >>> 8;
      });
      return textOfBytes(bytes);
    },
    unread(chunk) {
      put = chunk + put;
    },
    close() {},
  };
}

/** Characters one command may write to a file before the disk says no. */
const MAX_PENDING = 8_000_000;

/** Collects and writes when flushed: one command, one change of the file. */
function fileSink(path: string, append: boolean, files: FileSystem, umask: number): Sink {
  let pending: string[] = [];
  let size = 0;
  let truncate = !append;
  let created = false;
  return {
    isTTY: false,
    write(text) {
      size += text.length;
      if (size > MAX_PENDING) throw new WriteError('No space left on device');
      pending.push(text);
    },
    ready: () => undefined,
    flush() {
      if (pending.length === 0 && created) return;
      const before = truncate ? '' : (files.read(path) ?? '');
      const fresh = files.stat(path) === undefined;
      if (!(pending.length === 0 && append && !fresh)) files.write(path, before + pending.join(''));
      if (fresh && umask !== 0o022) files.changeMode(path, 0o666 & ~umask);
      pending = [];
      truncate = false;
      created = true;
    },
  };
}
