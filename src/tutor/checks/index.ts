/** The list of checks. Adding one: a file in this folder and a line here. */
import { flowCheck } from './flow.ts';
import { objectCheck } from './object.ts';
import type { CheckKind } from './predicate.ts';
import { routeCheck } from './route.ts';

export const checkKinds: readonly CheckKind[] = [routeCheck, objectCheck, flowCheck];
