/** vi, nano: the editor overlay on a file. */
import type { Invocation } from '../bash/execution.ts';
import { resolvePath } from '../bash/files.ts';
import { aroundOf } from './place.ts';
import { fail, type Tool } from './tool.ts';

async function edit(invocation: Invocation): Promise<number> {
  const { x, name, args } = invocation;
  const { tty } = aroundOf(invocation);
  const operands = args.filter((arg) => !/^[-+]/.test(arg));
  if (!tty || !x.fds.get(1)?.sink?.isTTY)
    return fail(invocation, 'an editor needs a terminal: here a file is written with `cat > file <<EOF`, changed with `sed -i`');
  const [file] = operands;
  if (file === undefined) return fail(invocation, 'which file? An editor without a file is not simulated in this lab');
  const path = resolvePath(x.shell.cwd, file);
  const { files } = x.platform;
  if (files.stat(path)?.type === 'directory') return fail(invocation, `"${file}" is a directory`);
  const before = files.read(path) ?? '';
  const text = await tty.edit(path, before);
  if (text === undefined || (text === before && files.stat(path))) return 0;
  const why = files.write(path, text === '' || text.endsWith('\n') ? text : `${text}\n`);
  if (!why) return 0;
  const said =
    name === 'nano'
      ? `[ Error writing ${path}: ${why} ]`
      : why === 'Permission denied'
        ? `"${path}" E212: Can't open file for writing`
        : `"${path}" ${why}`;
  x.fds.get(2)?.sink?.write(`${said}\n`);
  return 1;
}

const editor: Tool = { summary: 'Edit a file', run: edit };
export const editorTools: Readonly<Record<string, Tool>> = { vi: editor, vim: editor, nano: editor, view: editor, editor };
