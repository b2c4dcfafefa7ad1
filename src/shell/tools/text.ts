/** The text tools in gnu/ and the file tools in files/ by name; their code comes with the first use of one of them. */
import type { Program } from '../bash/execution.ts';
import type { Tool } from './tool.ts';

const SUMMARIES: Readonly<Record<string, string>> = {
  base32: 'Bytes as letters',
  base64: 'Bytes as letters',
  basename: 'The last part of a path',
  comm: 'Compare two sorted files',
  cut: 'Take columns out of lines',
  dirname: 'A path without its last part',
  expand: 'Tabs to blanks',
  expr: 'Calculate and compare',
  factor: 'The primes a number is made of',
  fold: 'Break long lines',
  hd: 'Show bytes',
  hexdump: 'Show bytes',
  join: 'Join lines by a common field',
  nl: 'Number lines',
  numfmt: 'Numbers with units, there and back',
  od: 'Show bytes',
  paste: 'Join lines side by side',
  printenv: 'The environment',
  realpath: 'A path from the root',
  rev: 'Turn lines round',
  sed: 'Edit lines as they pass',
  seq: 'Count',
  shuf: 'Mix lines',
  sort: 'Sort lines',
  tail: 'Print the last lines',
  tac: 'Last line first',
  tr: 'Exchange characters',
  unexpand: 'Blanks to tabs',
  uniq: 'Drop repeated lines',
  wc: 'Count lines, words, bytes',
  xxd: 'Show bytes',
};

const FILE_SUMMARIES: Readonly<Record<string, string>> = {
  chgrp: 'Change the group of files',
  chmod: 'Change the permissions of files',
  chown: 'Change the owner of files',
  cmp: 'Compare files byte by byte',
  cp: 'Copy files',
  df: 'How full the disk is',
  diff: 'Compare files line by line',
  find: 'Look for files',
  ln: 'Give a file another name',
  mkdir: 'Make directories',
  mktemp: 'Make a file of a new name',
  mv: 'Move or rename files',
  patch: 'Apply what diff says',
  readlink: 'Where a link leads',
  rm: 'Remove files',
  rmdir: 'Remove empty directories',
  split: 'Cut a file into pieces',
  stat: 'What is known of a file',
  sync: 'Write what is not yet on the disk',
  touch: 'Make files, or set their times',
  truncate: 'Set the size of files',
  b2sum: 'Checksums of files',
  cksum: 'Checksums and sizes of files',
  gunzip: 'Unpack files',
  gzip: 'Pack files',
  md5sum: 'Checksums of files',
  sha1sum: 'Checksums of files',
  sha224sum: 'Checksums of files',
  sha256sum: 'Checksums of files',
  sha384sum: 'Checksums of files',
  sha512sum: 'Checksums of files',
  sum: 'Checksums and sizes of files',
  tar: 'Archives of files',
  zcat: 'Print packed files',
  unlink: 'Remove a file',
};

const lazily = (summaries: Readonly<Record<string, string>>, load: () => Promise<Readonly<Record<string, Program>>>) =>
  Object.entries(summaries).map(
    ([name, summary]) => [name, { summary, run: async (invocation) => (await load())[name]!(invocation) } satisfies Tool] as const,
  );

/** What every machine and every container with a shell has. */
export const lsTools: Readonly<Record<string, Tool>> = Object.fromEntries(
  lazily(
    { ls: 'List files', dir: 'List files', vdir: 'List files at length' },
    async () => (await import('./files/index.ts')).fileTools,
  ),
);

export const textTools: Readonly<Record<string, Tool>> = Object.fromEntries([
  ...lazily(SUMMARIES, async () => (await import('./gnu/index.ts')).gnu),
  ...lazily(FILE_SUMMARIES, async () => (await import('./files/index.ts')).fileTools),
]);
