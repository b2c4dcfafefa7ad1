/** How iptables refuses a command line: its words and its exit status. Models xtables_error() of iptables 1.8.9. */
import { VERSION } from './print.ts';

export class UsageError extends Error {
  readonly exitCode: number;
  /** All of standard error. */
  readonly text: string;

  constructor(text: string, exitCode: number) {
    super(text);
    this.text = text;
    this.exitCode = exitCode;
  }
}

const HINT = "Try `iptables -h' or 'iptables --help' for more information.\n";

/** PARAMETER_PROBLEM: the line is wrong. A message that ends in a newline leaves a blank line before the hint, as the real one does. */
export function problem(message: string): UsageError {
  return new UsageError(`iptables v${VERSION}: ${message}\n${HINT}`, 2);
}

/** `Bad argument`: a word that belongs to no option. */
export function badArgument(word: string): UsageError {
  return new UsageError(`Bad argument \`${word}'\n${HINT}`, 2);
}

/** What the kernel says to a line that is well formed. */
export function kernelRefusal(message: string): UsageError {
  return new UsageError(`iptables: ${message}\n`, 1);
}

/** What the kernel says to a transaction of nf_tables. */
export function transactionFailed(what: string, errno: string, where: string): UsageError {
  return new UsageError(`iptables v${VERSION}:  ${what} failed (${errno}): ${where}\n`, 4);
}

/** Something the real iptables knows and this one does not. */
export function notSimulated(what: string): UsageError {
  return new UsageError(`iptables: ${what}: not simulated in this lab\n`, 1);
}
