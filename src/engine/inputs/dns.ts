/** Input: one DNS question to one server, as dig sends it. */
import { type DnsOutcome, dnsQuery } from '../images/dns.ts';
import type { Place } from '../world.ts';
import type { InputHandler } from './input.ts';

export interface DnsInput {
  readonly from: Place;
  /** Address of the server. */
  readonly server: string;
  /** Full name, with or without its final dot; the search list is the client's business. */
  readonly name: string;
  /** A, AAAA, SRV, PTR … */
  readonly recordType: string;
  /** With an OPT record and a cookie, as dig asks; the resolver of the C library has none. */
  readonly edns?: boolean;
}

export const dnsInput: InputHandler<DnsInput, DnsOutcome> = {
  apply(world, { from, server, name, recordType, edns }) {
    return dnsQuery(world, from, server, name, recordType, edns);
  },
};
