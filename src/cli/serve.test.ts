import { expect, test } from 'vitest';
import { readOptions } from './serve.ts';

test.each([
  [[], { port: 8001 }],
  [['--port', '0'], { port: 0 }],
  [['--port=9000', '--world', 'yaobank'], { port: 9000, world: 'yaobank' }],
  [['--lab', 'service-bgp', '--kubeconfig=kc'], { port: 8001, lab: 'service-bgp', kubeconfig: 'kc' }],
  [['my/world.yaml'], { port: 8001, world: 'my/world.yaml' }],
])('%j is understood', (args, options) => {
  expect(readOptions(args)).toEqual(options);
});

const USAGE = 'usage: npm run serve -- [--lab ID|--world ID|FILE] [--port N] [--kubeconfig FILE]';

test.each([
  [['--nosuch'], 'unknown option --nosuch'],
  [['-p', '1'], 'unknown option -p'],
  [['--port'], '--port needs a value'],
  [['--port='], '--port needs a value'],
  [['--port', '70000'], '--port: 70000 is no port'],
  [['--port', '-1'], '--port: -1 is no port'],
  [['--port', '80a'], '--port: 80a is no port'],
  [['a', 'b'], 'one world at a time: a and b'],
  [['--lab', 'x', '--world', 'y'], 'either --lab or a world, not both'],
])('%j is named', (args, complaint) => {
  expect(() => readOptions(args)).toThrow(`${complaint}\n${USAGE}`);
});
