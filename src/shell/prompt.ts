/**
 * The prompt: `ubuntu@host1:~$ `, or what the learner set PS1 to. On a machine it has the colours that /etc/skel/.bashrc of Ubuntu and
 * Debian gives a terminal with colours; images have no such file.
 */

import type { Shell } from './session.ts';
import { formatDate } from './tools/dates.ts';

export function promptOf({ state, place, container, user, x }: Shell, continued: boolean): string {
  if (continued) return state.variables.get('PS2')?.value ?? '> ';
  const hostname = container === undefined || place.netns === '' ? place.host : place.netns.slice(place.netns.indexOf('/') + 1);
  const home = state.variables.get('HOME')?.value;
  const where =
    container === undefined && home && (state.cwd === home || state.cwd.startsWith(`${home}/`))
      ? `~${state.cwd.slice(home.length)}`
      : state.cwd;
  const custom = state.variables.get('PS1')?.value;
  const sign = user === 'root' ? '#' : '$';
  if (custom === undefined) {
    const coloured = container === undefined && /^xterm-color$|-256color$/.test(state.variables.get('TERM')?.value ?? '');
    return coloured
      ? `\x1b[01;32m${user}@${hostname}\x1b[00m:\x1b[01;34m${where}\x1b[00m${sign} `
      : `${user}@${hostname}:${where}${sign} `;
  }
  const now = x.platform.clock.now();
  const escapes: Readonly<Record<string, string>> = {
    u: user,
    h: hostname,
    H: hostname,
    w: where,
    W: where === '~' || where === '/' ? where : where.slice(where.lastIndexOf('/') + 1),
    $: sign,
    n: '\r\n',
    t: formatDate(now, '%H:%M:%S'),
    A: formatDate(now, '%H:%M'),
    d: formatDate(now, '%a %b %d'),
    s: 'bash',
    v: '5.2',
    '!': String(state.history.length + 1),
    '#': String(state.history.length + 1),
    '\\': '\\',
    '[': '',
    ']': '',
    a: '',
    e: '\x1b',
  };
  const decoded = custom.replace(/\\(033|[a-zA-Z$!#\\[\]])/g, (all, letter: string) =>
    letter === '033' ? '\x1b' : (escapes[letter] ?? all),
  );
  return decoded.replace(/\$\{?(\w+|\?)\}?/g, (_all, name: string) =>
    name === '?' ? String(state.status) : (state.variables.get(name)?.value ?? ''),
  );
}
