/** GNU file tools of our own, loaded when one of them is first used. Adding one: a function in this folder, its name here and in tools/text.ts. */
import type { Program } from '../../bash/execution.ts';
import { chmod, chown, mktemp, sync, touch, truncate } from './attributes.ts';
import { cp, mv } from './copy.ts';
import { df } from './disk.ts';
import { find } from './find.ts';
import { ln, readlink } from './links.ts';
import { ls } from './ls.ts';
import { mkdir, rm, rmdir, unlink } from './remove.ts';
import { stat } from './stat.ts';

export const fileTools: Readonly<Record<string, Program>> = {
  chgrp: chown,
  chmod,
  chown,
  cp,
  df,
  dir: ls,
  find,
  ln,
  ls,
  mkdir,
  mktemp,
  mv,
  readlink,
  rm,
  rmdir,
  stat,
  sync,
  touch,
  truncate,
  unlink,
  vdir: ls,
};
