/**
 * Netfilter hooks in the kernel's order: raw (-300), conntrack (-200), mangle (-150), nat destination (-100), filter (0), nat
 * source (100). Turns a table's verdict into what happens to the packet.
 */
import { evaluate, type LinkedChain } from '../kernel/netfilter/evaluate.ts';
import type { Verdict } from '../kernel/netfilter/evaluation.ts';
import type { HookName, RejectType, Rule, TableName } from '../kernel/netfilter/types.ts';
import { countHit } from './draft.ts';
import { ICMP_UNREACHABLE } from './packet.ts';
import { keepSource, remember, setDestination, setSource, track, translateDestination, translateSource } from './tracking.ts';
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
function runTable(w: Walk, base: LinkedChain | undefined, hook: HookName, inDev: string, outDev: string): Verdict {
  if (!base) return PASS;
  w.in = inDev;
  w.out = outDev;
  w.hook = hook;
  return evaluate(w, base);
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
    return { disposition: 'dropped', reason: () => `${table} ${hook} on ${placeWord(w)} dropped it: nobody answers.` };
  }
  if (verdict.type !== 'reject') return undefined;
  const rst = verdict.with === 'tcp-reset' && w.packet.proto === 'tcp';
  return {
    disposition: REJECTED[verdict.with] ?? 'refused',
    reason: () => `A REJECT rule in ${table} ${hook} on ${placeWord(w)} refused it.`,
    answer: {
      from: w.at,
      kind: rst ? 'rst' : 'icmp-error',
      icmpType: ICMP_UNREACHABLE,
      src: w.at.fib.isLocal(w.packet.dst) ? w.packet.dst : 0,
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
  const chains = w.at.ruleset.hooks[hook];
  const raw = runTable(w, chains.raw, hook, inDev, outDev);
  const dropped = endOf(w, raw, 'raw', hook);
  if (dropped) return dropped;
  w.untracked = raw.type === 'notrack';
  if (!w.untracked) track(w);
  const mangled = endOf(w, runTable(w, chains.mangle, hook, inDev, outDev), 'mangle', hook);
  if (mangled) return mangled;
  return natDestination(w, hook, inDev, outDev);
}

function natDestination(w: Walk, hook: 'PREROUTING' | 'OUTPUT', inDev: string, outDev: string): Ending | undefined {
  const a = w.attached;
  if (!a) return undefined;
  if (!a.dnatDecided) {
    a.dnatDecided = true;
    const verdict = runTable(w, w.at.ruleset.hooks[hook].nat, hook, inDev, outDev);
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
  const chains = w.at.ruleset.hooks[hook];
  if (hook === 'INPUT') {
    const mangled = endOf(w, runTable(w, chains.mangle, 'INPUT', dev, ''), 'mangle', 'INPUT');
    if (mangled) return mangled;
  }
  const input = hook === 'INPUT';
  return endOf(w, runTable(w, chains.filter, hook, input ? dev : '', input ? '' : dev), 'filter', hook);
}

/** mangle and filter FORWARD. */
export function filterForward(w: Walk, inDev: string, outDev: string): Ending | undefined {
  if (!w.at.ruleset.tracks) return undefined;
  const { mangle, filter } = w.at.ruleset.hooks.FORWARD;
  return (
    endOf(w, runTable(w, mangle, 'FORWARD', inDev, outDev), 'mangle', 'FORWARD') ??
    endOf(w, runTable(w, filter, 'FORWARD', inDev, outDev), 'filter', 'FORWARD')
  );
}

/** mangle and the nat source of POSTROUTING, then the connection is confirmed. `gateway`: where MASQUERADE looks for an address. */
export function afterRouting(w: Walk, dev: string, gateway: number): Ending | undefined {
  if (!w.at.ruleset.tracks) return undefined;
  const { mangle, nat } = w.at.ruleset.hooks.POSTROUTING;
  const mangled = endOf(w, runTable(w, mangle, 'POSTROUTING', '', dev), 'mangle', 'POSTROUTING');
  if (mangled) return mangled;
  const a = w.attached;
  if (a && !a.snatDecided) {
    a.snatDecided = true;
    const verdict = runTable(w, nat, 'POSTROUTING', '', dev);
    const ended = endOf(w, verdict, 'nat', 'POSTROUTING');
    if (ended) return ended;
    if (verdict.type === 'masquerade') {
      const address = w.at.fib.source(dev, gateway);
      if (address === 0) return { disposition: 'dropped', reason: () => `MASQUERADE found no address on ${placeWord(w)}.` };
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
    const verdict = runTable(w, w.at.ruleset.hooks.INPUT.nat, 'INPUT', dev, '');
    const ended = endOf(w, verdict, 'nat', 'INPUT');
    if (ended) return ended;
    if (verdict.type === 'snat') setSource(w, verdict.address, verdict.port, verdict.randomFully);
    else keepSource(w);
  }
  translateSource(w);
  if (dev !== 'lo') remember(w);
  return undefined;
}
