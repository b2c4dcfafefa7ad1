/** Why a row is there: from the row back to the field and the command that made it. */
import { useState } from 'react';
import type { Ref, World } from '../../engine/index.ts';
import { printedDst } from '../model/routes.ts';
import { inspect } from '../store/screen.ts';
import styles from './Inspector.module.css';

/** A pointer in a learner's words. */
export function refText(ref: Ref): string {
  switch (ref.kind) {
    case 'object':
      return `${ref.resource.split('.')[0]} ${ref.key}${ref.field ? ` ${ref.field}` : ''}`;
    case 'file':
      return `${ref.host}:${ref.path} line ${ref.line}`;
    case 'bgp':
      return `BGP ${ref.prefix} from ${ref.protocol} on ${ref.host}`;
    case 'route':
      return `route ${printedDst(ref.dst)} on ${ref.netns || ref.host}`;
    case 'rule':
      return `${ref.table} ${ref.chain} rule ${ref.index + 1} on ${ref.netns || ref.host}`;
    case 'conntrack':
      return `conntrack entry on ${ref.netns || ref.host}`;
    case 'neighbour':
      return `neighbour ${ref.address} on ${ref.netns || ref.host}`;
    case 'sysctl':
      return `${ref.name} on ${ref.netns || ref.host}`;
    case 'input':
      return `your command ${ref.index + 1}`;
  }
}

function follow(ref: Ref, world: World): void {
  if (ref.kind === 'object') inspect('objects', { object: `${ref.cluster} ${ref.resource} ${ref.key}` });
  else if (ref.kind === 'bgp') inspect('bgp', { inspected: ref.host });
  else if (ref.kind === 'rule') inspect('nat', { inspected: ref.host });
  else if ('host' in ref && world.hosts[ref.host]) inspect('routes', { inspected: ref.host });
}

export function Why({ world, target }: { readonly world: World; readonly target: Ref }) {
  const [open, setOpen] = useState(false);
  return (
    <div className={styles.why}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {refText(target)}
      </button>
      {open && (
        <button type="button" onClick={() => follow(target, world)}>
          show it
        </button>
      )}
    </div>
  );
}
