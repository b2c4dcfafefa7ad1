/**
 * Pieces of a program ready to run. A piece that never waits is a plain function; one that may (getline, system, a loop, a function of
 * the user's) is a generator that gives up the promises it waits for.
 */

export type Steps<T> = Generator<Promise<unknown>, T, unknown>;

export interface Code<T> {
  /** Absent: it may wait. */
  readonly now?: () => T;
  readonly steps: () => Steps<T>;
}

/** A piece that never waits. */
export function direct<T>(now: () => T): Code<T> {
  return {
    now,
    // biome-ignore lint/correctness/useYield: it never waits
    *steps() {
      return now();
    },
  };
}

export const waiting = <T>(steps: () => Steps<T>): Code<T> => ({ steps });

export function lift1<A, T>(a: Code<A>, apply: (a: A) => T): Code<T> {
  const { now } = a;
  if (now) return direct(() => apply(now()));
  return waiting(function* () {
    return apply(yield* a.steps());
  });
}

export function lift2<A, B, T>(a: Code<A>, b: Code<B>, apply: (a: A, b: B) => T): Code<T> {
  const [first, second] = [a.now, b.now];
  if (first && second) return direct(() => apply(first(), second()));
  return waiting(function* () {
    const left = first ? first() : yield* a.steps();
    return apply(left, second ? second() : yield* b.steps());
  });
}

/** Left to right. */
export function liftAll<A, T>(list: readonly Code<A>[], apply: (values: A[]) => T): Code<T> {
  if (list.every(({ now }) => now)) {
    const all = list.map(({ now }) => now!);
    return direct(() => apply(all.map((now) => now())));
  }
  return waiting(function* () {
    const values: A[] = [];
    for (const { now, steps } of list) values.push(now ? now() : yield* steps());
    return apply(values);
  });
}

/** Goes on with one of two. */
export function branch<T>(test: Code<boolean>, yes: Code<T>, no: Code<T>): Code<T> {
  if (test.now && yes.now && no.now) {
    const [decide, left, right] = [test.now, yes.now, no.now];
    return direct(() => (decide() ? left() : right()));
  }
  return waiting(function* () {
    const chosen = (test.now ? test.now() : yield* test.steps()) ? yes : no;
    return chosen.now ? chosen.now() : yield* chosen.steps();
  });
}

export async function drive<T>({ now, steps }: Code<T>): Promise<T> {
  if (now) return now();
  const running = steps();
  for (;;) {
    const step = running.next();
    if (step.done) return step.value;
    await step.value;
  }
}
