import { describe, expect, test } from 'vitest';
import type { Pod } from '../api/objects.ts';
import { clusterWorld, created, deployment, listIn, service, settled } from '../testing.ts';
import type { Place, World } from '../world.ts';
import { dnsQuery, resolveName } from './dns.ts';
import { httpRequest } from './http.ts';
import { resolvConf } from './place.ts';
import { runCommand } from './process.ts';
import { findImage, parseReference } from './registry.ts';
import { parseUrl } from './url.ts';

const bank = (() => {
  let world = created(clusterWorld(), 'namespaces', {
    metadata: { name: 'yaobank' },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  });
  const dns = {
    ports: [{ name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 }],
    selector: { app: 'coredns' },
    clusterIP: '10.49.0.10',
    clusterIPs: ['10.49.0.10'],
  };
  world = created(world, 'services', { metadata: { name: 'kube-dns', namespace: 'kube-system' }, spec: dns });
  world = settled(
    created(world, 'deployments.apps', deployment('coredns', 1, 'registry.k8s.io/coredns/coredns:v1.11.3', {}, 'kube-system')),
  );
  for (const name of ['customer', 'summary', 'database']) {
    const port = name === 'database' ? 2379 : 80;
    world = created(
      world,
      'services',
      service(name, { type: 'NodePort', ports: [{ name: 'http', port, protocol: 'TCP', targetPort: port }] }, 'yaobank'),
    );
    world = created(world, 'deployments.apps', deployment(name, 1, `calico/yaobank-${name}:certification`, {}, 'yaobank'));
  }
  return settled(world);
})();

function placeOf(world: World, app: string): Place {
  const pod = listIn<Pod>(world, 'pods').find((each) => each.metadata.labels?.app === app)!;
  return { host: pod.spec.nodeName!, netns: `${pod.metadata.namespace}/${pod.metadata.name}` };
}

const addressOf = (world: World, app: string) =>
  listIn<Pod>(world, 'pods').find((each) => each.metadata.labels?.app === app)!.status.podIP!;
const get = (world: World, from: Place, url: string) =>
  httpRequest(world, from, { method: 'GET', url, headers: [['User-Agent', 'curl/7.88.1']] });
const worker1: Place = { host: 'worker1', netns: '' };

describe('YAO Bank', () => {
  test('shows the page of the account that summary and database know', () => {
    const { result } = get(bank, worker1, `http://${addressOf(bank, 'customer')}/`);
    if (result.outcome !== 'response') throw new Error(result.outcome);
    expect([result.response.version, result.response.status, result.response.reason]).toEqual(['1.0', 200, 'OK']);
    expect(result.response.headers).toEqual([
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Content-Length', String(result.response.body.length)],
      ['Server', 'Werkzeug/0.14.1 Python/2.7.15'],
      ['Date', expect.stringMatching(/^Mon, 05 Jan 2026 12:00:\d\d GMT$/)],
    ]);
    const text = result.response.body
      .replace(/<style>[\s\S]*<\/style>/, '')
      .replace(/<[^>]*>/g, '')
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
    expect(text.slice(-4)).toEqual(['Welcome to YAO Bank', 'Name: Spike Curtis', 'Balance: 2389.45', 'Log Out >>']);
  });

  test('writes an access line with the client’s address', () => {
    const { world } = get(bank, worker1, `http://${addressOf(bank, 'customer')}/`);
    const { host, netns } = placeOf(world, 'customer');
    const line = world.hosts[host]!.daemons.kubelet!.pods![netns]!.containers.customer!.lines.at(-1)!.text;
    expect(line.replace(/\d\d:\d\d:\d\d/, 'TIME')).toBe(
      `${host === 'worker1' ? addressOfHost(world, host) : '10.0.1.30'} - - [05/Jan/2026 TIME] "GET / HTTP/1.1" 200 -`,
    );
  });

  test('answers 500 when the database is gone', () => {
    const broken = settled({ ...bank, clusters: scaledToZero(bank, 'yaobank/database') });
    const { result } = get(broken, worker1, `http://${addressOf(broken, 'customer')}/`);
    if (result.outcome !== 'response') throw new Error(result.outcome);
    expect([result.response.status, result.response.reason]).toEqual([500, 'INTERNAL SERVER ERROR']);
    expect(result.response.body).toBe(
      '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>\n<p>The server encountered an internal error and was unable to complete your request.  Either the server is overloaded or there is an error in the application.</p>\n',
    );
  });

  test('keeps its accounts where etcd’s v2 API shows them', () => {
    const { result } = get(bank, placeOf(bank, 'summary'), 'http://database:2379/v2/keys/accounts/407221');
    if (result.outcome !== 'response') throw new Error(result.outcome);
    expect(JSON.parse(result.response.body)).toEqual({
      action: 'get',
      node: { key: '/accounts/407221', value: '{"name":"Simon Gideon","balance":"95780.11"}', modifiedIndex: 5, createdIndex: 5 },
    });
  });
});

function addressOfHost(world: World, host: string): string {
  return world.hosts[host]!.address;
}

function scaledToZero(world: World, key: string): World['clusters'] {
  const cluster = world.clusters.kubernetes!;
  const old = cluster.api.objects['deployments.apps']![key]!;
  const scaled = { ...old, spec: { ...(old.spec as object), replicas: 0 } };
  const deployments = { ...cluster.api.objects['deployments.apps'], [key]: scaled };
  return {
    kubernetes: { ...cluster, api: { ...cluster.api, objects: { ...cluster.api.objects, 'deployments.apps': deployments } } },
  };
}

describe('what becomes of a request', () => {
  const outcome = (url: string, from = worker1) => {
    const { result } = get(bank, from, url);
    return result.outcome === 'connect-failed' ? [result.outcome, result.errno] : [result.outcome];
  };

  test.each([
    ['a closed port', () => outcome(`http://${addressOf(bank, 'customer')}:81/`), ['connect-failed', 'ECONNREFUSED']],
    ['an address beyond the gateway', () => outcome('http://192.0.2.1/'), ['no-answer']],
    ['a name nobody knows', () => outcome('http://nosuch.example/'), ['unresolved']],
    ['a malformed URL', () => outcome('http://'), ['malformed-url']],
    ['another scheme', () => outcome('gopher://10.0.1.30/'), ['unsupported-scheme']],
    ['https to a plain server', () => outcome(`https://${addressOf(bank, 'customer')}:80/`), ['not-tls']],
    ['a port where no HTTP is spoken', () => outcome('http://10.0.1.30:10250/'), ['empty-reply']],
  ])('%s', (_, run, expected) => {
    expect(run()).toEqual(expected);
  });
});

describe('names', () => {
  test('a pod finds services by short name through its search list', () => {
    const from = placeOf(bank, 'customer');
    expect(resolvConf(bank, from)).toBe(
      'search yaobank.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.49.0.10\noptions ndots:5\n',
    );
    const summary = bank.clusters.kubernetes!.api.objects.services!['yaobank/summary']!.spec as { clusterIP: string };
    for (const name of ['summary', 'summary.yaobank', 'summary.yaobank.svc', 'summary.yaobank.svc.cluster.local'])
      expect(resolveName(bank, from, name).addresses).toEqual([summary.clusterIP]);
  });

  test('a name that does not exist, and one outside the cluster', () => {
    const ask = (name: string) => {
      const { result } = dnsQuery(bank, placeOf(bank, 'customer'), '10.49.0.10', name, 'A');
      return result.outcome === 'answer' ? [result.answer.code, result.answer.authoritative] : [result.outcome];
    };
    expect([ask('nosuch.yaobank.svc.cluster.local'), ask('www.google.com'), ask('customer.yaobank.svc.cluster.local')]).toEqual([
      ['NXDOMAIN', true],
      ['SERVFAIL', false],
      ['NOERROR', true],
    ]);
  });

  test('a pod cannot resolve while no CoreDNS is ready', () => {
    const without = settled({ ...bank, clusters: scaledToZero(bank, 'kube-system/coredns') });
    const { addresses, tookMs } = resolveName(without, placeOf(without, 'customer'), 'summary');
    expect([addresses, tookMs >= 0]).toEqual([[], true]);
  });

  test('a host knows other hosts by name', () => {
    expect(resolveName(bank, worker1, 'control1').addresses).toEqual(['10.0.1.20']);
  });
});

test.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['calico/node:v3.30.0', 'docker.io/calico/node:v3.30.0'],
  ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
  ['localhost:5000/shop', 'localhost:5000/shop:latest'],
  ['Shop', undefined],
  ['a b', undefined],
])('the reference %s means %s', (text, full) => {
  expect(parseReference(text)?.full).toBe(full);
});

test.each([
  ['nginx:1.27', undefined],
  [
    'nginx:v1',
    'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:v1": failed to resolve reference "docker.io/library/nginx:v1": docker.io/library/nginx:v1: not found',
  ],
  [
    'quay.io/acme/shop',
    'rpc error: code = NotFound desc = failed to pull and unpack image "quay.io/acme/shop:latest": failed to resolve reference "quay.io/acme/shop:latest": quay.io/acme/shop:latest: not found',
  ],
])('pulling %s', (text, error) => {
  const found = findImage(text);
  expect('error' in found ? found.error : undefined).toBe(error);
});

describe('a command line', () => {
  const run = (...argv: string[]) => runCommand(argv, ['sh', 'sleep', 'echo', 'cat', 'tail']);
  test.each([
    ['sleep 5', run('sleep', '5'), { afterMs: 5000, code: 0 }, []],
    ['sleep infinity', run('sleep', 'infinity'), undefined, []],
    ['a shell without a terminal', run('sh'), { afterMs: 100, code: 0 }, []],
    ['echo and exit', run('sh', '-c', 'echo "a b"; exit 3; echo c'), { afterMs: 100, code: 3 }, ['a b']],
    ['an endless loop', run('sh', '-c', 'while true; do echo tick; sleep 1; done'), undefined, ['tick']],
    ['and-lists', run('sh', '-c', 'false && echo no || echo yes'), { afterMs: 100, code: 1 }, []],
    ['a program that is not there', run('sh', '-c', 'nosuch'), { afterMs: 100, code: 127 }, ['sh: nosuch: not found']],
    ['following nothing', run('tail', '-f', '/dev/null'), undefined, []],
  ])('%s', (_, program, exit, lines) => {
    expect([program.exit, program.lines]).toEqual([exit, lines]);
  });
});

test.each([
  ['10.0.1.20:30180', { scheme: 'http', host: '10.0.1.20', port: 30180, path: '/' }],
  ['https://a.b/c?d=e#f', { scheme: 'https', host: 'a.b', port: 443, path: '/c?d=e' }],
  ['http://a?x', { scheme: 'http', host: 'a', port: 80, path: '/?x' }],
  ['http://a:99999/', undefined],
])('the URL %s', (text, url) => {
  expect(parseUrl(text)).toEqual(url);
});
