/**
 * From a Plan to the tables of a network namespace.
 *
 * Models iptables-restore --noflush of the top-level chains and the jumps of k8s.io/kubernetes v1.32
 * pkg/proxy/iptables/proxier.go (iptablesJumpChains) and of the kubelet's pkg/kubelet/kubelet_network_linux.go. Chains that are
 * not kube-proxy's are left as they are. Pure functions of (table, plan), memoised, so that nodes with equal tables share them.
 * Differs: every sync compares every service's chains, where the real one rewrites only those of changed services.
 */
import { resetCounters, sameChain } from '../../kernel/netfilter/equal.ts';
import type { Chain, HookName, Match, Netfilter, Rule, Table, TableName } from '../../kernel/netfilter/types.ts';
import { remember } from '../../memo.ts';
import { isServiceChain } from './names.ts';
import type { Plan } from './plan.ts';
import { ACCEPT, comment, DROP, jump, TO_LOCAL } from './rules.ts';

const MASQUERADE_MARK = 0x4000;
const MASQUERADED: Match = { type: 'mark', value: MASQUERADE_MARK, mask: MASQUERADE_MARK };
const NEW: Match = { type: 'ctstate', states: ['NEW'] };

export const HOOKS: Readonly<Record<TableName, readonly HookName[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

interface Jump {
  readonly from: HookName;
  readonly to: string;
  readonly text?: string;
  readonly onlyNew?: boolean;
}

/** In the order they are ensured; each is put in front, so they stand in the opposite order. */
const JUMPS: Readonly<Partial<Record<TableName, readonly Jump[]>>> = {
  filter: [
    { from: 'INPUT', to: 'KUBE-EXTERNAL-SERVICES', text: 'kubernetes externally-visible service portals', onlyNew: true },
    { from: 'FORWARD', to: 'KUBE-EXTERNAL-SERVICES', text: 'kubernetes externally-visible service portals', onlyNew: true },
    { from: 'INPUT', to: 'KUBE-NODEPORTS', text: 'kubernetes health check service ports' },
    { from: 'FORWARD', to: 'KUBE-SERVICES', text: 'kubernetes service portals', onlyNew: true },
    { from: 'OUTPUT', to: 'KUBE-SERVICES', text: 'kubernetes service portals', onlyNew: true },
    { from: 'FORWARD', to: 'KUBE-FORWARD', text: 'kubernetes forwarding rules' },
    { from: 'INPUT', to: 'KUBE-PROXY-FIREWALL', text: 'kubernetes load balancer firewall', onlyNew: true },
    { from: 'OUTPUT', to: 'KUBE-PROXY-FIREWALL', text: 'kubernetes load balancer firewall', onlyNew: true },
    { from: 'FORWARD', to: 'KUBE-PROXY-FIREWALL', text: 'kubernetes load balancer firewall', onlyNew: true },
    { from: 'INPUT', to: 'KUBE-FIREWALL' },
    { from: 'OUTPUT', to: 'KUBE-FIREWALL' },
  ],
  nat: [
    { from: 'OUTPUT', to: 'KUBE-SERVICES', text: 'kubernetes service portals' },
    { from: 'PREROUTING', to: 'KUBE-SERVICES', text: 'kubernetes service portals' },
    { from: 'POSTROUTING', to: 'KUBE-POSTROUTING', text: 'kubernetes postrouting rules' },
  ],
};

/** Empty chains whose loss tells kubelet and kube-proxy that somebody flushed the tables. */
const CANARIES = ['KUBE-KUBELET-CANARY', 'KUBE-PROXY-CANARY'];
const TABLES: readonly TableName[] = ['mangle', 'nat', 'filter'];

const FORWARD_RULES: readonly Rule[] = [
  { matches: [{ type: 'ctstate', states: ['INVALID'] }], target: DROP },
  { matches: [comment('kubernetes forwarding rules'), MASQUERADED], target: ACCEPT },
  {
    matches: [comment('kubernetes forwarding conntrack rule'), { type: 'ctstate', states: ['RELATED', 'ESTABLISHED'] }],
    target: ACCEPT,
  },
];

/** A service on localhost would be open to the neighbours once route_localnet is set (kubernetes issue 90259). */
const LOCALNET_RULE: Rule = {
  src: { prefix: '127.0.0.0/8', not: true },
  dst: { prefix: '127.0.0.0/8' },
  matches: [
    comment('block incoming localnet connections'),
    { type: 'ctstate', states: ['RELATED', 'ESTABLISHED', 'DNAT'], not: true },
  ],
  target: DROP,
};

const POSTROUTING_RULES: readonly Rule[] = [
  { matches: [{ ...MASQUERADED, not: true }], target: { type: 'RETURN' } },
  // xor: the mark is cleared so that a packet that passes the stack again is not masqueraded again.
  { matches: [], target: { type: 'MARK', value: MASQUERADE_MARK, mask: 0 } },
  { matches: [comment('kubernetes service traffic requiring SNAT')], target: { type: 'MASQUERADE', randomFully: true } },
];

const MARK_MASQ_RULES: readonly Rule[] = [{ matches: [], target: { type: 'MARK', value: MASQUERADE_MARK, mask: MASQUERADE_MARK } }];

const NODEPORTS_RULE: Rule = {
  matches: [comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain'), TO_LOCAL],
  target: jump('KUBE-NODEPORTS'),
};

interface Written {
  readonly table: Table;
  /** Chains that were replaced or deleted: their counters start again. */
  readonly rewritten: readonly string[];
}

const EMPTY: Table = { chains: {} };
const tops = new WeakMap<Plan, Readonly<Record<'nat' | 'filter', readonly Chain[]>>>();
const written = new WeakMap<Table, WeakMap<Plan, Map<string, Written>>>();

/** True when a canary is gone: then everything is written anew. */
export function isFlushed(netfilter: Netfilter): boolean {
  return TABLES.some((name) => !netfilter.tables[name]?.chains['KUBE-PROXY-CANARY']);
}

/**
 * Programs a plan.
 * @param full also the jumps from the built-in chains and the canaries: on start and after a flush
 */
export function program(netfilter: Netfilter, plan: Plan, full: boolean): Netfilter {
  const tables = { ...netfilter.tables };
  let counters = netfilter.counters;
  let changed = false;
  for (const name of TABLES) {
    const before = tables[name] ?? EMPTY;
    const { table, rewritten } = writeOnce(name, before, plan, full);
    if (table === before) continue;
    tables[name] = table;
    changed = true;
    counters = resetCounters(counters, name, rewritten);
  }
  return changed ? { ...netfilter, tables, counters } : netfilter;
}

function writeOnce(name: TableName, table: Table, plan: Plan, full: boolean): Written {
  const byPlan = remember(written, table, () => new WeakMap<Plan, Map<string, Written>>());
  const results = remember(byPlan, plan, () => new Map<string, Written>());
  return remember(results, `${name} ${full}`, () => write(name, table, plan, full));
}

function write(name: TableName, table: Table, plan: Plan, full: boolean): Written {
  const chains: Record<string, Chain> = { ...table.chains };
  const rewritten: string[] = [];
  const put = (chain: Chain) => {
    if (sameChain(chains[chain.name], chain)) return;
    if (chains[chain.name]) rewritten.push(chain.name);
    chains[chain.name] = chain;
  };
  if (full) ensureJumps(name, chains);
  for (const chain of topChains(name, plan)) put(chain);
  if (name === 'nat') {
    for (const chain of plan.chains.values()) put(chain);
    for (const existing of Object.keys(chains)) {
      if (!isServiceChain(existing) || plan.chains.has(existing)) continue;
      delete chains[existing];
      rewritten.push(existing);
    }
  }
  return { table: sameChains(table.chains, chains) ? table : { ...table, chains }, rewritten };
}

function sameChains(a: Readonly<Record<string, Chain>>, b: Readonly<Record<string, Chain>>): boolean {
  const names = Object.keys(b);
  return names.length === Object.keys(a).length && names.every((name) => a[name] === b[name]);
}

function topChains(name: TableName, plan: Plan): readonly Chain[] {
  if (name !== 'nat' && name !== 'filter') return [];
  return remember(tops, plan, () => ({
    nat: [
      { name: 'KUBE-SERVICES', rules: [...plan.services, NODEPORTS_RULE] },
      { name: 'KUBE-NODEPORTS', rules: plan.nodePorts },
      { name: 'KUBE-POSTROUTING', rules: POSTROUTING_RULES },
      { name: 'KUBE-MARK-MASQ', rules: MARK_MASQ_RULES },
    ],
    filter: [
      { name: 'KUBE-SERVICES', rules: plan.rejects },
      { name: 'KUBE-EXTERNAL-SERVICES', rules: plan.externalRejects },
      { name: 'KUBE-FORWARD', rules: FORWARD_RULES },
      { name: 'KUBE-NODEPORTS', rules: plan.healthPorts },
      { name: 'KUBE-PROXY-FIREWALL', rules: plan.firewall },
      { name: 'KUBE-FIREWALL', rules: [LOCALNET_RULE] },
    ],
  }))[name];
}

function ensureJumps(name: TableName, chains: Record<string, Chain>): void {
  for (const hook of HOOKS[name]) chains[hook] ??= { name: hook, policy: 'ACCEPT', rules: [] };
  for (const canary of CANARIES) chains[canary] ??= { name: canary, rules: [] };
  for (const { from, to, text, onlyNew } of JUMPS[name] ?? []) {
    const matches: Match[] = [...(onlyNew ? [NEW] : []), ...(text ? [comment(text)] : [])];
    const hook = chains[from] as Chain;
    if (hook.rules.some((rule) => isJump(rule, to, matches))) continue;
    chains[from] = { ...hook, rules: [{ matches, target: jump(to) }, ...hook.rules] };
  }
}

function isJump(rule: Rule, to: string, matches: readonly Match[]): boolean {
  return rule.target.type === 'jump' && rule.target.chain === to && JSON.stringify(rule.matches) === JSON.stringify(matches);
}
