import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadWorld, type Sim } from '../engine/index.ts';
import { worlds } from '../worlds/index.ts';
import { kubeconfigText, type Serving, serveHttp } from './serve-http.ts';

let sim: Sim;
let serving: Serving;

beforeAll(async () => {
  sim = loadWorld(worlds.yaobank!);
  serving = await serveHttp(sim, { port: 0, frozen: true, patience: { headers: 300, request: 600 } });
});

afterAll(() => serving.close());

interface Failure {
  readonly status: string;
  readonly message: string;
  readonly reason?: string;
  readonly code: number;
}

const JSON_BODY = { 'content-type': 'application/json' };

const fetched = (path: string, options: RequestInit = {}) => fetch(`${serving.url}${path}`, options);

async function failure(path: string, options: RequestInit = {}): Promise<Omit<Failure, 'status'>> {
  const response = await fetched(path, options);
  const { status, message, reason, code } = (await response.json()) as Failure;
  expect([status, code]).toEqual(['Failure', response.status]);
  return { message, ...(reason === undefined ? {} : { reason }), code };
}

const CONFIGMAPS = '/api/v1/namespaces/default/configmaps';

function post(body: string, type = 'application/json', query = ''): Promise<Omit<Failure, 'status'>> {
  return failure(`${CONFIGMAPS}${query}`, { method: 'POST', body, headers: { 'content-type': type } });
}

/** What comes back on a bare socket until the server closes it. */
function raw(sent: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(serving.port, '127.0.0.1', () => socket.write(sent));
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

/** Whether the server still answers: nothing of the above may have hurt it. */
async function lives(): Promise<boolean> {
  return (await (await fetched('/readyz')).text()) === 'ok';
}

test.each([
  [
    'broken JSON',
    '{"kind": ',
    'application/json',
    400,
    /^the object provided is unrecognized \(must be of type ConfigMap\): couldn't get version\/kind; json parse error: unexpected end of JSON input \(/,
  ],
  [
    'no JSON at all',
    'hello',
    'application/json',
    400,
    /json parse error: invalid character 'h' looking for beginning of value \(68656c6c6f\)$/,
  ],
  ['a list', '[]', 'application/json', 400, /json parse error: json: cannot unmarshal array into Go value of type struct/],
  ['broken YAML', 'a: [', 'application/yaml', 400, /^error converting YAML to JSON: yaml: /],
  [
    'YAML that unfolds without end',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghijk'
      .split('')
      .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghijk'[i]}`).join(',')}]`)
      .join('\n')}\n`,
    'application/yaml',
    400,
    /^error converting YAML to JSON: yaml: document contains excessive aliasing$/,
  ],
  ['JSON nested 20,000 deep', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, 'application/json', 400, /exceeded max depth/],
  ['YAML nested 20,000 deep', '['.repeat(20_000), 'application/yaml', 400, /^error converting YAML to JSON: yaml: /],
  [
    'a media type nobody knows',
    '<a/>',
    'text/xml',
    415,
    /^the body of the request was in an unknown format - accepted media types include: application\/json, application\/yaml, application\/vnd.kubernetes.protobuf$/,
  ],
  [
    'protobuf that is none',
    'nonsense',
    'application/vnd.kubernetes.protobuf',
    400,
    /^the object provided is unrecognized \(must be of type ConfigMap\): provided data does not appear to be a protobuf message, expected prefix \[107 56 115 0\] \(6e6f6e73656e7365\)$/,
  ],
])('%s is answered with a Status', async (_what, body, type, code, message) => {
  const refused = await post(body, type);
  expect(refused).toEqual({ message: expect.stringMatching(message), reason: expect.any(String), code });
  expect(await lives()).toBe(true);
});

test('JSON nested as deep as upstream allows is taken or refused, and nothing breaks', async () => {
  const nested = `${'{"f:a":'.repeat(9_000)}{}${'}'.repeat(9_000)}`;
  const response = await fetched(`${CONFIGMAPS}?dryRun=All`, {
    method: 'POST',
    headers: JSON_BODY,
    body: `{"metadata":{"name":"deep","managedFields":[{"manager":"m","operation":"Update","apiVersion":"v1","fieldsV1":${nested}}]},"x":${nested}}`,
  });
  expect([201, 400, 422]).toContain(response.status);
  await response.text();
  expect(await lives()).toBe(true);
});

test('a body of 10 MB is too large', async () => {
  expect(await post(`{"a":"${'x'.repeat(10_000_000)}"}`)).toEqual({
    message: 'Request entity too large: limit is 3145728',
    reason: 'RequestEntityTooLarge',
    code: 413,
  });
  expect(await lives()).toBe(true);
});

test('repeated and unknown fields are refused, warned about or let pass as the client wishes', async () => {
  const body = '{"metadata":{"name":"twice"},"data":{"a":"1","a":"2"},"dataa":{}}';
  expect(await post(body, 'application/json', '?fieldValidation=Strict')).toEqual({
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dataa", duplicate field "data.a"',
    reason: 'BadRequest',
    code: 400,
  });
  const warned = await fetched(`${CONFIGMAPS}?dryRun=All`, { method: 'POST', body, headers: JSON_BODY });
  expect([warned.status, warned.headers.get('warning')]).toEqual([
    201,
    '299 - "unknown field \\"dataa\\"", 299 - "duplicate field \\"data.a\\""',
  ]);
  const ignored = await fetched(`${CONFIGMAPS}?dryRun=All&fieldValidation=Ignore`, { method: 'POST', body, headers: JSON_BODY });
  expect([ignored.status, ignored.headers.get('warning')]).toEqual([201, null]);
});

test('keys named __proto__ and constructor are data', async () => {
  const made = await fetched(`${CONFIGMAPS}?dryRun=All`, {
    method: 'POST',
    headers: JSON_BODY,
    body: '{"metadata":{"name":"proto","labels":{"constructor":"a"}},"data":{"__proto__":"x"}}',
  });
  const { data, metadata } = (await made.json()) as { data: object; metadata: { labels: object } };
  expect([made.status, Object.entries(data), metadata.labels]).toEqual([201, [['__proto__', 'x']], { constructor: 'a' }]);
  expect(({} as { x?: string }).x).toBe(undefined);
});

test.each([
  ['limit=abc', 400, 'strconv.ParseInt: parsing "abc": invalid syntax'],
  ['limit=99999999999999999999', 400, 'strconv.ParseInt: parsing "99999999999999999999": value out of range'],
  ['timeoutSeconds=x&watch=1', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
  ['continue=%21%21', 400, 'invalid continue token: continue key is not valid: illegal base64 data at input byte 0'],
  ['continue=e30', 400, 'invalid continue token: continue key is not valid: server does not recognize this encoded version '],
  ['resourceVersion=abc', 500, 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax'],
  ['resourceVersion=-1&watch=true', 500, 'resourceVersion: Invalid value: "-1": strconv.ParseUint: parsing "-1": invalid syntax'],
  [
    'resourceVersionMatch=Exact',
    422,
    'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
  ],
  [
    'sendInitialEvents=true',
    422,
    'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
  ],
  [
    'sendInitialEvents=true&watch=true',
    422,
    'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
  ],
  ['fieldSelector=spec.nosuch%3D1', 400, '"spec.nosuch" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  ['fieldSelector=a', 400, "invalid selector: 'a'; can't understand 'a'"],
  ['labelSelector=a%20in%20b', 400, "unable to parse requirement: found 'b' expected: '('"],
])('a list with %s is refused', async (query, code, message) => {
  const reason = { 400: 'BadRequest', 422: 'Invalid' }[code as number];
  expect(await failure(`${CONFIGMAPS}?${query}`)).toEqual({ message, ...(reason ? { reason } : {}), code });
});

test('a version from the future is waited for in vain', async () => {
  const response = await fetched(`${CONFIGMAPS}?resourceVersion=99999999`);
  const { resourceVersion } = sim.world().clusters[Object.keys(sim.world().clusters)[0]!]!.api;
  expect([response.status, await response.json()]).toEqual([
    504,
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `Timeout: Too large resource version: 99999999, current: ${resourceVersion}`,
      reason: 'Timeout',
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
      code: 504,
    },
  ]);
});

const NOT_ALLOWED = {
  message: 'the server does not allow this method on the requested resource',
  reason: 'MethodNotAllowed',
  code: 405,
};

test.each([
  ['OPTIONS', '/api/v1/pods'],
  ['PURGE', '/api/v1/pods'],
  ['POST', '/api/v1/nodes/worker1'],
  ['PUT', CONFIGMAPS],
  ['PATCH', CONFIGMAPS],
  ['POST', '/api/v1/namespaces/yaobank/services/customer/status'],
  ['GET', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
  ['DELETE', '/api/v1'],
])('%s of %s is not allowed', async (method, path) => {
  expect(await failure(path, { method })).toEqual(NOT_ALLOWED);
});

const NOWHERE = { message: 'the server could not find the requested resource', reason: 'NotFound', code: 404 };

test.each([
  '/api/v1/nosuch',
  '/api/v1/namespaces/default/nosuch/x',
  '/api/v1/namespaces/yaobank/services/customer/nosuch',
  '/api/v1/namespaces/../../../../etc/passwd',
  '/apis/apps/v1/namespaces/a/deployments/b/c/d/e',
])('%s is a Status', async (path) => {
  const text = await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  const body = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) as Failure;
  expect({ message: body.message, reason: body.reason, code: body.code }).toEqual(NOWHERE);
});

test.each(['/nosuch', '/apis/nosuch/v1', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '//', '/%', '/api%2Fv1%2Fpods', '/%00'])(
  'nothing lies at %s',
  async (path) => {
    const text = await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect([text.split('\r\n')[0], text.slice(text.indexOf('\r\n\r\n') + 4)]).toEqual([
      'HTTP/1.1 404 Not Found',
      '404 page not found\n',
    ]);
  },
);

test('an encoded slash does not leave the name', async () => {
  expect((await failure(`${CONFIGMAPS}/..%2f..%2fsecrets`)).message).toBe('configmaps "../../secrets" not found');
});

test('an answer that nobody speaks is not acceptable', async () => {
  const expected = {
    message: 'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    reason: 'NotAcceptable',
    code: 406,
  };
  expect(await failure('/api/v1/pods', { headers: { accept: 'image/png' } })).toEqual(expected);
  expect(await failure('/apis', { headers: { accept: 'image/png' } })).toEqual(expected);
});

test('people get indented JSON, programs one line, and YAML is spoken', async () => {
  const namespace = '/api/v1/namespaces/yaobank';
  const text = async (path: string, headers = {}) => (await fetched(path, { headers })).text();
  const object = JSON.parse(await text(namespace)) as unknown;
  const indented = JSON.stringify(object, undefined, 2);
  expect(await text(namespace, { 'user-agent': 'curl/7.88.1' })).toBe(indented);
  expect(await text(`${namespace}?pretty=true`)).toBe(indented);
  expect(await text(namespace, { 'user-agent': 'kubectl' })).toBe(`${JSON.stringify(object)}\n`);
  expect((await text(namespace, { accept: 'application/yaml' })).startsWith('apiVersion: v1\nkind: Namespace\nmetadata:\n')).toBe(
    true,
  );
  expect((await text('/version')).split('\n').slice(0, 2)).toEqual(['{', '  "major": "1",']);
});

test('HTTP/1.0 is answered, and the connection closed', async () => {
  const text = await raw('GET /readyz HTTP/1.0\r\n\r\n');
  expect([text.split('\r\n')[0], text.endsWith('\r\n\r\nok')]).toEqual(['HTTP/1.1 200 OK', true]);
});

test('what is no HTTP gets a Status', async () => {
  const text = await raw('\u0016\u0003\u0001 hello\r\n\r\n');
  expect([text.split('\r\n')[0], JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))]).toEqual([
    'HTTP/1.1 400 Bad Request',
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'malformed HTTP request',
      reason: 'BadRequest',
      code: 400,
    },
  ]);
});

test('headers of 2 MB are too large, of 100 KB are not', async () => {
  const head = (size: number) => `GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-big: ${'y'.repeat(size)}\r\n\r\n`;
  expect((await raw(head(100_000))).split('\r\n')[0]).toBe('HTTP/1.1 200 OK');
  expect((await raw(head(2_000_000))).split('\r\n')[0]).toBe('HTTP/1.1 431 Request Header Fields Too Large');
  expect(await lives()).toBe(true);
});

test.each([
  ['its headers', 'GET /readyz HTTP/1.1\r\nhost: x\r\nx-slow'],
  ['its body', `POST ${CONFIGMAPS} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"`],
])('a client that is slow with %s is cut off', async (_what, sent) => {
  expect((await raw(sent)).split('\r\n')[0]).toBe('HTTP/1.1 408 Request Timeout');
});

test.each(['exec', 'attach', 'portforward'])('an upgrade to %s is refused at once', async (what) => {
  const pod = Object.values(sim.world().clusters[Object.keys(sim.world().clusters)[0]!]!.api.objects.pods!)[0]!;
  const ask = (name: string) =>
    raw(
      `POST /api/v1/namespaces/${pod.metadata.namespace}/pods/${name}/${what}?command=ls HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: SPDY/3.1\r\n\r\n`,
    );
  const text = await ask(pod.metadata.name);
  expect([text.split('\r\n')[0], (JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) as Failure).message]).toEqual([
    'HTTP/1.1 501 Not Implemented',
    `${what}: not simulated in this lab`,
  ]);
  expect((await ask('nosuch')).split('\r\n')[0]).toBe('HTTP/1.1 404 Not Found');
});

test('watches that are broken off leave nothing behind', async () => {
  for (let i = 0; i < 50; i++) {
    const aborted = new AbortController();
    const response = await fetched('/api/v1/pods?watch=true', { signal: aborted.signal });
    expect(response.status).toBe(200);
    aborted.abort();
  }
  expect(await lives()).toBe(true);
});

test('a thousand requests in a row are answered, and refused ones are not remembered', async () => {
  const before = sim.journal().length;
  for (let i = 0; i < 500; i++) {
    const response = await fetched('/api/v1/namespaces/yaobank/services/customer');
    expect(response.status).toBe(200);
    await response.arrayBuffer();
    expect((await post('{')).code).toBe(400);
  }
  expect(sim.journal().length).toBe(before);
});

test('only loopback is bound', async () => {
  expect(new URL(serving.url).hostname).toBe('127.0.0.1');
  await expect(fetch(`http://[::1]:${serving.port}/readyz`)).rejects.toThrow('fetch failed');
});

test('a second server on the same port is told so', async () => {
  await expect(serveHttp(sim, { port: serving.port, frozen: true })).rejects.toThrow('EADDRINUSE');
});

test('the clock runs with the wall clock', async () => {
  const clocked = loadWorld(worlds.yaobank!, sim.world());
  const running = await serveHttp(clocked, { port: 0 });
  const began = { wall: Date.now(), virtual: clocked.world().now };
  await new Promise((resolve) => setTimeout(resolve, 600));
  await (await fetch(`${running.url}/readyz`)).text();
  const drift = clocked.world().now - began.virtual - (Date.now() - began.wall);
  await running.close();
  expect(Math.abs(drift)).toBeLessThan(200);
});

test('the kubeconfig names the server and no secret', () => {
  expect(kubeconfigText('http://127.0.0.1:1').split('\n').slice(0, 7)).toEqual([
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    '- name: nexthop',
    '  cluster:',
    '    server: http://127.0.0.1:1',
    '    insecure-skip-tls-verify: true',
  ]);
});
