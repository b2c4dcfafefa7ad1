/** core/v1 Secret. `stringData` is write-only and becomes base64 `data`. */
import { age } from '../age.ts';
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

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 of the UTF-8 bytes; the engine has no `btoa`. */
export function base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const left = bytes.length - i;
    out += ALPHABET[bits >> 18]! + ALPHABET[(bits >> 12) & 63]!;
    out += left > 1 ? ALPHABET[(bits >> 6) & 63]! : '=';
    out += left > 2 ? ALPHABET[bits & 63]! : '=';
  }
  return out;
}

/** Keys that a typed secret must have. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

export const secretKind = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  validateName: dns1123Subdomain,
  defaults: ({ stringData, ...secret }) => {
    if (!stringData) return { ...secret, type: secret.type ?? 'Opaque' } as Secret;
    const encoded = Object.fromEntries(Object.entries(stringData).map(([key, value]) => [key, base64(value)]));
    return { ...secret, type: secret.type ?? 'Opaque', data: { ...secret.data, ...encoded } } as Secret;
  },
  validate: (secret) => [
    ...validateData({ data: secret.data }),
    ...(REQUIRED_KEYS[secret.type ?? ''] ?? [])
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
