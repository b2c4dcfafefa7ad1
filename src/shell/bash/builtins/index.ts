/** The shell's builtins. Adding one: a function in this folder and its name in a table. */
import type { Builtin } from './builtin.ts';
import { completion } from './completion.ts';
import { control } from './control.ts';
import { declarations } from './declare.ts';
import { io } from './io.ts';
import { jobControl } from './jobs.ts';
import { session } from './session.ts';
import { testing } from './test.ts';
import { type } from './type.ts';
import { guarded } from './usage.ts';

export const builtins: Readonly<Record<string, Builtin>> = guarded({
  ...completion,
  ...control,
  ...declarations,
  ...io,
  ...jobControl,
  ...session,
  ...testing,
  type,
});
