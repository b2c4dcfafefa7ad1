/**
 * Reads a whole bird.conf. Models the `conf` rules of BIRD 1.6.8 and the checks of bgp_check_config(), with its messages.
 * Leaves out OSPF, RIP, BFD, pipes, ROA tables and MRT dumps: such a block is a syntax error here.
 */
import { toNumber } from '../../../net/address.ts';
import { evaluateConstant } from '../filter.ts';
import type { LoadedConfig } from '../state.ts';
import { DEFAULTS } from './defaults.ts';
import { ConfigError, type Position } from './lex.ts';
import {
  OPTION_TREES,
  type OptionContext,
  readAddress,
  readId,
  readInterfaces,
  readNumber,
  readOption,
  readPrefix,
  readSwitch,
  type Settings,
  type Symbols,
} from './options.ts';
import { newScope, programKey, readBody, readDeclaration, readExpression } from './programs.ts';
import { type FileSource, Reader } from './reader.ts';
import { reconfigured } from './reconfigure.ts';
import type { BirdConfig, ProtocolConfig } from './types.ts';

/** What stopped the parse, and where BIRD says it is; no place when the file as a whole could not be read. */
export interface ParseFailure {
  readonly error: string;
  readonly at?: Position;
}

export type Parsed = { readonly config: BirdConfig } | ParseFailure;

/** Parses a configuration. @param source holds the included files */
export function parseConfig(text: string, path: string, source: FileSource): Parsed {
  try {
    return { config: readConfig(new Reader(text, path, source)) };
  } catch (error) {
    if (error instanceof ConfigError) return { error: error.message, at: error.at };
    throw error;
  }
}

const parsed = new WeakMap<LoadedConfig, BirdConfig>();

/** The configuration in force, parsed; undefined when there is none. It did parse when it was loaded. */
export function configOf(loaded: LoadedConfig | undefined): BirdConfig | undefined {
  if (!loaded) return undefined;
  const known = parsed.get(loaded);
  if (known) return known;
  const result = parseConfig(loaded.files[loaded.path] ?? '', loaded.path, filesOf(loaded.files));
  if ('error' in result) return undefined;
  parsed.set(loaded, result.config);
  return result.config;
}

/** The files of a host as a disk. */
export function filesOf(files: Readonly<Record<string, string>>): FileSource {
  return {
    read: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
    list: (path) => {
      const inside = Object.keys(files).filter((name) => name.startsWith(`${path}/`));
      return inside.length === 0 ? undefined : inside.map((name) => name.slice(path.length + 1).replace(/\/.*/, '/'));
    },
  };
}

/** What an include line with a wildcard brings in depends on more than the files that were read. */
const WILDCARD = /^[ \t]*include[ \t]*"[^\n]*[?*[]/m;

/** Whether reading the files anew would give a configuration that was loaded from them before. */
function isStill(loaded: LoadedConfig, path: string, source: FileSource): boolean {
  return (
    loaded.path === path && Object.entries(loaded.files).every(([name, text]) => source.read(name) === text && !WILDCARD.test(text))
  );
}

/** What a bird has loaded so far: what is in force, and what was before. */
interface Loads {
  readonly loaded?: LoadedConfig;
  readonly previous?: LoadedConfig;
}

/** Reads the files and parses them. @param before what says the same as in force is the same object */
export function loadConfig(
  path: string,
  source: FileSource,
  before: Loads = {},
): { readonly loaded: LoadedConfig; readonly config: BirdConfig } | ParseFailure {
  const text = source.read(path);
  if (text === undefined) return { error: `Unable to open configuration file ${path}: No such file or directory` };
  const old = configOf(before.loaded);
  // A policy that is tried out is put back, and a reload often finds what it left.
  for (const known of [before.loaded, before.previous]) {
    if (!known || !isStill(known, path, source)) continue;
    const config = configOf(known);
    if (config) return inForce({ path, files: known.files }, config, old);
  }
  const used: Record<string, string> = { [path]: text };
  const read = (name: string) => {
    const included = source.read(name);
    if (included !== undefined) used[name] = included;
    return included;
  };
  const result = parseConfig(text, path, { ...source, read });
  if ('error' in result) return result;
  return inForce({ path, files: used }, result.config, old);
}

function inForce(loaded: LoadedConfig, fresh: BirdConfig, old: BirdConfig | undefined) {
  const config = reconfigured(old, fresh);
  parsed.set(loaded, config);
  return { loaded, config };
}

interface Draft {
  readonly reader: Reader;
  readonly symbols: Symbols;
  readonly protocols: ProtocolConfig[];
  /** Protocols of each type without a name so far. */
  readonly counters: Record<string, number>;
  routerId?: string;
  listen: { address?: string; port: number };
}

function readConfig(reader: Reader): BirdConfig {
  const draft: Draft = { reader, symbols: { master: { class: 'table' } }, protocols: [], counters: {}, listen: { port: 179 } };
  while (reader.peek().kind !== 'end') readEntry(draft);
  checkKernels(draft);
  if (draft.protocols.length === 0) reader.fail('No protocol is specified in the config file');
  const base = { listen: draft.listen, protocols: draft.protocols, symbols: draft.symbols };
  return draft.routerId === undefined ? base : { routerId: draft.routerId, ...base };
}

/** Top-level entries by their first word. */
const ENTRIES: Readonly<Record<string, (draft: Draft) => void>> = {
  router: readRouterId,
  log: readLog,
  listen: readListen,
  debug: readDebugDefault,
  filter: readFilterDefinition,
  function: readFunctionDefinition,
  define: readDefinition,
  protocol: readProtocol,
  template: readProtocol,
  table: ({ reader, symbols }) => {
    symbols[newName(reader, symbols)] = { class: 'table' };
    reader.accept('sorted');
  },
  graceful: ({ reader, symbols }) => {
    reader.expect('restart');
    reader.expect('wait');
    readNumber({ reader, symbols });
    reader.expect(';');
  },
  timeformat: readTimeFormat,
  watchdog: (draft) => {
    if (!draft.reader.accept('warning')) draft.reader.expect('timeout');
    readTime(draft);
  },
  mrtdump: (draft) => {
    if (draft.reader.accept('protocols')) readFlags(draft.reader, ['states', 'messages']);
    else readPath(draft.reader);
    draft.reader.expect(';');
  },
  roa: readRoaTable,
  eval: ({ reader, symbols }) => void readExpression(reader, newScope(symbols)),
};

/** krt_postconfig(): a table is synchronised with the kernel once. */
function checkKernels({ reader, protocols }: Draft): void {
  const attached = new Map<string, string>();
  for (const { type, name, table } of protocols.filter((each) => each.type === 'kernel')) {
    const other = attached.get(table);
    if (type && other !== undefined) reader.fail(`Kernel syncer (${other}) already attached to table ${table}`);
    attached.set(table, name);
  }
}

function readEntry(draft: Draft): void {
  const { reader } = draft;
  const token = reader.peek();
  if (reader.accept(';')) return;
  const entry = token.kind === 'keyword' && Object.hasOwn(ENTRIES, token.text) ? ENTRIES[token.text] : undefined;
  if (!entry) throw reader.error();
  reader.next();
  entry(draft);
}

/** `all`, `off` or `{ flag, … }`. */
export function readFlags(reader: Reader, flags: readonly string[]): void {
  if (reader.accept('all') || reader.accept('off')) return;
  reader.expect('{');
  do {
    if (!flags.some((flag) => reader.at(flag))) reader.fail();
    reader.next();
  } while (reader.accept(','));
  reader.expect('}');
}

function readPath(reader: Reader): void {
  if (reader.peek().kind !== 'text') reader.fail();
  reader.next();
}

/** A number and its unit. */
function readTime(draft: Draft): void {
  readNumber(draft);
  if (!['s', 'ms', 'us'].some((unit) => draft.reader.accept(unit))) draft.reader.fail();
}

function readTimeFormat(draft: Draft): void {
  const { reader } = draft;
  if (!['route', 'protocol', 'base', 'log'].some((which) => reader.accept(which))) reader.fail();
  if (reader.peek().kind === 'text') {
    reader.next();
    if (!reader.at(';')) {
      readNumber(draft);
      readPath(reader);
    }
  } else {
    if (!reader.accept('iso')) reader.expect('old');
    if (!reader.accept('short')) reader.expect('long');
  }
  reader.expect(';');
}

function readRoaTable(draft: Draft): void {
  const { reader, symbols } = draft;
  reader.expect('table');
  const name = newName(reader, symbols, true);
  symbols[name] = { class: 'roa' };
  if (!reader.accept('{')) return;
  while (!reader.accept('}')) {
    reader.expect('roa');
    readPrefix(draft);
    reader.expect('max');
    readPlainNumber(reader);
    reader.expect('as');
    readPlainNumber(reader);
    reader.expect(';');
  }
}

function readPlainNumber(reader: Reader): void {
  if (reader.peek().kind !== 'num') reader.fail();
  reader.next();
}

/** A name of its own. @param atOnce yacc needs to see no more before it looks; else it has read the next token too */
function newName(reader: Reader, symbols: Symbols, atOnce = false): string {
  const name = reader.symbol().text;
  if (Object.hasOwn(symbols, name)) {
    if (atOnce) reader.failHere('Symbol already defined');
    reader.fail('Symbol already defined');
  }
  return name;
}

function readRouterId(draft: Draft): void {
  const { reader } = draft;
  reader.expect('id');
  if (reader.accept('from')) readInterfaces({ ...draft, settings: {} });
  else draft.routerId = readId(draft);
  reader.expect(';');
}

function readLog({ reader }: Draft): void {
  if (reader.accept('syslog')) {
    if (reader.accept('name')) reader.next();
  } else if (reader.peek().kind === 'text') reader.next();
  else if (!reader.accept('stderr')) reader.fail();
  if (!reader.accept('all')) {
    reader.expect('{');
    do {
      if (!['debug', 'trace', 'info', 'remote', 'warning', 'error', 'auth', 'fatal', 'bug'].includes(reader.peek().text))
        reader.fail();
      reader.next();
    } while (reader.accept(','));
    reader.expect('}');
  }
  reader.expect(';');
}

function readListen(draft: Draft): void {
  const { reader } = draft;
  reader.expect('bgp');
  for (;;) {
    if (reader.accept('address')) draft.listen = { ...draft.listen, address: readAddress(draft) };
    else if (reader.accept('port')) draft.listen = { ...draft.listen, port: readNumber(draft) };
    else if (!reader.accept('v6only') && !reader.accept('dual')) break;
  }
  reader.expect(';');
}

function readDebugDefault(draft: Draft): void {
  const { reader } = draft;
  if (reader.accept('commands')) {
    readNumber(draft);
    return;
  }
  if (reader.accept('latency')) {
    if (reader.accept('limit')) readTime(draft);
    else readSwitch({ ...draft, settings: {} });
    return;
  }
  reader.expect('protocols');
  readFlags(reader, ['states', 'routes', 'filters', 'interfaces', 'events', 'packets']);
}

function readFilterDefinition({ reader, symbols }: Draft): void {
  const name = newName(reader, symbols, true);
  const scope = newScope(symbols);
  const from = reader.position;
  const body = readBody(reader, scope);
  symbols[name] = { class: 'filter', body, key: programKey(reader.textSince(from), scope.uses) };
}

function readFunctionDefinition({ reader, symbols }: Draft): void {
  const name = newName(reader, symbols, true);
  const scope = newScope(symbols);
  const from = reader.position;
  const params: string[] = [];
  reader.expect('(');
  if (!reader.at(')'))
    do params.push(readDeclaration(reader, scope));
    while (reader.accept(';'));
  reader.expect(')');
  const body = readBody(reader, scope);
  symbols[name] = { class: 'function', params, body, key: programKey(reader.textSince(from), scope.uses) };
}

function readDefinition({ reader, symbols }: Draft): void {
  const name = reader.symbol().text;
  reader.expect('=');
  const expression = readExpression(reader, newScope(symbols));
  reader.expect(';');
  const value = evaluateConstant(expression);
  if (value === undefined) reader.failHere('Runtime error');
  if (Object.hasOwn(symbols, name)) reader.failHere('Symbol already defined');
  symbols[name] = { class: 'constant', value };
}

/** Protocols of BIRD that are not simulated. */
const OTHER_PROTOCOLS = new Set(['babel', 'bfd', 'ospf', 'pipe', 'rip']);

function readProtocol(draft: Draft): void {
  const { reader, symbols } = draft;
  reader.peek();
  const template = reader.textSince(reader.position - 1).trim() === 'template';
  const { file, line } = reader.peek();
  const type = reader.peek().text;
  const tree = reader.peek().kind === 'keyword' && Object.hasOwn(OPTION_TREES, type) ? OPTION_TREES[type] : undefined;
  if (!tree) throw reader.error(OTHER_PROTOCOLS.has(type) ? `protocol ${type}: not simulated in this lab` : undefined);
  reader.next();
  if (type === 'device' && draft.protocols.some((each) => each.type === type))
    throw reader.errorHere('Kernel device protocol already defined');
  let name: string | undefined;
  if (reader.peek().kind === 'symbol') name = newName(reader, symbols);
  let base: Settings = DEFAULTS[type]!;
  if (reader.accept('from')) {
    const symbol = symbols[reader.symbol().text];
    if (symbol?.class !== 'template' && symbol?.class !== 'protocol') throw reader.errorHere('Template or protocol name expected');
    if (symbol.type !== type) throw reader.errorHere("Can't copy configuration from a different protocol type");
    base = symbol.settings;
  }
  name ??= defaultName(draft, type);
  const settings: Settings = { ...base };
  settings.name = name;
  settings.file = file;
  settings.line = line;
  reader.expect('{');
  const context: OptionContext = { reader, symbols, settings };
  while (!reader.accept('}')) readOption(tree, context);
  symbols[name] = { class: template ? 'template' : 'protocol', type, settings };
  if (template) return;
  if (type === 'bgp') checkBgp(reader, settings);
  draft.protocols.push(settings as unknown as ProtocolConfig);
}

function defaultName(draft: Draft, type: string): string {
  let count = draft.counters[type] ?? 0;
  let name: string;
  do name = `${type}${++count}`;
  while (Object.hasOwn(draft.symbols, name));
  draft.counters[type] = count;
  return name;
}

/** bgp_check_config(): what depends on several options, and its complaints in its order. */
function checkBgp(reader: Reader, settings: Settings): void {
  const internal = settings.localAs === settings.neighborAs;
  settings.multihop ??= internal ? 64 : 0;
  settings.gateway ??= settings.multihop ? 'recursive' : 'direct';
  if (!settings.localAs) reader.failHere('Local AS number must be set');
  if (!settings.neighbor || toNumber(String(settings.neighbor)) === 0) reader.failHere('Neighbor must be configured');
  if (!settings.neighborAs) reader.failHere('Remote AS number must be set');
  if (!internal && settings.rrClient) reader.failHere('Only internal neighbor can be RR client');
  if (internal && settings.rsClient) reader.failHere('Only external neighbor can be RS client');
  if (settings.multihop && settings.gateway === 'direct') reader.failHere('Multihop BGP cannot use direct gateway mode');
}
