import { describe, expect, it } from 'vitest';
import { yamlText } from './yaml.ts';

describe('a value shown as YAML', () => {
  it('looks as kubectl writes it', () => {
    const text = yamlText({
      kind: 'Service',
      metadata: { name: 'customer', labels: {} },
      spec: { ports: [{ port: 80, name: 'http' }], externalIPs: ['10.50.0.10'], on: true, version: '1' },
    });
    expect(text).toBe(`kind: Service
metadata:
  name: customer
  labels: {}
spec:
  ports:
  - port: 80
    name: http
  externalIPs:
  - 10.50.0.10
  on: true
  version: "1"
`);
  });

  it('quotes what would read as something else', () => {
    expect(yamlText({ a: '', b: 'yes: no', c: 'two\nlines', d: null, e: [] })).toBe(
      'a: ""\nb: "yes: no"\nc: "two\\nlines"\nd: null\ne: []\n',
    );
  });
});
