/**
 * Where every card goes. Placed by hand for this shape: bastions, the wire, then nodes; one column while the nodes are few,
 * a grid of small cards when they are many. Pure. Sizes here are the sizes the cards' style sheets are written for.
 */
import type { Box, HostCard, Point, Positions, View } from './types.ts';

export const CARD = {
  width: { bastion: 296, node: 316, compact: 188 },
  head: 42,
  routeRow: 24,
  birdRow: 38,
  chipRow: 26,
  pod: 42,
  gap: 8,
  pad: 14,
  compactHeight: 92,
  /** A compact card without pods. */
  compactBare: 64,
} as const;

/** From this many nodes on, cards are small. */
export const COMPACT_FROM = 7;

const LABEL_WIDTH = 66;
/** Advance of the chips' type, 10.5 px JetBrains Mono. */
const CHAR = 6.3;

/** How many rows the chips take, laid like words in a paragraph. */
export function chipRows(texts: readonly string[], width: number): number {
  let rows = 1;
  let x = LABEL_WIDTH;
  for (const text of texts) {
    const w = text.length * CHAR + 18;
    if (x + w > width && x > LABEL_WIDTH) {
      rows++;
      x = LABEL_WIDTH;
    }
    x += w + 6;
  }
  return rows;
}

export function bastionHeight(card: HostCard): number {
  const rows = card.routes.length + (card.hiddenRoutes ? 1 : 0);
  return CARD.head + Math.max(1, rows) * CARD.routeRow + CARD.birdRow + 12;
}

export function nodeHeight(card: HostCard): number {
  if (card.compact) return card.pods.length || card.hiddenPods ? CARD.compactHeight : CARD.compactBare;
  const inner = CARD.width.node - 2 * CARD.pad;
  const chips = card.announces.map((each) => each.printed + (each.fresh ? '+ ' : ''));
  if (card.hiddenAnnouncements) chips.push(`${card.hiddenAnnouncements} more`);
  const podRows = Math.ceil((card.pods.length + (card.hiddenPods ? 1 : 0)) / 2);
  const pods = podRows ? podRows * CARD.pod + (podRows - 1) * CARD.gap : 0;
  return CARD.head + chipRows(chips, inner) * CARD.chipRow + (pods ? pods + 8 : 0) + CARD.pad;
}

/** A pod's chip inside its node's card. */
export function podBox(card: HostCard, box: Box, index: number): Box {
  if (card.compact) return { x: box.x + 10 + index * 57, y: box.y + 62, w: 53, h: 22 };
  const inner = CARD.width.node - 2 * CARD.pad;
  const w = (inner - CARD.gap) / 2;
  const rows = Math.ceil((card.pods.length + (card.hiddenPods ? 1 : 0)) / 2);
  const top = box.y + box.h - CARD.pad - rows * CARD.pod - (rows - 1) * CARD.gap;
  return {
    x: box.x + CARD.pad + (index % 2) * (w + CARD.gap),
    y: top + Math.floor(index / 2) * (CARD.pod + CARD.gap),
    w,
    h: CARD.pod,
  };
}

/** So that the whole is about as wide as a screen is. */
const columnsFor = (nodes: number) => (nodes > 30 ? 7 : nodes > 20 ? 5 : nodes > 9 ? 4 : 3);

export interface Layout {
  readonly positions: Positions;
  readonly width: number;
  readonly height: number;
  /** The wire, and where the default gateway hangs on it. */
  readonly bus: Box;
}

/** Places the cards. `bastions` and `nodes` in the order they are to stand. */
export function layout(bastions: readonly HostCard[], nodes: readonly HostCard[], shape: View['shape']): Layout {
  const hosts: Record<string, Box> = {};
  const lanes: Record<string, number> = {};
  const compact = nodes.some((each) => each.compact);
  const tall = shape === 'tall';
  const left = tall ? 44 : 0;
  const gap = 16;

  const bastionsHeight = bastions.reduce((sum, each) => sum + bastionHeight(each) + gap, -gap);
  const busX = tall ? 14 : CARD.width.bastion + 68;
  const nodesX = tall ? left : busX + 68;
  const nodeWidth = compact && !tall ? CARD.width.compact : CARD.width.node;
  const columns = compact && !tall ? columnsFor(nodes.length) : 1;

  let y = tall ? bastionsHeight + 26 : compact ? 14 : 0;
  const nodesTop = y;
  for (let row = 0; row * columns < nodes.length; row++) {
    const members = nodes.slice(row * columns, (row + 1) * columns);
    const height = Math.max(...members.map(nodeHeight));
    members.forEach((card, column) => {
      hosts[card.name] = { x: nodesX + column * (nodeWidth + 16), y, w: nodeWidth, h: height };
      if (column > 0) lanes[card.name] = y - 11;
    });
    y += height + (compact ? 24 : gap);
  }
  const nodesBottom = y - (compact ? 24 : gap);
  const nodesHeight = nodesBottom - nodesTop;

  let by = tall ? 0 : Math.max(0, (nodesHeight - bastionsHeight) / 2);
  const shift = tall ? 0 : Math.max(0, (bastionsHeight - nodesHeight) / 2);
  if (shift) {
    for (const card of nodes) {
      const box = hosts[card.name]!;
      hosts[card.name] = { ...box, y: box.y + shift };
      if (lanes[card.name] !== undefined) lanes[card.name] = lanes[card.name]! + shift;
    }
  }
  const bastionWidth = tall ? CARD.width.node : CARD.width.bastion;
  for (const card of bastions) {
    hosts[card.name] = { x: left, y: by, w: bastionWidth, h: bastionHeight(card) };
    by += bastionHeight(card) + gap;
  }

  const width = tall ? left + nodeWidth : nodesX + columns * nodeWidth + (columns - 1) * 16;
  const height = Math.max(tall ? nodesBottom : 0, bastionsHeight, nodesHeight + (tall ? nodesTop : 0));
  const boxes = Object.values(hosts);
  const top = Math.min(...boxes.map((each) => each.y), 0);
  const bottom = Math.max(...boxes.map((each) => each.y + each.h), 120);
  const bus: Box = { x: busX - 4, y: top, w: 8, h: bottom - top };
  const gateway: Point = { x: busX, y: bottom + 22 };
  return {
    positions: {
      shape,
      hosts,
      pods: podBoxes(nodes, hosts),
      rows: rowPoints(bastions, hosts, tall),
      facesRight: new Set(tall ? [] : bastions.map((each) => each.name)),
      lanes,
      busX,
      gateway,
    },
    width,
    height: height + 30,
    bus,
  };
}

function podBoxes(nodes: readonly HostCard[], hosts: Readonly<Record<string, Box>>): Record<string, Box> {
  const boxes: Record<string, Box> = {};
  for (const card of nodes) {
    card.pods.forEach((pod, index) => {
      boxes[`${card.name} ${pod.key}`] = podBox(card, hosts[card.name]!, index);
    });
  }
  return boxes;
}

function rowPoints(bastions: readonly HostCard[], hosts: Readonly<Record<string, Box>>, tall: boolean): Record<string, Point> {
  const points: Record<string, Point> = {};
  for (const card of bastions) {
    const box = hosts[card.name]!;
    card.routes.forEach((row, index) => {
      points[`${card.name} ${row.dst}`] = { x: tall ? box.x : box.x + box.w, y: box.y + CARD.head + (index + 0.5) * CARD.routeRow };
    });
  }
  return points;
}
