/**
 * What a container's command line does when it is no server of its image: sleep, echo, a little `sh -c`.
 * Models the few programs that manifests start for want of anything better. An unknown program cannot be started, as with runc.
 */
import type { Program } from './image.ts';

/** Longer than any lab. */
const FOREVER_SECONDS = 1e9;

/** Programs of coreutils and busybox that end at once with status 0 and say nothing. */
const SILENT = new Set([
  'true',
  ':',
  'mkdir',
  'touch',
  'chmod',
  'chown',
  'cp',
  'mv',
  'rm',
  'ln',
  'export',
  'set',
  'cd',
  'trap',
  'sync',
  'umask',
  'unset',
]);
const SHELLS = new Set(['sh', 'bash', 'ash', '/bin/sh', '/bin/bash', '/bin/ash', '/usr/bin/bash', '/usr/bin/sh']);

interface Run {
  readonly lines: string[];
  ms: number;
  code: number;
  /** It never ends. */
  endless: boolean;
  /** `exit` or the end of a loop was reached. */
  over: boolean;
}

/** @param commands programs the image has */
export function runCommand(argv: readonly string[], commands: readonly string[]): Program {
  const program = argv[0] ?? '';
  const name = program.slice(program.lastIndexOf('/') + 1);
  const idle = { sockets: [], lines: [], sigterm: 'ignores' } as const;
  if (SHELLS.has(program) && commands.includes(name)) {
    const flag = argv.findIndex((word) => /^-[a-z]*c$/.test(word));
    // Without a terminal a shell reads an empty standard input and ends.
    if (flag < 0) return { ...idle, exit: { afterMs: 100, code: argv[1] && !argv[1].startsWith('-') ? 127 : 0 } };
    return fromScript(argv[flag + 1] ?? '', commands);
  }
  if (!commands.includes(name)) return { ...idle, failure: notFound(program) };
  const run: Run = { lines: [], ms: 0, code: 0, endless: false, over: false };
  execute([name, ...argv.slice(1)], run, commands);
  return programOf(run);
}

function notFound(program: string): string {
  const reason = program.includes('/')
    ? `exec: "${program}": stat ${program}: no such file or directory`
    : `exec: "${program}": executable file not found in $PATH`;
  return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${reason}: unknown`;
}

function programOf(run: Run): Program {
  const exit = run.endless ? {} : { exit: { afterMs: Math.max(100, run.ms), code: run.code } };
  return { sockets: [], lines: run.lines, sigterm: 'ignores', ...exit };
}

function fromScript(script: string, commands: readonly string[]): Program {
  const run: Run = { lines: [], ms: 0, code: 0, endless: false, over: false };
  const loop = /\bwhile\s+(true|:|sleep\s+\S+)\s*;/.exec(script) ?? /\bfor\s*\(\(\s*;;\s*\)\)/.exec(script);
  const straight = loop ? script.slice(0, loop.index) : script;
  sequence(straight, run, commands);
  if (loop && !run.over) {
    // One turn of the loop shows what it writes; it then goes on for ever.
    const body = /\bdo\b([\s\S]*?)\bdone\b/.exec(script.slice(loop.index))?.[1] ?? '';
    sequence(body, run, commands);
    run.endless = true;
  }
  return programOf(run);
}

function sequence(script: string, run: Run, commands: readonly string[]): void {
  for (const [, text = '', joint = ''] of script.matchAll(/((?:'[^']*'|"[^"]*"|\\.|[^;&|\n'"\\])*)(&&|\|\||[;\n&|]|$)/g)) {
    if (run.over || run.endless) return;
    const words = split(text);
    if (words.length > 0) execute(words, run, commands);
    if (joint === '&&' && run.code !== 0) return;
    if (joint === '||' && run.code === 0) return;
  }
}

function split(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)) {
    if (/^\d*>/.test(word)) break;
    words.push(word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, single, double, escaped) => single ?? double ?? escaped ?? ''));
  }
  return words[0] === 'exec' ? words.slice(1) : words;
}

function seconds(word: string | undefined): number {
  if (word === 'infinity' || word === 'inf') return FOREVER_SECONDS;
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(word ?? '');
  return match ? Number(match[1]) * ({ '': 1, s: 1, m: 60, h: 3600, d: 86400 } as Record<string, number>)[match[2]!]! : 0;
}

function execute(words: readonly string[], run: Run, commands: readonly string[]): void {
  const [name = '', ...args] = words;
  run.code = 0;
  if (name === 'sleep') {
    const total = args.reduce((sum, word) => sum + seconds(word), 0);
    if (total >= FOREVER_SECONDS) run.endless = true;
    else run.ms += total * 1000;
  } else if (name === 'echo') run.lines.push(args.filter((word, i) => i > 0 || word !== '-n').join(' '));
  else if (name === 'exit') {
    run.code = Number(args[0] ?? 0) & 255;
    run.over = true;
  } else if (name === 'false') run.code = 1;
  else if (
    (name === 'tail' && args.includes('-f')) ||
    (name === 'cat' && args.length === 0) ||
    name === 'pause' ||
    name === 'nc' ||
    name === 'yes'
  )
    run.endless = true;
  else if (name === 'wait') run.endless = run.ms > 0;
  else if (!SILENT.has(name) && !commands.includes(name.slice(name.lastIndexOf('/') + 1)) && !/^\w+=/.test(name)) {
    run.lines.push(`sh: ${name}: not found`);
    run.code = 127;
  }
}
