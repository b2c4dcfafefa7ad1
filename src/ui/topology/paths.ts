/** Curves between things on the map, as SVG path text. Pure. */
import type { Point, Positions } from './types.ts';

export type Port = 'link' | 'data' | 'control';

const round = (n: number) => Math.round(n * 10) / 10;
const at = (p: Point) => `${round(p.x)} ${round(p.y)}`;

/** Where lines of a plane meet a host's card. */
export function portOf(positions: Positions, host: string, port: Port): Point {
  const box = positions.hosts[host];
  if (!box) return positions.gateway ?? { x: positions.busX, y: 0 };
  if (positions.lanes[host] !== undefined) return { x: box.x + box.w / 2 + (port === 'control' ? 14 : 0), y: box.y };
  const x = positions.facesRight.has(host) ? box.x + box.w : box.x;
  const offset = { link: 22, data: Math.min(40, box.h / 2), control: Math.min(60, box.h / 2 + 8) }[port];
  return { x, y: box.y + offset };
}

/** A curve from a point by the wire to a host's port: S-shaped across it, C-shaped back on the same side, along a lane to a host behind. */
export function curve(positions: Positions, from: Point, fromHost: string, to: Point, toHost: string): string {
  if (positions.lanes[toHost] !== undefined) return `M${at(from)} ${towardsLane(positions, to, toHost)}`;
  if (positions.lanes[fromHost] !== undefined) return `M${at(from)} ${fromLane(positions, from, fromHost, to)}`;
  const sides = [positions.facesRight.has(fromHost), positions.facesRight.has(toHost)];
  const bend = sides[0] === sides[1] ? positions.busX + (sides[0] ? 26 : -26) : (from.x + to.x) / 2;
  return `M${at(from)} C${round(bend)} ${round(from.y)} ${round(bend)} ${round(to.y)} ${at(to)}`;
}

function towardsLane(positions: Positions, to: Point, toHost: string): string {
  const lane = positions.lanes[toHost]!;
  const x = positions.busX;
  return `C${x} ${round(lane)} ${x} ${round(lane)} ${x + 34} ${round(lane)} L${round(to.x - 8)} ${round(lane)} Q${round(to.x)} ${round(lane)} ${at(to)}`;
}

function fromLane(positions: Positions, from: Point, fromHost: string, to: Point): string {
  const lane = positions.lanes[fromHost]!;
  const x = positions.busX;
  return `Q${round(from.x)} ${round(lane)} ${round(from.x - 8)} ${round(lane)} L${x + 34} ${round(lane)} C${x} ${round(lane)} ${x} ${round(to.y)} ${at(to)}`;
}

/** A straight line, or a gentle elbow when the two are not level. */
export function line(from: Point, to: Point): string {
  if (Math.abs(from.y - to.y) < 1) return `M${at(from)} L${at(to)}`;
  const middle = (from.x + to.x) / 2;
  return `M${at(from)} C${round(middle)} ${round(from.y)} ${round(middle)} ${round(to.y)} ${at(to)}`;
}

/** Whether everything that flies crosses the gap between bastions and nodes, with nothing drawn in it but lines. */
export const throughGap = (positions: Positions): boolean =>
  positions.shape === 'wide' && Object.keys(positions.lanes).length === 0;

/** Where the badge of a packet at `p` is anchored: in the gap if there is one, so that no card is hidden. */
export const badgePoint = (positions: Positions, p: Point): Point => (throughGap(positions) ? { x: positions.busX, y: p.y } : p);

export const between = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
