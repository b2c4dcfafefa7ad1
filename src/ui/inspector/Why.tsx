/** Why a row is there: from the row back, step by step, to the field of an object and the command that wrote it. */
import { useState } from 'react';
import { origins, type Ref, type World } from '../../engine/index.ts';
import { printedDst } from '../model/routes.ts';
import { presentMoment } from '../store/run.ts';
import { focusPrefix, inspect, screen } from '../store/screen.ts';
import { clockText } from '../timeline/clockText.ts';
import styles from './Inspector.module.css';

/** A pointer in a learner's words. */
export function refText(ref: Ref): string {
  switch (ref.kind) {
    case 'object':
      return `${ref.resource.split('.')[0]} ${ref.key}${ref.field ? `, ${ref.field}` : ''}`;
    case 'file':
      return `${ref.path.split('/').at(-1)} on ${ref.host}, line ${ref.line}`;
    case 'bgp':
      return `BGP update for ${ref.prefix}, session ${ref.protocol} of ${ref.host}`;
    case 'route':
      return `route ${printedDst(ref.dst)} on ${ref.netns || ref.host}`;
    case 'rule':
      return `${ref.table} ${ref.chain}, rule ${ref.index + 1} on ${ref.netns || ref.host}`;
    case 'conntrack':
      return `conntrack entry on ${ref.netns || ref.host}`;
    case 'neighbour':
      return `neighbour ${ref.address} on ${ref.netns || ref.host}`;
    case 'sysctl':
      return `${ref.name} on ${ref.netns || ref.host}`;
    case 'input':
      return commandText(ref.index);
  }
}

/** The journal's words for an input: the line that was typed, and when. */
function commandText(index: number): string {
  const entry = presentMoment().journal[index];
  return entry ? `your command at ${clockText(entry.at)}: ${entry.by.line}` : `command ${index + 1}`;
}

function follow(ref: Ref): void {
  if (ref.kind === 'object') inspect('objects', { object: `${ref.cluster} ${ref.resource} ${ref.key}` });
  else if (ref.kind === 'bgp') inspect('bgp', { inspected: ref.host });
  else if (ref.kind === 'rule') inspect('nat', { inspected: ref.host });
  else if (ref.kind === 'route' && ref.netns === '') {
    const { focus } = screen.getState();
    if (focus.kind !== 'prefix' || focus.dst !== ref.dst || focus.host !== ref.host) focusPrefix(ref.host, ref.dst);
    inspect('routes', { inspected: ref.host });
  }
}

const FOLLOWED = new Set<Ref['kind']>(['object', 'bgp', 'rule', 'route']);

interface Props {
  readonly world: World;
  readonly target: Ref;
  /** What the button says; absent: what the pointer points to. */
  readonly label?: string;
}

export function Why({ world, target, label }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <div className={styles.why}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {label ?? refText(target)}
      </button>
      {open && <Chain world={world} target={target} />}
    </div>
  );
}

function Chain({ world, target }: { readonly world: World; readonly target: Ref }) {
  const [, ...chain] = origins(world, target);
  return (
    <ol className={styles.chainOfWhy} aria-label="Where it comes from">
      {chain.map((ref) => (
        <li key={JSON.stringify(ref)}>
          <span className="visually-hidden">from </span>
          {FOLLOWED.has(ref.kind) ? (
            <button type="button" onClick={() => follow(ref)}>
              {refText(ref)}
            </button>
          ) : (
            refText(ref)
          )}
        </li>
      ))}
      {chain.length === 0 && <li>Nothing more is known of it.</li>}
    </ol>
  );
}
