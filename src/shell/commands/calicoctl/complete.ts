/** Tab completion of calicoctl's words: the commands of its help, their options, kinds, names of objects, output formats. */
import type { Completion, Process } from '../../command.ts';
import { calicoClient } from './client.ts';
import { optionsOf } from './docopt.ts';
import { commandsBelow, helpOf } from './help.ts';
import { findKind, KINDS } from './kinds.ts';
import { CalicoError, type Resource } from './resource.ts';

const words = (texts: readonly string[]): readonly Completion[] => texts.map((text) => ({ text }));
const OUTPUTS = ['yaml', 'json', 'ps', 'wide', 'custom-columns=', 'go-template=', 'go-template-file='];
/** Commands whose first word is a kind. */
const OF_KINDS = ['get', 'delete', 'patch', 'label'];

/** The command typed so far and how many words it has. */
function pathOf(line: readonly string[], index: number): { readonly path: string; readonly length: number } {
  let path = '';
  let length = 1;
  for (const word of line.slice(1, index)) {
    if (!commandsBelow(path).includes(word)) break;
    path = path === '' ? word : `${path} ${word}`;
    length++;
  }
  return { path, length };
}

function namesOf(process: Process, kindWord: string, namespace: string | undefined): readonly string[] {
  const kind = findKind(kindWord);
  if (!kind || !process.cluster.configured) return [];
  try {
    const { items = [] } = calicoClient(process).list(kind, kind.namespaced ? (namespace ?? 'default') : undefined);
    return (items as readonly Resource[]).flatMap(({ metadata }) => metadata.name ?? []);
  } catch (error) {
    if (error instanceof CalicoError) return [];
    throw error;
  }
}

/** Options of a command; those that take a value wait for it. */
const optionWords = (path: string): readonly Completion[] =>
  optionsOf(helpOf(path)).map(({ long, takesValue }) => (takesValue ? { text: `${long}=`, open: true } : { text: long }));

function namespaceIn(line: readonly string[]): string | undefined {
  const at = line.findIndex((word) => word === '-n' || word === '--namespace');
  if (at >= 0) return line[at + 1];
  return line.map((word) => /^(?:-n|--namespace=)(.+)$/.exec(word)?.[1]).find((found) => found !== undefined);
}

/** Words that are neither options nor their values. */
function positional(line: readonly string[], path: string): readonly string[] {
  const options = optionsOf(helpOf(path));
  const found: string[] = [];
  for (let i = 0; i < line.length; i++) {
    const word = line[i] ?? '';
    if (!word.startsWith('-')) found.push(word);
    else if (options.some(({ short, long, takesValue }) => takesValue && (word === short || word === long))) i++;
  }
  return found;
}

export function complete(process: Process, line: readonly string[], index: number): readonly Completion[] {
  const { path, length } = pathOf(line, index);
  const typed = line[index] ?? '';
  const before = line[index - 1] ?? '';
  if (typed.startsWith('-')) return optionWords(path);
  const below = commandsBelow(path);
  if (below.length > 0 && length === index) return words(below);
  if (before === '-o' || before === '--output') return words(path === 'convert' ? ['yaml', 'json'] : OUTPUTS);
  if (before === '-n' || before === '--namespace') {
    const found = process.cluster.configured ? calicoClient(process).listPath('/api/v1/namespaces') : [];
    return words(found.flatMap(({ metadata }) => metadata.name ?? []));
  }
  if (!OF_KINDS.includes(path)) return [];
  const [kind, ...names] = positional(line.slice(length, index), path);
  if (kind === undefined) return words(KINDS.map(({ names: [first = ''] }) => first));
  if (names.length > 0 && (path === 'patch' || path === 'label')) return [];
  return words(namesOf(process, kind, namespaceIn(line)).filter((name) => !names.includes(name)));
}
