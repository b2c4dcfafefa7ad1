/** discovery.k8s.io/v1 EndpointSlice. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { EndpointSlice } from '../objects.ts';
import { withMore } from '../printing.ts';
import { dns1123Subdomain } from '../validation/names.ts';

export const endpointSliceKind = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
  generation: true,
  validateName: dns1123Subdomain,
  columns: columns('Name', 'AddressType', 'Ports', 'Endpoints', 'Age'),
  row: (slice, now) => {
    const ports = (slice.ports ?? []).map(({ name, port }) => (port === undefined ? (name ?? '*') : String(port)));
    const addresses = (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses);
    return [
      slice.metadata.name,
      slice.addressType,
      withMore(ports, 3) || '<unset>',
      withMore(addresses, 3) || '<unset>',
      age(slice.metadata.creationTimestamp, now),
    ];
  },
});
