/** Check `object`: a field of an API object has a value, or holds an item, or the object is (not) there. */
import * as v from 'valibot';
import { getObject } from '../../engine/index.ts';
import { checkKind } from './predicate.ts';

export const objectCheck = checkKind({
  name: 'object',
  params: v.strictObject({
    /** `services`, `bgpconfigurations.projectcalico.org` */
    resource: v.string(),
    /** `namespace/name`, or `name`. */
    key: v.string(),
    /** `spec.externalTrafficPolicy` */
    field: v.optional(v.string()),
    equals: v.optional(v.unknown()),
    /** The field is a list that holds this item. */
    has: v.optional(v.unknown()),
    absent: v.optional(v.boolean(), false),
  }),
  missing(world, { resource, key, field, equals, has, absent }) {
    const object = Object.values(world.clusters)
      .map((cluster) => getObject(cluster.api, resource, key))
      .find(Boolean);
    const kind = resource.split('.')[0]!.replace(/s$/, '');
    if (absent && field === undefined) return object ? `the ${kind} ${key} is still there` : undefined;
    if (!object) return `there is no ${kind} ${key}`;
    if (field === undefined) return undefined;
    let value: unknown = object;
    for (const part of field.split('.'))
      value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
    if (absent) return value === undefined ? undefined : `${field} of ${key} is still set`;
    if (equals !== undefined) {
      return same(value, equals) ? undefined : `${field} of ${key} is ${value === undefined ? 'not set' : JSON.stringify(value)}`;
    }
    if (has !== undefined) {
      const list = Array.isArray(value) ? value : [];
      return list.some((item) => same(item, has))
        ? undefined
        : `${field} of ${key} does not hold ${typeof has === 'string' ? has : JSON.stringify(has)}`;
    }
    return value === undefined ? `${field} of ${key} is not set` : undefined;
  },
});

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
