/**
 * CoreDNS: the cluster's names, from the API objects its node last saw.
 *
 * Reads host.apiView and nothing else. Models registry.k8s.io/coredns with the Corefile kubeadm writes (plugins kubernetes, forward),
 * CoreDNS 1.11. Zone `cluster.local`; names outside it would go to the host's own resolvers, which this network does not have:
 * SERVFAIL. Leaves out zone transfer, PTR of pods, DNS over TLS.
 */
import type { Endpoints, Service } from '../api/objects.ts';
import { type ApiState, getObject, objectsOf } from '../api/storage.ts';
import type { DnsAnswer, DnsQuestion, DnsRecord, Image } from './image.ts';
import { server } from './image.ts';
import { runCommand } from './process.ts';

const ZONE = 'cluster.local';
const TTL = 30;
/** CoreDNS gives the time of its last change; a fixed number does for a zone that nobody transfers. */
const SERIAL = 1_718_632_920;

const outside = (question: DnsQuestion): DnsAnswer => ({
  code: question.name === '' ? 'REFUSED' : 'SERVFAIL',
  authoritative: false,
  answers: [],
});

/** Answers a question from the objects of a cluster. */
export function answerFrom(api: ApiState, question: DnsQuestion): DnsAnswer {
  if (question.name.endsWith('.in-addr.arpa')) return reverse(api, question);
  if (question.name !== ZONE && !question.name.endsWith(`.${ZONE}`)) return outside(question);
  const found = recordsOf(api, question.name);
  const authority = [record(ZONE, 'SOA', `ns.dns.${ZONE}. hostmaster.${ZONE}. ${SERIAL} 7200 1800 86400 ${TTL}`)];
  if (!found) return { code: 'NXDOMAIN', authoritative: true, answers: [], authority };
  const alias = found.find((record) => record.type === 'CNAME');
  const answers = found.filter((record) => record.type === question.type || record === alias);
  return { code: 'NOERROR', authoritative: true, answers, ...(answers.length ? {} : { authority }) };
}

/** All records of a name; undefined: there is no such name. */
function recordsOf(api: ApiState, name: string): readonly DnsRecord[] | undefined {
  const labels = name.slice(0, -ZONE.length - 1).split('.');
  const kind = labels.at(-1);
  const namespace = labels.at(-2);
  if (name === ZONE || labels.length === 1) return kind === 'svc' || kind === 'pod' || name === ZONE ? [] : undefined;
  if (!namespace || !getObject(api, 'namespaces', namespace)) return undefined;
  if (labels.length === 2) return [];
  if (kind === 'pod' && labels.length === 3) return podRecord(labels[0]!, name);
  if (kind !== 'svc') return undefined;
  const service = getObject<Service>(api, 'services', `${namespace}/${labels.at(-3)}`);
  return service && serviceRecords(api, service, labels.slice(0, -3), name);
}

function podRecord(label: string, name: string): readonly DnsRecord[] | undefined {
  return /^\d{1,3}(-\d{1,3}){3}$/.test(label) ? [record(name, 'A', label.replaceAll('-', '.'))] : undefined;
}

const record = (name: string, type: string, value: string): DnsRecord => ({ name, type, ttl: TTL, value });

function serviceRecords(
  api: ApiState,
  service: Service,
  prefix: readonly string[],
  name: string,
): readonly DnsRecord[] | undefined {
  const { type, externalName, clusterIP } = service.spec;
  if (type === 'ExternalName') return prefix.length === 0 ? [record(name, 'CNAME', `${externalName}.`)] : undefined;
  const headless = clusterIP === 'None';
  const key = `${service.metadata.namespace}/${service.metadata.name}`;
  const subsets = getObject<Endpoints>(api, 'endpoints', key)?.subsets ?? [];
  const addresses = subsets.flatMap((subset) => subset.addresses ?? []);
  if (prefix.length === 0) {
    if (headless) return addresses.length ? addresses.map(({ ip }) => record(name, 'A', ip)) : undefined;
    return clusterIP ? [record(name, 'A', clusterIP)] : [];
  }
  if (prefix.length === 1 && headless) {
    const own = addresses.filter(({ ip, hostname }) => (hostname ?? ip.replaceAll('.', '-')) === prefix[0]);
    return own.length ? own.map(({ ip }) => record(name, 'A', ip)) : undefined;
  }
  if (prefix.length !== 2) return undefined;
  // `_http._tcp.customer…`: an SRV record for a named port.
  const port = service.spec.ports?.find((each) => `_${each.name}` === prefix[0] && `_${each.protocol.toLowerCase()}` === prefix[1]);
  const target = name.split('.').slice(2).join('.');
  return port && [record(name, 'SRV', `0 100 ${port.port} ${target}.`)];
}

function reverse(api: ApiState, question: DnsQuestion): DnsAnswer {
  const address = question.name.split('.').slice(0, 4).reverse().join('.');
  const service = Object.values(objectsOf<Service>(api, 'services')).find((each) => each.spec.clusterIP === address);
  if (!service) return outside(question);
  const { name, namespace } = service.metadata;
  const answers = question.type === 'PTR' ? [record(question.name, 'PTR', `${name}.${namespace}.svc.${ZONE}.`)] : [];
  return { code: 'NOERROR', authoritative: true, answers };
}

const udp53 = { proto: 'udp', port: 53, process: 'coredns' } as const;

export const coredns: Image = {
  name: 'coredns',
  repositories: ['registry.k8s.io/coredns/coredns', 'docker.io/coredns/coredns', 'k8s.gcr.io/coredns/coredns'],
  bytes: 18_000_000,
  entrypoint: ['/coredns'],
  commands: [],
  start: ({ argv }) =>
    argv[0] === '/coredns'
      ? server('coredns', [udp53, 53, 9153, 8080, 8181], ['.:53', 'CoreDNS-1.11.3', 'linux/amd64, go1.21.11, a6338e9'])
      : runCommand(argv, []),
  dns: (question, host) =>
    host.apiView ? answerFrom(host.apiView, question) : { code: 'SERVFAIL', authoritative: false, answers: [] },
  http: (call) => {
    const path = call.path.split('?')[0];
    const ok = (call.server.port === 8080 && path === '/health') || (call.server.port === 8181 && path === '/ready');
    const body = ok ? 'OK' : '404 page not found\n';
    const [status, reason] = ok ? ([200, 'OK'] as const) : ([404, 'Not Found'] as const);
    const headers = [
      ['Content-Length', String(body.length)],
      ['Content-Type', 'text/plain; charset=utf-8'],
    ] as const;
    return { world: call.world, response: { version: '1.1', status, reason, headers, body } };
  },
};
