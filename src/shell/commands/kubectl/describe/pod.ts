/** describe pod. */
import { dig, fields, items, number, strings, text, type Value } from '../value.ts';
import { containers, spreadConstraints, volumes } from './containers.ts';
import type { Describer } from './index.ts';
import { controlledBy, type Description, events, head, labels, metadata, rfc1123, tolerations } from './writer.ts';

function statusLines(d: Description, pod: Value): void {
  const phase = text(pod, 'status', 'phase');
  const deletion = text(pod, 'metadata', 'deletionTimestamp');
  if (deletion !== '' && phase !== 'Failed' && phase !== 'Succeeded') {
    d.field('Status', `Terminating (lasts ${d.since(deletion)})`);
    d.field('Termination Grace Period', `${number(pod, 'metadata', 'deletionGracePeriodSeconds')}s`);
  } else d.field('Status', phase);
  for (const [title, field] of [
    ['Reason', 'reason'],
    ['Message', 'message'],
  ] as const) {
    if (text(pod, 'status', field) !== '') d.field(title, text(pod, 'status', field));
  }
  const seccomp = text(pod, 'spec', 'securityContext', 'seccompProfile', 'type');
  if (seccomp !== '') d.field('SeccompProfile', seccomp);
}

function placeLines(d: Description, pod: Value): void {
  const spec = fields(pod, 'spec');
  head(d, pod);
  if (dig(spec, 'priority') !== undefined) d.field('Priority', number(spec, 'priority'));
  if (text(spec, 'priorityClassName') !== '') d.field('Priority Class Name', text(spec, 'priorityClassName'));
  if (text(spec, 'runtimeClassName') !== '') d.field('Runtime Class Name', text(spec, 'runtimeClassName'));
  if (text(spec, 'serviceAccountName') !== '') d.field('Service Account', text(spec, 'serviceAccountName'));
  const node = text(spec, 'nodeName');
  d.field('Node', node === '' ? '<none>' : `${node}/${text(pod, 'status', 'hostIP')}`);
  if (text(pod, 'status', 'startTime') !== '') d.field('Start Time', rfc1123(text(pod, 'status', 'startTime')));
}

function addressLines(d: Description, pod: Value): void {
  d.field('IP', text(pod, 'status', 'podIP'));
  const addresses = items(pod, 'status', 'podIPs');
  if (addresses.length === 0) d.field('IPs', '<none>');
  else {
    d.write(0, 'IPs:\n');
    for (const one of addresses) d.field('IP', text(one, 'ip'), 1);
  }
}

function gatesAndConditions(d: Description, pod: Value): void {
  const list = items(pod, 'status', 'conditions');
  const gates = items(pod, 'spec', 'readinessGates');
  if (gates.length > 0) {
    d.write(0, 'Readiness Gates:\n  Type\tStatus\n');
    for (const gate of gates) {
      const type = text(gate, 'conditionType');
      const held = list.find((one) => text(one, 'type') === type);
      d.write(1, `${type} \t${held === undefined ? '<none>' : text(held, 'status')} \n`);
    }
  }
  if (list.length === 0) return;
  d.write(0, 'Conditions:\n  Type\tStatus\n');
  for (const one of list) d.write(1, `${text(one, 'type')} \t${text(one, 'status')} \n`);
}

export const pod: Describer = (d, object, world) => {
  const spec = fields(object, 'spec');
  placeLines(d, object);
  metadata(d, object);
  statusLines(d, object);
  addressLines(d, object);
  controlledBy(d, object);
  if (text(object, 'status', 'nominatedNodeName') !== '') d.field('NominatedNodeName', text(object, 'status', 'nominatedNodeName'));
  const init = items(spec, 'initContainers');
  if (init.length > 0) containers(d, 'Init Containers', init, items(object, 'status', 'initContainerStatuses'), object);
  containers(d, 'Containers', items(spec, 'containers'), items(object, 'status', 'containerStatuses'), object);
  gatesAndConditions(d, object);
  volumes(d, items(spec, 'volumes'));
  d.field('QoS Class', text(object, 'status', 'qosClass') || 'BestEffort');
  labels(d, 'Node-Selectors', strings(spec, 'nodeSelector'));
  tolerations(d, items(spec, 'tolerations'));
  spreadConstraints(d, items(spec, 'topologySpreadConstraints'));
  // A pod's events are found whatever version of its kind they name.
  events(d, world.events(object, { anyKind: true }));
};
