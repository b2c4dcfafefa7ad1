/**
 * From a Plan to the tables of a network namespace.
 *
 * Models iptables-restore --noflush of the top-level chains and the jumps of k8s.io/kubernetes v1.32
 * pkg/proxy/iptables/proxier.go (iptablesJumpChains) and of the kubelet's pkg/kubelet/kubelet_network_linux.go. Chains that are
 * not kube-proxy's are left as they are. Pure functions of (table, plan), memoised, so that nodes with equal tables share them.
 * Differs: every sync compares every service's chains, where the real one rewrites only those of changed services.
 */
import { resetCounters, sameChain } from '../../kernel/netfilter/equal.ts';
import { BUILT_IN } from '../../kernel/netfilter/print.ts';
import type { Chain, HookName, Match, Netfilter, Rule, Table, TableName } from '../../kernel/netfilter/types.ts';
import { remember } from '../../memo.ts';
import type { Block } from './block.ts';
import { isServiceChain } from './names.ts';
import type { Plan } from './plan.ts';
import { ACCEPT, comment, DROP, jump, TO_LOCAL } from './rules.ts';

const MASQUERADE_MARK = 0x4000;
const MASQUERADED: Match = { type: 'mark', value: MASQUERADE_MARK, mask: MASQUERADE_MARK };
const NEW: Match = { type: 'ctstate', states: ['NEW'] };

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
  const ensured = full ? withJumps(name, table.chains) : table.chains;
  const tops = name === 'nat' || name === 'filter' ? topChains(plan)[name] : [];
  const last = holds.get(table);
  const own = name !== 'nat' ? NOTHING : last ? difference(last, plan) : everything(plan, table);
  const replaced = [...tops, ...own.wanted].filter((chain) => !sameChain(ensured[chain.name], chain));
  let result = table;
  if (ensured !== table.chains || replaced.length > 0 || own.stale.length > 0) {
    const chains: Record<string, Chain> = { ...ensured };
    for (const chain of replaced) chains[chain.name] = chain;
    for (const existing of own.stale) delete chains[existing];
    result = { ...table, chains };
  }
  if (name === 'nat') holds.set(result, plan);
  return { table: result, rewritten: [...replaced.map((chain) => chain.name), ...own.stale] };
}

/** Which plan's chains a nat table is known to hold: then only what differs between two plans is looked at. */
const holds = new WeakMap<Table, Plan>();
const differences = new WeakMap<Plan, WeakMap<Plan, Difference>>();

interface Difference {
  readonly wanted: readonly Chain[];
  /** Names of chains that are there and not wanted. */
  readonly stale: readonly string[];
}

const NOTHING: Difference = { wanted: [], stale: [] };

function difference(before: Plan, after: Plan): Difference {
  const byAfter = remember(differences, before, () => new WeakMap<Plan, Difference>());
  return remember(byAfter, after, () => {
    const old = new Set(before.blocks);
    const current = new Set(after.blocks);
    const wanted = after.blocks.flatMap((block) => (old.has(block) ? [] : block.chains));
    const names = new Set(wanted.map((chain) => chain.name));
    const gone = before.blocks.flatMap((block) => (current.has(block) ? [] : block.chains));
    return { wanted, stale: gone.flatMap((chain) => (names.has(chain.name) ? [] : [chain.name])) };
  });
}

function everything(plan: Plan, table: Table): Difference {
  const wanted = plan.blocks.flatMap((block) => block.chains);
  const names = new Set(wanted.map((chain) => chain.name));
  return { wanted, stale: Object.keys(table.chains).filter((existing) => isServiceChain(existing) && !names.has(existing)) };
}

type SharedPart = Exclude<keyof Block, 'chains' | 'health'>;

function topChains(plan: Plan): Readonly<Record<'nat' | 'filter', readonly Chain[]>> {
  return remember(tops, plan, () => {
    const all = (part: SharedPart) => {
      const rules: Rule[] = [];
      for (const block of plan.blocks) for (const rule of block[part]) rules.push(rule);
      return rules;
    };
    return {
      nat: [
        { name: 'KUBE-SERVICES', rules: [...all('services'), NODEPORTS_RULE] },
        { name: 'KUBE-NODEPORTS', rules: all('nodePorts') },
        { name: 'KUBE-POSTROUTING', rules: POSTROUTING_RULES },
        { name: 'KUBE-MARK-MASQ', rules: MARK_MASQ_RULES },
      ],
      filter: [
        { name: 'KUBE-SERVICES', rules: all('rejects') },
        { name: 'KUBE-EXTERNAL-SERVICES', rules: all('externalRejects') },
        { name: 'KUBE-FORWARD', rules: FORWARD_RULES },
        { name: 'KUBE-NODEPORTS', rules: all('healthPorts') },
        { name: 'KUBE-PROXY-FIREWALL', rules: all('firewall') },
        { name: 'KUBE-FIREWALL', rules: [LOCALNET_RULE] },
      ],
    };
  });
}

/** The chains with the built-in ones, the canaries and our jumps; the same when nothing was missing. */
function withJumps(name: TableName, old: Table['chains']): Table['chains'] {
  const chains: Record<string, Chain> = { ...old };
  for (const hook of BUILT_IN[name]) chains[hook] ??= { name: hook, policy: 'ACCEPT', rules: [] };
  for (const canary of CANARIES) chains[canary] ??= { name: canary, rules: [] };
  for (const { from, to, text, onlyNew } of JUMPS[name] ?? []) {
    const matches: Match[] = [...(onlyNew ? [NEW] : []), ...(text ? [comment(text)] : [])];
    const hook = chains[from] as Chain;
    if (hook.rules.some((rule) => isJump(rule, to, matches))) continue;
    chains[from] = { ...hook, rules: [{ matches, target: jump(to) }, ...hook.rules] };
  }
  return Object.keys(chains).every((chain) => chains[chain] === old[chain]) ? old : chains;
}

function isJump(rule: Rule, to: string, matches: readonly Match[]): boolean {
  return rule.target.type === 'jump' && rule.target.chain === to && JSON.stringify(rule.matches) === JSON.stringify(matches);
}
