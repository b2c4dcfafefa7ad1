/** describe poddisruptionbudget, priorityclass, csinode. */
import { dig, items, number, strings, text } from '../value.ts';
import type { Describer } from './index.ts';
import { events, formatLabels, head, metadata, rfc1123, selectorText } from './writer.ts';

export const podDisruptionBudget: Describer = (d, object, world) => {
  head(d, object);
  const [min, max] = [dig(object, 'spec', 'minAvailable'), dig(object, 'spec', 'maxUnavailable')];
  if (min !== undefined) d.field('Min available', String(min));
  else if (max !== undefined) d.field('Max unavailable', String(max));
  const selector = dig(object, 'spec', 'selector');
  d.field('Selector', selector === undefined ? '<unset>' : selectorText(selector) || '<none>');
  d.write(0, 'Status:\n');
  d.field('Allowed disruptions', number(object, 'status', 'disruptionsAllowed'), 2);
  d.field('Current', number(object, 'status', 'currentHealthy'), 2);
  d.field('Desired', number(object, 'status', 'desiredHealthy'), 2);
  d.field('Total', number(object, 'status', 'expectedPods'), 2);
  events(d, world.events(object));
};

export const priorityClass: Describer = (d, object, world) => {
  d.field('Name', text(object, 'metadata', 'name'));
  d.field('Value', number(object, 'value'));
  d.field('GlobalDefault', String(dig(object, 'globalDefault') === true));
  d.field('PreemptionPolicy', text(object, 'preemptionPolicy'));
  d.field('Description', text(object, 'description'));
  d.field('Annotations', formatLabels(strings(object, 'metadata', 'annotations')));
  events(d, world.events(object));
};

export const csiNode: Describer = (d, object, world) => {
  d.field('Name', text(object, 'metadata', 'name'));
  metadata(d, object);
  d.field('CreationTimestamp', rfc1123(text(object, 'metadata', 'creationTimestamp')));
  d.write(0, 'Spec:\n');
  if (items(object, 'spec', 'drivers').length > 0) d.write(1, 'Drivers:\n');
  // Upstream asks for events by the name as the uid, as for a node.
  events(d, world.events(object, { uid: text(object, 'metadata', 'name') }));
};
