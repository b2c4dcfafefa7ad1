import { expect, test } from 'vitest';
import { commandOf, filterRows, groupRows } from './groups.ts';
import type { Row } from './matrix.ts';

const row = (tool: string, command: string, verdict: Row['verdict'] = 'identical', reason?: string): Row => ({
  tool,
  scenario: 'fresh',
  command,
  verdict,
  ...(reason === undefined ? {} : { reason }),
});

test('a line belongs to its program and verb, whatever stands before them', () => {
  expect(
    [
      row('kubectl', "KUBE_EDITOR='sed -i s/a/b/' kubectl edit svc customer"),
      row('kubectl', 'echo x | kubectl apply -f -'),
      row('kubectl', 'kubectl -n yaobank get svc'),
      row('ip', 'worker1: ip route'),
      row('birdc', 'host1: birdc show route'),
      row('bash', 'for i in 1 2; do echo $i; done'),
      row('curl', 'pod/customer: http://10.49.50.18/'),
    ].map(commandOf),
  ).toEqual(['kubectl edit', 'kubectl apply', 'kubectl', 'ip route', 'birdc show', 'for', 'curl']);
});

test('tools hold commands, commands hold lines, each with its counts', () => {
  const get = row('kubectl', 'kubectl get svc');
  const top = row('kubectl', 'kubectl top', 'deviates', 'help');
  expect(groupRows([top, get])).toEqual([
    {
      tool: 'kubectl',
      counts: { identical: 1, deviates: 1, 'not simulated': 0 },
      commands: [
        { command: 'kubectl get', rows: [get], counts: { identical: 1, deviates: 0, 'not simulated': 0 } },
        { command: 'kubectl top', rows: [top], counts: { identical: 0, deviates: 1, 'not simulated': 0 } },
      ],
    },
  ]);
});

test('a search looks at lines, states and reasons', () => {
  const rows = [row('kubectl', 'kubectl get svc'), row('kubectl', 'kubectl top', 'deviates', 'Prints help')];
  expect(filterRows(rows, ' HELP ', undefined)).toEqual([rows[1]]);
  expect(filterRows(rows, '', 'identical')).toEqual([rows[0]]);
  expect(filterRows(rows, 'fresh', undefined)).toEqual(rows);
});
