/** What two machines cannot share, and what is masked of it on both sides. Everything else must be the same byte for byte. */

/**
 * Clock times; whether a session that finds nobody is trying just now; routes that are not the best, which stand in the order they came; and the C library's words, for Calico's bird is
 * linked with musl and says `Host is unreachable` where a distribution's says `No route to host`.
 */
export function maskBird(text: string): string {
  const timed = text
    .replace(/(\b\d\d:\d\d:\d\d\b|\b\d{4}-\d\d-\d\d\b) */g, 'TIME ')
    .replace(/Host is unreachable/g, 'No route to host');
  const networks: string[][] = [];
  for (const route of routesOf(timed)) {
    if (/^ {10,}/.test(route)) networks.at(-1)?.push(route);
    else networks.push([route]);
  }
  const texts = networks.map(([best = '', ...others]) => best + others.sort().join(''));
  return inFixedOrder(texts)
    .join('')
    .replace(/(?:Connect|Active ) +Socket: /g, 'Active or Connect Socket: ');
}

/** Networks of one hash stand in the order they came, which a bird that was just started does not share. */
function inFixedOrder(networks: readonly string[]): readonly string[] {
  const keyed = networks.map((text, at) => ({ text, at, hash: hashOf(text) }));
  for (let i = 1; i < keyed.length; i++) {
    const [last, each] = [keyed[i - 1]!, keyed[i]!];
    if (each.hash !== undefined && each.hash === last.hash) each.at = last.at;
  }
  keyed.sort((a, b) => a.at - b.at || (a.text < b.text ? -1 : 1));
  return keyed.map(({ text }) => text);
}

/** ipa_hash() of the address a line begins with. */
function hashOf(text: string): number | undefined {
  const address = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/\d+ /.exec(text)?.slice(1);
  if (!address) return undefined;
  let x = address.reduce((sum, byte) => (sum << 8) | Number(byte), 0);
  x ^= x >>> 16;
  x ^= x << 10;
  return x & 0xffff;
}

/** A line with what belongs to it: attributes and next hops begin with a TAB. */
const routesOf = (text: string): readonly string[] => text.match(/^[^\n]*\n?(?:\t[^\n]*\n?)*/gm) ?? [];

/** Timers count down; how many updates came depends on how the world got there; a namespace numbers its interfaces as they come. */
export function maskBirdDetails(text: string): string {
  return maskBird(text)
    .replace(/^( +(?:Import|Export) (?:updates|withdraws):).*$/gm, '$1')
    .replace(/^( +\w+ timer: +)\d+(\/\d+)$/gm, '$1N$2')
    .replace(/\(index=\d+\)/g, '(index=N)');
}

/** The two comment lines with the time, and counters. */
export const maskRules = (text: string): string => text.replace(/^# .*$/gm, '#').replace(/\[\d+:\d+\]/g, '[0:0]');

export const maskMs = (text: string): string => text.replace(/after \d+ (ms|milliseconds)/g, 'after N $1');
