/**
 * Kubernetes NetworkPolicy → Felix's policy chains, the IP sets they match against, and which pods they select.
 *
 * Reads NetworkPolicies, Pods and Namespaces as the host last saw them. Models projectcalico/calico v3.30
 * libcalico-go/.../conversion.go (`knp.default.<name>`, tier default) and felix/rules/policy.go. Differs: the hash in an IP set's name
 * is of our own text of the selector; a named port stands for the numbers that the namespace's pods give it. Leaves out ranges of
 * ports (`endPort`) and Calico's own policy kinds.
 */
import type { ApiObject, LabelSelector, Pod } from '../../api/objects.ts';
import { matches } from '../../api/selectors.ts';
import { type ApiState, objectsOf } from '../../api/storage.ts';
import type { Chain, IpSet } from '../../kernel/netfilter/types.ts';
import { remember } from '../../memo.ts';
import { compareAddresses } from '../../net/address.ts';
import { base64url, sha224 } from '../../net/sha256.ts';
import type { Ref } from '../../world.ts';
import {
  chain,
  clearMark,
  type Draft,
  fromNet,
  inSet,
  MARK,
  marked,
  protocol,
  RETURN,
  rule,
  setMark,
  shortName,
  toNet,
  toPorts,
} from './rules.ts';
import type { Selected } from './workloads.ts';

interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface PolicyRule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port?: number | string; readonly protocol?: string }[];
}

interface NetworkPolicy extends ApiObject {
  readonly spec: {
    readonly podSelector?: LabelSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly PolicyRule[];
    readonly egress?: readonly PolicyRule[];
  };
}

/** One policy as Felix programs it. */
interface Active {
  readonly namespace: string;
  readonly selector: LabelSelector | undefined;
  readonly ingress?: Chain;
  readonly egress?: Chain;
}

/** All policies of a cluster: the same for every host. */
export interface Policies {
  /** Equal as long as no policy says anything else and no IP set has other members. */
  readonly digest: string;
  readonly active: readonly Active[];
  readonly ipsets: readonly IpSet[];
}

const NONE: Policies = { digest: '', active: [], ipsets: [] };
const POLICIES = 'networkpolicies.networking.k8s.io';
const MAX_IPSET_NAME = 31;

const made = new WeakMap<object, WeakMap<object, WeakMap<object, Policies>>>();
const last = new WeakMap<object, Policies>();

export function policiesOf(view: ApiState, cluster: string): Policies {
  const policies = objectsOf<NetworkPolicy>(view, POLICIES);
  if (Object.keys(policies).length === 0) return NONE;
  const pods = objectsOf<Pod>(view, 'pods');
  const namespaces = objectsOf(view, 'namespaces');
  const byPods = remember(made, policies, () => new WeakMap<object, WeakMap<object, Policies>>());
  const byNamespaces = remember(byPods, pods, () => new WeakMap<object, Policies>());
  return remember(byNamespaces, namespaces, () => {
    const fresh = new Conversion(pods, namespaces, cluster).convert(policies);
    // Pods change all the time; what policies make of them hardly ever.
    const known = last.get(policies);
    if (known?.digest === fresh.digest) return known;
    last.set(policies, fresh);
    return fresh;
  });
}

/** The chains of the policies that select a pod, in the order of their names. */
export function selectedBy({ active }: Policies, pod: Pod): Selected {
  const own = active.filter((p) => p.namespace === pod.metadata.namespace && matches(p.selector ?? {}, pod.metadata.labels));
  const names = (side: 'ingress' | 'egress') => own.flatMap((p) => (p[side] ? [p[side].name] : []));
  return { ingress: names('ingress'), egress: names('egress') };
}

/** Chains that are jumped to; Felix does not program others. */
export function policyChains({ active }: Policies, selected: readonly Selected[]): readonly Chain[] {
  const wanted = new Set(selected.flatMap(({ ingress, egress }) => [...ingress, ...egress]));
  return active.flatMap(({ ingress, egress }) =>
    [ingress, egress].filter((c): c is Chain => c !== undefined && wanted.has(c.name)),
  );
}

class Conversion {
  readonly #pods: readonly Pod[];
  readonly #namespaces: Readonly<Record<string, ApiObject>>;
  readonly #cluster: string;
  readonly #sets = new Map<string, IpSet>();

  constructor(pods: Readonly<Record<string, Pod>>, namespaces: Readonly<Record<string, ApiObject>>, cluster: string) {
    this.#pods = Object.values(pods);
    this.#namespaces = namespaces;
    this.#cluster = cluster;
  }

  convert(policies: Readonly<Record<string, NetworkPolicy>>): Policies {
    const active = Object.keys(policies)
      .sort()
      .map((key) => this.#active(key, policies[key] as NetworkPolicy));
    const ipsets = [...this.#sets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const digest = [
      ...ipsets.map(({ name, members }) => `${name} ${members.join()}`),
      ...Object.values(policies).map(({ metadata }) => `${metadata.namespace}/${metadata.name} ${metadata.resourceVersion}`),
    ].join(';');
    return { digest, active, ipsets };
  }

  #active(key: string, { metadata, spec }: NetworkPolicy): Active {
    const namespace = metadata.namespace ?? '';
    const name = `${namespace}/knp.default.${metadata.name}`;
    const types = spec.policyTypes ?? ['Ingress'];
    const ref = (field: string): Ref => ({ kind: 'object', cluster: this.#cluster, resource: POLICIES, key, field });
    const side = (prefix: string, direction: 'ingress' | 'egress'): Chain => {
      const drafts = (spec[direction] ?? []).flatMap((each, i) =>
        this.#rules(each, direction, namespace).map((draft) => ({ ...draft, ref: ref(`spec.${direction}[${i}]`) })),
      );
      return chain(
        shortName(prefix, `default/${name}`),
        commented(drafts, `Policy ${name} ${direction}`, ref(`spec.${direction}`)),
      );
    };
    return {
      namespace,
      selector: spec.podSelector,
      ...(types.includes('Ingress') ? { ingress: side('cali-pi-', 'ingress') } : {}),
      ...(types.includes('Egress') ? { egress: side('cali-po-', 'egress') } : {}),
    };
  }

  /** One Kubernetes rule: a Calico rule for each protocol and peer. */
  #rules({ from, to, ports = [] }: PolicyRule, direction: 'ingress' | 'egress', namespace: string): readonly Draft[] {
    const peers = (direction === 'ingress' ? from : to) ?? [];
    const side = direction === 'ingress' ? 'src' : 'dst';
    const protocols = this.#protocols(ports, namespace);
    return protocols.flatMap(([proto, numbers]) => {
      const head = proto === '' ? [] : [protocol(proto)];
      const tail = numbers.length > 0 ? [toPorts(...numbers)] : [];
      const all: readonly (Peer | undefined)[] = peers.length > 0 ? peers : [undefined];
      return all.flatMap((peer) => this.#allow(peer, side, namespace, head, tail));
    });
  }

  #allow(
    peer: Peer | undefined,
    side: 'src' | 'dst',
    namespace: string,
    head: Draft['pieces'],
    tail: Draft['pieces'],
  ): readonly Draft[] {
    const net = side === 'src' ? fromNet : toNet;
    const except = peer?.ipBlock?.except ?? [];
    // Excluded nets need rules of their own: a scratch bit says that none of them matched.
    const block =
      except.length > 0
        ? [
            rule([], setMasked(MARK.scratch0, MARK.scratch0 | MARK.scratch1)),
            ...except.map((cidr) => rule([net(cidr)], clearMark(MARK.scratch0))),
          ]
        : [];
    const peerPieces = peer?.ipBlock ? [net(peer.ipBlock.cidr)] : peer ? [inSet(this.#setOf(peer, namespace), side)] : [];
    const ordered = [...head, ...peerPieces, ...tail];
    const matched = except.length > 0 ? [...ordered, marked(MARK.scratch0)] : ordered;
    return [...block, rule(matched, setMark(MARK.accept)), rule([marked(MARK.accept)], RETURN)];
  }

  #protocols(
    ports: NonNullable<PolicyRule['ports']>,
    namespace: string,
  ): readonly (readonly ['tcp' | 'udp' | '', readonly number[]])[] {
    if (ports.length === 0) return [['', []]];
    const found = new Map<'tcp' | 'udp', number[] | undefined>();
    for (const { port, protocol: name = 'TCP' } of ports) {
      if (name !== 'TCP' && name !== 'UDP') continue;
      const proto = name === 'TCP' ? 'tcp' : 'udp';
      const numbers = port === undefined ? undefined : typeof port === 'number' ? [port] : this.#named(port, namespace);
      if (numbers === undefined || (found.has(proto) && found.get(proto) === undefined)) found.set(proto, undefined);
      else found.set(proto, [...(found.get(proto) ?? []), ...numbers]);
    }
    return [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([proto, numbers]) => [proto, [...new Set(numbers ?? [])].sort((a, b) => a - b)] as const);
  }

  #named(name: string, namespace: string): readonly number[] {
    const containers = this.#pods.filter((p) => p.metadata.namespace === namespace).flatMap((p) => p.spec.containers);
    return containers.flatMap((c) => (c.ports ?? []).filter((p) => p.name === name).map((p) => p.containerPort));
  }

  #setOf({ podSelector, namespaceSelector }: Peer, namespace: string): string {
    const text = JSON.stringify([podSelector ?? {}, namespaceSelector ?? namespace]);
    const name = `cali40s:${base64url(sha224(new TextEncoder().encode(`s:${text}`)))}`.slice(0, MAX_IPSET_NAME);
    if (!this.#sets.has(name)) {
      const members = this.#pods
        .filter((pod) => this.#isPeer(pod, podSelector, namespaceSelector, namespace))
        .flatMap((pod) => (pod.status.podIP ? [pod.status.podIP] : []));
      this.#sets.set(name, { name, type: 'hash:net', members: [...new Set(members)].sort(compareAddresses), maxelem: 1_048_576 });
    }
    return name;
  }

  #isPeer(
    pod: Pod,
    podSelector: LabelSelector | undefined,
    namespaceSelector: LabelSelector | undefined,
    namespace: string,
  ): boolean {
    if (pod.spec.hostNetwork || pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') return false;
    const own = pod.metadata.namespace ?? '';
    const inNamespace = namespaceSelector ? matches(namespaceSelector, this.#namespaces[own]?.metadata.labels) : own === namespace;
    return inNamespace && matches(podSelector ?? {}, pod.metadata.labels);
  }
}

/** The chain's comment stands on its first rule; returns at its end do nothing and are left out. */
function commented(drafts: readonly Draft[], text: string, ref: Ref): readonly Draft[] {
  const kept = [...drafts];
  while (kept.at(-1)?.action === RETURN) kept.pop();
  const [first = rule([]), ...rest] = kept;
  return [{ ...first, ref: first.ref ?? ref, comments: [text, ...first.comments] }, ...rest];
}

function setMasked(value: number, mask: number): Draft['action'] {
  const hex = (n: number) => `0x${n.toString(16)}`;
  return { text: `--jump MARK --set-mark ${hex(value)}/${hex(mask)}`, target: { type: 'MARK', value, mask } };
}
