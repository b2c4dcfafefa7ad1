/**
 * birdc's commands and how it abbreviates them. Models client/commands.c of BIRD 1.6.8: the client expands `s p` to
 * `show protocols` before it asks the server; words it does not know are arguments.
 */
interface CommandHelp {
  readonly command: string;
  readonly args: string;
  readonly help: string;
  /** Only a heading of further commands: cannot be run by itself. */
  readonly heading?: boolean;
}

const PATTERN = '(<protocol> | "<pattern>" | all)';
const entry = (command: string, args: string, help: string): CommandHelp => ({ command, args, help });
const heading = (command: string, args: string, help: string): CommandHelp => ({ command, args, help, heading: true });

/** All of them, sorted as the client lists them. */
export const COMMANDS: readonly CommandHelp[] = [
  heading('add', 'roa ...', 'Add ROA record'),
  entry('add roa', '<prefix> max <num> as <num> [table <name>]', 'Add ROA record'),
  entry('configure', '...', 'Reload configuration'),
  entry('configure check', '["<file>"]', 'Parse configuration and check its validity'),
  entry('configure confirm', '', 'Confirm last configuration change - deactivate undo timeout'),
  entry('configure soft', '["<file>"] [timeout [<sec>]]', 'Reload configuration and ignore changes in filters'),
  entry('configure timeout', '[<sec>]', 'Reload configuration with undo timeout'),
  entry('configure undo', '', 'Undo last configuration change'),
  entry('debug', '...', 'Control protocol debugging via BIRD logs'),
  heading('delete', 'roa ...', 'Delete ROA record'),
  entry('delete roa', '<prefix> max <num> as <num> [table <name>]', 'Delete ROA record'),
  entry('disable', `${PATTERN} [message]`, 'Disable protocol'),
  entry('down', '', 'Shut the daemon down'),
  heading('dump', '...', 'Dump debugging information'),
  entry('echo', '...', 'Control echoing of log messages'),
  entry('enable', `${PATTERN} [message]`, 'Enable protocol'),
  entry('eval', '<expr>', 'Evaluate an expression'),
  entry('exit', '', 'Exit the client'),
  heading('flush', 'roa [table <name>]', 'Removes all dynamic ROA records'),
  entry('flush roa', '[table <name>]', 'Removes all dynamic ROA records'),
  entry('help', '', 'Description of the help system'),
  entry(
    'mrt dump',
    '[table <name>|"<pattern>"] [to "<file>"] [filter <filter>|where <where filter>] ',
    'Save MRT Table Dump into a file',
  ),
  entry('mrtdump', '...', 'Control protocol debugging via MRTdump files'),
  entry('quit', '', 'Quit the client'),
  entry('reload', '<protocol> | "<pattern>" | all', 'Reload protocol'),
  entry('reload in', '<protocol> | "<pattern>" | all', 'Reload protocol (just imported routes)'),
  entry('reload out', '<protocol> | "<pattern>" | all', 'Reload protocol (just exported routes)'),
  entry('restart', `${PATTERN} [message]`, 'Restart protocol'),
  entry('restrict', '', 'Restrict current CLI session to safe commands'),
  heading('show', '...', 'Show status information'),
  heading('show babel', '...', 'Show information about Babel protocol'),
  heading('show bfd', '...', 'Show information about BFD protocol'),
  entry('show bfd sessions', '[<name>]', 'Show information about BFD sessions'),
  entry('show interfaces', '', 'Show network interfaces'),
  entry('show interfaces summary', '', 'Show summary of network interfaces'),
  entry('show memory', '', 'Show memory usage'),
  entry('show ospf', '...', 'Show information about OSPF protocol'),
  entry('show protocols', '[<protocol> | "<pattern>"]', 'Show routing protocols'),
  entry('show protocols all', '[<protocol> | "<pattern>"]', 'Show routing protocol details'),
  heading('show rip', '...', 'Show information about RIP protocol'),
  entry('show roa', '...', 'Show ROA table'),
  entry('show route', '...', 'Show routing table'),
  entry('show static', '[<name>]', 'Show details of static protocol'),
  entry('show status', '', 'Show router status'),
  entry('show symbols', '...', 'Show all known symbolic names'),
];

export interface Expanded {
  readonly command: string;
  readonly args: string;
}

const helpLine = ({ command, args, help }: CommandHelp): string => `${`${command} ${args}`.trimEnd().padEnd(45)}  ${help}\n`;

interface Node {
  readonly sons: Map<string, Node>;
  entry?: CommandHelp;
}

function grow(): Node {
  const root: Node = { sons: new Map() };
  for (const each of COMMANDS) {
    let node = root;
    for (const word of each.command.split(' ')) {
      let son = node.sons.get(word);
      if (!son) {
        son = { sons: new Map() };
        node.sons.set(word, son);
      }
      node = son;
    }
    node.entry = each;
  }
  return root;
}

const ROOT = grow();

/** An abbreviation means these only when it fits nothing else. */
const RARE = new Set(['roa', 'rip']);

/** cmd_find_abbrev(): two rare words before a common one leave it in doubt all the same. */
function mostLikely(names: readonly string[]): string | 'several' | undefined {
  let best: string | undefined;
  let doubtful = false;
  for (const name of names) {
    if (best !== undefined && !RARE.has(best) && RARE.has(name)) continue;
    if (best !== undefined && RARE.has(best) === RARE.has(name)) doubtful = true;
    best = name;
  }
  return doubtful ? 'several' : best;
}

/** What a line means; a string is what the client says instead of asking. An empty line means nothing. */
export function expandCommand(line: string): Expanded | string {
  let node = ROOT;
  let command = '';
  let rest = line.trimStart();
  while (rest !== '') {
    const word = /^\S+/.exec(rest)?.[0] ?? '';
    const exact = node.sons.get(word);
    const fitting = exact ? [] : [...node.sons].filter(([name]) => name.startsWith(word));
    const best = mostLikely(fitting.map(([name]) => name));
    if (best === 'several') {
      const lines = fitting.map(([, { entry: each, sons }]) =>
        helpLine(each ?? [...sons.values()][0]?.entry ?? { command: word, args: '', help: '' }),
      );
      return `Ambiguous command, possible expansions are:\n${lines.join('')}`;
    }
    const found = exact ?? (best === undefined ? undefined : node.sons.get(best));
    if (!found) break;
    command = `${command} ${exact ? word : best}`.trim();
    node = found;
    rest = rest.slice(word.length).trimStart();
  }
  if (!node.entry || node.entry.heading) return "No such command. Press `?' for help.\n";
  return { command, args: rest };
}

/** What `?` shows after some words: how the line may go on. */
export function helpAfter(line: string): string {
  const words = line
    .replace(/\?\s*$/, '')
    .trim()
    .split(/\s+/)
    .filter(Boolean);
  const matching = COMMANDS.filter(({ command }) => {
    const parts = command.split(' ');
    return parts.length === words.length + 1 && words.every((word, i) => parts[i]?.startsWith(word));
  });
  return matching.map(helpLine).join('');
}

/** Words that may stand at a place of a line, for completion. */
export function wordsAfter(words: readonly string[]): readonly string[] {
  let node: Node | undefined = ROOT;
  for (const word of words) node = node?.sons.get(word) ?? [...(node?.sons ?? [])].find(([name]) => name.startsWith(word))?.[1];
  return node ? [...node.sons.keys()].sort() : [];
}
