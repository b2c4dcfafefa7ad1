/** `nslookup` of bind9-dnsutils 9.18, not interactive: a name or an address, and a server. Options -type and -timeout; others are not simulated. */

import { parseAddress } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { serviceNames } from '../completing.ts';
import { ask, resolverOf, reverseName } from '../dig/index.ts';

const TRIES = 3;
/** Types that can be asked for. */
const TYPES = new Set(['A', 'AAAA', 'ANY', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']);

function candidates(name: string, search: readonly string[], ndots: number): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = search.map((domain) => `${name}.${domain}`);
  return name.split('.').length - 1 >= ndots ? [name, ...searched] : [...searched, name];
}

type Answer = NonNullable<Awaited<ReturnType<typeof ask>>>['answer'];

function lines({ answers }: Answer): string {
  return answers
    .map(({ name, type, value }) => {
      if (type === 'A' || type === 'AAAA') return `Name:\t${name}\nAddress: ${value}\n`;
      if (type === 'CNAME') return `${name}\tcanonical name = ${value}\n`;
      if (type === 'PTR') return `${name}\tname = ${value}\n`;
      return type === 'SRV' ? `${name}\tservice = ${value}\n` : `${name}\t${type} = ${value}\n`;
    })
    .join('');
}

async function run(process: Process, args: readonly string[]): Promise<number> {
  const options = args.filter((arg) => arg.startsWith('-'));
  const [subject, given] = args.filter((arg) => !arg.startsWith('-'));
  let type = 'A';
  let timeoutMs = 5000;
  let tries = TRIES;
  for (const option of options) {
    const [, name = '', value = ''] = /^-([a-z]+)(?:=(.*))?$/i.exec(option) ?? [];
    if (/^(type|query|querytype|q)$/.test(name)) {
      if (TYPES.has(value.toUpperCase())) type = value.toUpperCase();
      else process.out(`unknown query type: ${value}\n`);
    } else if (/^(retry)$/.test(name)) tries = Math.max(1, Number(value) || 1);
    else if (/^(timeout)$/.test(name)) timeoutMs = Math.max(1, Number(value) || 1) * 1000;
    else {
      process.err(`*** Invalid option: ${option.slice(1)}\n`);
      return 1;
    }
  }
  if (subject === undefined) {
    process.err('nslookup without a name: not simulated in this lab\n');
    return 1;
  }
  const resolver = resolverOf(process);
  const server = given ?? resolver.servers[0]!;
  const reverse = parseAddress(subject) !== undefined;
  const names = reverse ? [reverseName(subject)] : candidates(subject, resolver.search, resolver.ndots);
  let answer: Answer | undefined;
  let asked = '';
  for (const name of names) {
    asked = name;
    const result = await ask(process, server, name, reverse ? 'PTR' : type, timeoutMs, tries, false);
    if (!result) {
      process.out(';; no servers could be reached\n\n');
      return 1;
    }
    answer = result.answer;
    if (answer.code === 'SERVFAIL') process.out(`;; Got SERVFAIL reply from ${server}\n`);
    if (answer.code !== 'NXDOMAIN') break;
  }
  const header = reverse ? '' : `Server:\t\t${server}\nAddress:\t${server}#53\n\n`;
  if (answer!.code !== 'NOERROR') {
    process.out(`${header}** server can't find ${asked}: ${answer!.code}\n\n`);
    return 1;
  }
  process.out(`${header}${answer!.answers.length ? lines(answer!) : `*** Can't find ${subject}: No answer\n`}\n`);
  return 0;
}

export const nslookup: Command = { name: 'nslookup', summary: 'look a name up', where: 'everywhere', run, complete: serviceNames };
