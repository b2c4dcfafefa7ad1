/** What a request to the API server may come back with. */
import type { NetworkError } from '../../command.ts';

export type { ApiResponse } from '../../../engine/index.ts';
export type NetworkResult = NetworkError;
