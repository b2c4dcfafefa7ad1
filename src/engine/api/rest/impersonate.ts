/**
 * Who asks. The lab's kubeconfig is the cluster administrator's; `kubectl --as` makes another user of it. Models impersonation and the
 * roles that every cluster gives: system:masters may do all, anyone else may only ask what the server is, who they are and what they
 * may do. Leaves out roles of the cluster's own (it serves no RBAC kinds) and rights on paths that are no resources.
 */
import type { User } from '../http.ts';
import type { Kind } from '../kind.ts';
import { forbiddenError } from '../status.ts';

const ADMINISTRATOR: User = { name: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'], mayAll: true };
const ANONYMOUS = 'system:anonymous';

export function userOf(headers: Readonly<Record<string, string>>): User {
  const name = headers['impersonate-user'];
  if (name === undefined) return ADMINISTRATOR;
  const given = (headers['impersonate-group'] ?? '').split(/, */).filter((group) => group !== '');
  const known = name === ANONYMOUS ? 'system:unauthenticated' : 'system:authenticated';
  return { name, groups: [...new Set([...given, known])], mayAll: given.includes('system:masters') };
}

interface Wanted {
  readonly kind: Kind;
  readonly verb: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly subresource?: string;
}

/** @throws StatusError 403 */
export function authorize(user: User, { kind, verb, name = '', namespace, subresource }: Wanted): void {
  const self = kind.review !== undefined && kind.kind.startsWith('SelfSubject');
  if (user.mayAll || (self && user.name !== ANONYMOUS)) return;
  const resource = kind.plural + (subresource === undefined ? '' : `/${subresource}`);
  const space = kind.plural === 'namespaces' && name !== '' ? name : namespace;
  const where = space === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(space)}`;
  throw forbiddenError(
    kind,
    name,
    `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(kind.group)} ${where}`,
  );
}
