/** nodeSelector and node affinity. Models k8s.io/component-helpers/scheduling/corev1/nodeaffinity v0.32. */
import type { Node, Pod } from '../../api/objects.ts';

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

interface Term {
  readonly matchExpressions?: readonly Requirement[];
  readonly matchFields?: readonly Requirement[];
}

interface NodeAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms?: readonly Term[] };
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly { readonly weight: number; readonly preference: Term }[];
}

function affinityOf(spec: Pod['spec']): NodeAffinity {
  return (spec.affinity as { readonly nodeAffinity?: NodeAffinity } | undefined)?.nodeAffinity ?? {};
}

function meets({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  if (value === undefined) return false;
  if (operator === 'In') return values.includes(value);
  return operator === 'Gt' ? Number(value) > Number(values[0]) : operator === 'Lt' && Number(value) < Number(values[0]);
}

function satisfies(term: Term, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  // An empty term selects nothing.
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((each) => meets(each, node.metadata.labels?.[each.key])) &&
    matchFields.every((each) => each.key === 'metadata.name' && meets(each, node.metadata.name))
  );
}

/** Whether a pod's nodeSelector and required node affinity allow the node. */
export function allowsNode(spec: Pod['spec'], node: Node): boolean {
  for (const label in spec.nodeSelector) if (node.metadata.labels?.[label] !== spec.nodeSelector[label]) return false;
  const terms = affinityOf(spec).requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => satisfies(term, node));
}

export type NodeSelectorTerms = readonly Term[];

/** Whether a node has what one of the terms asks: a volume's node affinity. */
export function meetsNodeSelector(terms: NodeSelectorTerms, node: Node): boolean {
  return terms.some((term) => satisfies(term, node));
}

/** Sum of the weights of the preferences the node meets. */
export function preferenceFor(spec: Pod['spec'], node: Node): number {
  let total = 0;
  for (const { weight, preference } of affinityOf(spec).preferredDuringSchedulingIgnoredDuringExecution ?? []) {
    if (satisfies(preference, node)) total += weight;
  }
  return total;
}
