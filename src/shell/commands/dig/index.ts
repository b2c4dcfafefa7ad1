/**
 * dig, nslookup and host (BIND 9.18): questions to DNS servers over real UDP flows. Servers and search list come from the place's
 * own resolv.conf. Leaves out zone transfers, DNSSEC, TCP and nslookup's own prompt.
 */
import { type DnsOutcome, type DnsRecord, type InputResult, parseAddress, resolvConf } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { formatDate } from '../../tools/dates.ts';

const TYPES = new Set(['A', 'AAAA', 'ANY', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']);
/** BIND's patience with a server: three tries of five seconds. */
const TIMEOUT_MS = 15_000;

interface Resolver {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
}

function resolverOf({ sim, place }: Process): Resolver {
  const lines = resolvConf(sim.world(), place).split('\n');
  const values = (key: string) => lines.filter((line) => line.startsWith(`${key} `)).flatMap((line) => line.split(/\s+/).slice(1).filter(Boolean));
  return { servers: values('nameserver'), search: values('search'), ndots: Number(/ndots:(\d+)/.exec(lines.join(' '))?.[1] ?? 1) };
}

function ask(process: Process, server: string, name: string, recordType: string): DnsOutcome {
  return process.sim.dispatch({ type: 'dns', from: process.place, server, name, recordType }) as InputResult<'dns'>;
}

const reversed = (address: string) => `${address.split('.').reverse().join('.')}.in-addr.arpa`;
const dotted = (name: string) => (name.endsWith('.') ? name : `${name}.`);

/** The names to try for one that was typed: with the search list, in the resolver's order. */
function candidates(name: string, { search, ndots }: Resolver): readonly string[] {
  if (name.endsWith('.')) return [name];
  const listed = search.map((zone) => `${name}.${zone}`);
  return name.split('.').length - 1 >= ndots ? [name, ...listed] : [...listed, name];
}

async function dig(process: Process, args: readonly string[]): Promise<number> {
  let server: string | undefined;
  let name: string | undefined;
  let type = 'A';
  const flags = new Set<string>();
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg.startsWith('@')) server = arg.slice(1);
    else if (arg.startsWith('+')) flags.add(arg.slice(1));
    else if (arg === '-x') {
      name = reversed(args[++at] ?? '');
      type = 'PTR';
    } else if (arg === '-t') type = (args[++at] ?? 'A').toUpperCase();
    else if (arg === '-4') continue;
    else if (arg.startsWith('-')) {
      process.err(`Invalid option: ${arg}\nUsage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}\n            {global-d-opt} host [@local-server] {local-d-opt}\n            [ host [@local-server] {local-d-opt} [...]]\n\nUse "dig -h" (or "dig -h | more") for complete list of options\n`);
      return 1;
    } else if (name !== undefined && TYPES.has(arg.toUpperCase())) type = arg.toUpperCase();
    else if (arg.toUpperCase() !== 'IN') name = arg;
  }
  const resolver = resolverOf(process);
  const address = server ?? resolver.servers[0];
  const asked = name ?? '.';
  const names = flags.has('search') ? candidates(asked, resolver) : [asked];
  const short = flags.has('short');
  const banner = short ? '' : `\n; <<>> DiG 9.18.33-1~deb12u2-Debian <<>> ${args.join(' ')}\n${server === undefined ? '' : '; (1 server found)\n'};; global options: +cmd\n`;
  if (address === undefined) return silent(process, banner, 'no servers could be reached', undefined);
  const target = parseAddress(address) === undefined ? process.sim.dispatch({ type: 'resolve', from: process.place, name: address }).addresses[0] : address;
  if (target === undefined) {
    process.err(`dig: couldn't get address for '${address}': not found\n`);
    return 10;
  }
  let outcome = ask(process, target, names[0]!, type);
  let used = names[0]!;
  for (const next of names.slice(1)) {
    if (outcome.outcome !== 'answer' || outcome.answer.answers.length > 0) break;
    used = next;
    outcome = ask(process, target, next, type);
  }
  if (outcome.outcome !== 'answer') return silent(process, banner, outcome.outcome === 'no-answer' ? 'timed out' : 'connection refused', target);
  const { answer } = outcome;
  if (short) {
    process.out(answer.answers.map((record) => `${record.value}\n`).join(''));
    return 0;
  }
  process.out(banner + report(process, used, type, answer, target));
  return 0;
}

function report(process: Process, name: string, type: string, answer: Extract<DnsOutcome, { outcome: 'answer' }>['answer'], server: string): string {
  const { answers, code, authoritative } = answer;
  const id = (process.sim.journal().length * 7919 + 4242) % 65_536;
  const section = answers.length === 0 ? '' : `;; ANSWER SECTION:\n${answers.map((record) => `${dotted(record.name).padEnd(23)} ${record.ttl}\tIN\t${record.type}\t${record.value}\n`).join('')}\n`;
  const size = 28 + name.length + answers.reduce((sum, record) => sum + 16 + record.name.length, 0);
  return `;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: ${code}, id: ${id}
;; flags: qr${authoritative ? ' aa' : ''} rd${authoritative ? '' : ' ra'}; QUERY: 1, ANSWER: ${answers.length}, AUTHORITY: 0, ADDITIONAL: 1
${authoritative ? ';; WARNING: recursion requested but not available\n' : ''}
;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232
;; QUESTION SECTION:
;${dotted(name)}\t\tIN\t${type}

${section};; Query time: 0 msec
;; SERVER: ${server}#53(${server}) (UDP)
;; WHEN: ${formatDate(process.now(), '%a %b %d %H:%M:%S UTC %Y')}
;; MSG SIZE  rcvd: ${size}

`;
}

async function silent(process: Process, banner: string, why: string, server: string | undefined): Promise<number> {
  process.out(banner);
  for (let attempt = 0; attempt < 3 && server !== undefined; attempt++) {
    if (why === 'timed out') await process.sleep(TIMEOUT_MS / 3, `waiting for ${server} to answer a DNS question`);
    process.out(`;; communications error to ${server}#53: ${why}\n`);
  }
  process.out(`${server === undefined ? '' : '\n'};; no servers could be reached\n`);
  return 9;
}

/** Asks for a name along the search list. */
async function lookUp(process: Process, name: string, type: string, server: string | undefined): Promise<{ readonly server: string; readonly outcome: DnsOutcome; readonly name: string } | undefined> {
  const resolver = resolverOf(process);
  const address = server ?? resolver.servers[0];
  if (address === undefined) return undefined;
  const reverse = parseAddress(name) !== undefined;
  const names = reverse ? [reversed(name)] : candidates(name, resolver);
  let last: DnsOutcome | undefined;
  for (const each of names) {
    last = ask(process, address, each, reverse ? 'PTR' : type);
    if (last.outcome !== 'answer' || last.answer.answers.length > 0) return { server: address, outcome: last, name: each };
  }
  return last && { server: address, outcome: last, name };
}

async function nslookup(process: Process, args: readonly string[]): Promise<number> {
  const type = /^-(?:type|query|q)=(.+)$/i.exec(args.find((arg) => arg.startsWith('-')) ?? '')?.[1]?.toUpperCase() ?? 'A';
  const [name, server] = args.filter((arg) => !arg.startsWith('-'));
  if (name === undefined) {
    process.err('nslookup: its own prompt: not simulated in this lab\n');
    return 1;
  }
  const found = await lookUp(process, name, type, server);
  if (!found || found.outcome.outcome !== 'answer') {
    if (found?.outcome.outcome === 'no-answer') await process.sleep(TIMEOUT_MS, `waiting for ${found.server} to answer a DNS question`);
    process.out(`;; ${found?.outcome.outcome === 'refused' ? `communications error to ${found.server}#53: connection refused\n;; ` : 'connection timed out; '}no servers could be reached\n\n`);
    return 1;
  }
  const { code, answers, authoritative } = found.outcome.answer;
  process.out(`Server:\t\t${found.server}\nAddress:\t${found.server}#53\n\n`);
  if (code !== 'NOERROR') {
    process.out(`** server can't find ${name}: ${code}\n\n`);
    return 1;
  }
  if (answers.length === 0) process.out(`*** Can't find ${name}: No answer\n`);
  else if (!authoritative) process.out('Non-authoritative answer:\n');
  process.out(answers.map(nslookupLine).join(''));
  process.out('\n');
  return answers.length === 0 ? 1 : 0;
}

function nslookupLine({ name, type, value }: DnsRecord): string {
  if (type === 'A' || type === 'AAAA') return `Name:\t${name.replace(/\.$/, '')}\nAddress: ${value}\n`;
  if (type === 'PTR') return `${name.replace(/\.$/, '')}\tname = ${dotted(value)}\n`;
  return `${name.replace(/\.$/, '')}\t${type === 'SRV' ? 'service' : type.toLowerCase()} = ${value}\n`;
}

async function host(process: Process, args: readonly string[]): Promise<number> {
  const at = args.indexOf('-t');
  const type = at < 0 ? 'A' : (args[at + 1] ?? 'A').toUpperCase();
  const [name, server] = args.filter((arg, index) => !arg.startsWith('-') && (at < 0 || index !== at + 1));
  if (name === undefined) {
    process.err('Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]\n            [-R number] [-m flag] [-p port] hostname [server]\n');
    return 1;
  }
  const found = await lookUp(process, name, type, server);
  if (!found || found.outcome.outcome !== 'answer') {
    if (found?.outcome.outcome === 'no-answer') await process.sleep(TIMEOUT_MS, `waiting for ${found.server} to answer a DNS question`);
    process.out(';; connection timed out; no servers could be reached\n');
    return 1;
  }
  const { code, answers } = found.outcome.answer;
  if (code !== 'NOERROR') {
    process.out(`Host ${name} not found: ${{ NXDOMAIN: '3(NXDOMAIN)', SERVFAIL: '2(SERVFAIL)', REFUSED: '5(REFUSED)' }[code]}\n`);
    return 1;
  }
  if (answers.length === 0) process.out(`${name} has no ${type} record\n`);
  const words: Readonly<Record<string, string>> = { A: 'has address', AAAA: 'has IPv6 address', PTR: 'domain name pointer', CNAME: 'is an alias for', SRV: 'has SRV record' };
  process.out(answers.map((record) => `${record.name.replace(/\.$/, '')} ${words[record.type] ?? `has ${record.type} record`} ${record.type === 'PTR' ? dotted(record.value) : record.value}\n`).join(''));
  return answers.length === 0 ? 1 : 0;
}

const command = (name: string, summary: string, run: Command['run']): Command => ({ name, summary, run, where: 'everywhere' });
export const dnsCommands: readonly Command[] = [
  command('dig', 'ask a DNS server', dig),
  command('nslookup', 'look a name up in the DNS', nslookup),
  command('host', 'look a name up in the DNS, one line an answer', host),
];
