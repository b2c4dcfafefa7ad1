/**
 * `kubectl <command> --help`: the layout of kubectl's help templates (k8s.io/kubectl/pkg/util/templates) with the true usage lines,
 * groups and flags. The descriptions are one line each; upstream's longer texts and examples are left out.
 */
import type { Flag } from './flags.ts';
import { type CommandNode, globalFlags } from './tree.ts';

function flagLines(flags: readonly Flag[]): string {
  return [...flags]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((flag) => {
      const names = flag.shorthand ? `-${flag.shorthand}, --${flag.name}` : `--${flag.name}`;
      return `    ${names}=${flag.default}:\n\t${flag.usage.replaceAll('\n', '\n\t')}\n`;
    })
    .join('\n');
}

function long(command: CommandNode): string {
  if (command.path === '') {
    return 'kubectl controls the Kubernetes cluster manager.\n\n Find more information at: https://kubernetes.io/docs/reference/kubectl/';
  }
  return `${command.short}.`;
}

/** The help of a command, to be printed on standard output. */
export function helpText(command: CommandNode, home = '$HOME'): string {
  if (command.path === 'options') return optionsText().replace('$HOME', home);
  const parts = [long(command)];
  if (command.aliases.length > 0) parts.push(`Aliases:\n${[command.name, ...command.aliases].join(', ')}`);
  for (const [heading, entries] of command.groups) {
    const width = Math.max(11, ...command.groups.flatMap(([, all]) => all.map(([name]) => name.length)));
    parts.push([heading, ...entries.map(([name, short]) => `  ${name.padEnd(width + 3)}${short}`)].join('\n'));
  }
  if (command.flags.length > 0) parts.push(`Options:\n${flagLines(command.flags)}`.trimEnd());
  parts.push(`Usage:\n  ${command.usage}`);
  const closing = [
    ...(command.children.length > 0
      ? [
          `Use "${command.path === '' ? 'kubectl' : `kubectl ${command.path}`} <command> --help" for more information about a given command.`,
        ]
      : []),
    'Use "kubectl options" for a list of global command-line options (applies to all commands).',
  ];
  return `${[...parts, closing.join('\n')].join('\n\n')}\n`;
}

function optionsText(): string {
  return `The following options can be passed to any command:\n\n${flagLines(globalFlags())}`;
}
