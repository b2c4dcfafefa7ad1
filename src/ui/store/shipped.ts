/** What a lab begins with, fetched as the build shipped it: the lab itself and its starting world. */
import { labs, worlds } from 'virtual:shipped';
import { type Start, unpackStart } from '../../engine/index.ts';
import { DEFAULT_LAB } from '../../labs/default.ts';
import type { Lab } from '../../tutor/index.ts';

export interface Beginning {
  readonly lab: Lab;
  readonly start: Start;
}

/** The lab that the page's address asks for. */
export function askedLab(search: string): string {
  const asked = new URLSearchParams(search).get('lab');
  const known = [asked, DEFAULT_LAB].find((each) => each !== null && Object.hasOwn(labs, each));
  return known ?? Object.keys(labs)[0]!;
}

type Texts = readonly [lab: string, start: string];

let ahead: { readonly id: string; readonly texts: Promise<Texts | undefined> } | undefined;

/** Asks for a lab's files while the program that reads them is still on its way. */
export function fetchAhead(id: string): void {
  ahead = { id, texts: fetchTexts(id) };
}

async function fetchTexts(id: string): Promise<Texts | undefined> {
  const lab = labs[id];
  const world = lab && worlds[lab.world];
  if (!lab || !world) return undefined;
  try {
    return await Promise.all([textAt(lab.url), textAt(world)]);
  } catch {
    // Opened from a file, or cut off: what was shipped can be made again.
    return undefined;
  }
}

async function textAt(url: string): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.text();
}

export async function beginningOf(id: string): Promise<Beginning> {
  const texts = await (ahead?.id === id ? ahead.texts : fetchTexts(id));
  ahead = undefined;
  if (texts) return { lab: JSON.parse(texts[0]) as Lab, start: unpackStart(texts[1]) };
  const { makeBeginning } = await import('./unshipped.ts');
  return makeBeginning(id);
}
