/** GNU text tools of our own, loaded when one of them is first used. Adding one: a function in this folder, its name here and in NAMES. */
import type { Program } from '../../bash/execution.ts';
import { hexdump, od, xxd } from './dumps.ts';
import { expand, unexpand } from './expand.ts';
import { expr } from './expr.ts';
import { factor } from './factor.ts';
import { comm, cut, paste, uniq } from './fields.ts';
import { join } from './join.ts';
import { fold, nl, rev, seq, tac } from './layout.ts';
import { base, basename, dirname, realpath } from './names.ts';
import { numfmt } from './numfmt.ts';
import { printenv } from './printenv.ts';
import { sed } from './sed.ts';
import { shuf } from './shuf.ts';
import { sort } from './sort.ts';
import { tail } from './tail.ts';
import { tr } from './tr.ts';
import { wc } from './wc.ts';

export const gnu: Readonly<Record<string, Program>> = {
  base32: base,
  base64: base,
  basename,
  comm,
  cut,
  dirname,
  expand,
  expr,
  factor,
  fold,
  hd: hexdump,
  hexdump,
  join,
  nl,
  numfmt,
  od,
  paste,
  printenv,
  realpath,
  rev,
  sed,
  seq,
  shuf,
  sort,
  tac,
  tail,
  tr,
  unexpand,
  uniq,
  wc,
  xxd,
};
