/** nginx with its default site, and Apache httpd with its. Models docker.io/library/nginx 1.27 and httpd 2.4. Leaves out configuration files. */
import { byteLength, type HttpAnswer, type HttpCall, header, httpDate, type Image, logDate, server } from './image.ts';
import { runCommand } from './process.ts';

const NGINX_VERSION = '1.27.5';

const WELCOME = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`;

/** ngx_http_request.c: HTTP/1.0 keeps a connection only when asked to, 1.1 unless asked not to. */
const keeps = ({ version, headers }: HttpCall) => {
  const asked = header(headers, 'connection')?.toLowerCase();
  return version === '1.0' ? asked === 'keep-alive' : asked !== 'close';
};

const errorPage = (status: number, reason: string) =>
  `<html>\r\n<head><title>${status} ${reason}</title></head>\r\n<body>\r\n<center><h1>${status} ${reason}</h1></center>\r\n<hr><center>nginx/${NGINX_VERSION}</center>\r\n</body>\r\n</html>\r\n`;

function nginxHttp(call: HttpCall): HttpAnswer {
  const path = call.path.split('?')[0]!;
  const found = path === '/' || path === '/index.html';
  const allowed = call.method === 'GET' || call.method === 'HEAD';
  const [status, reason] =
    !allowed && found ? ([405, 'Not Allowed'] as const) : found ? ([200, 'OK'] as const) : ([404, 'Not Found'] as const);
  const body = status === 200 ? WELCOME : errorPage(status, reason);
  const headers: (readonly [string, string])[] = [
    ['Server', `nginx/${NGINX_VERSION}`],
    ['Date', httpDate(call.world.now)],
    ['Content-Type', 'text/html'],
    ['Content-Length', String(byteLength(body))],
  ];
  if (status === 200) headers.push(['Last-Modified', 'Wed, 16 Apr 2025 12:01:11 GMT']);
  headers.push(['Connection', keeps(call) ? 'keep-alive' : 'close']);
  if (status === 200) headers.push(['ETag', '"67ff9c07-267"'], ['Accept-Ranges', 'bytes']);
  const sent = call.method === 'HEAD' ? '' : body;
  const agent = header(call.headers, 'user-agent') ?? '-';
  const line = `${call.client.address} - - [${logDate(call.world.now)} +0000] "${call.method} ${call.path} HTTP/1.1" ${status} ${byteLength(sent)} "-" "${agent}" "-"`;
  return { world: call.world, response: { version: '1.1', status, reason, headers, body: sent }, lines: [line] };
}

const ENTRYPOINT_LINES = [
  '/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration',
  '/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/',
  '/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh',
  '/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh',
  '/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh',
  '/docker-entrypoint.sh: Configuration complete; ready for start up',
];

const DEBIAN_COMMANDS = ['sh', 'bash', 'curl', 'cat', 'ls', 'env', 'hostname', 'sleep', 'echo', 'tail', 'grep', 'date'];

export const nginx: Image = {
  name: 'nginx',
  repositories: ['docker.io/library/nginx', 'docker.io/nginxinc/nginx-unprivileged', 'docker.io/nginxdemos/hello'],
  tags: /^(latest|stable|mainline|1|1\.\d{1,2}(\.\d{1,2})?|plain-text)?(-?(alpine|perl|slim|otel|alpine-slim|bookworm))?$/,
  bytes: 72_406_859,
  entrypoint: ['/docker-entrypoint.sh'],
  cmd: ['nginx', '-g', 'daemon off;'],
  commands: [...DEBIAN_COMMANDS, 'nginx'],
  start: ({ argv, container }) => {
    const unprivileged = container.image.includes('unprivileged');
    const serves = argv.some((word) => word === 'nginx' || word.endsWith('/nginx')) || argv[0] === '/docker-entrypoint.sh';
    return serves ? server('nginx', [unprivileged ? 8080 : 80], ENTRYPOINT_LINES) : runCommand(argv, nginx.commands);
  },
  http: nginxHttp,
};

const IT_WORKS = '<html><body><h1>It works!</h1></body></html>\n';

function apacheHttp(call: HttpCall): HttpAnswer {
  const found = ['/', '/index.html'].includes(call.path.split('?')[0]!);
  const body = found
    ? IT_WORKS
    : '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>404 Not Found</title>\n</head><body>\n<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n';
  const [status, reason] = found ? ([200, 'OK'] as const) : ([404, 'Not Found'] as const);
  const headers: (readonly [string, string])[] = [
    ['Date', httpDate(call.world.now)],
    ['Server', 'Apache/2.4.63 (Unix)'],
    ...(found
      ? ([
          ['Last-Modified', 'Mon, 11 Jun 2007 18:53:14 GMT'],
          ['ETag', '"2d-432a5e4a73a80"'],
          ['Accept-Ranges', 'bytes'],
        ] as const)
      : []),
    ['Content-Length', String(byteLength(body))],
    ['Content-Type', found ? 'text/html' : 'text/html; charset=iso-8859-1'],
  ];
  const sent = call.method === 'HEAD' ? '' : body;
  const line = `${call.client.address} - - [${logDate(call.world.now)} +0000] "${call.method} ${call.path} HTTP/1.1" ${status} ${byteLength(sent)}`;
  return { world: call.world, response: { version: '1.1', status, reason, headers, body: sent }, lines: [line] };
}

export const httpd: Image = {
  name: 'httpd',
  repositories: ['docker.io/library/httpd'],
  tags: /^(latest|2|2\.4(\.\d+)?)(-(alpine|bookworm))?$/,
  bytes: 58_000_000,
  entrypoint: [],
  cmd: ['httpd-foreground'],
  commands: [...DEBIAN_COMMANDS.filter((name) => name !== 'curl'), 'httpd'],
  start: ({ argv }) =>
    argv[0]?.startsWith('httpd')
      ? server('httpd', [80], ["AH00094: Command line: 'httpd -D FOREGROUND'"])
      : runCommand(argv, httpd.commands),
  http: apacheHttp,
};
