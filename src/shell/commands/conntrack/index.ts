/**
 * conntrack: lists, watches and removes entries of the connection tracking table of the namespace it runs in.
 * Models conntrack 1.4.7. Leaves out creating and changing entries, expectations (there are none), XML.
 */
import { type Conntrack, getSysctl, random } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { entryText, saveText } from './entry.ts';
import { refusedOf, stepsOf } from './events.ts';
import { HELP } from './help.ts';
import { parseRequest, type Request, say } from './request.ts';

export const conntrack: Command = {
  name: 'conntrack',
  summary: 'list, watch and remove tracked connections',
  where: 'hosts',
  run(process, args) {
    const request = parseRequest(args);
    if ('text' in request) {
      process.err(request.text);
      return request.exitCode;
    }
    if (request.verb === 'h' || request.verb === 'V') {
      process.out(request.verb === 'h' ? HELP : 'conntrack v1.4.7 (conntrack-tools)\n');
      return 0;
    }
    if (!process.root) {
      process.err(say('Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do this'));
      return 1;
    }
    return VERBS[request.verb](process, request);
  },
  complete(_process, words, index) {
    const word = words[index] ?? '';
    const candidates =
      words[index - 1] === '-p' ? ['tcp', 'udp', 'icmp'] : ['-L', '-E', '-F', '-D', '-C', '-S', '-p', '-s', '-d', '-r', '-q', '-o'];
    return candidates.filter((text) => text.startsWith(word)).map((text) => ({ text }));
  },
};

const VERBS: Readonly<
  Record<Exclude<Request['verb'], 'h' | 'V'>, (process: Process, request: Request) => number | Promise<number>>
> = {
  L(process, request) {
    if (request.table !== 'conntrack') return listOther(process, request.table);
    const shown = entries(process).filter(request.matches);
    for (const entry of shown) process.out(`${line(process, request, entry)}\n`);
    process.err(say(`${shown.length} flow entries have been shown.`));
    return 0;
  },
  G(process, request) {
    const [found] = entries(process).filter(request.matches);
    if (!found) {
      process.err(say("Operation failed: such conntrack doesn't exist"));
      return 1;
    }
    process.out(`${line(process, request, found)}\n`);
    process.err(say('1 flow entries have been shown.'));
    return 0;
  },
  C(process, { table }) {
    process.out(`${table === 'conntrack' ? entries(process).length : 0}\n`);
    return 0;
  },
  F(process, { table }) {
    if (table === 'expect') {
      process.err(say('expectation table has been emptied.'));
      return 0;
    }
    process.sim.dispatch({ type: 'conntrack', place: process.place });
    process.err(say('connection tracking table has been emptied.'));
    return 0;
  },
  D(process, request) {
    const gone = entries(process).filter(request.matches);
    for (const entry of gone) process.out(`${line(process, request, entry)}\n`);
    if (gone.length > 0) process.sim.dispatch({ type: 'conntrack', place: process.place, remove: gone.map(({ id }) => id) });
    process.err(say(`${gone.length} flow entries have been deleted.`));
    return gone.length > 0 ? 0 : 1;
  },
  S(process) {
    for (const cpu of [0, 1]) {
      process.out(
        `cpu=${cpu}   \tfound=0 invalid=0 insert=0 insert_failed=0 drop=0 early_drop=0 error=0 search_restart=0 clash_resolve=0 chaintoolong=0 \n`,
      );
    }
    return 0;
  },
  E: watch,
};

/** Live entries, oldest first. */
function entries(process: Process): readonly Conntrack[] {
  const now = process.now();
  const all = Object.values(process.kernel.namespace().conntrack).filter((entry) => entry.expiresAt > now);
  return all.sort((a, b) => a.createdAt - b.createdAt);
}

function line(process: Process, { extended, id, save }: Request, entry: Conntrack): string {
  if (save) return saveText(entry, process.now());
  const counted = getSysctl(process.kernel.namespace(), 'net.netfilter.nf_conntrack_acct') === '1';
  return entryText(entry, { now: process.now(), counted, extended, id });
}

function listOther(process: Process, table: string): number {
  const what = table === 'expect' ? 'expectations' : 'flow entries';
  process.err(say(`0 ${what} have been shown.`));
  return 0;
}

/** -E: prints events until Ctrl-C. */
function watch(process: Process, request: Request): Promise<number> {
  const { host, netns } = process.place;
  const wants = (event: string) => request.events.size === 0 || request.events.has('ALL') || request.events.has(event);
  let count = 0;
  const print = (event: string, tag: string, text: string) => {
    if (!wants(event)) return;
    count++;
    process.out(`${request.timed ? `[${(process.now() / 1000).toFixed(6).padEnd(8)}]\t` : ''}${tag} ${text}\n`);
  };
  const show = (entry: Conntrack) =>
    entryText(entry, { now: process.now(), counted: false, extended: request.extended, id: request.id }).replace(
      / mark=\d+ use=1/,
      '',
    );
  /** What goes tells its counts, and its time only when that has not run out; somebody took it away then. */
  const gone = (entry: Conntrack) => {
    const counted = getSysctl(process.kernel.namespace(), 'net.netfilter.nf_conntrack_acct') === '1';
    const style = { now: process.now(), counted, extended: request.extended, id: request.id };
    const text = entryText(entry, style).replace(/ mark=\d+ use=1/, '');
    if (entry.expiresAt <= process.now()) return text.replace(/^(\S+ +\d+) \d+ /, '$1 ');
    return entry.state === 'CLOSE'
      ? text
      : `${text} [USERSPACE] portid=${Math.floor(random('portid', process.now()) * 0xffff_ffff)}`;
  };
  let flows = new Set(process.sim.world().flows);
  const stop = process.sim.subscribe(({ before, world }) => {
    const [old, current] = [before, world].map((w) => w.hosts[host]?.netns[netns]?.conntrack ?? {});
    if (!old || !current || (old === current && world.flows === before.flows)) return;
    const traces = world.flows.filter((trace) => !flows.has(trace));
    flows = new Set(world.flows);
    for (const [id, entry] of Object.entries(current)) {
      if (old[id] === entry || !request.matches(entry)) continue;
      for (const step of stepsOf(old[id], entry, {
        ns: world.hosts[host]!.netns[netns]!,
        now: process.now(),
        traces,
        place: process.place,
      })) {
        const fresh = !step.replied && !old[id];
        print(fresh ? 'NEW' : 'UPDATES', fresh ? '    [NEW]' : ' [UPDATE]', show(step));
      }
    }
    for (const entry of refusedOf(traces, process.place, process.now()).filter(request.matches)) {
      print('NEW', '    [NEW]', show(entry));
      print('DESTROY', '[DESTROY]', gone({ ...entry, state: 'CLOSE' }));
    }
    for (const [id, entry] of Object.entries(old)) {
      if (!current[id] && request.matches(entry)) print('DESTROY', '[DESTROY]', gone(entry));
    }
  });
  return new Promise((resolve) => {
    process.lastWords?.(() => ({ out: '', err: say(`${count} flow events have been shown.`) }));
    const end = () => {
      stop();
      resolve(0);
    };
    if (process.signal.aborted) end();
    else process.signal.addEventListener('abort', end, { once: true });
  });
}
