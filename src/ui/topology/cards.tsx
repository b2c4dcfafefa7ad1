/** The machines on the map. Sizes come from layout.ts; style sheet and layout are written for each other. */
import { Handle, type NodeProps, Position } from '@xyflow/react';
import clsx from 'clsx';
import { MoreHorizontal } from 'lucide-react';
import { memo } from 'react';
import type { PodView } from '../model/pods.ts';
import { Menu } from '../parts/Menu.tsx';
import { focusPrefix, inspect, pick, screen } from '../store/screen.ts';
import { hostActions, podActions } from './actions.tsx';
import styles from './cards.module.css';
import type { Announcement, GraphNode, HostCard, RouteRow } from './types.ts';

interface Placed extends GraphNode {
  readonly pickable: boolean;
  readonly picked: boolean;
}

const placed = (props: NodeProps) => props.data as unknown as Placed;

function Anchors() {
  return (
    <>
      <Handle type="source" position={Position.Left} isConnectable={false} />
      <Handle type="target" position={Position.Left} isConnectable={false} />
    </>
  );
}

function Title({ node, card }: { readonly node: Placed; readonly card: HostCard }) {
  return (
    <header className={styles.title}>
      <button
        type="button"
        className={clsx(styles.name, 'nodrag', 'nopan')}
        aria-pressed={node.pickable ? node.picked : undefined}
        onClick={() => (screen.getState().picking && node.pickable ? pick(card.name) : inspect('routes', { inspected: card.name }))}
        title={node.pickable ? `Answer with ${card.name}` : `Show the tables of ${card.name}`}
      >
        {card.name}
      </button>
      {card.faults.map((fault) => (
        <span key={fault} className={styles.fault}>
          {fault}
        </span>
      ))}
      <span className={styles.address}>{card.compact ? `.${card.address.split('.').at(-1)}` : card.address}</span>
      <Menu label={`Actions on ${card.name}`} items={() => hostActions(card.name)} className={clsx(styles.more, 'nodrag', 'nopan')}>
        <MoreHorizontal size="0.875rem" />
      </Menu>
    </header>
  );
}

const cardClass = (node: Placed, card: HostCard) =>
  clsx(
    styles.card,
    card.compact && styles.compact,
    card.lit && styles.lit,
    !card.up && styles.off,
    node.pickable && styles.pickable,
    node.picked && styles.picked,
  );

function Row({ host, row }: { readonly host: string; readonly row: RouteRow }) {
  return (
    <li>
      <button
        type="button"
        className={clsx(
          styles.route,
          !row.learned && styles.plain,
          row.lit && styles.routeLit,
          row.fresh && styles.fresh,
          'nodrag',
          'nopan',
        )}
        data-testid={`route-${host}-${row.printed}`}
        data-fresh={row.fresh || undefined}
        aria-pressed={row.lit}
        title={row.title}
        onClick={() => focusPrefix(host, row.dst)}
      >
        <span>{row.printed}</span>
        <span className={styles.via}>{row.via}</span>
      </button>
    </li>
  );
}

function Sessions({ card }: { readonly card: HostCard }) {
  const up = card.sessions.filter((each) => each.up).length;
  const total = card.sessions.length;
  return (
    <footer className={styles.bird}>
      <button type="button" className="nodrag nopan" onClick={() => inspect('bgp', { inspected: card.name })}>
        <span className={styles.birdName}>BIRD</span>
        {total ? `${up} of ${total} sessions up` : 'no sessions'}
      </button>
      {total > 0 && total <= 8 && (
        <span className={styles.dots}>
          {card.sessions.map((each) => (
            <i key={each.protocol} data-up={each.up} title={`${each.protocol}: ${each.state}`} />
          ))}
        </span>
      )}
    </footer>
  );
}

export const BastionCard = memo(function BastionCard(props: NodeProps) {
  const node = placed(props);
  const card = node.card!;
  return (
    <article
      className={cardClass(node, card)}
      data-testid={`host-${card.name}`}
      data-state={card.up ? 'up' : 'off'}
      aria-label={card.name}
    >
      <Anchors />
      <Title node={node} card={card} />
      <ul className={styles.routes} aria-label={`Routing table of ${card.name}`}>
        {card.routes.map((row) => (
          <Row key={row.dst + row.title} host={card.name} row={row} />
        ))}
        {card.hiddenRoutes > 0 && (
          <li>
            <button
              type="button"
              className={clsx(styles.route, styles.plain)}
              onClick={() => inspect('routes', { inspected: card.name })}
            >
              {card.hiddenRoutes} more routes
            </button>
          </li>
        )}
      </ul>
      <Sessions card={card} />
    </article>
  );
});

function Chip({ host, each }: { readonly host: string; readonly each: Announcement }) {
  return (
    <span
      className={clsx(styles.chip, each.lit && styles.chipLit, each.fresh && styles.chipFresh)}
      data-testid={`announces-${host}-${each.printed}`}
      title={`${host} announces ${each.printed}`}
    >
      {each.fresh && <span className="visually-hidden">new: </span>}
      {each.fresh ? '+ ' : ''}
      {each.printed}
    </span>
  );
}

function Announces({ card }: { readonly card: HostCard }) {
  const { announces, hiddenAnnouncements: hidden, refused } = card;
  const toBgp = () => inspect('bgp', { inspected: card.name });
  return (
    <div className={styles.announces}>
      <span className={styles.label}>{announces.length + hidden + refused.length ? 'announces' : 'announces nothing'}</span>
      {announces.map((each) => (
        <Chip key={each.prefix} host={card.name} each={each} />
      ))}
      {hidden > 0 && (
        <button type="button" className={clsx(styles.moreChips, 'nodrag', 'nopan')} onClick={toBgp}>
          {card.compact ? `+${hidden}` : `${hidden} more`}
        </button>
      )}
      {!announces.length && refused.length > 0 && (
        <button type="button" className={clsx(styles.moreChips, 'nodrag', 'nopan')} title={refused.join(', ')} onClick={toBgp}>
          {card.compact
            ? `${refused.length} refused`
            : `${refused.length === 1 ? 'a prefix' : `${refused.length} prefixes`} that nobody takes`}
        </button>
      )}
    </div>
  );
}

function PodChip({ pod, compact }: { readonly pod: PodView; readonly compact: boolean }) {
  return (
    <div
      className={clsx(styles.pod, styles[`pod-${pod.state.replace(' ', '-')}`])}
      data-testid={`pod-${pod.name}`}
      data-state={pod.state}
    >
      <button
        type="button"
        className={clsx(styles.podName, 'nodrag', 'nopan')}
        title={`${pod.namespace}/${pod.name}: ${pod.state}`}
        onClick={() => inspect('objects', { object: `${pod.cluster} pods ${pod.key}` })}
      >
        <i aria-hidden="true" />
        <b>{pod.title}</b>
        {!compact && <span>{pod.state === 'ready' ? (pod.address ?? 'no address') : pod.state}</span>}
        <span className="visually-hidden">{pod.state}</span>
      </button>
      {!compact && (
        <Menu label={`Actions on pod ${pod.name}`} items={() => podActions(pod)} className={clsx(styles.more, 'nodrag', 'nopan')}>
          <MoreHorizontal size="0.8125rem" />
        </Menu>
      )}
    </div>
  );
}

export const NodeCard = memo(function NodeCard(props: NodeProps) {
  const node = placed(props);
  const card = node.card!;
  return (
    <article
      className={cardClass(node, card)}
      data-testid={`host-${card.name}`}
      data-state={card.up ? 'up' : 'off'}
      aria-label={card.name}
    >
      <Anchors />
      <Title node={node} card={card} />
      <Announces card={card} />
      {(card.pods.length > 0 || card.hiddenPods > 0) && (
        <div className={styles.pods}>
          {card.pods.map((pod) => (
            <PodChip key={pod.key} pod={pod} compact={card.compact} />
          ))}
          {card.hiddenPods > 0 && (
            <button type="button" className={styles.morePods} onClick={() => inspect('objects', { object: `pods@${card.name}` })}>
              {card.compact ? `+${card.hiddenPods}` : `${card.hiddenPods} more pods`}
            </button>
          )}
        </div>
      )}
    </article>
  );
});

export const SegmentCard = memo(function SegmentCard(props: NodeProps) {
  const { segment } = placed(props);
  return (
    <div className={styles.segment} title={`Layer-2 segment ${segment!.name}`}>
      <Anchors />
      <i />
      <span>{segment!.cidr}</span>
    </div>
  );
});

export const GatewayChip = memo(function GatewayChip(props: NodeProps) {
  const { card } = placed(props);
  return <div className={styles.gateway}>{card?.address}</div>;
});
