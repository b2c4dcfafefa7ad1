import { expect, it } from 'vitest';
import { parseInline, parseProse } from './markdown.ts';

it('prose becomes typed blocks', () => {
  expect(
    parseProse(
      [
        'You sit on **host1** ({{host host1}}), a _bastion_: `ip route`.',
        '',
        '1. one',
        '2. two',
        '',
        '```',
        'default via',
        '```',
        '',
        '> mind this',
        '',
        '| a | b |',
        '| - | - |',
        '| 1 | `2` |',
        '',
        '---',
      ].join('\n'),
    ),
  ).toEqual([
    {
      type: 'paragraph',
      children: [
        'You sit on ',
        { type: 'strong', children: ['host1'] },
        ' ({{host host1}}), a ',
        { type: 'em', children: ['bastion'] },
        ': ',
        { type: 'code', text: 'ip route' },
        '.',
      ],
    },
    {
      type: 'list',
      ordered: true,
      items: [[{ type: 'plain', children: ['one'] }], [{ type: 'plain', children: ['two'] }]],
    },
    { type: 'output', text: 'default via' },
    { type: 'note', children: [{ type: 'paragraph', children: ['mind this'] }] },
    { type: 'table', head: [['a'], ['b']], rows: [[['1'], [{ type: 'code', text: '2' }]]] },
    { type: 'rule' },
  ]);
});

it('a link is followed only where that is safe, and HTML is text', () => {
  expect(parseInline('[a](https://bird.network.cz) [b](javascript:alert(1)) <b>x</b> \\*')).toEqual([
    { type: 'link', href: 'https://bird.network.cz', children: ['a'] },
    ' b <b>x</b> *',
  ]);
});

it('what is no line of text stays as it is written', () => {
  expect(parseInline('# x')).toEqual(['# x']);
});
