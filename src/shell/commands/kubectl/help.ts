/**
 * `kubectl <command> --help`: the layout of kubectl's help templates (k8s.io/kubectl/pkg/util/templates) with the usage lines, groups
 * and flags of commands.json and the prose of help.json, both recorded from kubectl v1.32.
 */
import type { Flag } from './flags.ts';
import prose from './help.json';
import { type CommandNode, globalFlags } from './tree.ts';

const PROSE: Readonly<Record<string, { readonly long: string; readonly examples?: string }>> = prose;

function flagLine({ name, shorthand, default: fallback, usage }: Flag): string {
  const names = shorthand ? `-${shorthand}, --${name}` : `--${name}`;
  return `    ${names}=${fallback}:\n\t${usage.replaceAll('\n', '\n\t')}\n`;
}

function flagLines(flags: readonly Flag[]): string {
  return [...flags]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(flagLine)
    .join('\n');
}

/** The help of a command, to be printed on standard output. */
export function helpText(command: CommandNode): string {
  const prose = PROSE[command.path];
  return prose ? `${prose.long}\n\n${usageText(command, prose.examples)}` : '';
}

/** The help without its description. */
export function usageText(command: CommandNode, examples = PROSE[command.path]?.examples): string {
  const parts: string[] = [];
  if (command.aliases.length > 0) parts.push(`Aliases:\n${[command.name, ...command.aliases].join(', ')}`);
  if (examples !== undefined) parts.push(`Examples:\n${examples}`);
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

/** `kubectl options`. */
export function optionsText(home: string): string {
  return `The following options can be passed to any command:\n\n${flagLines(globalFlags())}\n`.replace('$HOME', home);
}
