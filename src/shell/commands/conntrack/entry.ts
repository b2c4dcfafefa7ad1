/** One connection tracking entry as text. Models nfct_snprintf of libnetfilter_conntrack, as conntrack 1.4.7 prints it. */
import type { Conntrack, Tuple } from '../../../engine/index.ts';

const NUMBERS: Readonly<Record<Tuple['proto'], number>> = { icmp: 1, tcp: 6, udp: 17 };
/** Bytes of an IPv4 packet without payload (an echo: with ping's own), where nothing else was counted. */
const PACKET_BYTES: Readonly<Record<Tuple['proto'], number>> = { icmp: 84, tcp: 52, udp: 28 };

export interface EntryStyle {
  readonly now: number;
  /** Packets and bytes are shown where the kernel counts them (net.netfilter.nf_conntrack_acct). */
  readonly counted: boolean;
  readonly extended: boolean;
  readonly id: boolean;
}

export function entryText(entry: Conntrack, { now, counted, extended, id }: EntryStyle): string {
  const { original, reply, state, assured, replied, mark } = entry;
  const { proto } = original;
  const left = Math.max(0, Math.ceil((entry.expiresAt - now) / 1000));
  let text = extended ? 'ipv4     2 ' : '';
  text += `${proto.padEnd(8)} ${NUMBERS[proto]} ${left} `;
  if (proto === 'tcp') text += `${state} `;
  text += tupleText(original, 8);
  if (counted) text += countText(entry, 0);
  if (!replied) text += '[UNREPLIED] ';
  text += tupleText(reply, 0);
  if (counted) text += countText(entry, 1);
  if (assured) text += '[ASSURED] ';
  text += `mark=${mark} use=1`;
  return id ? `${text} id=${idOf(entry)}` : text;
}

/** `-o save`: the options that would make the entry again. */
export function saveText({ original, reply, state, assured, replied, mark, expiresAt }: Conntrack, now: number): string {
  const { proto } = original;
  const status = [...(replied ? ['SEEN_REPLY'] : []), ...(assured ? ['ASSURED'] : [])];
  const ports =
    proto === 'icmp'
      ? `--icmp-type 8 --icmp-code 0 --icmp-id ${original.sport}`
      : `--sport ${original.sport} --dport ${original.dport} --reply-port-src ${reply.sport} --reply-port-dst ${reply.dport}`;
  const left = Math.max(0, Math.ceil((expiresAt - now) / 1000));
  return `-A -t ${left} -u ${status.join(',') || 'UNSET'} -s ${original.src} -d ${original.dst} -r ${reply.src} -q ${reply.dst} -p ${proto} ${ports}${proto === 'tcp' ? ` --state ${state}` : ''}${mark ? ` -m ${mark}` : ''}`;
}

function tupleText({ proto, src, dst, sport, dport }: Tuple, icmpType: number): string {
  const ends = `src=${src} dst=${dst} `;
  return proto === 'icmp' ? `${ends}type=${icmpType} code=0 id=${sport} ` : `${ends}sport=${sport} dport=${dport} `;
}

function countText({ packets, bytes, state, original: { proto } }: Conntrack, way: 0 | 1): string {
  // A SYN has 20 bytes of options, whatever follows it has 12.
  const each = state === 'SYN_SENT' || state === 'SYN_RECV' ? 60 : PACKET_BYTES[proto];
  return `packets=${packets[way]} bytes=${bytes?.[way] ?? packets[way] * each} `;
}

/** A 32-bit number that stays with the entry. */
function idOf({ id }: Conntrack): number {
  let hash = 0x811c9dc5;
  for (const char of id) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}
