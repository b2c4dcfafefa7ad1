import { describe, expect, it } from 'vitest';
import { type LabError, loadLab } from './load.ts';

const lab = (body: string) => `---
title: T
summary: S
world: w
host: h
---

# First part

## A step {#a}

${body}`;

const faultsOf = (text: string) => {
  try {
    loadLab('x', text);
    return [];
  } catch (error) {
    return (error as LabError).faults;
  }
};

describe('loadLab', () => {
  it('keeps prose and commands in order and reads the step fence', () => {
    const text = lab(
      'Look:\n\n```sh\nip route\n```\n\n```sh worker1\nip addr\n```\n\nDone.\n\n```yaml step\nsolution: [ip route]\n```\n',
    );
    expect(loadLab('x', text)).toEqual({
      id: 'x',
      title: 'T',
      summary: 'S',
      world: 'w',
      host: 'h',
      goals: [],
      steps: [
        {
          id: 'a',
          title: 'A step',
          part: 'First part',
          body: [
            { type: 'prose', content: [{ type: 'paragraph', children: ['Look:'] }] },
            { type: 'command', line: 'ip route' },
            { type: 'command', line: 'ip addr', host: 'worker1' },
            { type: 'prose', content: [{ type: 'paragraph', children: ['Done.'] }] },
          ],
          checks: [],
          hints: [],
          solution: ['ip route'],
        },
      ],
    });
  });

  it.each([
    ['no front matter', '# x', 'x:1: no front matter'],
    ['a fence without an end', lab('```sh\nip route\n'), 'x:12: the fence has no end'],
    ['a step without an id', lab('').replace(' {#a}', ''), 'x:10: the step has no {#id}'],
    [
      'an unknown check',
      lab('```yaml step\nchecks: [{id: a, text: t, type: nope}]\n```\n'),
      'x: step a: check a: no check of type nope',
    ],
    [
      'a wrong parameter',
      lab('```yaml step\nchecks: [{id: a, text: t, type: route, params: {host: h, dst: d, vja: [x]}}]\n```\n'),
      'x: step a: check a: vja: Invalid key: Expected never but received "vja"',
    ],
  ])('names the place of %s', (_, text, fault) => {
    expect(faultsOf(text)[0]).toBe(fault);
  });
});
