/** What a request to the API server may come back with. */
import type { NetworkError } from '../../command.ts';

export type { ApiResponse } from '../../../engine/index.ts';
export type NetworkResult = NetworkError;

/** What stands before the command and holds for all of it. */
export interface Setting {
  /** `--context` before the command. */
  readonly context?: string;
}
