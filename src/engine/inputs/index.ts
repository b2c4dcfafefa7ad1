/** The list of inputs. Adding one: a file in this folder and a line here. */
import { apiInput } from './api.ts';
import { birdcInput } from './birdc.ts';
import { conntrackInput } from './conntrack.ts';
import { daemonInput } from './daemon.ts';
import { dnsInput } from './dns.ts';
import { faultInput } from './fault.ts';
import { fileInput } from './file.ts';
import { flowInput } from './flow.ts';
import { httpInput } from './http.ts';
import type { InputHandler } from './input.ts';
import { ipsetInput } from './ipset.ts';
import { iptablesInput } from './iptables.ts';
import { linkInput } from './link.ts';
import { neighbourInput } from './neighbour.ts';
import { resolveInput } from './resolve.ts';
import { routeInput } from './route.ts';
import { sysctlInput } from './sysctl.ts';

export const inputs = {
  api: apiInput,
  conntrack: conntrackInput,
  dns: dnsInput,
  birdc: birdcInput,
  daemon: daemonInput,
  fault: faultInput,
  file: fileInput,
  flow: flowInput,
  http: httpInput,
  link: linkInput,
  neighbour: neighbourInput,
  resolve: resolveInput,
  route: routeInput,
  sysctl: sysctlInput,
  ipset: ipsetInput,
  iptables: iptablesInput,
};

export type Inputs = typeof inputs;
type ParamsOf<H> = H extends InputHandler<infer I, infer _R> ? I : never;
type ResultOf<H> = H extends InputHandler<infer _I, infer R> ? R : never;

/** `{ type: 'api', … }`: an input's parameters under its name. */
export type Input = { [K in keyof Inputs]: { readonly type: K } & ParamsOf<Inputs[K]> }[keyof Inputs];
export type InputResult<K extends keyof Inputs> = ResultOf<Inputs[K]>;
