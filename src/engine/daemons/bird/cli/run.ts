/** One line of birdc, answered: the text it prints, and the host as the command leaves it. Models nest/cmds.c and sysdep/unix/main.c, BIRD 1.6.8. */
import type { Host, World } from '../../../world.ts';
import { ConfigError } from '../config/lex.ts';
import { readNumber, readPrefix } from '../config/options.ts';
import { filesOf, loadConfig, readFlags } from '../config/parse.ts';
import { formatValue, newScope, readExpression } from '../config/programs.ts';
import { NO_FILES, Reader } from '../config/reader.ts';
import type { ProtocolConfig } from '../config/types.ts';
import { commit, configPath, disableProtocol, enableProtocol, failureText, logged, restartProtocol, stopBird } from '../control.ts';
import { evaluateConstant, glob } from '../filter.ts';
import { CEASE_RESET } from '../sessions.ts';
import { protocolsByName } from '../speakers.ts';
import type { BirdState } from '../state.ts';
import { expandCommand } from './commands.ts';
import { showInterfaces, showInterfacesSummary, showProtocols, showStatic, showStatus, type View, viewOf } from './protocols.ts';
import { showRoute } from './routes.ts';
import { showSymbols } from './symbols.ts';

export interface CliResult {
  readonly host: Host;
  readonly text: string;
  /** The client ends (`quit`, `down`). */
  readonly ends?: boolean;
}

/** A line typed at birdc. The text lacks the greeting. Undefined: no bird is running here. */
export function runBirdc(world: World, host: Host, line: string): CliResult | undefined {
  const view = viewOf(world, host);
  if (!view) return undefined;
  const trimmed = line.trim();
  if (trimmed === '') return { host, text: '' };
  const expanded = expandCommand(trimmed);
  if (typeof expanded === 'string') return { host, text: expanded };
  const handler = HANDLERS[expanded.command];
  if (!handler) return { host, text: `${expanded.command}: not simulated in this lab\n` };
  try {
    return handler(view, expanded.args);
  } catch (error) {
    if (error instanceof ConfigError) return { host, text: `${error.message}\n` };
    throw error;
  }
}

/** Whether a line only looks: then nothing need be recorded. */
export function isReadOnly(line: string): boolean {
  const expanded = expandCommand(line.trim());
  return (
    typeof expanded === 'string' ||
    !/^(configure|disable|enable|restart|reload|down)/.test(expanded.command) ||
    expanded.command === 'configure check'
  );
}

type Handler = (view: View, args: string) => CliResult;

const say =
  (show: (view: View, args: string) => string): Handler =>
  (view, args) => ({ host: view.host, text: show(view, args) });

function noArguments(args: string): void {
  if (args !== '') throw new ConfigError('syntax error', { file: '', line: 1, column: 0 });
}

const plain = (show: (view: View) => string): Handler =>
  say((view, args) => {
    noArguments(args);
    return show(view);
  });

/** A protocol's name, a pattern in quotes, `all`, or nothing. The text is the complaint when none fits. */
function readProtocols(
  view: View,
  args: string,
  required: boolean,
): { readonly protocols: readonly ProtocolConfig[]; readonly rest: string } | string {
  const { protocols } = view.config;
  const reader = new Reader(args, '', NO_FILES);
  const token = reader.peek();
  if (token.kind === 'end' && !required) return { protocols, rest: '' };
  reader.next();
  if (reader.peek().kind !== 'end' && !(required && reader.peek().kind === 'text')) throw reader.error();
  if (token.kind === 'keyword' && token.text === 'all' && required) return { protocols, rest: '' };
  if (token.kind === 'text') {
    const found = protocols.filter(({ name }) => glob(token.text, name));
    return found.length > 0 ? { protocols: found, rest: '' } : 'No protocols match\n';
  }
  if (token.kind !== 'symbol') throw new ConfigError('syntax error', token);
  const protocol = protocolsByName(view.config).get(token.text);
  return protocol ? { protocols: [protocol], rest: '' } : `${token.text} is not a protocol\n`;
}

const show = (all: boolean): Handler =>
  say((view, args) => {
    const found = readProtocols(view, args, false);
    return typeof found === 'string' ? found : showProtocols(view, found.protocols, all);
  });

const withBird = (host: Host, bird: BirdState): Host =>
  host.daemons.bird === bird ? host : { ...host, daemons: { ...host.daemons, bird } };

/** enable, disable, restart, reload: one line for each protocol. */
const each =
  (change: (view: View, state: BirdState, name: string) => readonly [BirdState, string]): Handler =>
  (view, args) => {
    const found = readProtocols(view, args, true);
    if (typeof found === 'string') return { host: view.host, text: found };
    let state = view.state;
    let text = '';
    for (const { name } of found.protocols) {
      const [next, line] = change(view, state, name);
      state = next;
      text += line;
    }
    return { host: withBird(view.host, state), text };
  };

const info = (view: View, state: BirdState, text: string): BirdState =>
  logged(state, [{ at: view.world.now, level: 'INFO', text }]);

const disable = each((view, state, name) => {
  const next = disableProtocol(view.world, state, name);
  return next ? [info(view, next, `Disabling protocol ${name}`), `${name}: disabled\n`] : [state, `${name}: already disabled\n`];
});

const enable = each((view, state, name) => {
  const next = enableProtocol(view.world, view.host.name, state, view.config, name);
  return next ? [info(view, next, `Enabling protocol ${name}`), `${name}: enabled\n`] : [state, `${name}: already enabled\n`];
});

const restart = each((view, state, name) => {
  const next = restartProtocol(view.world, view.host.name, state, view.config, name, CEASE_RESET);
  return next ? [info(view, next, `Restarting protocol ${name}`), `${name}: restarted\n`] : [state, `${name}: already disabled\n`];
});

/** Routes are always as the filters make them here, so that a reload has nothing to do. */
const reload = (into: boolean): Handler =>
  each((view, state, name) => {
    const { disabled, state: up } = state.protocols[name] ?? { disabled: true, state: 'down' };
    if (disabled) return [state, `${name}: already disabled\n`];
    if (up !== 'up') return [state, ''];
    const type = protocolsByName(view.config).get(name)?.type;
    if (into && type !== 'bgp' && type !== 'kernel') return [state, `${name}: reload failed\n`];
    return [info(view, state, `Reloading protocol ${name}`), `${name}: reloading\n`];
  });

function readFileName(args: string): string | undefined {
  const match = /^"([^"]*)"/.exec(args);
  if (!match && args !== '' && !args.startsWith('timeout')) throw new ConfigError('syntax error', { file: '', line: 1, column: 0 });
  return match?.[1];
}

const configure =
  (check: boolean): Handler =>
  (view, args) => {
    const path = readFileName(args) ?? configPath(view.host);
    const head = `Reading configuration from ${path}\n`;
    const result = loadConfig(path, filesOf(view.host.files), view.state);
    if ('error' in result) {
      const text = result.at ? failureText(result) : `${path}: No such file or directory`;
      return { host: view.host, text: `${head}${text}\n` };
    }
    if (check) return { host: view.host, text: `${head}Configuration OK\n` };
    return { host: withBird(view.host, commit(view.world, view.host, view.state, result.loaded)), text: `${head}Reconfigured\n` };
  };

const undo: Handler = (view, args) => {
  noArguments(args);
  const { previous } = view.state;
  if (!previous) return { host: view.host, text: 'Undo requested\nNothing to do\n' };
  // What was undone cannot be had back.
  const { previous: _undone, ...state } = commit(view.world, view.host, view.state, previous);
  return { host: withBird(view.host, state), text: 'Undo requested\nReconfigured\n' };
};

function evaluate(view: View, args: string): string {
  const reader = new Reader(args, '', NO_FILES);
  const expression = readExpression(reader, newScope(view.config.symbols));
  if (reader.peek().kind !== 'end') throw reader.error();
  const value = evaluateConstant(expression);
  return value === undefined ? 'runtime error\n' : `${formatValue(value)}\n`;
}

function statics(view: View, args: string): string {
  const found = view.config.protocols.filter((protocol) => protocol.type === 'static');
  const chosen = args === '' ? found : found.filter(({ name }) => name === args);
  if (args !== '' && chosen.length === 0)
    return `${args}: Not a ${protocolsByName(view.config).has(args) ? 'Static ' : ''}protocol\n`;
  if (chosen.length === 0) return 'There is no Static protocol running\n';
  if (chosen.length > 1) return 'There are multiple Static protocols running\n';
  return chosen[0]?.type === 'static' ? showStatic(chosen[0]) : '';
}

/** `configure confirm`, and what `configure timeout` takes: refused, because nothing here undoes itself later. */
const timed: Handler = (view, args) => {
  const reader = new Reader(args, '', NO_FILES);
  if (reader.peek().kind !== 'end') readNumber({ reader, symbols: { ...view.config.symbols } });
  if (reader.peek().kind !== 'end') throw reader.error();
  return { host: view.host, text: 'configure timeout: not simulated in this lab\n' };
};

/** `debug` and `mrtdump`: a protocol and flags. Turning off what is off is done at once; what they would log is not simulated. */
const tracing =
  (command: string, flags: readonly string[]): Handler =>
  (view, args) => {
    const reader = new Reader(args, '', NO_FILES);
    const token = reader.peek();
    if (token.kind !== 'symbol' && token.kind !== 'text' && !reader.at('all')) throw reader.error();
    reader.next();
    const off = reader.at('off');
    readFlags(reader, flags);
    if (reader.peek().kind !== 'end') throw reader.error();
    const { text: name } = token;
    const { protocols } = view.config;
    if (token.kind === 'symbol' && !protocolsByName(view.config).has(name))
      return { host: view.host, text: `${name} is not a protocol\n` };
    if (token.kind === 'text' && !protocols.some((each) => glob(name, each.name)))
      return { host: view.host, text: 'No protocols match\n' };
    return { host: view.host, text: off ? '' : `${command}: not simulated in this lab\n` };
  };

/** What is echoed goes to this client, and that has left by the time something is logged. */
function echo(_view: View, args: string): string {
  const reader = new Reader(args, '', NO_FILES);
  readFlags(reader, ['debug', 'trace', 'info', 'remote', 'warning', 'error', 'auth', 'fatal', 'bug']);
  if (reader.peek().kind === 'num') {
    const size = Number(reader.next().text);
    if (size < 256 || size > 65_536) reader.failHere('Invalid log buffer size');
  }
  if (reader.peek().kind !== 'end') throw reader.error();
  return '';
}

function unknown(): never {
  throw new ConfigError('syntax error', { file: '', line: 1, column: 0 });
}

/** The checks of `add roa <prefix> max <num> as <num>`; there is never a table to put it in. */
function roaRecord({ config }: View, args: string): string {
  const reader = new Reader(args, '', NO_FILES);
  readPrefix({ reader, symbols: { ...config.symbols } });
  reader.expect('max');
  if (reader.next().kind !== 'num') reader.failHere('syntax error');
  reader.expect('as');
  if (reader.next().kind !== 'num') reader.failHere('syntax error');
  return 'No ROA table defined\n';
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  'show status': plain(showStatus),
  'show protocols': show(false),
  'show protocols all': show(true),
  'show interfaces': plain(showInterfaces),
  'show interfaces summary': plain(showInterfacesSummary),
  'show route': say(showRoute),
  'show static': say(statics),
  'show symbols': say(showSymbols),
  'show ospf': say(() => 'There is no OSPF protocol running\n'),
  'show bfd sessions': say(() => 'There is no BFD protocol running\n'),
  'show roa': say(() => 'No ROA table defined\n'),
  'flush roa': say(() => 'No ROA table defined\n'),
  'add roa': say(roaRecord),
  'delete roa': say(roaRecord),
  echo: say(echo),
  debug: tracing('debug', ['states', 'routes', 'filters', 'interfaces', 'events', 'packets']),
  mrtdump: tracing('mrtdump', ['states', 'messages']),
  configure: configure(false),
  'configure soft': configure(false),
  'configure check': configure(true),
  'configure undo': undo,
  'configure confirm': plain(() => 'Nothing to do\n'),
  'configure timeout': timed,
  disable,
  enable,
  restart,
  reload: reload(true),
  'reload in': reload(true),
  'reload out': reload(false),
  restrict: plain(() => 'Access restricted\n'),
  eval: say(evaluate),
  // The client's own words; the server knows none of them.
  help: unknown,
  quit: unknown,
  exit: unknown,
  down: ({ world, host }, args) => {
    noArguments(args);
    return { host: stopBird(world, host, 'clean'), text: 'Shutdown requested\n', ends: true };
  },
};
