import { describe, expect, it } from 'vitest';
import type { Chain, Rule, Table } from '../../engine/index.ts';
import { type ChainTree, natTree, ruleText } from './nat.ts';

const jump = (chain: string, text: string, rest: Partial<Rule> = {}): Rule => ({
  ...rest,
  matches: [{ type: 'comment', text }, ...(rest.matches ?? [])],
  target: { type: 'jump', chain },
});
const chain = (name: string, rules: readonly Rule[]): readonly [string, Chain] => [name, { name, rules }];

const table: Table = {
  chains: Object.fromEntries([
    chain('KUBE-SERVICES', [
      jump('KUBE-SVC-A', 'yaobank/customer:http cluster IP', {
        dst: { prefix: '10.49.50.18/32' },
        proto: 'tcp',
        matches: [{ type: 'dport', port: 80 }],
      }),
      jump('KUBE-SVC-B', 'yaobank/customer-db:http cluster IP', { dst: { prefix: '10.49.50.19/32' } }),
    ]),
    chain('KUBE-SVC-A', [
      jump('KUBE-MARK-MASQ', 'yaobank/customer:http cluster IP', { src: { prefix: '10.48.0.0/16', not: true } }),
      jump('KUBE-SEP-A', 'yaobank/customer:http -> 10.48.0.134:80', { matches: [{ type: 'statistic', probability: 0.5 }] }),
    ]),
    chain('KUBE-SEP-A', [
      {
        proto: 'tcp',
        matches: [{ type: 'comment', text: 'yaobank/customer:http' }],
        target: { type: 'DNAT', to: '10.48.0.134:80' },
      },
    ]),
    chain('KUBE-MARK-MASQ', [{ matches: [], target: { type: 'MARK', value: 0x4000, mask: 0x4000 } }]),
  ]),
};

const told = (tree: ChainTree, depth = 0): readonly string[] => {
  const { when, act, chain: name } = ruleText(tree.rule, 'yaobank/customer');
  return [
    `${'  '.repeat(depth)}${[when, name ?? act].filter(Boolean).join(' | ')}`,
    ...tree.below.flatMap((each) => told(each, depth + 1)),
  ];
};

describe('the NAT rules of a service', () => {
  it('are a tree from the address to the pods, with no other service in it', () => {
    expect(natTree(table, 'yaobank/customer').flatMap((tree) => told(tree))).toEqual([
      'to 10.49.50.18 tcp port 80 | KUBE-SVC-A',
      '  not from 10.48.0.0/16 | mark for masquerade',
      '  1 in 2 | KUBE-SEP-A',
      '    tcp | DNAT to 10.48.0.134:80',
    ]);
  });

  it('are told without the name that every comment repeats', () => {
    const comments = [
      'yaobank/customer:http cluster IP',
      'pod traffic for yaobank/customer:http external destinations',
      'yaobank/customer:http -> 10.48.0.134:80',
      'yaobank/customer',
    ];
    expect(comments.map((comment) => ruleText(jump('X', comment), 'yaobank/customer').comment)).toEqual([
      undefined,
      'pod traffic for external destinations',
      '10.48.0.134:80',
      undefined,
    ]);
  });

  it('are none where there is no table', () => {
    expect(natTree(undefined, 'yaobank/customer')).toEqual([]);
  });

  it('end though a chain jumps to itself', () => {
    const loop: Table = {
      chains: Object.fromEntries([chain('KUBE-SERVICES', [jump('X', 'a/b')]), chain('X', [jump('X', 'a/b')])]),
    };
    expect(natTree(loop, 'a/b')).toHaveLength(1);
  });
});
