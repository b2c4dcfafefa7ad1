/** A service's part of the nat table as a tree: the rules that lead in, the chains they jump to, the pods at the ends. Pure. */
import type { Match, Rule, Table } from '../../engine/index.ts';

export interface ChainTree {
  readonly id: string;
  readonly rule: Rule;
  /** Chain the rule jumps to. */
  readonly chain?: string;
  readonly below: readonly ChainTree[];
}

/** Chains through which every service is entered. */
const DOORS = ['KUBE-SERVICES', 'KUBE-NODEPORTS'];
/** Chains that many share and that lead nowhere else. */
const SHARED = /^KUBE-MARK-/;
const MAX_DEPTH = 6;

const commentOf = (rule: Rule) => rule.matches.find((match) => match.type === 'comment')?.text;

/** @param key `namespace/name` of the service, which kube-proxy writes at the start of its comments */
export function natTree(table: Table | undefined, key: string): readonly ChainTree[] {
  if (!table) return [];
  return DOORS.flatMap((door) =>
    (table.chains[door]?.rules ?? []).flatMap((rule, index) => {
      const comment = commentOf(rule);
      const mine = comment === key || comment?.startsWith(`${key}:`) || comment?.startsWith(`${key} `);
      return mine ? branch(table, rule, `${door} ${index}`, 0) : [];
    }),
  );
}

function branch(table: Table, rule: Rule, id: string, depth: number): ChainTree {
  const chain = rule.target.type === 'jump' ? rule.target.chain : undefined;
  const inner = chain && !SHARED.test(chain) && depth < MAX_DEPTH ? (table.chains[chain]?.rules ?? []) : [];
  return {
    id,
    rule,
    ...(chain && inner.length ? { chain } : {}),
    below: inner.map((each, index) => branch(table, each, `${id}/${index}`, depth + 1)),
  };
}

/** A rule for reading: what must match, what happens then. */
export interface RuleText {
  readonly when: string;
  readonly act: string;
  /** Chain it goes on in, when that is the service's own. */
  readonly chain: string | undefined;
  readonly comment: string | undefined;
}

/** @param service `namespace/name`, which every comment names and nobody needs to read again */
export function ruleText(rule: Rule, service: string): RuleText {
  const not = (inverted: boolean | undefined, text: string) => (inverted ? `not ${text}` : text);
  const parts = [
    rule.src && not(rule.src.not, `from ${rule.src.prefix.replace('/32', '')}`),
    rule.dst && not(rule.dst.not, `to ${rule.dst.prefix.replace('/32', '')}`),
    rule.proto,
    ...rule.matches.map(matchText),
  ];
  const chain = rule.target.type === 'jump' && !SHARED.test(rule.target.chain) ? rule.target.chain : undefined;
  const comment =
    commentOf(rule)
      ?.split(' ')
      .filter((word) => word !== service && !word.startsWith(`${service}:`))
      .join(' ')
      .replace(/^(cluster IP|->)\s*/, '') || undefined;
  return { when: parts.filter(Boolean).join(' '), act: targetText(rule), chain, comment };
}

function matchText(match: Match): string | undefined {
  switch (match.type) {
    case 'dport':
      return `port ${match.port}`;
    case 'sport':
      return `source port ${match.port}`;
    case 'addrtype':
      return `${match.side} is ${match.not ? 'not ' : ''}local`;
    case 'statistic':
      return `1 in ${Math.round(1 / match.probability)}`;
    case 'mark':
      return `mark ${match.not ? 'not ' : ''}0x${match.value.toString(16)}`;
    default:
      return undefined;
  }
}

function targetText({ target }: Rule): string {
  switch (target.type) {
    case 'jump':
      return SHARED.test(target.chain) ? target.chain.replace('KUBE-MARK-MASQ', 'mark for masquerade') : `→ ${target.chain}`;
    case 'DNAT':
    case 'SNAT':
      return `${target.type} to ${target.to}`;
    default:
      return target.type;
  }
}
