/** Lines of klog, kubectl's logger. */
import type { Process } from '../../command.ts';

/** The head of a line: `W1123 10:52:31.013000   10191 helpers.go:702] `. */
export function klogHead(process: Process, level: 'W' | 'E' | 'I' | 'F', source: string): string {
  const at = new Date(process.now()).toISOString();
  return `${level}${at.slice(5, 7)}${at.slice(8, 10)} ${at.slice(11, 19)}.${at.slice(20, 23)}000   10191 ${source}] `;
}
