/** The shell's door: what other rooms may use. */
export type { Clock } from './bash/execution.ts';
export { needsMore } from './bash/syntax.ts';
export { headlessClock } from './clock.ts';
export type { Command, Completion, Process } from './command.ts';
export { createSession, type EnterOptions, type SessionOptions, type Shell, type ShellSession } from './session.ts';
export { createTerminal } from './terminal.ts';
export type { Terminal, TerminalOptions, TerminalState } from './terminal-types.ts';
