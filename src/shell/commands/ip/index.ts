/**
 * `ip` of iproute2 6.1: options, objects, and the objects' commands in files of their own. Reads and changes this process's network
 * namespace; knows nothing of Kubernetes.
 */
import type { Place } from '../../../engine/index.ts';
import type { Command, Completion, Process } from '../../command.ts';
import { address } from './address.ts';
import { coloured, monochrome } from './colour.ts';
import { abbreviates, type Context, notSimulated, type Options, Stop, usageStop } from './context.ts';
import { link } from './link.ts';
import { monitor } from './monitor.ts';
import { neigh } from './neigh.ts';
import { netns, onNestedIp, placeNamed } from './netns.ts';
import { route } from './route.ts';
import { rule } from './rule.ts';
import { usage } from './usage.ts';

type Run = (context: Context, args: readonly string[]) => undefined | Promise<number>;

/** Objects in iproute2's order: the first that the word abbreviates is meant. */
const OBJECTS: readonly (readonly [name: string, run?: Run])[] = [
  ['address', address],
  ['addrlabel'],
  ['maddress'],
  ['route', route],
  ['rule', rule],
  ['neighbor', neigh],
  ['neighbour', neigh],
  ['ntable'],
  ['ntbl'],
  ['link', link],
  ['l2tp'],
  ['fou'],
  ['ila'],
  ['macsec'],
  ['tunnel'],
  ['tunl'],
  ['tuntap'],
  ['tap'],
  ['token'],
  ['tcpmetrics'],
  ['tcp_metrics'],
  ['monitor', monitor],
  ['xfrm'],
  ['mroute'],
  ['mrule'],
  ['netns', netns],
  ['netconf'],
  ['vrf'],
  ['sr'],
  ['nexthop'],
  ['mptcp'],
  ['ioam'],
  ['help'],
  ['stats'],
];

interface Settings {
  readonly options: Options;
  colour: boolean;
  netns?: string;
}

type Setter = (settings: Settings, value: () => string) => void;

function setFamily({ options }: Settings, family: string): void {
  if (family === 'inet') options.family = 'inet';
  else if (family === 'inet6') options.family = 'inet6';
  else if (['mpls', 'bridge', 'link'].includes(family)) throw notSimulated(`-family ${family}`);
  else throw new Stop(`Error: argument "${family}" is wrong: invalid protocol family\n\n`, 255);
}

/** Options in iproute2's order, without their dashes; abbreviations as for objects. */
const OPTIONS: readonly (readonly [name: string, set: Setter])[] = [
  [
    'loops',
    (_, value) => {
      value();
    },
  ],
  ['family', (s, value) => setFamily(s, value())],
  ['4', (s) => setFamily(s, 'inet')],
  ['6', (s) => setFamily(s, 'inet6')],
  ['0', () => setFamilyLink()],
  ['M', () => setFamilyLink()],
  ['B', () => setFamilyLink()],
  [
    'human-readable',
    (s) => {
      s.options.humanReadable = true;
    },
  ],
  [
    'iec',
    (s) => {
      s.options.iec = true;
    },
  ],
  [
    'stats',
    (s) => {
      s.options.statistics++;
    },
  ],
  [
    'statistics',
    (s) => {
      s.options.statistics++;
    },
  ],
  [
    'details',
    (s) => {
      s.options.details = true;
    },
  ],
  [
    'oneline',
    (s) => {
      s.options.oneline = true;
    },
  ],
  [
    'timestamp',
    (s) => {
      s.options.timestamp = 'long';
    },
  ],
  [
    'tshort',
    (s) => {
      s.options.timestamp = 'short';
    },
  ],
  ['resolve', () => {}],
  ['force', () => {}],
  [
    'batch',
    () => {
      throw notSimulated('-batch');
    },
  ],
  [
    'brief',
    (s) => {
      s.options.brief = true;
    },
  ],
  [
    'json',
    (s) => {
      s.options.json = true;
    },
  ],
  [
    'pretty',
    (s) => {
      s.options.pretty = true;
    },
  ],
  [
    'rcvbuf',
    (_, value) => {
      value();
    },
  ],
  [
    'color',
    (s) => {
      s.colour = true;
    },
  ],
  [
    'help',
    () => {
      throw usageStop(usage.ip);
    },
  ],
  [
    'netns',
    (s, value) => {
      s.netns = value();
    },
  ],
  ['Numeric', () => {}],
  ['all', () => {}],
];

function setFamilyLink(): never {
  throw notSimulated('-0, -M and -B');
}

function readOptions(args: readonly string[], isTTY: boolean): { settings: Settings; rest: readonly string[] } | 'version' {
  const settings: Settings = {
    options: {
      family: 'any',
      brief: false,
      json: false,
      pretty: false,
      details: false,
      statistics: 0,
      humanReadable: false,
      iec: false,
      timestamp: 'none',
      oneline: false,
    },
    colour: false,
  };
  let at = 0;
  const value = () => {
    at++;
    if (at >= args.length) throw new Stop('Command line is not complete. Try option "help"\n', 255);
    return args[at]!;
  };
  for (; at < args.length; at++) {
    const word = args[at]!;
    if (!word.startsWith('-')) break;
    if (word === '--') {
      at++;
      break;
    }
    const name = word.replace(/^--?/, '');
    if (abbreviates(name, 'Version')) return 'version';
    const colour = /^c(?:o(?:l(?:or?)?)?)?(?:=(always|auto|never))?$/.exec(name);
    if (colour) {
      settings.colour = colour[1] === 'never' ? false : colour[1] === 'auto' ? isTTY : true;
      continue;
    }
    const option = OPTIONS.find(([full]) => abbreviates(name, full));
    if (!option) throw new Stop(`Option "${word}" is unknown, try "ip -help".\n`, 255);
    option[1](settings, value);
  }
  return { settings, rest: args.slice(at) };
}

async function runIn(process: Process, place: Place, args: readonly string[]): Promise<number> {
  try {
    const read = readOptions(args, process.isTTY);
    if (read === 'version') {
      process.out('ip utility, iproute2-6.1.0, libbpf 1.1.2\n');
      return 0;
    }
    const { settings, rest } = read;
    const where = settings.netns === undefined ? place : placeNamed(process, settings.netns);
    const context: Context = {
      process,
      options: settings.options,
      paint: settings.colour && !settings.options.json ? coloured : monochrome,
      place: where,
      namespace: () => process.sim.world().hosts[where.host]!.netns[where.netns]!,
    };
    const [word, ...more] = rest;
    if (word === undefined) throw usageStop(usage.ip);
    const object = OBJECTS.find(([name]) => abbreviates(word, name));
    if (!object) throw new Stop(`Object "${word}" is unknown, try "ip help".\n`, 1);
    if (object[0] === 'help') throw usageStop(usage.ip);
    if (!object[1]) throw notSimulated(object[0]);
    return (await object[1](context, more)) ?? 0;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    process.err(error.message);
    return error.status;
  }
}

onNestedIp((context, place, args) => runIn(context.process, place, args));

const VERBS: Readonly<Record<string, readonly string[]>> = {
  address: ['show', 'add', 'del', 'flush', 'help'],
  route: ['show', 'get', 'add', 'del', 'replace', 'append', 'change', 'flush', 'help'],
  link: ['show', 'set', 'help'],
  neighbour: ['show', 'add', 'del', 'replace', 'get', 'flush', 'help'],
  rule: ['show', 'help'],
  netns: ['list', 'exec', 'help'],
  monitor: ['all', 'route', 'link', 'address', 'neigh', 'label', 'help'],
};

function complete(process: Process, words: readonly string[], index: number): readonly Completion[] {
  const before = words.slice(1, index).filter((word) => !word.startsWith('-'));
  const typed = words[index] ?? '';
  const object = before[0] === undefined ? undefined : OBJECTS.find(([name]) => abbreviates(before[0]!, name))?.[0];
  let candidates: readonly string[] = [];
  if (object === undefined) candidates = ['address', 'link', 'monitor', 'neigh', 'netns', 'route', 'rule'];
  else if (words[index - 1] === 'dev' || (object === 'link' && before.length >= 2))
    candidates = Object.keys(process.kernel.namespace().links);
  else if (before.length === 1) candidates = VERBS[object === 'neighbor' ? 'neighbour' : object] ?? [];
  else candidates = ['dev', 'via', 'proto', 'scope', 'src', 'metric', 'table', 'nexthop', 'weight', 'type'];
  return candidates.filter((text) => text.startsWith(typed)).map((text) => ({ text }));
}

export const ip: Command = {
  name: 'ip',
  summary: 'show and change addresses, links, routes and neighbours',
  where: 'everywhere',
  run: (process, args) => runIn(process, process.place, args),
  complete,
};
