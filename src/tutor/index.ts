/** The tutor's door. */
export { rightAnswers } from './answers.ts';
export type * from './lab.ts';
export { loadLab } from './load.ts';
export { filledBody, hintsNow, missing, progress, type Ticked, tick } from './progress.ts';
