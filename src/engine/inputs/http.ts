/** Input: an HTTP request from a place on the network, as curl or a probe sends it. */

import { type Connecting, type HttpResult, httpRequest } from '../images/http.ts';
import type { HttpRequest } from '../images/image.ts';
import type { Place } from '../world.ts';
import type { InputHandler } from './input.ts';

export interface HttpInput {
  readonly from: Place;
  readonly request: HttpRequest;
  readonly connect?: Connecting;
}

export const httpInput: InputHandler<HttpInput, HttpResult> = {
  apply(world, { from, request, connect }) {
    return httpRequest(world, from, request, connect);
  },
};
