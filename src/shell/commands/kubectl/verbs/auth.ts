/** `kubectl auth can-i` and `whoami`: reviews that the server answers. */
import { absentResource } from '../absent.ts';
import type { Kubectl } from '../context.ts';
import { apiVersionOf, type ResourceType } from '../discovery.ts';
import { Exit, fail } from '../errors.ts';
import { objectPrinter, unknownFormat } from '../printers/objects.ts';
import { TabWriter } from '../printers/tabwriter.ts';
import { byBytes, type Doc, items, text, type Value } from '../value.ts';

const AUTHORIZATION = '/apis/authorization.k8s.io/v1';

export function whoami(kubectl: Kubectl): number {
  const output = kubectl.flags.string('output');
  const answer = kubectl.client.exchange({
    method: 'POST',
    typed: true,
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
      metadata: { creationTimestamp: null },
      status: { userInfo: {} },
    },
  });
  const review: Value =
    answer.status < 300
      ? (answer.body as Value)
      : {
          kind: 'SelfSubjectReview',
          apiVersion: 'authentication.k8s.io/v1',
          metadata: { creationTimestamp: null },
          status: { userInfo: ADMIN },
        };
  const printer = objectPrinter(kubectl, { typed: true });
  if (printer) {
    const { kind, apiVersion, ...rest } = review as Doc;
    kubectl.out(printer({ kind: kind!, apiVersion: apiVersion!, ...rest }));
    return 0;
  }
  if (output !== '') unknownFormat(output);
  const writer = new TabWriter();
  writer.line(['ATTRIBUTE', 'VALUE']);
  writer.line(['Username', text(review, 'status', 'userInfo', 'username')]);
  const groups = items(review, 'status', 'userInfo', 'groups');
  if (groups.length > 0) writer.line(['Groups', `[${groups.join(' ')}]`]);
  kubectl.out(writer.flush());
  return 0;
}

/** Whom kubeadm's admin.conf logs in as. */
const ADMIN: Doc = { username: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] };

const FORMAT =
  "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.";

export function canI(kubectl: Kubectl): number {
  const { flags, args } = kubectl;
  if (flags.bool('list')) {
    if (args.length > 0) fail('list option must be specified with no arguments');
    return listRules(kubectl);
  }
  if (flags.bool('no-headers')) fail('--no-headers cannot be set without --list specified');
  if (args.length !== 2) fail(FORMAT);
  const [verb, what] = args as [string, string];
  const attributes: Doc = what.startsWith('/')
    ? { nonResourceAttributes: { path: what, verb } }
    : { resourceAttributes: resourceAttributes(kubectl, verb, what) };
  const review = kubectl.client.send({
    method: 'POST',
    typed: true,
    path: `${AUTHORIZATION}/selfsubjectaccessreviews`,
    body: { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec: attributes },
  }).body;
  const allowed = text(review, 'status', 'allowed') === 'true';
  if (!flags.bool('quiet')) kubectl.out(allowed ? 'yes\n' : 'no\n');
  if (!allowed) throw new Exit(1);
  return 0;
}

function resourceAttributes(kubectl: Kubectl, verb: string, what: string): Doc {
  const { flags } = kubectl;
  const [word, name = ''] = what.split('/') as [string, string | undefined];
  const type = word === '*' ? undefined : kubectl.client.discovery.find(word);
  if (!type && word !== '*' && !absentResource(word)) {
    kubectl.err(`Warning: the server doesn't have a resource type '${word.split('.')[0]}'\n\n`);
  } else if (type && !namespaced(kubectl, type) && !flags.bool('all-namespaces')) {
    const group = type.group === '' ? '' : ` in group '${type.group}'`;
    kubectl.err(`Warning: resource '${type.name}' is not namespace scoped${group}\n\n`);
  }
  if (!KNOWN.has(verb)) kubectl.err(`Warning: verb '${verb}' is not a known verb\n\n`);
  const [resource, group = ''] = type ? [type.name, type.group] : word.split(/\.(.*)/s);
  return {
    namespace: flags.bool('all-namespaces') ? '' : kubectl.namespace,
    verb,
    group,
    resource: resource!,
    subresource: flags.string('subresource'),
    name,
  };
}

/** Asked of the server once more: upstream does not keep what it has discovered. */
function namespaced(kubectl: Kubectl, type: ResourceType): boolean {
  const { body } = kubectl.client.exchange({
    method: 'GET',
    path: `${type.group === '' ? '/api' : '/apis'}/${apiVersionOf(type)}`,
    caller: 'discovery_client.go:404',
  });
  return items(body, 'resources').some((one) => text(one, 'name') === type.name && text(one, 'namespaced') === 'true');
}

/** --list: the rules in the order of their resources, as the review tells them. */
function listRules(kubectl: Kubectl): number {
  const review = kubectl.client.send({
    method: 'POST',
    typed: true,
    path: `${AUTHORIZATION}/selfsubjectrulesreviews`,
    body: {
      kind: 'SelfSubjectRulesReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      spec: { namespace: kubectl.namespace },
    },
  }).body;
  const list = (rule: Value, field: string) => `[${items(rule, field).join(' ')}]`;
  const names = (rule: Value, field: string) => items(rule, field).map(String);
  // Every rule apart: by the group, the resource, the path it is of.
  const resources = items(review, 'status', 'resourceRules').flatMap((rule) =>
    names(rule, 'apiGroups').flatMap((group) =>
      names(rule, 'resources').map((resource) => ({
        key: `${list(rule, 'verbs')} ${group} ${resource}`,
        cells: [group === '' ? resource : `${resource}.${group}`, '[]', list(rule, 'resourceNames'), list(rule, 'verbs')],
      })),
    ),
  );
  const paths = items(review, 'status', 'nonResourceRules').flatMap((rule) =>
    names(rule, 'nonResourceURLs').map((path) => ({ key: `${path}]`, cells: ['', `[${path}]`, '[]', list(rule, 'verbs')] })),
  );
  const sorted = (rules: typeof paths) => [...rules].sort((one, other) => byBytes(one.key, other.key));
  const rules = [...sorted(resources), ...sorted(paths)].map(({ cells }) => cells);
  const writer = new TabWriter();
  if (!kubectl.flags.bool('no-headers')) writer.line(['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs']);
  for (const rule of rules) writer.line(rule);
  kubectl.out(writer.flush());
  return 0;
}

const KNOWN = new Set([
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'proxy',
  '*',
  'use',
  'bind',
  'impersonate',
  'escalate',
  'approve',
  'sign',
  'attest',
]);
