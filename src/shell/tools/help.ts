/** help, man: what this place can run. */
import { builtins } from '../bash/builtins/index.ts';
import type { Invocation } from '../bash/execution.ts';
import { errorPrefix } from '../bash/state.ts';
import { execCaptured } from '../process.ts';
import { aroundOf, platformOf } from './place.ts';
import { print, type Tool } from './tool.ts';

function wrap(names: readonly string[], columns: number): string {
  const lines: string[] = [];
  let line = ' ';
  for (const name of names) {
    if (line.length + name.length + 1 > columns && line.trim() !== '') {
      lines.push(line);
      line = ' ';
    }
    line += ` ${name}`;
  }
  return `${[...lines, line].join('\n')}\n`;
}

function overview(invocation: Invocation): string {
  const columns = Math.min(100, aroundOf(invocation).columns());
  const entries = platformOf(invocation).catalogue();
  const summaries = (group: string) =>
    entries
      .filter((entry) => entry.group === group)
      .map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}\n`)
      .join('');
  const text = entries.filter((entry) => entry.group === 'text').map((entry) => entry.name);
  return `On ${invocation.x.platform.hostname} you can run:

Network and cluster
${summaries('network')}
System
${summaries('system')}
Text and files
${wrap(text, columns)}
Shell builtins
${wrap(Object.keys(builtins).sort(), columns)}
COMMAND --help tells more. Tab completes. Ctrl-C stops what runs.
`;
}

async function help(invocation: Invocation): Promise<number> {
  const [name] = invocation.args.filter((arg) => !arg.startsWith('-'));
  if (name === undefined) {
    print(invocation, overview(invocation));
    return 0;
  }
  return describeOne(invocation, name, () => {
    const { x } = invocation;
    x.fds
      .get(2)
      ?.sink?.write(
        `${errorPrefix(x.shell)}help: no help topics match \`${name}'.  Try \`help help' or \`man -k ${name}' or \`info ${name}'.\n`,
      );
    return 1;
  });
}

async function describeOne(invocation: Invocation, name: string, missing: () => number): Promise<number> {
  const entry = platformOf(invocation)
    .catalogue()
    .find((each) => each.name === name);
  if (entry?.group === 'network') {
    const { stdout, stderr } = await execCaptured(`${name} --help`, invocation.x);
    print(invocation, `${name} - ${entry.summary}\n\n${stdout || stderr}`);
    return 0;
  }
  if (entry) {
    print(invocation, `${name} - ${entry.summary}\n`);
    return 0;
  }
  if (Object.hasOwn(builtins, name)) {
    print(invocation, `${name}: a shell builtin, as in bash 5.2\n`);
    return 0;
  }
  return missing();
}

async function man(invocation: Invocation): Promise<number> {
  const [name] = invocation.args.filter((arg) => !/^(-.*|[1-8])$/.test(arg));
  if (name === undefined) {
    print(invocation, 'What manual page do you want?\nFor example, try `man man`.\n');
    return 1;
  }
  return describeOne(invocation, name, () => {
    invocation.x.fds.get(2)?.sink?.write(`No manual entry for ${name}\n`);
    return 16;
  });
}

const SCREEN = '\x1b[H\x1b[2J\x1b[3J';

export const helpTools: Readonly<Record<string, Tool>> = {
  help: { summary: 'What can be run here', run: help },
  man: { summary: 'What a command does', run: man },
  clear: {
    summary: 'Clear the screen',
    run: (invocation) => {
      print(invocation, SCREEN);
      return 0;
    },
  },
  reset: {
    summary: 'Clear the screen',
    run: (invocation) => {
      print(invocation, `\x1bc${SCREEN}`);
      return 0;
    },
  },
  tput: {
    summary: 'Facts about the terminal',
    run: (invocation) => {
      const { columns, rows } = aroundOf(invocation);
      const answers: Readonly<Record<string, string>> = {
        cols: `${columns()}\n`,
        lines: `${rows()}\n`,
        clear: SCREEN,
        bold: '\x1b[1m',
        sgr0: '\x1b(B\x1b[m',
        colors: '256\n',
      };
      const [name] = invocation.args;
      if (name === 'setaf') print(invocation, `\x1b[3${invocation.args[1] ?? 7}m`);
      else print(invocation, answers[name ?? ''] ?? '');
      return name === undefined ? 2 : 0;
    },
  },
};
