/** core/v1 Secret. `stringData` is write-only and becomes base64 `data`. */
import { age } from '../age.ts';
import { base64 } from '../base64.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import { type FieldError, invalid, required } from '../validation/field.ts';
import { dns1123Subdomain } from '../validation/names.ts';
import { validateData } from './configmap.ts';

interface Secret extends ApiObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

/** Keys that a typed secret must have. */
const REQUIRED_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
]);

export const secretKind = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  validateName: dns1123Subdomain,
  defaults: ({ stringData, ...secret }) => {
    if (!stringData) return { ...secret, type: secret.type ?? 'Opaque' } as Secret;
    const encoded = Object.fromEntries(
      Object.entries(stringData).map(([key, value]) => [key, base64(new TextEncoder().encode(value))]),
    );
    return { ...secret, type: secret.type ?? 'Opaque', data: { ...secret.data, ...encoded } } as Secret;
  },
  validate: (secret) => [
    ...validateData({ data: secret.data }),
    ...(REQUIRED_KEYS.get(secret.type ?? '') ?? [])
      .filter((key) => secret.data?.[key] === undefined)
      .map((key) => required(`data[${key}]`)),
  ],
  validateUpdate: (next, old): readonly FieldError[] =>
    next.type === old.type ? [] : [invalid('type', next.type, 'field is immutable')],
  fields: (secret) => ({ type: secret.type ?? '' }),
  columns: columns('Name', 'Type', 'Data', 'Age'),
  row: (secret, now) => [
    secret.metadata.name,
    secret.type ?? '',
    Object.keys(secret.data ?? {}).length,
    age(secret.metadata.creationTimestamp, now),
  ],
});
