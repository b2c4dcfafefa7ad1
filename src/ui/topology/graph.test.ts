import { describe, expect, it } from 'vitest';
import { addressOf, advertised, buildWorld, droppedTrace, vipTrace } from '../testing/world.ts';
import { flight, nest } from './flight.ts';
import { graph } from './graph.ts';
import type { Box, View } from './types.ts';

const view: View = { focus: { kind: 'none' }, layers: { data: true, control: true }, shape: 'wide', fresh: new Set() };

function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

describe('the map', () => {
  it('shows the routing table of the bastion in the order ip route prints it', () => {
    const map = graph(buildWorld({ learned: advertised }), view);
    const card = map.nodes.find((node) => node.id === 'host1')?.card;
    expect(card?.routes.map((row) => `${row.printed} ${row.via}`)).toEqual([
      'default 10.0.1.1'.replace('10.0.1.1', 'gateway'),
      '10.0.1.0/24 ens5',
      '10.48.2.232/29 worker1',
      '10.49.0.0/16 .20 .30 .31',
      '10.49.50.18 worker2',
    ]);
  });

  it('puts each prefix on the nodes it leads to', () => {
    const map = graph(buildWorld({ learned: advertised }), view);
    const chips = Object.fromEntries(
      map.nodes.filter((node) => node.type === 'node').map((node) => [node.id, node.card?.announces.map((each) => each.prefix)]),
    );
    expect(chips).toEqual({
      control1: ['10.49.0.0/16'],
      worker1: ['10.48.2.232/29', '10.49.0.0/16'],
      worker2: ['10.49.0.0/16', '10.49.50.18/32'],
    });
  });

  it('lights the ECMP set of the chosen prefix and nothing else', () => {
    const chosen: View = { ...view, focus: { kind: 'prefix', host: 'host1', dst: '10.49.0.0/16' } };
    const edges = graph(buildWorld({ learned: advertised }), chosen).edges.filter((edge) => edge.type === 'ecmp');
    expect(edges.map((edge) => [edge.testId, edge.nexthop])).toEqual([
      ['ecmp-host1-10.49.0.0/16', '10.0.1.20'],
      ['ecmp-host1-10.49.0.0/16', '10.0.1.30'],
      ['ecmp-host1-10.49.0.0/16', '10.0.1.31'],
    ]);
  });

  it('names a /32 as ip route prints it', () => {
    const chosen: View = { ...view, focus: { kind: 'prefix', host: 'host1', dst: '10.49.50.18/32' } };
    const edges = graph(buildWorld({ learned: advertised }), chosen).edges.filter((edge) => edge.type === 'ecmp');
    expect(edges.map((edge) => [edge.testId, edge.nexthop])).toEqual([['ecmp-host1-10.49.50.18', '10.0.1.31']]);
  });

  it('tells a host that is off and a pod that is not ready', () => {
    const world = buildWorld({ off: ['worker2'], notReady: ['database-67d9fdffc8-q4m6n'] });
    const map = graph(world, view);
    const card = (name: string) => map.nodes.find((node) => node.id === name)?.card;
    expect(card('worker2')?.faults).toEqual(['powered off']);
    expect(card('worker1')?.pods.map((pod) => [pod.title, pod.state])).toEqual([
      ['database', 'not ready'],
      ['nginx', 'ready'],
    ]);
    expect(map.edges.filter((edge) => edge.type === 'link').map((edge) => [edge.id, edge.up])).toEqual([
      ['link host1', true],
      ['link control1', true],
      ['link worker1', true],
      ['link worker2', false],
    ]);
  });

  it.each([1, 2, 5, 6, 7, 13, 31, 50])('places %i workers without overlap, wide and tall', (workers) => {
    const names = Array.from({ length: workers }, (_, n) => `worker${n + 1}`);
    const world = buildWorld({ workers, learned: { '10.49.0.0/16': names, '10.49.50.18/32': [names[0]!] } });
    for (const shape of ['wide', 'tall'] as const) {
      const map = graph(world, { ...view, shape });
      const boxes = map.nodes.filter((node) => node.type !== 'segment').map((node) => node.box);
      const clashes = boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => overlaps(a, b)));
      expect(clashes).toEqual([]);
      expect(boxes.every((box) => box.x >= 0 && box.x + box.w <= map.width && box.y + box.h <= map.height)).toBe(true);
    }
    expect(addressOf('worker1')).toBe('10.0.1.30');
  });
});

describe('the flight of a packet', () => {
  const world = buildWorld({ learned: advertised });
  const { positions } = graph(world, view);

  it('goes hop by hop, flips its header where NAT rewrites, and the answer comes back', () => {
    const frames = flight(vipTrace(), positions);
    const told = frames.map((frame) => {
      if (frame.type === 'move')
        return `${frame.reply ? 'back' : 'there'} ${frame.leg.fromHost}→${frame.leg.toHost} ${frame.header.src}→${frame.header.dst}`;
      return frame.type === 'rewrite' ? `rewrite ${frame.changed.join(' ')}` : `end ${frame.disposition}`;
    });
    expect(told).toEqual([
      'there host1→worker2 10.0.1.10→10.49.50.18',
      'rewrite src dst',
      'there worker2→worker2 10.0.1.31→10.48.0.134',
      'back worker2→worker2 10.48.0.134→10.0.1.31',
      'rewrite src dst',
      'back worker2→host1 10.49.50.18→10.0.1.10',
      'end delivered',
    ]);
  });

  it('starts at the row of the routing table that decided', () => {
    const first = flight(vipTrace(), positions)[0];
    expect(first?.type === 'move' && first.leg.from).toEqual(positions.rows['host1 10.49.50.18/32']);
  });

  it('ends a drop where it happened, with its reason', () => {
    const frames = flight(droppedTrace(), positions);
    const box = positions.hosts.control1!;
    expect(frames.at(-1)).toEqual({
      type: 'end',
      at: { x: box.x, y: box.y + Math.min(40, box.h / 2) },
      disposition: 'dropped',
      reason: 'No local endpoint for an external request under policy Local.',
      ms: 600,
    });
  });

  it('shows what a server asked others between the request and its answer', () => {
    const asked = { ...droppedTrace('t7-2'), flow: { ...droppedTrace().flow, from: vipTrace().received!.place } };
    expect(nest([vipTrace(), asked]).map((each) => [each.trace.id, each.asked.map((one) => one.id)])).toEqual([['t7-1', ['t7-2']]]);
  });
});
