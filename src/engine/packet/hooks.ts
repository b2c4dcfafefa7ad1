/**
 * Netfilter hooks in the kernel's order: raw (-300), conntrack (-200), mangle (-150), nat destination (-100), filter (0), nat
 * source (100). Turns a table's verdict into what happens to the packet.
 */
import { isLocal, selectSource } from '../kernel/fib.ts';
import { evaluate, type Verdict } from '../kernel/netfilter/evaluate.ts';
import type { HookName, RejectType, Rule, TableName } from '../kernel/netfilter/types.ts';
import { countHit } from './draft.ts';
import { ICMP_UNREACHABLE } from './packet.ts';
import {
  isDnat,
  isSnat,
  keepSource,
  remember,
  setDestination,
  setSource,
  track,
  translateDestination,
  translateSource,
} from './tracking.ts';
import type { Ending, Walk } from './walker.ts';
import { ruleSentence, targetWord } from './words.ts';

/** Counts a rule's hit and writes its step; a walk without a recorder is a question and counts nothing. */
export function noteHit(w: Walk, table: TableName, hook: HookName, chain: string, index: number, rule: Rule | undefined): void {
  const { at, recorder } = w;
  if (!recorder) return;
  countHit(at, `${table} ${chain} ${index < 0 ? 'policy' : index}`, w.packet.length);
  if (!rule) {
    const policy = at.ns.netfilter.tables[table]?.chains[chain]?.policy ?? 'ACCEPT';
    if (policy === 'ACCEPT' && table !== 'filter') return;
    const deed = policy === 'DROP' ? 'drops it' : 'lets it pass';
    recorder.step(`${table} ${hook}`, `policy ${policy}`, `No rule of ${chain} decided; the chain's policy ${deed}.`, { chain });
    return;
  }
  const ref = { kind: 'rule', ...at.place, table, chain, index } as const;
  recorder.step(`${table} ${hook}`, targetWord(rule.target), ruleSentence(chain, index, rule), { chain, ref });
  if (rule.target.type === 'MARK') {
    const { mark } = w.packet;
    w.packet.mark = ((mark & ~rule.target.mask) ^ rule.target.value) >>> 0;
    recorder.amend();
    w.packet.mark = mark;
  }
}

const PASS: Verdict = { type: 'accept' };

/** Runs a table at a hook; a table without rules there lets everything pass. `inDev`, `outDev`: '' where the hook has none. */
function runTable(w: Walk, table: TableName, hook: HookName, inDev: string, outDev: string): Verdict {
  const { ruleset } = w.at;
  if (!ruleset.tables[table][hook]) return PASS;
  const e = w.evaluation;
  const a = w.attached;
  e.ns = w.at.ns;
  e.in = inDev;
  e.out = outDev;
  e.ctstate = a ? a.state : w.untracked ? 'UNTRACKED' : 'INVALID';
  e.dnat = a !== undefined && isDnat(a);
  e.snat = a !== undefined && isSnat(a);
  w.hook = hook;
  return evaluate(e, ruleset, table, hook);
}

/** What a sender's socket makes of the ICMP messages that are no plain refusal: ENETUNREACH or EHOSTUNREACH. */
const REJECTED: Readonly<Partial<Record<RejectType, 'no-route' | 'prohibited'>>> = {
  'icmp-net-unreachable': 'no-route',
  'icmp-net-prohibited': 'no-route',
  'icmp-host-unreachable': 'prohibited',
  'icmp-host-prohibited': 'prohibited',
  'icmp-admin-prohibited': 'prohibited',
};

/** The walk's end if the verdict is one. */
function endOf(w: Walk, verdict: Verdict, table: TableName, hook: HookName): Ending | undefined {
  if (verdict.type === 'drop') {
    return { disposition: 'dropped', reason: `${table} ${hook} on ${placeWord(w)} dropped it: nobody answers.` };
  }
  if (verdict.type !== 'reject') return undefined;
  const rst = verdict.with === 'tcp-reset' && w.packet.proto === 'tcp';
  return {
    disposition: REJECTED[verdict.with] ?? 'refused',
    reason: `A REJECT rule in ${table} ${hook} on ${placeWord(w)} refused it.`,
    answer: {
      from: w.at,
      kind: rst ? 'rst' : 'icmp-error',
      icmpType: ICMP_UNREACHABLE,
      src: isLocal(w.at.ns, w.packet.dst) ? w.packet.dst : 0,
      about: w.attached,
    },
  };
}

/** `worker2`, or `yaobank/customer-x on worker2`. */
export function placeWord(w: Pick<Walk, 'at'>): string {
  const { host, netns } = w.at.place;
  return netns === '' ? host : `${netns} on ${host}`;
}

/** raw, conntrack, mangle and the nat destination of PREROUTING or OUTPUT; `dev`: the interface in, or out. */
export function beforeRouting(w: Walk, hook: 'PREROUTING' | 'OUTPUT', dev: string): Ending | undefined {
  if (!w.at.ruleset.tracks) return undefined;
  const inDev = hook === 'PREROUTING' ? dev : '';
  const outDev = hook === 'OUTPUT' ? dev : '';
  const raw = runTable(w, 'raw', hook, inDev, outDev);
  const dropped = endOf(w, raw, 'raw', hook);
  if (dropped) return dropped;
  w.untracked = raw.type === 'notrack';
  if (!w.untracked) track(w);
  const mangled = endOf(w, runTable(w, 'mangle', hook, inDev, outDev), 'mangle', hook);
  if (mangled) return mangled;
  return natDestination(w, hook, inDev, outDev);
}

function natDestination(w: Walk, hook: 'PREROUTING' | 'OUTPUT', inDev: string, outDev: string): Ending | undefined {
  const a = w.attached;
  if (!a) return undefined;
  if (!a.dnatDecided) {
    a.dnatDecided = true;
    const verdict = runTable(w, 'nat', hook, inDev, outDev);
    const ended = endOf(w, verdict, 'nat', hook);
    if (ended) return ended;
    if (verdict.type === 'dnat') {
      setDestination(w, verdict.address, verdict.port);
      if (translateDestination(w)) w.recorder?.amend();
      return undefined;
    }
  }
  translateDestination(w);
  return undefined;
}

/** The filter table (and mangle, where the hook has one before it) of INPUT and OUTPUT. */
export function filterLocal(w: Walk, hook: 'INPUT' | 'OUTPUT', dev: string): Ending | undefined {
  if (!w.at.ruleset.tracks) return undefined;
  if (hook === 'INPUT') {
    const mangled = endOf(w, runTable(w, 'mangle', 'INPUT', dev, ''), 'mangle', 'INPUT');
    if (mangled) return mangled;
  }
  const input = hook === 'INPUT';
  return endOf(w, runTable(w, 'filter', hook, input ? dev : '', input ? '' : dev), 'filter', hook);
}

/** mangle and filter FORWARD. */
export function filterForward(w: Walk, inDev: string, outDev: string): Ending | undefined {
  if (!w.at.ruleset.tracks) return undefined;
  return (
    endOf(w, runTable(w, 'mangle', 'FORWARD', inDev, outDev), 'mangle', 'FORWARD') ??
    endOf(w, runTable(w, 'filter', 'FORWARD', inDev, outDev), 'filter', 'FORWARD')
  );
}

/** mangle and the nat source of POSTROUTING, then the connection is confirmed. `gateway`: where MASQUERADE looks for an address. */
export function afterRouting(w: Walk, dev: string, gateway: number): Ending | undefined {
  if (!w.at.ruleset.tracks) return undefined;
  const mangled = endOf(w, runTable(w, 'mangle', 'POSTROUTING', '', dev), 'mangle', 'POSTROUTING');
  if (mangled) return mangled;
  const a = w.attached;
  if (a && !a.snatDecided) {
    a.snatDecided = true;
    const verdict = runTable(w, 'nat', 'POSTROUTING', '', dev);
    const ended = endOf(w, verdict, 'nat', 'POSTROUTING');
    if (ended) return ended;
    if (verdict.type === 'masquerade') {
      const address = selectSource(w.at.ns, dev, gateway);
      if (address === 0) return { disposition: 'dropped', reason: `MASQUERADE found no address on ${placeWord(w)}.` };
      setSource(w, address, 0, verdict.randomFully);
    } else if (verdict.type === 'snat') {
      setSource(w, verdict.address, verdict.port, verdict.randomFully);
    } else {
      keepSource(w);
    }
    translateSource(w);
    if (verdict.type === 'masquerade' || verdict.type === 'snat') w.recorder?.amend();
  } else {
    translateSource(w);
  }
  remember(w);
  return undefined;
}

/** nat INPUT (the source side of local delivery), then the connection is confirmed. */
export function beforeDelivery(w: Walk, dev: string): Ending | undefined {
  if (!w.at.ruleset.tracks) return undefined;
  const a = w.attached;
  if (a && !a.snatDecided) {
    a.snatDecided = true;
    const verdict = runTable(w, 'nat', 'INPUT', dev, '');
    const ended = endOf(w, verdict, 'nat', 'INPUT');
    if (ended) return ended;
    if (verdict.type === 'snat') setSource(w, verdict.address, verdict.port, verdict.randomFully);
    else keepSource(w);
  }
  translateSource(w);
  if (dev !== 'lo') remember(w);
  return undefined;
}
