/** One line put to both tools, and what came of it. */
export interface Outcome {
  /** `kubectl`, `ip`, `birdc`, `iptables`, `curl`, `bash`. */
  readonly tool: string;
  /** State it was asked in. */
  readonly scenario: string;
  readonly line: string;
  readonly verdict: 'identical' | 'different';
  readonly ours: string;
  readonly real: string;
}
