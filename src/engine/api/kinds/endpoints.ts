/** core/v1 Endpoints. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { Endpoints } from '../objects.ts';
import { withMore } from '../printing.ts';
import { dns1123Subdomain } from '../validation/names.ts';

/** `10.48.0.1:80,10.48.0.2:80,10.48.0.3:80 + 2 more...` */
export function formatEndpoints(endpoints: Endpoints): string {
  const subsets = endpoints.subsets ?? [];
  if (subsets.length === 0) return '<none>';
  const list = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`)),
  );
  return withMore(list, 3);
}

export const endpointsKind = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  validateName: dns1123Subdomain,
  columns: columns('Name', 'Endpoints', 'Age'),
  row: (endpoints, now) => [endpoints.metadata.name, formatEndpoints(endpoints), age(endpoints.metadata.creationTimestamp, now)],
});
