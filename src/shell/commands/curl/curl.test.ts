/** curl over the yaobank world: its texts, exit codes and meter, as the real 7.88.1 gives them. */
import { expect, test } from 'vitest';
import { createSim, loadWorld } from '../../../engine/index.ts';
import { worlds } from '../../../worlds/index.ts';
import { type LineResult, testSession } from '../../testing.ts';

const booted = loadWorld(worlds.yaobank!).world();
/** Lines on the bastion, each in the same fresh world; the last one's result. */
async function curl(...lines: readonly string[]): Promise<LineResult> {
  const session = testSession(createSim(booted), 'host1', { settle: false });
  let result: LineResult = { stdout: '', stderr: '', exitCode: 0 };
  for (const line of lines) result = await session.type(line);
  return result;
}
const said = (stderr: string, exitCode: number, stdout = '') => ({ stdout, stderr, exitCode });
const HINT = "curl: try 'curl --help' or 'curl --manual' for more information\n";
const METER =
  '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n';
const ROW = '\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0';

test('a NodePort answers; -w tells about it', async () => {
  const { stdout, stderr, exitCode } = await curl(
    "curl -s -o /dev/null -w '%{http_code} %{remote_ip}:%{remote_port} %{num_connects} %{method} %{url_effective} %{scheme}\\n' 10.0.1.20:30180",
  );
  expect({ stdout, stderr, exitCode }).toEqual(said('', 0, '200 10.0.1.20:30180 1 GET http://10.0.1.20:30180/ HTTP\n'));
});

test('-v shows the conversation', async () => {
  const { stderr } = await curl('curl -sv -o /dev/null 10.0.1.20:30180');
  expect(stderr.split('\n').slice(0, 7)).toEqual([
    '*   Trying 10.0.1.20:30180...',
    '* Connected to 10.0.1.20 (10.0.1.20) port 30180 (#0)',
    '> GET / HTTP/1.1\r',
    '> Host: 10.0.1.20:30180\r',
    '> User-Agent: curl/7.88.1\r',
    '> Accept: */*\r',
    '> \r',
  ]);
});

test('a closed port is refused, with the meter when output goes elsewhere', async () => {
  const error = "Failed to connect to 10.0.1.20 port 81 after 0 ms: Couldn't connect to server";
  expect(await curl('curl 10.0.1.20:81')).toEqual(said(`${METER}${ROW}${ROW}\ncurl: (7) ${error}\n`, 7));
  expect(await curl('curl -s 10.0.1.20:81')).toEqual(said('', 7));
  expect(await curl('curl -sS 10.0.1.20:81')).toEqual(said(`curl: (7) ${error}\n`, 7));
  expect(await curl("curl -s -w '%{http_code} %{exitcode} %{errormsg}\\n' 10.0.1.20:81")).toEqual(said('', 7, `000 7 ${error}\n`));
});

test('a SYN nobody answers: the kernel’s patience, --connect-timeout, -m', async () => {
  const none = '10.49.77.77';
  expect(await curl(`ip route add ${none} via 10.0.1.30`, `sudo ip route add ${none} via 10.0.1.1; curl -sS ${none}`)).toEqual(
    said(`curl: (28) Failed to connect to ${none} port 80 after 133552 ms: Couldn't connect to server\n`, 28),
  );
  expect(await curl(`curl -sS -m 3 ${none}`)).toEqual(said('curl: (28) Connection timed out after 3001 milliseconds\n', 28));
  expect(await curl(`curl -sS --connect-timeout 2 ${none}`)).toEqual(
    said(`curl: (28) Failed to connect to ${none} port 80 after 2001 ms: Timeout was reached\n`, 28),
  );
  expect(await curl(`curl -m 2 ${none}`)).toEqual(
    said(
      `${METER}${ROW}${ROW.replace('--:--:-- --:--:-- --:--:--', '--:--:--  0:00:01 --:--:--')}${ROW.replace('--:--:-- --:--:-- --:--:--', '--:--:--  0:00:02 --:--:--')}\ncurl: (28) Connection timed out after 2001 milliseconds\n`,
      28,
    ),
  );
});

test('names that do not resolve, URLs that are none', async () => {
  expect(await curl('curl -sS nosuchhost')).toEqual(said('curl: (6) Could not resolve host: nosuchhost\n', 6));
  expect(await curl("curl 'http://a b/'")).toEqual(said('curl: (3) URL using bad/illegal format or missing URL\n', 3));
  expect(await curl('curl 10.0.1.20:99999')).toEqual(said('curl: (3) URL using bad/illegal format or missing URL\n', 3));
  expect(await curl('curl gopherx://x')).toEqual(said('curl: (1) Protocol "gopherx" not supported or disabled in libcurl\n', 1));
  expect(await curl("curl 'http://[a'")).toEqual(said('curl: (3) bad range in URL position 9:\nhttp://[a\n        ^\n', 3));
});

test('usage errors', async () => {
  expect(await curl('curl')).toEqual(said(HINT, 2));
  expect(await curl('curl -s')).toEqual(said(`curl: no URL specified!\n${HINT}`, 2));
  expect(await curl('curl --foo')).toEqual(said(`curl: option --foo: is unknown\n${HINT}`, 2));
  expect(await curl('curl -@ x')).toEqual(said(`curl: option -@: is unknown\n${HINT}`, 2));
  expect(await curl('curl -m')).toEqual(said(`curl: option -m: requires parameter\n${HINT}`, 2));
  expect(await curl('curl -m x http://a')).toEqual(said(`curl: option -m: expected a proper numerical parameter\n${HINT}`, 2));
});

test('https to a plain server, and a server that says nothing', async () => {
  expect(await curl('curl -sS https://10.0.1.20:30180')).toEqual(
    said('curl: (35) OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number\n', 35),
  );
  expect(await curl('curl -sS 10.0.1.20:22')).toEqual(said('curl: (52) Empty reply from server\n', 52));
});

test('output to files, headers, several URLs, globbing', async () => {
  expect(await curl("curl -s -o page 10.0.1.20:30180; grep -c 'YAO Bank' page; curl -sI 10.0.1.20:30180 | head -1")).toEqual(
    said('', 0, '2\nHTTP/1.0 200 OK\r\n'),
  );
  expect(
    await curl("curl -s -o /dev/null -o /dev/null -w '%{urlnum}:%{http_code} ' '10.0.1.{20,30}:30180' 10.0.1.31:30180"),
  ).toEqual(said('', 0, expect.stringMatching(/0:200 [\s\S]*1:200 [\s\S]*2:200 /) as unknown as string));
});
