import { expect, test } from 'vitest';
import type { Chain, Rule } from '../../kernel/netfilter/types.ts';
import { natOutgoing, STATIC } from './static.ts';

const hashOf = (rule: Rule) => (rule.matches[0]?.type === 'comment' ? rule.matches[0].text : '');
const hashes = (chains: readonly Chain[], name: string) => chains.find((c) => c.name === name)!.rules.map(hashOf);

test('rule hashes are those of a real node', () => {
  const { filter, nat } = STATIC;
  expect(Object.values(filter.inserts).flat().map(hashOf)).toEqual([
    'cali:Cz_u1IQiXIMmKD4c',
    'cali:wUHhoiAYhphO9Mso',
    'cali:tVnHkvAo15HuiPy0',
  ]);
  expect(Object.values(nat.inserts).flat().map(hashOf)).toEqual([
    'cali:6gwbT8clXdHdC1b1',
    'cali:tVnHkvAo15HuiPy0',
    'cali:O3lYWMrLQYEMJtB5',
  ]);
  expect(filter.appends.FORWARD!.map(hashOf)).toEqual(['cali:S93hcgKJrXEqnTfs', 'cali:mp77cMpurHhyjLrM']);
  expect(hashes(filter.chains, 'cali-FORWARD')).toEqual([
    'cali:vjrMJCRpqwy5oRoX',
    'cali:A_sPAO0mcxbT9mOV',
    'cali:8ZoYfO5HKXWbB3pk',
    'cali:jdEuaPBe14V2hutn',
    'cali:12bc6HljsMKsmfr-',
    'cali:NOSxoaGx8OIstr1z',
  ]);
  expect(hashes(nat.chains, 'cali-PREROUTING')).toEqual(['cali:r6XmIziWUJsdOK6Z']);
  expect(hashes(nat.chains, 'cali-OUTPUT')).toEqual(['cali:GBTAv2p5CwevEyJm']);
  expect(hashes(nat.chains, 'cali-POSTROUTING')).toEqual(['cali:Z-c7XtVd2Bq7s_hA', 'cali:nYKhEzDlr11Jccal']);
  const pool = {
    kind: 'object',
    cluster: 'kubernetes',
    resource: 'ippools.projectcalico.org',
    key: 'default-ipv4-ippool',
  } as const;
  expect(natOutgoing(pool).rules.map(hashOf)).toEqual(['cali:flqWnvo8yq4ULQLa']);
});
