/** GNU file tools of our own, loaded when one of them is first used. Adding one: a function in this folder, its name here and in tools/text.ts. */
import type { Program } from '../../bash/execution.ts';
import { chmod, chown, mktemp, sync, touch, truncate } from './attributes.ts';
import { cksum, digest } from './checksums.ts';
import { cp, mv } from './copy.ts';
import { cmp, diff } from './diff.ts';
import { df } from './disk.ts';
import { find } from './find.ts';
import { gzip } from './gzip.ts';
import { ln, readlink } from './links.ts';
import { ls } from './ls.ts';
import { patch } from './patch.ts';
import { mkdir, rm, rmdir, unlink } from './remove.ts';
import { split } from './split.ts';
import { stat } from './stat.ts';
import { tar } from './tar.ts';

export const fileTools: Readonly<Record<string, Program>> = {
  chgrp: chown,
  chmod,
  chown,
  cmp,
  cp,
  df,
  diff,
  dir: ls,
  find,
  ln,
  ls,
  mkdir,
  mktemp,
  mv,
  patch,
  readlink,
  rm,
  rmdir,
  split,
  stat,
  sync,
  touch,
  truncate,
  b2sum: digest,
  cksum,
  gunzip: gzip,
  gzip,
  md5sum: digest,
  sha1sum: digest,
  sha224sum: digest,
  sha256sum: digest,
  sha384sum: digest,
  sha512sum: digest,
  sum: cksum,
  tar,
  zcat: gzip,
  unlink,
  vdir: ls,
};
