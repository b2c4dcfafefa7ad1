/** A program every Linux machine has. Unlike a Command it speaks the interpreter's language: streams, subshells, users. */
import type { Invocation, Program } from '../bash/execution.ts';
import { stderr, stdout } from '../bash/execution.ts';
import type { Command } from '../command.ts';

export interface Tool {
  readonly summary: string;
  readonly run: Program;
  readonly where?: Command['where'];
}

export function print({ x }: Invocation, text: string): void {
  stdout(x)?.write(text);
}

/** `cat: x: No such file or directory`. @returns the status */
export function fail({ x, name }: Invocation, message: string, status = 1): number {
  stderr(x)?.write(`${name}: ${message}\n`);
  return status;
}
