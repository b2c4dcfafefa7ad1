/** Verbs about the server itself: version, api-resources, api-versions, cluster-info, top. */
import { VERSIONS } from '../../../../engine/index.ts';
import type { Kubectl } from '../context.ts';
import { apiVersionOf, qualifiedResource, type ResourceType } from '../discovery.ts';
import { fail, NetworkFailure, StatusError } from '../errors.ts';
import { TabWriter } from '../printers/tabwriter.ts';
import { toYaml } from '../printers/yaml.ts';
import { collectionPath, itemsOf } from '../selection.ts';
import { byBytes, type Doc, goJson, items, number, strings, text, type Value } from '../value.ts';

const CLIENT: Doc = {
  major: '1',
  minor: VERSIONS.kubectl.split('.')[1]!,
  gitVersion: VERSIONS.kubectl,
  gitCommit: '9894294ef13a5b32803e3ca2c0d620a088cc84d1',
  gitTreeState: 'clean',
  buildDate: '2025-05-15T09:12:10Z',
  goVersion: 'go1.23.8',
  compiler: 'gc',
  platform: 'linux/amd64',
};

export function version(kubectl: Kubectl): number {
  const { flags, args } = kubectl;
  if (args.length > 0 && !flags.bool('client')) fail(`extra arguments: [${args.join(' ')}]`);
  const output = flags.string('output');
  if (output !== '' && output !== 'yaml' && output !== 'json') fail("--output must be 'yaml' or 'json'");
  let server: Value | undefined;
  let problem: unknown;
  if (!flags.bool('client')) {
    try {
      server = kubectl.client.get('/version', { timeout: '32s' });
    } catch (error) {
      if (!(error instanceof StatusError) && !(error instanceof NetworkFailure)) throw error;
      problem = error;
    }
  }
  const all: Doc = {
    clientVersion: CLIENT,
    kustomizeVersion: VERSIONS.kustomize,
    ...(server === undefined ? {} : { serverVersion: server }),
  };
  if (output === 'yaml') kubectl.out(`${toYaml(all)}\n`);
  else if (output === 'json') kubectl.out(`${goJson(all, '  ')}\n`);
  else {
    kubectl.out(`Client Version: ${VERSIONS.kubectl}\nKustomize Version: ${VERSIONS.kustomize}\n`);
    if (server !== undefined) kubectl.out(`Server Version: ${text(server, 'gitVersion')}\n`);
  }
  if (problem !== undefined) throw problem;
  return 0;
}

export function apiVersions(kubectl: Kubectl): number {
  if (kubectl.args.length > 0) kubectl.usage(`unexpected arguments: [${kubectl.args.join(' ')}]`);
  for (const one of [...kubectl.client.discovery.served().groupVersions].sort(byBytes)) kubectl.out(`${one}\n`);
  return 0;
}

function sortKey(type: ResourceType, by: string): string {
  if (by === 'name') return type.name;
  return by === 'kind' ? type.kind : '';
}

export function apiResources(kubectl: Kubectl): number {
  const { flags, args } = kubectl;
  if (args.length > 0) kubectl.usage(`unexpected arguments: [${args.join(' ')}]`);
  const output = flags.string('output');
  const by = flags.string('sort-by');
  if (!['', 'wide', 'name'].includes(output)) fail(`--output ${output} is not available`);
  if (!['', 'name', 'kind'].includes(by)) fail('--sort-by accepts only name or kind');
  const chosen = kubectl.client.discovery
    .all()
    .filter(
      (type) =>
        type.verbs.length > 0 &&
        (!flags.changed('api-group') || flags.string('api-group') === type.group) &&
        (!flags.changed('namespaced') || flags.bool('namespaced') === type.namespaced) &&
        flags.list('verbs').every((verb) => type.verbs.includes(verb)) &&
        flags.list('categories').every((category) => type.categories.includes(category)),
    );
  // Upstream sorts by group and then by name unless asked otherwise.
  const sorted = [...chosen].sort(
    (a, b) => byBytes(sortKey(a, by), sortKey(b, by)) || (by === '' ? byBytes(a.group, b.group) || byBytes(a.name, b.name) : 0),
  );
  const writer = new TabWriter();
  const wide = output === 'wide';
  if (output !== 'name' && !flags.bool('no-headers')) {
    writer.line(['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(wide ? ['VERBS', 'CATEGORIES'] : [])]);
  }
  for (const type of sorted) {
    if (output === 'name') writer.line([qualifiedResource(type)]);
    else {
      const more = wide ? [type.verbs.join(','), type.categories.join(',')] : [];
      writer.line([type.name, type.shortNames.join(','), apiVersionOf(type), String(type.namespaced), type.kind, ...more]);
    }
  }
  kubectl.out(writer.flush());
  return 0;
}

export function clusterInfo(kubectl: Kubectl): number {
  const namespace = kubectl.flags.string('namespace') || 'kube-system';
  const type = kubectl.client.discovery.lookup('services');
  const list = itemsOf(
    kubectl.client.get(collectionPath(type, namespace), { labelSelector: 'kubernetes.io/cluster-service=true' }),
    type,
  );
  const server = kubectl.client.server;
  const say = (name: string, link: string) => kubectl.out(`\x1b[0;32m${name}\x1b[0m is running at \x1b[0;33m${link}\x1b[0m\n`);
  const line = (name: string, link: string) =>
    kubectl.process.isTTY ? say(name, link) : kubectl.out(`${name} is running at ${link}\n`);
  line('Kubernetes control plane', server);
  for (const service of list) {
    const name = text(service, 'metadata', 'name');
    const port = items(service, 'spec', 'ports')[0];
    const https = text(port, 'name') === 'https' || number(port, 'port') === 443;
    const shown =
      port === undefined
        ? name
        : https
          ? `https:${name}:${text(port, 'name')}`
          : `${name}${text(port, 'name') === '' ? '' : `:${text(port, 'name')}`}`;
    const title = strings(service, 'metadata', 'labels')['kubernetes.io/name'] || name;
    line(title, `${server}/api/v1/namespaces/${text(service, 'metadata', 'namespace')}/services/${shown}/proxy`);
  }
  kubectl.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n");
  return 0;
}

/** Nothing collects metrics here, as on a fresh kubeadm cluster. */
export function topPod(kubectl: Kubectl): number {
  const { flags, args } = kubectl;
  const by = flags.string('sort-by');
  if (args.length > 1)
    kubectl.usage(
      kubectl.command.usage
        .replace(/^kubectl top /, '')
        .replace(/ \[options\]$/, '')
        .replace(/ \[flags\]$/, ''),
    );
  if (by !== '' && by !== 'cpu' && by !== 'memory') fail('--sort-by accepts only cpu or memory');
  if (
    args.length > 0 &&
    (flags.string('selector') !== '' || (flags.has('field-selector') && flags.string('field-selector') !== ''))
  ) {
    fail('only one of NAME or selector can be provided');
  }
  kubectl.client.discovery.served();
  return fail('Metrics API not available');
}
