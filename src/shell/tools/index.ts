/** The programs of tools/ by name. Adding one: a function in this folder and a line here. */
import { shells } from './shells.ts';
import { streamTools } from './streams.ts';
import type { Tool } from './tool.ts';

export const tools: Readonly<Record<string, Tool>> = { ...shells, ...streamTools };
