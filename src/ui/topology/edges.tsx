/** Lines of the map. Each has its own grammar: the cable thin and grey, BGP amber and dashed, packets cyan, solid, with an arrow. */
import type { EdgeProps } from '@xyflow/react';
import styles from './edges.module.css';
import type { GraphEdge } from './types.ts';

type Props = EdgeProps;

const edgeOf = (props: Props) => props.data as unknown as GraphEdge;

function Broken({ edge }: { readonly edge: GraphEdge }) {
  const { x, y } = edge.middle;
  return (
    <g className={styles.broken}>
      <circle cx={x} cy={y} r="8" />
      <path d={`M${x - 3.2} ${y - 3.2} L${x + 3.2} ${y + 3.2} M${x + 3.2} ${y - 3.2} L${x - 3.2} ${y + 3.2}`} />
    </g>
  );
}

export function LinkEdge(props: Props) {
  const edge = edgeOf(props);
  return (
    <g data-testid={`link-${edge.source}`} data-state={edge.up ? 'up' : 'down'}>
      <title>{edge.title}</title>
      <path d={edge.d} className={styles.link} data-up={edge.up} />
      {!edge.up && <Broken edge={edge} />}
    </g>
  );
}

export function SessionEdge(props: Props) {
  const edge = edgeOf(props);
  return (
    <g data-testid={`session-${edge.target}-${edge.source}`} data-state={edge.up ? 'up' : 'down'}>
      <title>{edge.title}</title>
      <path d={edge.d} className={styles.session} data-up={edge.up} />
      {!edge.up && <Broken edge={edge} />}
    </g>
  );
}

export function PathEdge(props: Props) {
  const edge = edgeOf(props);
  return (
    <g data-testid={edge.testId} data-nexthop={edge.nexthop} className={styles.lit} data-fresh={edge.fresh || undefined}>
      <title>{edge.title}</title>
      <path d={edge.d} className={styles.halo} />
      <path d={edge.d} className={styles.data} data-up={edge.up} markerEnd="url(#arrow-data)" />
    </g>
  );
}

/** Arrow heads, once a page. */
export function Markers() {
  return (
    <svg width="0" height="0" style={{ position: 'absolute' }} aria-hidden="true">
      <defs>
        <marker
          id="arrow-data"
          viewBox="0 0 8 8"
          refX="6.6"
          refY="4"
          markerWidth="11"
          markerHeight="11"
          orient="auto"
          markerUnits="userSpaceOnUse"
        >
          <path d="M0.8 0.8 7 4 0.8 7.2Z" fill="var(--data)" />
        </marker>
      </defs>
    </svg>
  );
}
