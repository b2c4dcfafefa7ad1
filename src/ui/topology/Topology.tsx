/** The live map: draws what graph.ts computed, and lets the learner pick hosts, prefixes and pods on it. */
import '@xyflow/react/dist/base.css';
import { type Edge, type EdgeTypes, type Node, type NodeTypes, ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react';
import { Maximize2, Minus, Plus } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { World } from '../../engine/index.ts';
import { freshKeys } from '../changes/diff.ts';
import { hostAt, printedDst, routesOf } from '../model/routes.ts';
import button from '../parts/Button.module.css';
import { clearFocus, screen } from '../store/screen.ts';
import { useRun, useScreen } from '../store/use.ts';
import { BastionCard, GatewayChip, NodeCard, SegmentCard } from './cards.tsx';
import { LinkEdge, PathEdge, SessionEdge } from './edges.tsx';
import { Flights } from './Flights.tsx';
import { graph } from './graph.ts';
import styles from './Topology.module.css';
import type { Graph, GraphNode, View } from './types.ts';

const nodeTypes: NodeTypes = { bastion: BastionCard, node: NodeCard, segment: SegmentCard, gateway: GatewayChip };
const edgeTypes: EdgeTypes = { link: LinkEdge, session: SessionEdge, ecmp: PathEdge, path: PathEdge };

/** Below this width the map stands in one column. */
const TALL_BELOW = 560;
const MARGIN = { x: 24, top: 48, slim: 18, bottom: 28 };

export function Topology() {
  const world = useRun((state) => state.world);
  return (
    <section className={styles.topology} aria-label="Topology" id="map">
      {world && (
        <ReactFlowProvider>
          <LiveMap world={world} />
        </ReactFlowProvider>
      )}
    </section>
  );
}

function LiveMap({ world }: { readonly world: World }) {
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const before = useRun((state) => state.before);
  const focus = useScreen((state) => state.focus);
  const layers = useScreen((state) => state.layers);
  const picking = useScreen((state) => state.picking);
  const shape: View['shape'] = size.w > 0 && size.w < TALL_BELOW ? 'tall' : 'wide';
  const fresh = useMemo(() => freshKeys(before, world), [before, world]);
  const map = useMemo(() => graph(world, { focus, layers, shape, fresh }), [world, focus, layers, shape, fresh]);
  const nodes = useNodes(map, picking);
  const edges = useMemo(() => map.edges.map(asEdge), [map.edges]);
  const { fit, moved } = useFit(map, size);
  const height =
    shape === 'tall'
      ? Math.ceil(map.height * Math.min(1.2, size.w / (map.width + 2 * 16)) + MARGIN.top + MARGIN.bottom)
      : undefined;
  const past = useRun((state) => state.past);
  return (
    <div ref={frame} className={styles.frame} data-shape={shape} data-past={past || undefined}>
      <div className={styles.canvas} style={height ? { height } : undefined}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          zoomOnDoubleClick={false}
          zoomOnScroll={false}
          panOnScroll={shape === 'wide'}
          panOnDrag={shape === 'wide'}
          preventScrolling={shape === 'wide'}
          minZoom={0.2}
          maxZoom={2.5}
          onPaneClick={clearFocus}
          onMoveStart={(event) => event && moved()}
        >
          <Flights positions={map.positions} />
        </ReactFlow>
      </div>
      <Legend />
      <Zoom fit={fit} />
      <Caption world={world} />
    </div>
  );
}

function useSize(ref: React.RefObject<HTMLElement | null>) {
  const [size, setSize] = useState({ w: 0, h: 0 });
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const box = entry!.contentRect;
      setSize({ w: Math.round(box.width), h: Math.round(box.height) });
    });
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

/** Fits the map into its frame whenever either changes, until the learner has moved it. */
function useFit(map: Graph, size: { readonly w: number; readonly h: number }) {
  const { setViewport } = useReactFlow();
  const free = useRef(false);
  const { width, height } = map;
  const tall = map.positions.shape === 'tall';
  /** Upper edge of the uppermost bastion. */
  const first = Math.min(...map.nodes.filter((each) => each.type === 'bastion').map((each) => each.box.y), height);
  const place = useCallback(() => {
    if (!size.w || !size.h) return;
    const byWidth = (size.w - 2 * (tall ? 16 : MARGIN.x)) / width;
    const fitted = (top: number) => {
      const room = size.h - top - MARGIN.bottom;
      const zoom = Math.min(tall ? 1.2 : 1.75, byWidth, tall ? byWidth : room / height);
      return { x: (size.w - width * zoom) / 2, y: tall ? top : top + Math.max(0, (room - height * zoom) / 2), zoom };
    };
    // The legend lies above the bastion; where the bastion leaves room for it, the nodes may stand higher.
    const slim = fitted(MARGIN.slim);
    void setViewport(!tall && slim.y + first * slim.zoom > MARGIN.top ? slim : fitted(MARGIN.top));
  }, [size.w, size.h, width, height, first, tall, setViewport]);
  useEffect(() => {
    if (!free.current) place();
  }, [place]);
  return {
    fit: () => {
      free.current = false;
      place();
    },
    moved: () => {
      free.current = true;
    },
  };
}

/** The cards as React Flow wants them; a card that did not change keeps its identity, and so is not drawn again. */
function useNodes(
  map: Graph,
  picking: { readonly picked: readonly string[]; readonly options: readonly string[] } | undefined,
): Node[] {
  const kept = useRef(new Map<string, { readonly key: string; readonly node: Node }>());
  return useMemo(
    () =>
      map.nodes.map((each) => {
        const pickable = picking?.options.includes(each.id) ?? false;
        const data = { ...each, pickable, picked: picking?.picked.includes(each.id) ?? false };
        const key = JSON.stringify(data);
        const known = kept.current.get(each.id);
        if (known?.key === key) return known.node;
        const node = asNode(each, data);
        kept.current.set(each.id, { key, node });
        return node;
      }),
    [map.nodes, picking],
  );
}

function asNode(each: GraphNode, data: Record<string, unknown>): Node {
  const { x, y, w, h } = each.box;
  const segment = each.type === 'segment';
  // React Flow takes the pointer from nodes that can be neither dragged nor selected; these hold buttons.
  const style = { pointerEvents: segment ? 'none' : 'all' } as const;
  return { id: each.id, type: each.type, position: { x, y }, width: w, height: h, data, style, zIndex: segment ? 0 : 2 };
}

function asEdge(each: Graph['edges'][number]): Edge {
  const { id, type, source, target } = each;
  return { id, type, source, target, data: { ...each }, zIndex: { link: 0, session: 1, ecmp: 3, path: 4 }[type] };
}

function Legend() {
  const layers = useScreen((state) => state.layers);
  const toggle = (layer: 'data' | 'control') => screen.setState({ layers: { ...layers, [layer]: !layers[layer] } });
  return (
    <fieldset className={styles.legend} aria-label="Layers">
      <button type="button" aria-pressed={layers.data} onClick={() => toggle('data')} title="Show or hide the way packets take">
        <svg width="22" height="8" aria-hidden="true">
          <path d="M1 4H21" stroke="var(--data)" strokeWidth="2.25" strokeLinecap="round" />
        </svg>
        Data plane
      </button>
      <button type="button" aria-pressed={layers.control} onClick={() => toggle('control')} title="Show or hide BGP sessions">
        <svg width="22" height="8" aria-hidden="true">
          <path d="M1 4H21" stroke="var(--ctl)" strokeWidth="1.75" strokeDasharray="4 3.5" />
        </svg>
        Control plane
      </button>
      <span>
        <svg width="22" height="8" aria-hidden="true">
          <rect x="5" y="1" width="12" height="6" rx="3" fill="none" stroke="var(--nat)" strokeWidth="1.5" />
        </svg>
        NAT
      </span>
    </fieldset>
  );
}

/** What is lit, in words. */
function Caption({ world }: { readonly world: World }) {
  const focus = useScreen((state) => state.focus);
  if (focus.kind === 'trace') {
    const trace = world.flows.find((each) => each.id === focus.id);
    if (!trace) return null;
    const good = trace.disposition === 'delivered';
    return (
      <p className={styles.caption} data-good={good} data-testid="caption">
        <b>
          {good ? '✓' : '✕'} {trace.disposition.replaceAll('-', ' ')}
        </b>{' '}
        {good ? (trace.reverse ? 'there and back' : 'no answer came back') : trace.reason}
      </p>
    );
  }
  if (focus.kind !== 'prefix') return null;
  const route = routesOf(world.hosts[focus.host]).find((each) => each.dst === focus.dst);
  if (!route) return null;
  const names = route.nexthops.map((hop) => hostAt(world, hop.via) ?? hop.via ?? hop.dev);
  const shown = names.length > 4 ? `${names.length} next hops` : names.join(', ');
  return (
    <p className={styles.caption} data-testid="caption">
      <b>{printedDst(route.dst)}</b> on {focus.host} leads to {shown}
      {names.length > 1 ? ': a hash picks one for each flow' : ''}
    </p>
  );
}

function Zoom({ fit }: { fit(): void }) {
  const { zoomIn, zoomOut } = useReactFlow();
  return (
    <fieldset className={styles.zoom} aria-label="Zoom">
      <button
        type="button"
        className={`${button.quiet} ${button.square}`}
        aria-label="Zoom out"
        title="Zoom out"
        onClick={() => zoomOut()}
      >
        <Minus size="0.875rem" />
      </button>
      <button
        type="button"
        className={`${button.quiet} ${button.square}`}
        aria-label="Zoom in"
        title="Zoom in"
        onClick={() => zoomIn()}
      >
        <Plus size="0.875rem" />
      </button>
      <button
        type="button"
        className={`${button.quiet} ${button.square}`}
        aria-label="Fit the map"
        title="Fit the map"
        onClick={fit}
      >
        <Maximize2 size="0.8125rem" />
      </button>
    </fieldset>
  );
}
