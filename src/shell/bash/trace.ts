/** `set -x`: what each command looks like before it runs, after PS4; its first character again for each `$( )` around it. */
import { type Execution, stderr } from './execution.ts';

export function trace(x: Execution, text: string): void {
  const prompt = x.shell.variables.get('PS4')?.value ?? '+ ';
  stderr(x)?.write(`${prompt.slice(0, 1).repeat(x.captures ?? 0)}${prompt}${text}\n`);
}

export function quoteForTrace(word: string): string {
  return word === '' || /[^\w@%+=:,./-]/.test(word) ? `'${word.replace(/'/g, "'\\''")}'` : word;
}
