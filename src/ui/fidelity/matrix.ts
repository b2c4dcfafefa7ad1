/** The fidelity matrix as `npm run real` writes it. */
import * as v from 'valibot';

const row = v.object({
  /** Part of the comparison that asked it. */
  suite: v.optional(v.string()),
  tool: v.string(),
  /** State it was asked in. */
  scenario: v.string(),
  command: v.string(),
  verdict: v.picklist(['identical', 'deviates', 'not simulated']),
  reason: v.optional(v.string()),
});

const schema = v.object({ date: v.string(), versions: v.record(v.string(), v.string()), rows: v.array(row) });

export type Row = v.InferOutput<typeof row>;
export type Matrix = v.InferOutput<typeof schema>;

/** @throws ValiError when it is no matrix */
export const parseMatrix = (value: unknown): Matrix => v.parse(schema, value);
