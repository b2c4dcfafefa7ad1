/** core/v1 ServiceAccount. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import { dns1123Subdomain } from '../validation/names.ts';

interface ServiceAccount extends ApiObject {
  readonly secrets?: readonly unknown[];
}

export const serviceAccountKind = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  namespaced: true,
  answersDeleteWithObject: true,
  validateName: dns1123Subdomain,
  columns: columns('Name', 'Secrets', 'Age'),
  row: (account, now) => [account.metadata.name, (account.secrets ?? []).length, age(account.metadata.creationTimestamp, now)],
});
