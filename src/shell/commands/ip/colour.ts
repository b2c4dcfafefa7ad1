/** Colours of `ip -c` (lib/color.c, the palette for a light background). */

export interface Palette {
  dev(text: string): string;
  mac(text: string): string;
  inet(text: string): string;
  inet6(text: string): string;
  up(text: string): string;
  down(text: string): string;
}

const wrap = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const plain = (text: string) => text;

export const monochrome: Palette = { dev: plain, mac: plain, inet: plain, inet6: plain, up: plain, down: plain };
export const coloured: Palette = { dev: wrap(36), mac: wrap(33), inet: wrap(35), inet6: wrap(34), up: wrap(32), down: wrap(31) };
