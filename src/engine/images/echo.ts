/**
 * Servers that say who they are and who asks: agnhost netexec, echoserver, whoami, http-echo, hello-app.
 * Models registry.k8s.io/e2e-test-images/agnhost, registry.k8s.io/echoserver, traefik/whoami, hashicorp/http-echo and
 * google-samples/hello-app. Leaves out their side commands.
 */
import { byteLength, type HttpAnswer, type HttpCall, header, httpDate, type Image, logDate, server } from './image.ts';
import { runCommand } from './process.ts';

const TEXT = 'text/plain; charset=utf-8';

function plain(call: HttpCall, body: string, lines: readonly string[] = [], type = TEXT): HttpAnswer {
  const headers: (readonly [string, string])[] = [
    ['Date', httpDate(call.world.now)],
    ['Content-Length', String(byteLength(body))],
    ['Content-Type', type],
  ];
  const sent = call.method === 'HEAD' ? '' : body;
  return { world: call.world, response: { version: '1.1', status: 200, reason: 'OK', headers, body: sent }, lines };
}

/** The value of `--flag value`, `--flag=value` or `-flag=value`. */
function flag(argv: readonly string[], name: string): string | undefined {
  for (const [i, word] of argv.entries()) {
    const match = /^--?([\w-]+)(?:=(.*))?$/s.exec(word);
    if (match?.[1] === name) return match[2] ?? argv[i + 1];
  }
  return undefined;
}

const portOf = (argv: readonly string[], name: string, otherwise: number) =>
  Number(/(\d+)$/.exec(flag(argv, name) ?? '')?.[1] ?? otherwise);

export const agnhost: Image = {
  name: 'agnhost',
  repositories: ['registry.k8s.io/e2e-test-images/agnhost', 'k8s.gcr.io/e2e-test-images/agnhost'],
  bytes: 50_000_000,
  entrypoint: ['/agnhost'],
  cmd: ['pause'],
  commands: [
    'sh',
    'curl',
    'dig',
    'nslookup',
    'nc',
    'ping',
    'ip',
    'iperf',
    'hostname',
    'cat',
    'ls',
    'sleep',
    'echo',
    'agnhost',
    'ss',
    'tail',
  ],
  start: ({ argv }) => {
    const sub = argv[0] === '/agnhost' ? argv[1] : undefined;
    if (sub === 'netexec') {
      const port = portOf(argv, 'http-port', 8080);
      const udp = { proto: 'udp', port: portOf(argv, 'udp-port', 8081), process: 'agnhost' } as const;
      return server('agnhost', [port, udp], [`Started HTTP server on port ${port}`]);
    }
    if (sub === 'serve-hostname') return server('agnhost', [portOf(argv, 'port', 9376)], ['Serving on port 9376.']);
    return argv[0] === '/agnhost' ? server('agnhost', [], ['Paused']) : runCommand(argv, agnhost.commands);
  },
  http: (call) => {
    if (call.argv.includes('serve-hostname')) return plain(call, call.hostname);
    const path = call.path.split('?')[0];
    const line = `${call.client.address}:${call.client.port} ${call.method} ${call.path}`;
    if (path === '/hostname') return plain(call, call.hostname, [line]);
    if (path === '/clientip') return plain(call, `${call.client.address}:${call.client.port}`, [line]);
    if (path === '/healthz') return plain(call, '');
    return plain(call, `NOW: ${new Date(call.world.now).toISOString().replace('T', ' ').slice(0, 19)} +0000 UTC`, [line]);
  },
};

export const echoserver: Image = {
  name: 'echoserver',
  repositories: [
    'registry.k8s.io/echoserver',
    'k8s.gcr.io/echoserver',
    'gcr.io/google_containers/echoserver',
    'docker.io/ealen/echo-server',
    'docker.io/jmalloc/echo-server',
  ],
  bytes: 45_000_000,
  entrypoint: ['nginx'],
  commands: ['sh', 'bash', 'curl', 'cat', 'ls', 'hostname', 'sleep', 'echo', 'env'],
  start: ({ argv, container }) => {
    const docker = container.image.includes('ealen') ? 80 : 8080;
    return argv[0] === 'nginx' ? server('nginx', [docker], ['Generating self-signed cert']) : runCommand(argv, echoserver.commands);
  },
  http: (call) => {
    const headers = call.headers.map(([name, value]) => `\t${name.toLowerCase()}=${value}`).sort();
    const lines = [
      '',
      '',
      `Hostname: ${call.hostname}`,
      '',
      'Pod Information:',
      '\t-no pod information available-',
      '',
      'Server values:',
      '\tserver_version=nginx: 1.13.3 - lua: 10008',
      '',
      'Request Information:',
      `\tclient_address=${call.client.address}`,
      `\tmethod=${call.method}`,
      `\treal path=${call.path}`,
      `\tquery=${call.path.split('?')[1] ?? ''}`,
      '\trequest_version=1.1',
      '\trequest_scheme=http',
      `\trequest_uri=http://${header(call.headers, 'host') ?? call.server.address}:8080${call.path}`,
      '',
      'Request Headers:',
      ...headers,
      '',
      'Request Body:',
      call.body || '\t-no body in request-',
      '',
    ];
    const agent = header(call.headers, 'user-agent') ?? '-';
    const line = `${call.client.address} - - [${logDate(call.world.now)} +0000] "${call.method} ${call.path} HTTP/1.1" 200 ${byteLength(lines.join('\n'))} "-" "${agent}"`;
    return plain(call, lines.join('\n'), [line], 'text/plain');
  },
};

export const whoami: Image = {
  name: 'whoami',
  repositories: ['docker.io/traefik/whoami', 'docker.io/containous/whoami'],
  bytes: 2_900_000,
  entrypoint: ['/whoami'],
  commands: [],
  start: ({ argv, container }) => {
    const named = container.env?.find((each) => each.name === 'WHOAMI_PORT_NUMBER')?.value;
    const port = Number(named ?? portOf(argv, 'port', 80));
    return argv[0] === '/whoami' ? server('whoami', [port], [`Starting up on port ${port}`]) : runCommand(argv, whoami.commands);
  },
  http: (call) => {
    const headers = call.headers.filter(([name]) => name.toLowerCase() !== 'host').map(([name, value]) => `${name}: ${value}`);
    const body = [
      `Hostname: ${call.hostname}`,
      'IP: 127.0.0.1',
      `IP: ${call.server.address}`,
      `RemoteAddr: ${call.client.address}:${call.client.port}`,
      `${call.method} ${call.path} HTTP/1.1`,
      `Host: ${header(call.headers, 'host') ?? call.server.address}`,
      ...headers,
      '',
      '',
    ].join('\n');
    return plain(call, body);
  },
};

export const httpEcho: Image = {
  name: 'http-echo',
  repositories: ['docker.io/hashicorp/http-echo'],
  bytes: 2_500_000,
  entrypoint: ['/http-echo'],
  commands: [],
  start: ({ argv }) => {
    if (argv[0] !== '/http-echo') return runCommand(argv, httpEcho.commands);
    if (flag(argv, 'text') === undefined)
      return { sockets: [], lines: ['Missing -text option!'], sigterm: 'exits', exit: { afterMs: 100, code: 127 } };
    const port = portOf(argv, 'listen', 5678);
    return server('http-echo', [port], [`[INFO] server is listening on :${port}`]);
  },
  http: (call) => {
    const body = `${flag(call.argv, 'text') ?? ''}\n`;
    const at = new Date(call.world.now).toISOString().slice(0, 19).replace(/-/g, '/').replace('T', ' ');
    const agent = header(call.headers, 'user-agent') ?? '';
    const line = `${at} ${header(call.headers, 'host') ?? ''} ${call.client.address}:${call.client.port} "${call.method} ${call.path} HTTP/1.1" 200 ${byteLength(body)} "${agent}"`;
    return plain(call, body, [line]);
  },
};

export const helloApp: Image = {
  name: 'hello-app',
  repositories: ['gcr.io/google-samples/hello-app', 'us-docker.pkg.dev/google-samples/containers/gke/hello-app'],
  bytes: 11_000_000,
  entrypoint: ['./hello-app'],
  commands: [],
  start: ({ argv }) =>
    argv[0] === './hello-app'
      ? server('hello-app', [8080], ['Server listening on port 8080'])
      : runCommand(argv, helloApp.commands),
  http: (call) => plain(call, `Hello, world!\nVersion: 1.0.0\nHostname: ${call.hostname}\n`, [`Serving request: ${call.path}`]),
};
