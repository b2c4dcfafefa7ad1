/** The part of the engine that moves a world. Imported with `import()` only: lesson and map are there before it. */
export { rehearse, simFrom } from '../../engine/index.ts';
