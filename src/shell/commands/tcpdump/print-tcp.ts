/** TCP segments as tcpdump 4.99 writes them (print-tcp.c, print-http.c). */

import { shouldBe, transportCheck } from './checksums.ts';
import type { Ip, Reader } from './frame.ts';
import type { Style } from './print.ts';

/** First sequence numbers of conversations, by their two ends in order: later ones are told relative to them. */
export type Conversations = Map<string, { readonly seq: number; readonly ack: number }>;

/** Ports whose data is taken for HTTP. */
const HTTP_PORTS = new Set([80, 8080, 3128]);
const FLAGS = ['F', 'S', 'R', 'P', '.', 'U', 'E', 'W'];
const SYN = 2;
const FIN_SYN_RST = 7;
const ACK = 16;

export function tcpText(ip: Ip, style: Style, conversations: Conversations): string {
  const { payload: r, src, dst } = ip;
  const [sport, dport] = [r.u16(0), r.u16(2)];
  const headerLength = (r.u8(12) >>> 4) * 4;
  const length = r.length - headerLength;
  const ends = `${src}.${sport} > ${dst}.${dport}: `;
  if (style.brief) return `${ends}tcp ${length}`;
  const bits = r.u8(13);
  const flags = FLAGS.filter((_, i) => bits & (1 << i)).join('') || 'none';
  const { seq, ack } = relative(ip, bits, style, conversations);
  let text = `${ends}Flags [${flags}]`;
  if (style.verbose > 0 && !style.unchecked) text += checksumText(ip);
  if (style.verbose > 1 || length > 0 || bits & FIN_SYN_RST) text += `, seq ${seq}${length > 0 ? `:${modulo(seq + length)}` : ''}`;
  if (bits & ACK) text += `, ack ${ack}`;
  text += `, win ${r.u16(14)}`;
  if (headerLength > 20) text += `, options [${optionTexts(r.from(20, headerLength)).join(',')}]`;
  text += `, length ${length}`;
  const http = HTTP_PORTS.has(sport) || HTTP_PORTS.has(dport);
  return length > 0 && http ? `${text}: ${httpText(r.from(headerLength), style.verbose > 0)}` : text;
}

const modulo = (value: number) => ((value % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000;

/** Numbers count from the first packet with an ACK, which is told as it is. */
function relative({ payload: r, src, dst }: Ip, bits: number, { absolute }: Style, conversations: Conversations) {
  const [seq, ack] = [r.u32(4), r.u32(8)];
  if (absolute || !(bits & ACK)) return { seq, ack };
  const [from, to] = [`${src}.${r.u16(0)}`, `${dst}.${r.u16(2)}`];
  const reversed = from > to;
  const key = reversed ? `${to} ${from}` : `${from} ${to}`;
  const known = conversations.get(key);
  if (!known || bits & SYN) {
    conversations.set(key, reversed ? { ack: seq, seq: modulo(ack - 1) } : { seq, ack: modulo(ack - 1) });
    return { seq, ack };
  }
  const [own, peer] = reversed ? [known.ack, known.seq] : [known.seq, known.ack];
  return { seq: modulo(seq - own), ack: modulo(ack - peer) };
}

function checksumText(ip: Ip): string {
  const hex = (value: number) => `0x${value.toString(16).padStart(4, '0')}`;
  const stored = ip.payload.u16(16);
  const sum = transportCheck(ip);
  return `, cksum ${hex(stored)} (${sum === 0 ? 'correct' : `incorrect -> ${hex(shouldBe(stored, sum))}`})`;
}

function optionTexts(r: Reader): readonly string[] {
  const texts: string[] = [];
  for (let at = 0; at < r.length; ) {
    const kind = r.u8(at);
    if (kind === 0) return [...texts, 'eol'];
    if (kind === 1) {
      texts.push('nop');
      at++;
      continue;
    }
    texts.push(OPTIONS[kind]?.(r, at) ?? `unknown-${kind}`);
    at += Math.max(2, r.u8(at + 1));
  }
  return texts;
}

const OPTIONS: Readonly<Record<number, (r: Reader, at: number) => string>> = {
  2: (r, at) => `mss ${r.u16(at + 2)}`,
  3: (r, at) => `wscale ${r.u8(at + 2)}`,
  4: () => 'sackOK',
  8: (r, at) => `TS val ${r.u32(at + 2)} ecr ${r.u32(at + 6)}`,
};

/** print-http.c knows a request by its first word; an answer by its second, a number of three digits. */
const COMMANDS =
  /^(GET|PUT|COPY|HEAD|LOCK|MOVE|POLL|POST|BCOPY|BMOVE|MKCOL|TRACE|LABEL|MERGE|DELETE|SEARCH|UNLOCK|REPORT|UPDATE|NOTIFY|BDELETE|CONNECT|OPTIONS|CHECKIN|PROPFIND|CHECKOUT|CCM_POST|SUBSCRIBE|PROPPATCH|BPROPFIND|BPROPPATCH|UNCHECKOUT|MKACTIVITY|MKWORKSPACE|UNSUBSCRIBE|RPC_CONNECT|VERSION-CONTROL|BASELINE-CONTROL)\s/i;

function httpText({ bytes }: Reader, verbose: boolean): string {
  const text = String.fromCharCode(...bytes.subarray(0, 65_535));
  if (!COMMANDS.test(text) && !/^\S+[ \t]+\d{3}[ \t\r\n]/.test(text)) return 'HTTP';
  if (!verbose) return `HTTP${lineAt(text, 0, ': ').text}`;
  let all = `HTTP, length: ${bytes.length}`;
  for (let at = 0; at < text.length; ) {
    const line = lineAt(text, at, '\n\t');
    all += line.text;
    if (line.end === 0) break;
    at = line.end;
  }
  return all;
}

/** print_txt_line(): up to a line's end; nothing of what is not text; an unfinished line says so. */
function lineAt(text: string, start: number, prefix: string): { readonly text: string; readonly end: number } {
  const rest = text.slice(start);
  const line = /^[\t\x20-\x7e]*/.exec(rest)![0];
  const end = /^\r?\n/.exec(rest.slice(line.length))?.[0];
  if (end !== undefined) return { text: `${prefix}${line}`, end: start + line.length + end.length };
  return { text: line.length === rest.length ? `${prefix}${line} [|http]` : '', end: 0 };
}
