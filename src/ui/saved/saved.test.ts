import { describe, expect, it, vi } from 'vitest';
import { readSaved } from './reading.ts';
import { isSaved, type Saved, writeSaved } from './saved.ts';
import type { Store } from './storage.ts';

function memory(entries: Record<string, string> = {}): Store & { readonly entries: Record<string, string> } {
  return {
    entries,
    getItem: (key) => entries[key] ?? null,
    setItem: (key, value) => {
      entries[key] = value;
    },
    removeItem: (key) => {
      delete entries[key];
    },
  };
}

const saved: Saved = {
  world: 'yaobank',
  seed: 'yaobank',
  now: 1_750_168_920_000,
  journal: [
    {
      at: 1_750_168_900_000,
      input: { type: 'fault', fault: 'node-down', host: 'worker2', on: true },
      by: { session: 'ui', line: 'Power off worker2' },
    },
  ],
  ticked: ['outside/lost'],
  tabs: [{ id: 'host1-1', host: 'host1', text: 'ubuntu@host1:~$ ' }],
  history: { host1: ['ip route'] },
};

describe('what survives a reload', () => {
  it('is read back as it was written', () => {
    const store = memory();
    expect(isSaved(store, 'service-bgp')).toBe(false);
    expect(writeSaved(store, 'service-bgp', saved)).toBe(undefined);
    expect(isSaved(store, 'service-bgp')).toBe(true);
    expect(readSaved(store, 'service-bgp')).toEqual({ saved: { version: 1, ...saved } });
  });

  it('is nothing at first', () => {
    expect(readSaved(memory(), 'service-bgp')).toEqual({ saved: undefined });
  });

  it.each([
    ['not JSON', '{"version":1,'],
    ['another version', '{"version":2}'],
    ['no journal', JSON.stringify({ version: 1, ...saved, journal: 7 })],
    [
      'an input nobody knows',
      JSON.stringify({ version: 1, ...saved, journal: [{ at: 1, input: { type: '__proto__' }, by: { session: 'x', line: '' } }] }),
    ],
    [
      'time running backwards',
      JSON.stringify({ version: 1, ...saved, journal: [saved.journal[0], { ...saved.journal[0], at: 3 }] }),
    ],
  ])('is refused and set aside when it is %s', (_, text) => {
    const store = memory({ 'nexthop:lab:service-bgp': text });
    expect(Object.keys(readSaved(store, 'service-bgp'))).toEqual(['broken']);
    expect(store.entries).toEqual({ 'nexthop:lab:service-bgp:unreadable': text });
  });

  it('says so when the browser has no room', () => {
    const store: Store = {
      ...memory(),
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    };
    expect(writeSaved(store, 'service-bgp', saved)).toBe('the browser has no room left to keep this lab');
  });

  it('keeps the end of a long scrollback', () => {
    const store = memory();
    writeSaved(store, 'service-bgp', { ...saved, tabs: [{ id: 'host1-1', host: 'host1', text: `${'x'.repeat(70_000)}end` }] });
    const read = readSaved(store, 'service-bgp');
    const text = 'saved' in read ? read.saved?.tabs[0]?.text : '';
    expect([text?.length, text?.slice(-3)]).toEqual([60_000, 'end']);
  });
});

it('where the browser forbids storage, memory stands in for it', async () => {
  vi.stubGlobal('localStorage', undefined);
  vi.resetModules();
  const { isDurable, storage } = await import('./storage.ts');
  storage.setItem('a', '1');
  expect([isDurable, storage.getItem('a'), storage.getItem('b')]).toEqual([false, '1', null]);
  storage.removeItem('a');
  expect(storage.getItem('a')).toBe(null);
  vi.unstubAllGlobals();
});
