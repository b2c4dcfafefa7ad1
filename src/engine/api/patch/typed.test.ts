import { expect, test } from 'vitest';
import { typedFault } from './typed.ts';

const SERVICE = { is: 'struct', name: 'core.Service' } as const;
const DEPLOYMENT = { is: 'struct', name: 'apps.Deployment' } as const;
const spec = (containers: unknown) => ({ spec: { template: { spec: { containers } } } });

test('what fits has no fault, and null fits everything', () => {
  expect(typedFault({ metadata: { labels: { a: 'b' } }, spec: { ports: [{ port: 80, targetPort: 'http' }] } }, SERVICE)).toBe(
    undefined,
  );
  expect(typedFault({ metadata: null, spec: { ports: null, type: null } }, SERVICE)).toBe(undefined);
});

test.each([
  [SERVICE, { specc: {} }, '.specc: field not declared in schema'],
  [SERVICE, { spec: [] }, '.spec: expected map, got &{[]}'],
  [SERVICE, { spec: { ports: { a: 1 } } }, '.spec.ports: expected list, got &{map[a:1]}'],
  [SERVICE, { spec: { type: 5 } }, '.spec.type: expected string, got &value.valueUnstructured{Value:5}'],
  [
    SERVICE,
    { spec: { selector: { app: { b: [1, 'x', null] } } } },
    '.spec.selector.app: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"b":[]interface {}{1, "x", interface {}(nil)}}}',
  ],
  [DEPLOYMENT, { spec: { replicas: 'two' } }, '.spec.replicas: expected numeric (int or float), got string'],
  [DEPLOYMENT, { spec: { paused: 'yes' } }, '.spec.paused: expected boolean, got &{yes}'],
  [
    DEPLOYMENT,
    spec([{ image: 'x' }]),
    '.spec.template.spec.containers: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)',
  ],
  [DEPLOYMENT, spec(['x']), '.spec.template.spec.containers: element 0: associative list with keys may not have non-map elements'],
  [DEPLOYMENT, spec([{ name: 'a' }, { name: 'a' }]), '.spec.template.spec.containers: duplicate entries for key [name="a"]'],
  [
    SERVICE,
    { spec: { ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] } },
    '.spec.ports: duplicate entries for key [port=80,protocol="TCP"]',
  ],
  [
    DEPLOYMENT,
    { spec: { replicas: true, minReadySeconds: {} } },
    'errors:\n  .spec.replicas: expected numeric (int or float), got bool\n  .spec.minReadySeconds: expected numeric (int or float), got map[string]interface {}',
  ],
])('in %o, %j is refused', (type, value, message) => {
  expect(typedFault(value, type)).toBe(message);
});
