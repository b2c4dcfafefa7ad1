/**
 * YAO Bank: customer → summary → database. Models the images of Calico's tutorial application: two Flask programs on Werkzeug's
 * development server and an etcd that answers its v2 keys API. Leaves out writes to etcd and its cluster port's protocol.
 */
import { byteLength, type HttpAnswer, type HttpCall, type HttpResponse, httpDate, type Image, logDate, server } from './image.ts';

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  404: 'NOT FOUND',
  405: 'METHOD NOT ALLOWED',
  500: 'INTERNAL SERVER ERROR',
};
const PYTHON_COMMANDS = [
  'sh',
  'bash',
  'curl',
  'python',
  'ping',
  'ip',
  'cat',
  'ls',
  'env',
  'hostname',
  'sleep',
  'nslookup',
  'dig',
  'nc',
  'ps',
  'echo',
  'tail',
  'wget',
];
/** The account everybody is logged in as. */
const ACCOUNT = '519940';

const ACCOUNTS: readonly (readonly [id: string, name: string, balance: string])[] = [
  [ACCOUNT, 'Spike Curtis', '2389.45'],
  ['407221', 'Simon Gideon', '95780.11'],
  ['387747', 'Harry Norman Kynes', '39082.11'],
  ['436839', 'George Ball', '543.34'],
  ['036273', 'Sally Yates', '3597.89'],
  ['468009', 'Laura Sargent', '8854.39'],
];

const PAGE = (name: string, balance: string) => `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"
  "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">

<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
  <head>
    <title>YAO Bank</title>
    <style>
    h2 {
      font-family: Arial, Helvetica, sans-serif;
    }
    h1 {
      font-family: Arial, Helvetica, sans-serif;
    }
    p {
      font-family: Arial, Helvetica, sans-serif;
    }
    </style>
  </head>
  <body>
  	<h1>Welcome to YAO Bank</h1>
  	<h2>Name: ${name}</h2>
  	<h2>Balance: ${balance}</h2>
  	<p><a href="/logout">Log Out >></a></p>
  </body>
</html>`;

const WERKZEUG_PAGE = (status: number, title: string, text: string) => `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<title>${status} ${title}</title>
<h1>${title}</h1>
<p>${text}</p>
`;

const FAULT = WERKZEUG_PAGE(
  500,
  'Internal Server Error',
  'The server encountered an internal error and was unable to complete your request.  Either the server is overloaded or there is an error in the application.',
);
const MISSING = WERKZEUG_PAGE(
  404,
  'Not Found',
  'The requested URL was not found on the server.  If you entered the URL manually please check your spelling and try again.',
);

/** Werkzeug's answer and its access line. */
function flask(call: HttpCall, world: HttpCall['world'], status: number, body: string, type: string, tookMs = 0): HttpAnswer {
  const response: HttpResponse = {
    version: '1.0',
    status,
    reason: REASONS[status] ?? 'OK',
    headers: [
      ['Content-Type', type],
      ['Content-Length', String(byteLength(body))],
      ['Server', 'Werkzeug/0.14.1 Python/2.7.15'],
      ['Date', httpDate(call.world.now)],
    ],
    body: call.method === 'HEAD' ? '' : body,
    // Python 2.7's socketserver.StreamRequestHandler: wbufsize = 0.
    unbuffered: true,
  };
  const line = `${call.client.address} - - [${logDate(call.world.now, ' ')}] "${call.method} ${call.path} HTTP/1.1" ${status} -`;
  return { world, response, tookMs, lines: status === 500 ? [TRACEBACK, line] : [line] };
}

const TRACEBACK = 'Traceback (most recent call last): requests.exceptions.ConnectionError';
const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';

function pathOf(call: HttpCall): string {
  return call.path.split('?')[0]!;
}

function customerHttp(call: HttpCall): HttpAnswer {
  if (pathOf(call) !== '/') return flask(call, call.world, 404, MISSING, HTML);
  const { world, response, tookMs } = call.fetch(call.world, { method: 'GET', url: `http://summary/${ACCOUNT}` });
  const account = response?.status === 200 ? parseAccount(response.body) : undefined;
  return account
    ? flask(call, world, 200, PAGE(account.name, account.balance), HTML, tookMs)
    : flask(call, world, 500, FAULT, HTML, tookMs);
}

interface Account {
  readonly name: string;
  readonly balance: string;
}

function parseAccount(text: string): Account | undefined {
  try {
    return JSON.parse(text) as Account;
  } catch {
    return undefined;
  }
}

function summaryHttp(call: HttpCall): HttpAnswer {
  const id = /^\/(\w+)$/.exec(pathOf(call))?.[1];
  if (id === undefined) return flask(call, call.world, 404, MISSING, HTML);
  const { world, response, tookMs } = call.fetch(call.world, { method: 'GET', url: `http://database:2379/v2/keys/accounts/${id}` });
  if (response?.status !== 200) return flask(call, world, 500, FAULT, HTML, tookMs);
  const value = (JSON.parse(response.body) as { node?: { value?: string } }).node?.value ?? '{}';
  return flask(call, world, 200, `${value}\n`, JSON_TYPE, tookMs);
}

/** etcd hands out an index per write: the six accounts came first. */
const FIRST_INDEX = 4;

function accountNode(index: number) {
  const [id, name, balance] = ACCOUNTS[index]!;
  const at = FIRST_INDEX + index;
  return { key: `/accounts/${id}`, value: JSON.stringify({ name, balance }), modifiedIndex: at, createdIndex: at };
}

function etcd(call: HttpCall, status: number, reason: string, body: string): HttpAnswer {
  const headers: (readonly [string, string])[] = [
    ['Content-Type', JSON_TYPE],
    ['X-Etcd-Cluster-Id', 'cdf818194e3a8c32'],
    ['X-Etcd-Index', String(FIRST_INDEX + ACCOUNTS.length - 1)],
    ['X-Raft-Index', String(FIRST_INDEX + ACCOUNTS.length + 4)],
    ['X-Raft-Term', '2'],
    ['Date', httpDate(call.world.now)],
    ['Content-Length', String(byteLength(body))],
  ];
  return { world: call.world, response: { version: '1.1', status, reason, headers, body: call.method === 'HEAD' ? '' : body } };
}

function databaseHttp(call: HttpCall): HttpAnswer {
  const [path = '', query = ''] = call.path.split('?');
  if (path === '/version') return etcd(call, 200, 'OK', '{"etcdserver":"3.2.5","etcdcluster":"3.2.0"}');
  if (path === '/health') return etcd(call, 200, 'OK', '{"health": "true"}');
  const key = /^\/v2\/keys(\/.*)?$/.exec(path)?.[1]?.replace(/\/$/, '') ?? '';
  if (!path.startsWith('/v2/keys')) return etcd(call, 404, 'Not Found', '404 page not found\n');
  const recursive = /(^|&)recursive=true(&|$)/.test(query);
  const directory = { key: '/accounts', dir: true, modifiedIndex: FIRST_INDEX, createdIndex: FIRST_INDEX };
  const accounts = ACCOUNTS.map((_, index) => accountNode(index));
  const answer = (node: object) => etcd(call, 200, 'OK', `${JSON.stringify({ action: 'get', node })}\n`);
  if (key === '') return answer({ dir: true, nodes: [recursive ? { ...directory, nodes: accounts } : directory] });
  if (key === '/accounts') return answer({ ...directory, nodes: accounts });
  const found = accounts.find((node) => node.key === key);
  if (found) return answer(found);
  const error = { errorCode: 100, message: 'Key not found', cause: key, index: FIRST_INDEX + ACCOUNTS.length - 1 };
  return etcd(call, 404, 'Not Found', `${JSON.stringify(error)}\n`);
}

const FLASK_START = (app: string) => [
  ` * Serving Flask app "${app}" (lazy loading)`,
  ' * Environment: production',
  '   WARNING: Do not use the development server in a production environment.',
  '   Use a production WSGI server instead.',
  ' * Debug mode: off',
  ' * Running on http://0.0.0.0:80/ (Press CTRL+C to quit)',
];

const tags = /^(certification|latest|v\d[\w.]*)$/;

export const yaobankCustomer: Image = {
  name: 'yaobank-customer',
  repositories: ['docker.io/calico/yaobank-customer'],
  tags,
  bytes: 98_000_000,
  commands: PYTHON_COMMANDS,
  start: () => server('python', [80], FLASK_START('customer')),
  http: customerHttp,
};

export const yaobankSummary: Image = {
  ...yaobankCustomer,
  name: 'yaobank-summary',
  repositories: ['docker.io/calico/yaobank-summary'],
  start: () => server('python', [80], FLASK_START('summary')),
  http: summaryHttp,
};

export const yaobankDatabase: Image = {
  name: 'yaobank-database',
  repositories: ['docker.io/calico/yaobank-database'],
  tags,
  bytes: 34_000_000,
  commands: [
    'sh',
    'etcd',
    'etcdctl',
    'ip',
    'ping',
    'cat',
    'ls',
    'hostname',
    'sleep',
    'wget',
    'nslookup',
    'nc',
    'ps',
    'echo',
    'tail',
  ],
  start: () =>
    server(
      'etcd',
      [2379, { proto: 'tcp', port: 2380, address: '127.0.0.1', process: 'etcd' }],
      ['etcdmain: etcd Version: 3.2.5', 'embed: ready to serve client requests'],
    ),
  http: databaseHttp,
};
