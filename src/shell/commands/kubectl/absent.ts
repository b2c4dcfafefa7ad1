/**
 * Kinds that a cluster of v1.32 with Calico serves and this lab's server does not: those of which a real cluster has many that nobody here wrote. A learner who asks for one is told so, instead of
 * that it does not exist; every name is one of upstream's `kubectl api-resources`. Leaves out nothing that the lab serves.
 */

/** `plural.group Kind short,names`; the singular is the kind in lower case. */
const ABSENT = `
customresourcedefinitions.apiextensions.k8s.io CustomResourceDefinition crd,crds
apiservices.apiregistration.k8s.io APIService
flowschemas.flowcontrol.apiserver.k8s.io FlowSchema
prioritylevelconfigurations.flowcontrol.apiserver.k8s.io PriorityLevelConfiguration
apiservers.operator.tigera.io APIServer
installations.operator.tigera.io Installation
tigerastatuses.operator.tigera.io TigeraStatus
clusterrolebindings.rbac.authorization.k8s.io ClusterRoleBinding
clusterroles.rbac.authorization.k8s.io ClusterRole
rolebindings.rbac.authorization.k8s.io RoleBinding
roles.rbac.authorization.k8s.io Role
`;

interface AbsentKind {
  readonly plural: string;
  readonly group: string;
  readonly kind: string;
  readonly words: ReadonlySet<string>;
}

const kinds: readonly AbsentKind[] = ABSENT.trim()
  .split('\n')
  .map((line) => {
    const [resource = '', kind = '', short = ''] = line.split(' ');
    const [plural = '', ...group] = resource.split('.');
    return {
      plural,
      group: group.join('.'),
      kind,
      words: new Set([plural, kind.toLowerCase(), ...short.split(',').filter(Boolean)]),
    };
  });

/** The plural of a kind that is missing here and nowhere else, by any of its names: `pvc`, `roles.rbac.authorization.k8s.io`. */
export function absentResource(word: string): string | undefined {
  const [name = '', ...rest] = word.toLowerCase().split('.');
  const group = rest.join('.').replace(/^v\d\w*\./, '');
  return kinds.find((kind) => kind.words.has(name) && kind.group.startsWith(group))?.plural;
}

/** The same as an object in a file names it. */
export function absentKind(apiVersion: string, kind: string): string | undefined {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return kinds.find((each) => each.kind === kind && each.group === group)?.kind;
}
