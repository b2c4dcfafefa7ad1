import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha1 } from './sha1.ts';

test('names the host interfaces of the lab as Calico did', () => {
  const pods = [
    'yaobank.customer-787758576-f9mxf',
    'yaobank.customer-787758576-sz9w6',
    'yaobank.database-67d9fdffc8-q4m6n',
    'yaobank.summary-dc858dd7b-c7jxl',
    'yaobank.summary-dc858dd7b-tjt99',
    'external-ns.nginx-5ff4dff99d-6wjc5',
  ];
  expect(pods.map((pod) => `cali${sha1(pod).slice(0, 11)}`)).toEqual([
    'cali12a8cc48008',
    'califd1cd71c596',
    'calif5565c19160',
    'cali22d2c5e53b3',
    'cali4e25458c5a0',
    'cali6a43104848b',
  ]);
});

test('agrees with the platform for every length around the block size', () => {
  for (let length = 0; length < 200; length++) {
    const text = 'é'.repeat(length % 7) + 'x'.repeat(length);
    expect(sha1(text)).toBe(createHash('sha1').update(text).digest('hex'));
  }
});
