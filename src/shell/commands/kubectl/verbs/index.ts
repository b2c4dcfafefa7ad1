/** The list of verbs: a command's path in the tree and the function that runs it. Adding one: a file in this folder and a line here. */
import type { Verb } from '../context.ts';
import { get } from './get.ts';

export const verbs: Readonly<Record<string, Verb>> = {
  get,
};
