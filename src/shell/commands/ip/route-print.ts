/** Prints routes as `ip route` does (iproute.c, print_route): field order, trailing spaces and all. */
import type { NetNamespace, Route } from '../../../engine/index.ts';
import type { Palette } from './colour.ts';
import type { Options } from './context.ts';
import type { Json } from './json.ts';

/** What a row prints beyond a Route of the main table. */
export interface RouteRow extends Omit<Route, 'type'> {
  readonly type: Route['type'] | 'local' | 'broadcast';
  readonly table?: string;
}

/** Fields that the selector fixed and so are not printed again. */
export interface Hidden {
  readonly dev?: boolean;
  readonly via?: boolean;
  readonly proto?: boolean;
  readonly scope?: boolean;
  readonly src?: boolean;
  readonly type?: boolean;
}

/** `default`, `10.49.0.0/16`, `10.49.50.18`. */
export function dstText(dst: string): string {
  return dst === '0.0.0.0/0' ? 'default' : dst.replace(/\/32$/, '');
}

/** A next hop's flags: its link is down, or has no carrier. */
export function hopFlags(ns: NetNamespace, dev: string, onlink = false): readonly string[] {
  const link = ns.links[dev];
  const flags: string[] = [];
  if (link && !link.up) flags.push('dead');
  if (onlink) flags.push('onlink');
  if (link && (!link.up || !link.carrier)) flags.push('linkdown');
  return flags;
}

/** A coloured field keeps its trailing space inside the colour, as print_color_string() with "%s " does. */
const spaced = (paint: (text: string) => string, text: string) => paint(`${text} `);

export function routeText(ns: NetNamespace, row: RouteRow, options: Options, paint: Palette, hidden: Hidden = {}): string {
  const [only] = row.nexthops;
  const single = row.nexthops.length === 1 ? only : undefined;
  let text = '';
  if ((row.type !== 'unicast' || options.details) && !hidden.type) text += `${row.type} `;
  const dst = dstText(row.dst);
  text += dst === 'default' ? 'default ' : spaced(paint.inet, dst);
  if (single?.via !== undefined && !hidden.via) text += `via ${spaced(paint.inet, single.via)}`;
  if (single && !hidden.dev) text += `dev ${spaced(paint.dev, single.dev)}`;
  if (row.table !== undefined) text += `table ${row.table} `;
  if ((row.proto !== 'boot' || options.details) && !hidden.proto) text += `proto ${row.proto} `;
  if ((row.scope !== 'global' || options.details) && !hidden.scope) text += `scope ${row.scope} `;
  if (row.src !== undefined && !hidden.src) text += `src ${spaced(paint.inet, row.src)}`;
  if (row.metric) text += `metric ${row.metric} `;
  if (single) for (const flag of hopFlags(ns, single.dev, single.onlink)) text += `${flag} `;
  if (row.nexthops.length > 1) {
    for (const hop of row.nexthops) {
      text += `${options.oneline ? '\\' : '\n'}\tnexthop `;
      if (hop.via !== undefined) text += `via ${spaced(paint.inet, hop.via)}`;
      text += `dev ${spaced(paint.dev, hop.dev)}weight ${hop.weight} `;
      for (const flag of hopFlags(ns, hop.dev, hop.onlink)) text += `${flag} `;
    }
  }
  return `${text}\n`;
}

export function routeJson(ns: NetNamespace, row: RouteRow, options: Options, hidden: Hidden = {}): Json {
  const single = row.nexthops.length === 1 ? row.nexthops[0] : undefined;
  return {
    ...((row.type !== 'unicast' || options.details) && !hidden.type ? { type: row.type } : {}),
    dst: dstText(row.dst),
    ...(single?.via !== undefined && !hidden.via ? { gateway: single.via } : {}),
    ...(single && !hidden.dev ? { dev: single.dev } : {}),
    ...(row.table === undefined ? {} : { table: row.table }),
    ...((row.proto !== 'boot' || options.details) && !hidden.proto ? { protocol: row.proto } : {}),
    ...((row.scope !== 'global' || options.details) && !hidden.scope ? { scope: row.scope } : {}),
    ...(row.src !== undefined && !hidden.src ? { prefsrc: row.src } : {}),
    ...(row.metric ? { metric: row.metric } : {}),
    flags: single ? hopFlags(ns, single.dev, single.onlink) : [],
    ...(row.nexthops.length > 1
      ? {
          nexthops: row.nexthops.map((hop) => ({
            ...(hop.via === undefined ? {} : { gateway: hop.via }),
            dev: hop.dev,
            weight: hop.weight,
            flags: hopFlags(ns, hop.dev, hop.onlink),
          })),
        }
      : {}),
  };
}
