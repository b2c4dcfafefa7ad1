/** Files named on a command line. */
import { type Invocation, stdin } from '../bash/execution.ts';
import { resolvePath } from '../bash/files.ts';
import { deviceOf } from '../bash/redirect.ts';
import { emptySource, type Source, textSource } from '../bash/streams.ts';
import { fail } from './tool.ts';

/** A name as GNU's messages show it: in quotes when a shell would need them. */
export const shownName = (name: string): string =>
  name !== '' && !/[\s"'`$&|;<>()*?[\]{}\\!#~]/.test(name) ? name : `'${name.replace(/'/g, "'\\''")}'`;

/** Opens a file operand; `-` is standard input. Complains and returns undefined when it cannot be read. */
export function openOperand(
  invocation: Invocation,
  operand: string,
  says = (why: string) => `${shownName(operand)}: ${why}`,
): Source | undefined {
  const { x } = invocation;
  if (operand === '-' || operand === '/dev/stdin') return stdin(x) ?? emptySource();
  const path = operand === '' ? '/dev/fd/none' : resolvePath(x.shell.cwd, operand);
  const stat = x.platform.files.stat(path);
  if (stat?.type === 'directory') {
    fail(invocation, says('Is a directory'));
    return undefined;
  }
  if (stat?.type === 'device') return deviceOf(path, x)?.source ?? emptySource();
  const text = x.platform.files.read(path);
  if (text === undefined) {
    fail(invocation, says(stat ? 'Permission denied' : x.platform.files.missing(path)));
    return undefined;
  }
  return textSource(text);
}
