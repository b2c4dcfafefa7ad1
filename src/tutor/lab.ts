/**
 * A lab: a lesson as data. Loaded from `labs/<id>/lab.md` (load.ts), judged against the world (progress.ts), shown by ui/lesson.
 *
 * A check looks at the world, never at what was typed: any way that leads there passes.
 */
import type { World } from '../engine/index.ts';
import type { Inline, Prose } from './markdown.ts';

export interface Lab {
  readonly id: string;
  readonly title: string;
  /** One sentence for lists. */
  readonly summary: string;
  /** Id of the world it starts from. */
  readonly world: string;
  /** Host the first terminal opens on. */
  readonly host: string;
  readonly goals: readonly string[];
  readonly steps: readonly LabStep[];
}

export interface LabStep {
  readonly id: string;
  readonly title: string;
  /** Heading of the part it belongs to. */
  readonly part: string;
  readonly body: readonly Block[];
  readonly checks: readonly Check[];
  readonly hints: readonly Hint[];
  readonly predict?: Prediction;
  /** Lines that solve the step, one command each; what "Show solution" shows and the tests run. */
  readonly solution: readonly string[];
}

export type Block =
  /** Its texts hold `{{expressions}}`; `filledBody` fills them in from the world (expressions.ts). */
  | { readonly type: 'prose'; readonly content: readonly Prose[] }
  /** Click types it into the terminal of `host` (the lab's host when absent); Enter runs it. May span lines. */
  | { readonly type: 'command'; readonly line: string; readonly host?: string };

/** A predicate of tutor/checks by name, with its parameters. */
export interface Check {
  readonly id: string;
  /** What the learner reads: `host1 has a /32 through worker2 alone`. */
  readonly text: readonly Inline[];
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface Hint {
  readonly text: readonly Inline[];
  /** Offered only while this check is (not) satisfied; absent: always. */
  readonly when?: Omit<Check, 'id' | 'text'> & { readonly not?: boolean };
}

/** A question asked before a step's command; the engine computes the right answer. */
export interface Prediction {
  readonly question: readonly Inline[];
  /** What the options are: hosts to click on the map, or fixed texts. */
  readonly options: readonly string[];
  /** Lines run on a copy of the world; their result answers the question. */
  readonly after: readonly string[];
  /** Name of an answerer (tutor/answers.ts) and its parameters. */
  readonly answer: { readonly type: string; readonly params: Readonly<Record<string, unknown>> };
}

export interface CheckResult {
  readonly check: Check;
  readonly done: boolean;
  /** What is still missing, in one sentence; absent when done. */
  readonly why?: string;
}

export interface StepProgress {
  readonly step: LabStep;
  readonly state: 'open' | 'done';
  readonly checks: readonly CheckResult[];
}

/** One predicate; pure. `params` were validated when the lab was loaded. */
export type Predicate = (
  world: World,
  params: Readonly<Record<string, unknown>>,
) => { readonly done: boolean; readonly why?: string };
