/** DNS messages as tcpdump 4.99 writes them (print-domain.c), as far as a lab's name servers go. */
import type { Reader } from './frame.ts';

const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  13: 'HINFO',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  35: 'NAPTR',
  41: 'OPT',
  255: 'ANY',
};
const CODES = ['', ' FormErr', ' ServFail', ' NXDomain', ' NotImp', ' Refused'];

/** A name at an offset, following compression; where it ends. */
function nameAt(r: Reader, start: number): { readonly name: string; readonly end: number } {
  let name = '';
  let end: number | undefined;
  let at = start;
  for (let jumps = 0; at < r.length && jumps < 64; ) {
    const length = r.u8(at);
    if (length >= 0xc0) {
      end ??= at + 2;
      at = r.u16(at) & 0x3fff;
      jumps++;
    } else if (length === 0) {
      return { name: name || '.', end: end ?? at + 1 };
    } else {
      name += `${String.fromCharCode(...r.bytes.subarray(at + 1, at + 1 + length))}.`;
      at += 1 + length;
    }
  }
  return { name, end: end ?? at };
}

function questionAt(r: Reader, at: number): { readonly text: string; readonly end: number } {
  const { name, end } = nameAt(r, at);
  const type = r.u16(end);
  return { text: ` ${TYPES[type] ?? `Type${type}`}? ${name}`, end: end + 4 };
}

/** `1m30s` */
function age(seconds: number): string {
  if (seconds === 0) return '0s';
  const units = [
    [604_800, 'w'],
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'm'],
    [1, 's'],
  ] as const;
  let left = seconds;
  return units
    .map(([size, unit]) => {
      const count = Math.floor(left / size);
      left %= size;
      return count === 0 ? '' : `${count}${unit}`;
    })
    .join('');
}

function recordAt(r: Reader, start: number, verbose: number): { readonly text: string; readonly end: number } {
  const { name, end } = nameAt(r, start);
  const type = r.u16(end);
  const data = end + 10;
  const after = data + r.u16(end + 8);
  const owner = verbose > 0 ? ` ${name}` : '';
  if (type === 41) return { text: `${owner} OPT UDPsize=${r.u16(end + 2)}${optionsText(r.from(data, after))}`, end: after };
  const ttl = verbose > 2 ? ` [${age(r.u32(end + 4))}]` : '';
  return { text: `${owner}${ttl} ${TYPES[type] ?? `Type${type}`}${dataText(r, type, data, verbose)}`, end: after };
}

const hex = (r: Reader, start: number, end: number) =>
  Array.from(r.bytes.subarray(start, end), (byte) => byte.toString(16).padStart(2, '0')).join('');

function optionsText(r: Reader): string {
  const texts: string[] = [];
  for (let at = 0; at + 4 <= r.length; at += 4 + r.u16(at + 2)) {
    const [code, length] = [r.u16(at), r.u16(at + 2)];
    texts.push(code === 10 ? `COOKIE ${hex(r, at + 4, at + 4 + length)}` : `Opt${code}`);
  }
  return texts.length > 0 ? ` [${texts.join(',')}]` : '';
}

function dataText(r: Reader, type: number, at: number, verbose: number): string {
  if (type === 1) return ` ${r.address(at)}`;
  if (type === 2 || type === 5 || type === 12) return ` ${nameAt(r, at).name}`;
  if (type === 33) return ` ${nameAt(r, at + 6).name}:${r.u16(at + 4)} ${r.u16(at)} ${r.u16(at + 2)}`;
  if (type === 6 && verbose > 0) {
    const server = nameAt(r, at);
    const mailbox = nameAt(r, server.end);
    return ` ${server.name} ${mailbox.name} ${[0, 4, 8, 12, 16].map((offset) => r.u32(mailbox.end + offset)).join(' ')}`;
  }
  return '';
}

/** Records of a section; a comma between two. */
function section(r: Reader, at: number, count: number, verbose: number): { readonly text: string; readonly end: number } {
  let end = at;
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const record = recordAt(r, end, verbose);
    texts.push(record.text);
    end = record.end;
  }
  return { text: texts.join(','), end };
}

const HEADER = 12;

export function domainText(r: Reader, verbose: number, length: number): string {
  if (length < HEADER) return `domain [length ${length} < ${HEADER}] (invalid)`;
  const flags = r.u16(2);
  const counts = [4, 6, 8, 10].map((at) => r.u16(at)) as [number, number, number, number];
  return `${flags & 0x8000 ? answerText(r, flags, counts, verbose) : queryText(r, flags, counts, verbose)} (${length})`;
}

type Counts = readonly [questions: number, answers: number, authority: number, additional: number];

function queryText(r: Reader, flags: number, [questions, answers, authority, additional]: Counts, verbose: number): string {
  let text = `${r.u16(0)}${flags & 0x0100 ? '+' : ''}`;
  if (answers > 0) text += ` [${answers}a]`;
  if (authority > 0) text += ` [${authority}n]`;
  if (additional > 0) text += ` [${additional}au]`;
  let at = 12;
  for (let i = 0; i < questions; i++) {
    const question = questionAt(r, at);
    text += question.text;
    at = question.end;
  }
  if (verbose > 1 && additional > 0) text += ` ar:${section(r, at, additional, verbose).text}`;
  return text;
}

function answerText(r: Reader, flags: number, [questions, answers, authority, additional]: Counts, verbose: number): string {
  const marks = [0x0400, 0x0200].map((bit, i) => (flags & bit ? '*|'[i]! : '')).join('');
  const code = CODES[flags & 0xf] ?? ` Resp${flags & 0xf}`;
  let text = `${r.u16(0)}${code}${marks}${flags & 0x0080 ? '' : '-'}${flags & 0x0020 ? '$' : ''}`;
  let at = 12;
  const asked: string[] = [];
  for (let i = 0; i < questions; i++) {
    const question = questionAt(r, at);
    asked.push(question.text);
    at = question.end;
  }
  if (verbose > 1) text += ` q:${asked.join(',')}`;
  text += ` ${answers}/${authority}/${additional}`;
  const answer = section(r, at, answers, verbose);
  text += answer.text;
  if (verbose < 2) return text;
  const names = section(r, answer.end, authority, verbose);
  const more = section(r, names.end, additional, verbose);
  return `${text}${authority > 0 ? ` ns:${names.text}` : ''}${additional > 0 ? ` ar:${more.text}` : ''}`;
}
