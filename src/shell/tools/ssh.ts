/** ssh to another machine of the lab, over a real connection to its port 22. Leaves out keys, forwarding and everything after. */
import { errorText, outcomeOf, type Place, type Sim, type Trace } from '../../engine/index.ts';
import { type Invocation, stdin } from '../bash/execution.ts';
import { readAll } from '../bash/streams.ts';
import { type Connection, keepConnecting, SYN_TIMEOUT_MS } from '../connecting.ts';
import { formatDate } from './dates.ts';
import { aroundOf } from './place.ts';
import { fail, type Tool } from './tool.ts';

const USAGE = `usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-B bind_interface]
           [-b bind_address] [-c cipher_spec] [-D [bind_address:]port]
           [-E log_file] [-e escape_char] [-F configfile] [-I pkcs11]
           [-i identity_file] [-J [user@]host[:port]] [-L address]
           [-l login_name] [-m mac_spec] [-O ctl_cmd] [-o option] [-p port]
           [-Q query_option] [-R address] [-S ctl_path] [-W host:port]
           [-w local_tun[:remote_tun]] destination [command [argument ...]]
`;
const WITH_VALUE = 'BbcDEeFIiJLlmOopQRSWw';

interface Request {
  user: string;
  host: string;
  port: number;
  timeoutMs?: number;
  command?: string;
}

function readRequest(invocation: Invocation): Request | number {
  const args = [...invocation.args];
  const request: Request = { user: invocation.x.platform.user, host: '', port: 22 };
  while (args.length > 0 && /^-./.test(args[0]!)) {
    const arg = args.shift()!;
    if (arg === '--') break;
    if (arg === '-V') {
      invocation.x.fds.get(2)?.sink?.write('OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17 1 Jul 2025\n');
      return 0;
    }
    const letter = arg[1]!;
    if (WITH_VALUE.includes(letter)) {
      const value = arg.length > 2 ? arg.slice(2) : args.shift();
      if (value === undefined) return fail(invocation, `option requires an argument -- ${letter}\n${USAGE.trimEnd()}`, 255);
      if (letter === 'p' && !(Number(value) > 0 && Number(value) < 65536)) return fail2(invocation, `Bad port '${value}'`);
      if (letter === 'p') request.port = Number(value);
      if (letter === 'l') request.user = value;
      const timeout = letter === 'o' ? /^ConnectTimeout[= ](\d+)$/i.exec(value) : null;
      if (timeout) request.timeoutMs = Number(timeout[1]) * 1000;
    } else if (!'46AaCfGgKkMNnqsTtvXxYy'.includes(letter)) {
      invocation.x.fds.get(2)?.sink?.write(`unknown option -- ${letter}\n${USAGE}`);
      return 255;
    }
  }
  const [destination, ...command] = args;
  if (destination === undefined) return fail2(invocation, USAGE.trimEnd());
  const found = /^(?:ssh:\/\/)?(?:([^@]+)@)?(.+?)\/?$/.exec(destination)!;
  if (found[1]) request.user = found[1];
  request.host = found[2]!;
  if (command.length > 0) request.command = command.join(' ');
  return request;
}

/** Prints a line without `ssh: ` before it. */
function fail2({ x }: Invocation, message: string): number {
  x.fds.get(2)?.sink?.write(`${message}\n`);
  return 255;
}

/** The machine that has an address on any of its own links. */
function hostAt(sim: Sim, place: Place): string | undefined {
  return sim.world().hosts[place.host] ? place.host : undefined;
}

async function connected(invocation: Invocation, { host, port, timeoutMs }: Request, first: Trace): Promise<Connection> {
  const { x } = invocation;
  const { sim, by } = aroundOf(invocation);
  const outcome = outcomeOf(first);
  if (outcome.type === 'answered') return { type: 'answered', trace: first, afterMs: 0 };
  const why = `waiting for ${host} to answer on port ${port}`;
  const sleep = (ms: number) => x.platform.clock.sleep(ms, why, x.signal);
  if (outcome.type === 'silence')
    return keepConnecting(
      { sim: { dispatch: (input) => sim.dispatch(input, by()) }, sleep },
      first,
      timeoutMs ?? SYN_TIMEOUT_MS,
      why,
    );
  await sleep(outcome.afterMs);
  return outcome;
}

async function ssh(invocation: Invocation): Promise<number> {
  const request = readRequest(invocation);
  if (typeof request === 'number') return request;
  const { x } = invocation;
  const { sim, place, by, enter, tty } = aroundOf(invocation);
  const { host, port, user } = request;
  const resolved = sim.dispatch({ type: 'resolve', from: place, name: host }, by());
  // The cloud's own names: `ip-10-0-1-31` is that address.
  const cloudName = /^ip-(\d+)-(\d+)-(\d+)-(\d+)$/.exec(host);
  const address = resolved.addresses[0] ?? cloudName?.slice(1).join('.');
  if (address === undefined) {
    if (resolved.tookMs > 0) await x.platform.clock.sleep(resolved.tookMs, `resolving ${host}`, x.signal);
    return fail(
      invocation,
      `Could not resolve hostname ${host}: ${resolved.timedOut ? 'Temporary failure in name resolution' : 'Name or service not known'}`,
      255,
    );
  }
  const first = sim.dispatch({ type: 'flow', flow: { from: place, proto: 'tcp', dst: address, dport: port } }, by());
  const connection = await connected(invocation, request, first);
  if (connection.type !== 'answered') {
    const why = connection.type === 'error' ? errorText(connection.errno) : 'Connection timed out';
    return fail(invocation, `connect to host ${host} port ${port}: ${why}`, 255);
  }
  const { trace } = connection;
  const target = trace.received ? hostAt(sim, trace.received.place) : undefined;
  if (target === undefined || trace.received?.process !== 'sshd' || trace.received.place.netns !== '') {
    return fail2(
      invocation,
      `kex_exchange_identification: Connection closed by remote host\nConnection closed by ${address} port ${port}`,
    );
  }
  if (user !== 'ubuntu' && user !== 'root') return fail2(invocation, `${user}@${host}: Permission denied (publickey).`);
  if (user === 'root' && x.platform.user !== 'root') return fail2(invocation, `${user}@${host}: Permission denied (publickey).`);
  const there: Place = { host: target, netns: '' };
  const source = stdin(x);
  const piped = source !== undefined && !source.isTTY && request.command === undefined;
  if (request.command !== undefined) return enter(there, { user, script: request.command }, x);
  const text = piped ? await readAll(source) : '';
  if (piped && text !== '') return enter(there, { user, script: text }, x);
  const at = formatDate(sim.world().hosts[target]!.bootedAt + 1_800_000, '%a %b %e %H:%M:%S %Y');
  const banner = tty
    ? `Welcome to Ubuntu 22.04.4 LTS (GNU/Linux 6.8.0-45-generic x86_64)\n\nLast login: ${at} from ${trace.sent.src}\n`
    : undefined;
  return enter(there, { user, ...(banner && { banner }), ...(tty && { farewell: `Connection to ${host} closed.\n` }) }, x);
}

export const sshTools: Readonly<Record<string, Tool>> = {
  ssh: { summary: 'Log in to another machine (exit comes back)', run: ssh, where: 'hosts' },
};
