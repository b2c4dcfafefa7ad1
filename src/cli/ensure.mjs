/**
 * What a fresh clone is missing, made present: npm packages, a Chromium, and (for `npm run real`) the real tools.
 * Plain JavaScript, so that it runs before anything is installed. Says plainly what it did.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const say = (text) => console.log(`nexthop: ${text}`);

/** Installs npm packages when node_modules is missing or older than the lock file. */
export function ensurePackages() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`nexthop: needs Node 20.19 or newer, this is ${process.versions.node}`);
    process.exit(1);
  }
  const marker = join(ROOT, 'node_modules/.package-lock.json');
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs) return;
  // A clone made later than an install may carry a newer mtime and the same content.
  if (existsSync(marker) && sameVersions(marker)) return;
  // Not `npm ci`: it insists on the optional binaries of every platform, which a mirror of the registry may not have.
  say('installing packages (npm install)');
  const done = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (done.status !== 0) {
    console.error('nexthop: npm install failed');
    process.exit(done.status ?? 1);
  }
}

function sameVersions(marker) {
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const have = JSON.parse(readFileSync(marker, 'utf8')).packages;
  return Object.entries(wanted).every(([path, p]) => path === '' || p.optional || p.peer || have[path]?.version === p.version);
}

const which = (name) => {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
};

/** A Chromium to test with: $CHROMIUM, one that is installed, Debian's package, else Playwright's own. Returns its path, or undefined for Playwright's. */
export function ensureChromium() {
  if (process.env.CHROMIUM && existsSync(process.env.CHROMIUM)) return process.env.CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']) {
    const path = which(name);
    if (path) {
      say(`browser tests use ${path}`);
      return path;
    }
  }
  if (existsSync(join(homedir(), '.cache/ms-playwright'))) return undefined;
  if (installDebian(['chromium']) && which('chromium')) {
    say('installed Debian’s chromium for the browser tests');
    return which('chromium');
  }
  say('installing Playwright’s own Chromium');
  const done = spawnSync('npx', ['playwright', 'install', '--with-deps', 'chromium'], { cwd: ROOT, stdio: 'inherit' });
  if (done.status !== 0) {
    console.error('nexthop: no Chromium could be found or installed; set CHROMIUM=/path/to/chromium');
    process.exit(1);
  }
  return undefined;
}

/** Programs that `npm run real` compares with, and the Debian packages they come in. */
const REAL_TOOLS = {
  bird: 'bird',
  ip: 'iproute2',
  iptables: 'iptables',
  ipset: 'ipset',
  conntrack: 'conntrack',
  curl: 'curl',
  ping: 'iputils-ping',
  arp: 'net-tools',
  nc: 'netcat-openbsd',
  sysctl: 'procps',
  traceroute: 'traceroute',
  tcpdump: 'tcpdump',
  dig: 'bind9-dnsutils',
  bc: 'bc',
  column: 'bsdextrautils',
};

/** Under CI=true, root on Debian gets the real tools it lacks; elsewhere nothing is installed, and what is missing is skipped by name. */
export function ensureRealTools() {
  if (process.env.CI !== 'true') return;
  const lacking = Object.keys(REAL_TOOLS).filter((tool) => !which(tool));
  if (lacking.length === 0) return;
  const packages = lacking.map((tool) => REAL_TOOLS[tool]);
  if (installDebian(packages)) say(`installed ${packages.join(' ')} to compare with`);
  else say(`could not install ${packages.join(' ')}`);
}

/** Tells Debian's packages not to start the daemons they bring: BIRD would otherwise run on this machine's own routes. */
const POLICY = '/usr/sbin/policy-rc.d';

/** Installs Debian packages when this is root on Debian or a kin of it. True when they are installed now. */
export function installDebian(packages) {
  if (!which('apt-get') || process.getuid?.() !== 0) return false;
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const silence = !existsSync(POLICY);
  try {
    if (silence) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
    return true;
  } catch {
    return false;
  } finally {
    if (silence) rmSync(POLICY, { force: true });
  }
}
