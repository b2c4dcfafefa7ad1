/** Connection tracking. Models nf_conntrack, Linux 6.x: original and reply tuples, NAT included. Leaves out helpers, zones, expectations. */

export interface Tuple {
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly src: string;
  readonly dst: string;
  /** Port, or the ICMP id. */
  readonly sport: number;
  readonly dport: number;
}

export interface Conntrack {
  readonly id: string;
  readonly original: Tuple;
  /** What replies look like when they come in, i.e. the inverse of the packet after NAT. */
  readonly reply: Tuple;
  readonly state: 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED' | 'FIN_WAIT' | 'TIME_WAIT' | 'CLOSE' | 'NONE';
  readonly assured: boolean;
  readonly replied: boolean;
  readonly mark: number;
  readonly packets: readonly [original: number, reply: number];
  /** ms, virtual. */
  readonly createdAt: number;
  readonly expiresAt: number;
}
