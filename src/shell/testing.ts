/**
 * For tests: runs lines in a simulation as a learner would, and gives back what they printed.
 */
import type { Place, Sim } from '../engine/index.ts';
import { headlessClock } from './clock.ts';
import { createSession, type SessionOptions, type ShellSession } from './session.ts';

export interface LineResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A session whose output is collected. Lines start in a settled world; waiting costs no wall time. */
export function testSession(
  sim: Sim,
  place: Place | string,
  options: Partial<SessionOptions> = {},
): ShellSession & { type(line: string): Promise<LineResult> } {
  let stdout = '';
  let stderr = '';
  const session = createSession({
    sim,
    place: typeof place === 'string' ? { host: place, netns: '' } : place,
    clock: headlessClock(sim),
    settle: true,
    ...options,
    write(text, fd) {
      if (fd === 1) stdout += text;
      else stderr += text;
    },
  });
  return Object.assign(session, {
    async type(line: string) {
      stdout = '';
      stderr = '';
      const exitCode = await session.run(line);
      return { stdout, stderr, exitCode };
    },
  });
}

/** One line in a fresh shell on a host (or in a pod's namespace): what it prints and its status. */
export function runLine(sim: Sim, place: Place | string, line: string): Promise<LineResult> {
  return testSession(sim, place).type(line);
}
