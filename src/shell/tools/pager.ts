/** more and less: page by page on a terminal, straight through otherwise. */
import { type Invocation, stdin, stdout } from '../bash/execution.ts';
import { resolvePath } from '../bash/files.ts';
import { readAll } from '../bash/streams.ts';
import type { FullScreen } from '../terminal-types.ts';
import { aroundOf } from './place.ts';
import { print, type Tool } from './tool.ts';

interface Document {
  readonly name: string;
  readonly text: string;
}

async function documents(
  invocation: Invocation,
  operands: readonly string[],
  complain: (name: string, why: string) => void,
): Promise<readonly Document[]> {
  const { x } = invocation;
  if (operands.length === 0) {
    const source = stdin(x);
    return [{ name: '', text: source && !source.isTTY ? await readAll(source) : '' }];
  }
  const found: Document[] = [];
  for (const name of operands) {
    const path = resolvePath(x.shell.cwd, name);
    const text = x.platform.files.read(path);
    const stat = x.platform.files.stat(path);
    if (text !== undefined) found.push({ name, text });
    else complain(name, stat?.type === 'directory' ? 'directory' : 'No such file or directory');
  }
  return found;
}

/** Lines as they lie on a screen so many columns wide. */
export function fold(text: string, columns: number): string[] {
  const lines = text.replace(/\n$/, '').split('\n');
  return lines.flatMap((line) => {
    const expanded = line.replaceAll('\t', '        ');
    if (expanded.length <= columns || expanded.includes('\x1b')) return [expanded];
    return expanded.match(new RegExp(`.{1,${columns}}`, 'gs'))!;
  });
}

async function more(invocation: Invocation): Promise<number> {
  const { x } = invocation;
  const operands = invocation.args.filter((arg) => !/^[-+]./.test(arg));
  if (operands.length === 0 && stdin(x)?.isTTY !== false) {
    x.fds.get(2)?.sink?.write("more: bad usage\nTry 'more --help' for more information.\n");
    return 1;
  }
  const found = await documents(invocation, operands, (name, why) => {
    const text = why === 'directory' ? `\n*** ${name}: directory ***\n\n` : `more: cannot open ${name}: ${why}\n`;
    x.fds.get(2)?.sink?.write(text);
  });
  const { tty, columns, rows } = aroundOf(invocation);
  for (const { name, text } of found) {
    if (operands.length > 1) print(invocation, `::::::::::::::\n${name}\n::::::::::::::\n`);
    if (!tty || !stdout(x)?.isTTY) print(invocation, text);
    else if (await pageByPage(invocation, text, tty, columns(), rows())) break;
  }
  return 0;
}

/** @returns true when the reader quit */
async function pageByPage(invocation: Invocation, text: string, tty: FullScreen, columns: number, rows: number): Promise<boolean> {
  const lines = fold(text, columns);
  let shown = 0;
  let next = rows - 1;
  try {
    while (shown < lines.length) {
      print(
        invocation,
        lines
          .slice(shown, shown + next)
          .map((line) => `${line}\n`)
          .join(''),
      );
      shown += next;
      if (shown >= lines.length) return false;
      print(invocation, `\x1b[7m--More--(${Math.floor((shown / lines.length) * 100)}%)\x1b[0m`);
      const key = await tty.readKey();
      print(invocation, '\r\x1b[K');
      if (key === 'q' || key === 'Q' || key === '\x03') return true;
      next = key === '\r' || key === '\n' ? 1 : rows - 1;
    }
    return false;
  } finally {
    tty.release();
  }
}

const LESS_OPTIONS: ReadonlySet<string> = new Set(
  `help version search-skip-screen auto-buffers buffers clear-screen color dumb quit-at-eof force quit-if-one-screen hilite-search
  max-back-scroll jump-target status-column lesskey-file log-file long-prompt line-numbers pattern prompt quiet silent
  raw-control-chars squeeze-blank-lines chop-long-lines tabs tag underline-special hilite-unread window quotes tilde shift
  follow-name mouse no-init no-keypad use-color ignore-case incsearch quit-on-intr file-size header redraw-on-quit`
    .split(/\s+/)
    .filter(Boolean),
);

async function less(invocation: Invocation): Promise<number> {
  const { x } = invocation;
  const operands = invocation.args.filter((arg) => !/^[-+]./.test(arg));
  const { tty, columns, rows } = aroundOf(invocation);
  if (operands.length === 0 && stdin(x)?.isTTY !== false) {
    x.fds.get(2)?.sink?.write('Missing filename ("less --help" for help)\n');
    return 1;
  }
  const terminal = tty !== undefined && stdout(x)?.isTTY === true;
  const unknown = invocation.args.find(
    (arg) => /^--[a-z]/i.test(arg) && !LESS_OPTIONS.has(arg.slice(2).split('=')[0]!.toLowerCase()),
  );
  if (unknown !== undefined) x.fds.get(2)?.sink?.write(`There is no ${unknown.slice(2)} option ("less --help" for help)\n`);
  let status = 0;
  const found = await documents(invocation, operands, (name, why) => {
    // Where there is no screen less is cat, and content.
    if (terminal) status = 1;
    x.fds
      .get(terminal || why === 'directory' ? 2 : 1)
      ?.sink?.write(why === 'directory' ? `${name} is a directory\n` : `${name}: ${why}\n`);
  });
  if (!tty || !terminal) {
    for (const { text } of found) print(invocation, text);
    return status;
  }
  const flags = invocation.args.filter((arg) => /^-[A-Za-z]/.test(arg)).join('');
  if (found.length > 0) await fullScreen(found, tty, columns, rows, flags.includes('N'));
  return status;
}

interface View {
  top: number;
  message: string;
  pattern?: RegExp;
}

async function fullScreen(
  found: readonly Document[],
  tty: FullScreen,
  columns: () => number,
  rows: () => number,
  numbered: boolean,
): Promise<void> {
  const text = found.map((each) => each.text).join('');
  const name = found[0]!.name;
  const lines = fold(
    numbered
      ? text
          .replace(/\n$/, '')
          .split('\n')
          .map((line, index) => `${String(index + 1).padStart(7)} ${line}`)
          .join('\n')
      : text,
    columns(),
  );
  const view: View = { top: 0, message: name };
  try {
    for (;;) {
      const height = rows() - 1;
      view.top = Math.max(0, Math.min(view.top, lines.length - height));
      const end = view.top + height >= lines.length;
      const status = view.message || (end ? '(END)' : ':');
      const body = lines
        .slice(view.top, view.top + height)
        .map((line) => (view.pattern ? line.replace(view.pattern, (hit) => (hit ? `\x1b[7m${hit}\x1b[0m` : '')) : line));
      while (body.length < height) body.push('~');
      tty.draw(`${body.join('\n')}\n${status === ':' ? ':' : `\x1b[7m${status}${view.message && end ? ' (END)' : ''}\x1b[0m`}`);
      view.message = '';
      if (await act(await tty.readKey(), view, lines, height, tty)) return;
    }
  } finally {
    tty.release();
  }
}

/** @returns true to quit */
async function act(key: string, view: View, lines: readonly string[], height: number, tty: FullScreen): Promise<boolean> {
  switch (key) {
    case 'q':
    case 'Q':
    case '\x03':
    case ':q':
      return true;
    case 'j':
    case '\r':
    case '\x1b[B':
    case '\x1bOB':
      view.top++;
      return false;
    case 'k':
    case 'y':
    case '\x1b[A':
    case '\x1bOA':
      view.top--;
      return false;
    case ' ':
    case 'f':
    case '\x06':
    case '\x1b[6~':
      view.top += height;
      return false;
    case 'b':
    case '\x02':
    case '\x1b[5~':
      view.top -= height;
      return false;
    case 'd':
    case '\x04':
      view.top += Math.floor(height / 2);
      return false;
    case 'u':
    case '\x15':
      view.top -= Math.floor(height / 2);
      return false;
    case 'g':
    case '<':
    case '\x1b[H':
      view.top = 0;
      return false;
    case 'G':
    case '>':
    case '\x1b[F':
      view.top = lines.length;
      return false;
    case '/':
      return search(view, lines, tty);
    case 'n':
      look(view, lines, view.top + 1, 1);
      return false;
    case 'N':
      look(view, lines, view.top - 1, -1);
      return false;
    case 'h':
      view.message = 'j k: line  space b: page  g G: start end  /text n N: search  q: quit';
      return false;
    default:
      return false;
  }
}

async function search(view: View, lines: readonly string[], tty: FullScreen): Promise<boolean> {
  let query = '';
  for (;;) {
    const key = await tty.readKey();
    if (key === '\r') break;
    if (key === '\x03' || key === '\x1b') return false;
    query = key === '\x7f' ? query.slice(0, -1) : query + key.replace(/[\x00-\x1f]/g, '');
  }
  try {
    view.pattern = new RegExp(query, 'g');
  } catch {
    view.pattern = new RegExp(query.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'g');
  }
  look(view, lines, view.top, 1);
  return false;
}

function look(view: View, lines: readonly string[], from: number, by: 1 | -1): void {
  const { pattern } = view;
  if (!pattern) {
    view.message = 'No previous regular expression';
    return;
  }
  for (let at = from; at >= 0 && at < lines.length; at += by) {
    if (lines[at]!.search(pattern) >= 0) {
      view.top = at;
      return;
    }
  }
  view.message = 'Pattern not found  (press RETURN)';
}

export const pagerTools: Readonly<Record<string, Tool>> = {
  more: { summary: 'Read a file page by page', run: more },
  less: { summary: 'Read a file, up and down', run: less },
};
