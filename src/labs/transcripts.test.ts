/**
 * Transcripts beside the labs, in cram's manner: `[host1]$ command`, continuation lines with `> `, then the exact output. The first line
 * names the source: `# recorded: …` (a real system; locked, never edited to fit) or `# ours: …` (a regression). Placeholders stand for
 * what differs between two real runs: <age>, <uid>, <rv>, <time>, <suffix>.
 */
import { describe, expect, it } from 'vitest';
import { loadWorld } from '../engine/index.ts';
import { testSession } from '../shell/testing.ts';
import { loadLab } from '../tutor/index.ts';
import { worlds } from '../worlds/index.ts';
import { labTexts } from './index.ts';

const transcripts = import.meta.glob<string>('./*/*.t', { query: '?raw', import: 'default', eager: true });

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  age: '(?:\\d+[dhms])+',
  uid: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  rv: '\\d+',
  time: '\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?',
  suffix: '[a-z0-9]+',
};

interface Exchange {
  readonly host: string;
  readonly line: string;
  readonly output: string;
}

function parse(text: string): Exchange[] {
  const exchanges: { host: string; line: string; output: string }[] = [];
  for (const line of text.split('\n').slice(1, -1)) {
    const command = /^\[(\S+)\]\$ (.*)$/.exec(line);
    const last = exchanges.at(-1);
    if (command) exchanges.push({ host: command[1]!, line: command[2]!, output: '' });
    else if (last && line.startsWith('> ') && last.output === '') last.line += `\n${line.slice(2)}`;
    else if (last) last.output += `${line}\n`;
  }
  return exchanges;
}

/** The output with what a placeholder stands for put back to the placeholder, where the transcript has one. */
function masked(actual: string, expected: string): string {
  const wanted = expected.split('\n');
  return actual
    .split('\n')
    .map((line, i) => {
      const pattern = wanted[i] ?? '';
      const names = [...pattern.matchAll(/<(age|uid|rv|time|suffix)>/g)].map((m) => m[1]!);
      if (names.length === 0) return line;
      const source = pattern
        .split(/<(?:age|uid|rv|time|suffix)>/)
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .reduce((all, part, n) => `${all}${PLACEHOLDERS[names[n - 1]!]}${part}`);
      return new RegExp(`^${source}$`).test(line) ? pattern : line;
    })
    .join('\n');
}

describe.each(Object.entries(transcripts))('%s', (path, text) => {
  it('says where it comes from', () => {
    expect(text.split('\n')[0]).toMatch(/^# (recorded|ours): \S/);
  });

  it('prints the same bytes', async () => {
    const id = path.split('/')[1]!;
    const lab = loadLab(id, labTexts[id]!);
    const sim = loadWorld(worlds[lab.world]!);
    const sessions = new Map<string, ReturnType<typeof testSession>>();
    for (const { host, line, output } of parse(text)) {
      const session = sessions.get(host) ?? testSession(sim, host);
      sessions.set(host, session);
      const result = await session.type(line);
      expect({ line, output: masked(result.stdout + result.stderr, output) }).toEqual({ line, output });
    }
  });
});
