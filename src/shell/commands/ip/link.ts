/** `ip link`: show, set up|down|mtu (iproute2 6.1, ip/iplink.c). Making and deleting links is not simulated. */
import type { NetLink } from '../../../engine/index.ts';
import { readSelector, selectLinks } from './address.ts';
import {
  abbreviates,
  type Context,
  Cursor,
  garbage,
  kernelStop,
  notSimulated,
  requireRoot,
  Stop,
  unknownCommand,
  usageStop,
  wrongArgument,
} from './context.ts';
import { type Json, writeJson } from './json.ts';
import { briefJson, briefText, linkFlags, linkJson, linkText } from './link-print.ts';
import { statsJson, statsText } from './stats.ts';
import { usage } from './usage.ts';

function show(context: Context, cursor: Cursor): undefined {
  const { process, options, paint } = context;
  const links = selectLinks(context, readSelector(cursor, usage.link));
  if (options.json)
    process.out(
      writeJson(
        links.map((link) => showJson(context, link)),
        options.pretty,
      ),
    );
  else if (options.brief) {
    for (const link of links) process.out(briefText(context, link, `${paint.mac(`${link.mac} `)}<${linkFlags(link).join(',')}> `));
  } else {
    for (const link of links) {
      const text = linkText(context, link, true);
      const own = options.oneline && options.statistics ? `${text.trimEnd()}\\` : text;
      process.out(own + (options.statistics ? statsText(context, link) : ''));
    }
  }
}

function showJson(context: Context, link: NetLink): Record<string, Json> {
  const { brief, statistics } = context.options;
  if (brief) return { ...briefJson(context, link), address: link.mac, flags: linkFlags(link) };
  return { ...linkJson(context, link, true), ...(statistics ? statsJson(context, link) : {}) };
}

const UNSIMULATED = [
  'txqueuelen',
  'txqlen',
  'qlen',
  'address',
  'broadcast',
  'brd',
  'netns',
  'name',
  'alias',
  'master',
  'nomaster',
  'vrf',
  'arp',
  'multicast',
  'allmulticast',
  'promisc',
  'type',
  'group',
  'carrier',
  'xdp',
  'dynamic',
  'addrgenmode',
];

function set(context: Context, cursor: Cursor): undefined {
  let dev: string | undefined;
  let up: boolean | undefined;
  let mtu: number | undefined;
  while (!cursor.done) {
    let word = cursor.take();
    if (word === 'up') up = true;
    else if (word === 'down') up = false;
    else if (word === 'mtu') {
      const text = cursor.value();
      if (!/^\d+$/.test(text)) throw wrongArgument(text, 'Invalid "mtu" value\n'.trimEnd());
      mtu = Number(text);
    } else if (UNSIMULATED.includes(word)) throw notSimulated(`link set ${word}`);
    else {
      if (word === 'dev') word = cursor.value();
      else if (word === 'help') throw usageStop(usage.link);
      if (dev !== undefined) throw garbage('dev', word);
      dev = word;
    }
  }
  if (dev === undefined) throw new Stop('Not enough of information: "dev" argument is required.\n', 255);
  if (!Object.hasOwn(context.namespace().links, dev)) throw new Stop(`Cannot find device "${dev}"\n`, 1);
  if (up === undefined && mtu === undefined) return;
  requireRoot(context);
  const change = { ...(up === undefined ? {} : { up }), ...(mtu === undefined ? {} : { mtu }) };
  const error = context.process.sim.dispatch({ type: 'link', place: context.place, dev, action: 'set', ...change });
  if (error) throw kernelStop(error);
}

export function link(context: Context, args: readonly string[]): undefined {
  const [command = 'show', ...rest] = args;
  const cursor = new Cursor(rest);
  if (abbreviates(command, 'add') || abbreviates(command, 'delete')) {
    requireRoot(context);
    throw notSimulated(`link ${command}`);
  }
  if (abbreviates(command, 'set') || abbreviates(command, 'change')) return set(context, cursor);
  if (abbreviates(command, 'show') || command === 'lst' || abbreviates(command, 'list')) return show(context, cursor);
  for (const word of ['replace', 'xstats', 'afstats', 'property'])
    if (abbreviates(command, word)) throw notSimulated(`link ${word}`);
  if (abbreviates(command, 'help')) throw usageStop(usage.link);
  throw unknownCommand(command, 'link');
}
