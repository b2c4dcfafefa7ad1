/** `ip neigh`: show, add, del, change, replace, get, flush (iproute2 6.1, ip/ipneigh.c). */
import { compareAddresses, isInside, type Neighbour, neighbourState } from '../../../engine/index.ts';
import {
  abbreviates,
  type Context,
  Cursor,
  garbage,
  kernelStop,
  notSimulated,
  readAddress,
  readPrefix,
  requireRoot,
  Stop,
  unknownCommand,
  usageStop,
  wrongArgument,
} from './context.ts';
import { writeJson } from './json.ts';
import { usage } from './usage.ts';

const STATES: Readonly<Record<string, Neighbour['state'] | 'NONE' | 'DELAY' | 'PROBE'>> = {
  permanent: 'PERMANENT',
  reachable: 'REACHABLE',
  noarp: 'NOARP',
  none: 'NONE',
  stale: 'STALE',
  incomplete: 'INCOMPLETE',
  delay: 'DELAY',
  probe: 'PROBE',
  failed: 'FAILED',
};

function readState(text: string): string {
  const state = Object.hasOwn(STATES, text) ? STATES[text] : text === 'all' ? 'all' : undefined;
  if (state === undefined) throw wrongArgument(text, 'nud state is bad');
  return state;
}

interface Selector {
  dev?: string;
  to?: string;
  nud?: string;
}

function readSelector(context: Context, cursor: Cursor): Selector {
  const selector: Selector = {};
  while (!cursor.done) {
    let word = cursor.take();
    if (word === 'dev') selector.dev = cursor.value();
    else if (word === 'nud') selector.nud = readState(cursor.value());
    else if (['master', 'vrf', 'nomaster', 'proxy', 'unused', 'protocol'].includes(word))
      throw notSimulated(`neigh selector ${word}`);
    else {
      if (word === 'to') word = cursor.value();
      else if (abbreviates(word, 'help')) throw usageStop(usage.neigh);
      if (selector.to !== undefined) throw garbage('to', word);
      selector.to = readPrefix(word, 'any');
    }
  }
  if (selector.dev !== undefined && !Object.hasOwn(context.namespace().links, selector.dev))
    throw new Stop(`Cannot find device "${selector.dev}"\n`, 1);
  return selector;
}

function chosen(context: Context, s: Selector): readonly Neighbour[] {
  const now = context.process.now();
  return Object.values(context.namespace().neighbours)
    .filter((n) => (s.dev === undefined || n.dev === s.dev) && (s.to === undefined || isInside(n.address, s.to)))
    .filter((n) => (s.nud === undefined ? n.state !== 'NOARP' : s.nud === 'all' || neighbourState(n, now) === s.nud))
    .sort((a, b) => a.dev.localeCompare(b.dev) || compareAddresses(a.address, b.address));
}

export function neighbourText(context: Context, n: Neighbour, withDev: boolean): string {
  const { paint, options, process } = context;
  const state = neighbourState(n, process.now());
  const age = Math.round((process.now() - n.at) / 1000);
  let text = paint.inet(`${n.address} `);
  if (withDev) text += `dev ${paint.dev(`${n.dev} `)}`;
  if (n.mac !== undefined) text += `lladdr ${paint.mac(`${n.mac} `)}`;
  if (options.statistics) text += ` used ${age}/${age}/${age}probes ${state === 'FAILED' ? 6 : 1} `;
  return `${text}${state} \n`;
}

function show(context: Context, cursor: Cursor): undefined {
  const { process, options } = context;
  const selector = readSelector(context, cursor);
  const rows = options.family === 'inet6' ? [] : chosen(context, selector);
  if (options.json) {
    const objects = rows.map((n) => ({
      dst: n.address,
      ...(selector.dev === undefined ? { dev: n.dev } : {}),
      ...(n.mac === undefined ? {} : { lladdr: n.mac }),
      state: [neighbourState(n, process.now())],
    }));
    process.out(writeJson(objects, options.pretty));
  } else {
    process.out(rows.map((n) => neighbourText(context, n, selector.dev === undefined)).join(''));
  }
}

function flush(context: Context, cursor: Cursor): undefined {
  if (cursor.done) throw new Stop('Flush requires arguments.\n', 1);
  if (cursor.peek() === 'all') cursor.take();
  const selector = readSelector(context, cursor);
  const rows = chosen(context, selector).filter((n) => n.state !== 'PERMANENT');
  if (rows.length === 0) return;
  requireRoot(context);
  for (const { dev, address } of rows)
    context.process.sim.dispatch({ type: 'neighbour', place: context.place, dev, address, action: 'delete' });
}

function change(context: Context, action: 'add' | 'replace' | 'change' | 'delete', cursor: Cursor): undefined {
  let dev: string | undefined;
  let address: string | undefined;
  let mac: string | undefined;
  let state: string | undefined;
  while (!cursor.done) {
    let word = cursor.take();
    if (word === 'lladdr') mac = cursor.value().toLowerCase();
    else if (word === 'nud') state = readState(cursor.value());
    else if (word === 'dev') dev = cursor.value();
    else if (['proxy', 'router', 'use', 'managed', 'extern_learn', 'protocol'].includes(word))
      throw notSimulated(`neigh option ${word}`);
    else {
      if (word === 'to') word = cursor.value();
      else if (word === 'help') throw usageStop(usage.neigh);
      if (address !== undefined) throw garbage('to', word);
      address = readAddress(word, 'any');
    }
  }
  if (dev === undefined || address === undefined) throw new Stop('Device and destination are required arguments.\n', 255);
  if (!Object.hasOwn(context.namespace().links, dev)) throw new Stop(`Cannot find device "${dev}"\n`, 1);
  requireRoot(context);
  if (mac !== undefined && !/^([\da-f]{1,2}:){5}[\da-f]{1,2}$/.test(mac)) throw new Stop(`"${mac}" is invalid lladdr.\n`, 255);
  const { place, process } = context;
  const error =
    action === 'delete'
      ? process.sim.dispatch({ type: 'neighbour', place, dev, address, action })
      : process.sim.dispatch({
          type: 'neighbour',
          place,
          dev,
          address,
          action,
          state: (state ?? 'PERMANENT') as Neighbour['state'],
          ...(mac === undefined ? {} : { mac }),
        });
  if (error) throw kernelStop(error);
}

function get(context: Context, cursor: Cursor): undefined {
  let dev: string | undefined;
  let address: string | undefined;
  while (!cursor.done) {
    const word = cursor.take();
    if (word === 'dev') dev = cursor.value();
    else address = readAddress(word === 'to' ? cursor.value() : word, 'any');
  }
  if (dev === undefined || address === undefined) throw new Stop('Device and address are required arguments.\n', 255);
  if (!Object.hasOwn(context.namespace().links, dev)) throw new Stop(`Cannot find device "${dev}"\n`, 1);
  const found = chosen(context, { dev, to: address, nud: 'all' })[0];
  if (!found) throw kernelStop({ errno: 'ENOENT', message: 'Neighbour entry not found' });
  context.process.out(neighbourText(context, found, true));
}

export function neigh(context: Context, args: readonly string[]): undefined {
  const [command = 'show', ...rest] = args;
  const cursor = new Cursor(rest);
  if (abbreviates(command, 'add')) return change(context, 'add', cursor);
  if (abbreviates(command, 'change') || command === 'chg') return change(context, 'change', cursor);
  if (abbreviates(command, 'replace')) return change(context, 'replace', cursor);
  if (abbreviates(command, 'delete')) return change(context, 'delete', cursor);
  if (abbreviates(command, 'get')) return get(context, cursor);
  if (abbreviates(command, 'show') || command === 'lst' || abbreviates(command, 'list')) return show(context, cursor);
  if (abbreviates(command, 'flush')) return flush(context, cursor);
  if (abbreviates(command, 'help')) throw usageStop(usage.neigh);
  throw unknownCommand(command, 'neigh');
}
