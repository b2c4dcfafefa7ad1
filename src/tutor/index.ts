/** The tutor's door. */
export { rightAnswers } from './answers.ts';
export type * from './lab.ts';
export { loadLab } from './load.ts';
export type { Inline, Prose } from './markdown.ts';
export { filledBody, filledQuestion, hintsNow, missing, progress, type Ticked, tick } from './progress.ts';
