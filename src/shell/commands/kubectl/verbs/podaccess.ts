/** What attach, port-forward, cp and debug refuse before they would reach into a pod, which the lab's kubectl does not. */
import type { Kubectl } from '../context.ts';
import { fail, throwAll } from '../errors.ts';
import { quote } from '../flags.ts';
import { fileNames } from '../manifests.ts';
import { firstPod, resolve } from '../pods.ts';
import { select } from '../selection.ts';
import { items, number, text, type Value } from '../value.ts';

/** The pod that an object stands for: itself, or one of those it selects. */
async function podOf(kubectl: Kubectl, object: Value): Promise<Value> {
  if (text(object, 'kind') === 'Pod') return object;
  return (await firstPod(kubectl, object, kubectl.flags.duration('pod-running-timeout'), 'attach')).pod;
}

export async function checkAttach(kubectl: Kubectl): Promise<void> {
  const { args } = kubectl;
  if (args.length === 0) fail('at least 1 argument is required for attach');
  if (args.length > 2) fail(`expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${args.length}: [${args.join(' ')}]`);
  await podOf(kubectl, resolve(kubectl, args.length === 2 ? args.join('/') : args[0]!).object!);
}

function splitPort(port: string): [local: string, remote: string] {
  const parts = port.split(':');
  return parts.length === 2 ? [parts[0]!, parts[1]!] : [parts[0]!, parts[0]!];
}

const isNumber = (port: string) => /^[-+]?\d+$/.test(port);

/** A service's port by name or number, as the line that the pod is asked for. */
function throughService(service: Value, port: string): string {
  const name = text(service, 'metadata', 'name');
  const [local, remote] = splitPort(port);
  const ports = items(service, 'spec', 'ports');
  if (isNumber(remote)) {
    if (!ports.some((one) => number(one, 'port') === Number(remote)))
      fail(`Service ${name} does not have a service port ${Number(remote)}`);
    return port;
  }
  const found =
    ports.find((one) => text(one, 'name') === remote) ?? fail(`Service '${name}' does not have a named port '${remote}'`);
  const wanted = text(found, 'port');
  return local === remote ? wanted : `${local}:${wanted}`;
}

function throughPod(pod: Value, port: string): string {
  const [local, remote] = splitPort(port);
  if (isNumber(remote)) return port;
  const ports = items(pod, 'spec', 'containers').flatMap((one) => items(one, 'ports'));
  const found =
    ports.find((one) => text(one, 'name') === remote) ??
    fail(`Pod '${text(pod, 'metadata', 'name')}' does not have a named port '${remote}'`);
  const wanted = text(found, 'containerPort');
  return local === remote ? wanted : `${local}:${wanted}`;
}

/** strconv.ParseUint(text, 10, 16). */
function checkPort(which: string, port: string): void {
  const why = !/^\d+$/.test(port) ? 'invalid syntax' : Number(port) > 65535 ? 'value out of range' : undefined;
  if (why !== undefined) fail(`error parsing ${which} port '${port}': strconv.ParseUint: parsing ${quote(port)}: ${why}`);
}

export async function checkPortForward(kubectl: Kubectl): Promise<void> {
  const [word, ...asked] = kubectl.args;
  if (asked.length === 0) kubectl.usage('TYPE/NAME and list of ports are required for port-forward');
  const object = resolve(kubectl, word!).object!;
  const pod = await podOf(kubectl, object);
  const service = text(object, 'kind') === 'Service';
  const ports = asked.map((port) => (service ? throughService(object, port) : throughPod(pod, port)));
  const phase = text(pod, 'status', 'phase');
  if (phase !== 'Running') fail(`unable to forward port because pod is not running. Current status=${phase}`);
  for (const port of ports) {
    if (port.split(':').length > 2) fail(`invalid port format '${port}'`);
    const [local, remote] = splitPort(port);
    checkPort('local', local || '0');
    checkPort('remote', remote);
    if (Number(remote) === 0) fail('remote port must be > 0');
  }
}

interface FileSpec {
  readonly namespace?: string;
  /** '' for a file of this host. */
  readonly pod: string;
  readonly file: string;
}

function fileSpec(arg: string): FileSpec {
  const colon = arg.indexOf(':');
  if (colon < 0) return { pod: '', file: arg };
  const parts = arg.slice(0, colon).split('/');
  if (colon === 0 || parts.length > 2) fail('filespec must match the canonical format: [[namespace/]pod:]file/path');
  return { namespace: parts.length === 2 ? parts[0] : undefined, pod: parts.at(-1)!, file: arg.slice(colon + 1) };
}

export function checkCp(kubectl: Kubectl): void {
  const { args, process } = kubectl;
  if (args.length !== 2) fail('source and destination are required');
  const [from, to] = args.map(fileSpec) as [FileSpec, FileSpec];
  if (from.pod !== '' && to.pod !== '') fail('one of src or dest must be a local file specification');
  if (from.file === '' || to.file === '') fail('filepath can not be empty');
  if (from.pod === '' && to.pod === '') fail('one of src or dest must be a remote file specification');
  if (from.pod === '' && process.files.read(from.file) === undefined && !process.files.isDirectory(from.file))
    fail(`${from.file} doesn't exist in local filesystem`);
  resolve(kubectl, from.pod || to.pod);
}

const DEBUG_PROFILES = ['legacy', 'general', 'baseline', 'restricted', 'netadmin', 'sysadmin'];
const PULL_POLICIES = ['', 'Always', 'IfNotPresent', 'Never'];
const LEGACY =
  '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n';

/** distribution/reference: `registry.example:5000/team/name:tag@digest`. */
const IMAGE = /^(?:[\w.-]+(?::\d+)?\/)?[a-z\d]+(?:[._/-]+[a-z\d]+)*(?::\w[\w.-]{0,127})?(?:@[\w+.-]+:[\da-fA-F]{32,})?$/;

function checkImage(image: string): void {
  if (image !== '' && !IMAGE.test(image)) fail(`invalid image name ${quote(image)}: invalid reference format`);
}

/** DebugOptions.Validate. */
function validateDebug(kubectl: Kubectl): void {
  const { flags, args, dashAt } = kubectl;
  const [image, copy, target] = [flags.string('image'), flags.string('copy-to'), flags.string('target')];
  const command = dashAt >= 0 && args.length > dashAt;
  if (copy !== '') {
    if (image === '' && !flags.changed('set-image') && !command)
      fail('you must specify --image, --set-image or command arguments.');
    if (command && image === '' && flags.string('container') === '')
      fail('you must specify an existing container or a new image when specifying args.');
  } else {
    for (const only of ['replace', 'same-node']) if (flags.bool(only)) fail(`--${only} may only be used with --copy-to.`);
    if (flags.changed('set-image')) fail('--set-image may only be used with --copy-to.');
    if (image === '') fail('you must specify --image when not using --copy-to.');
  }
  checkImage(image);
  const names = dashAt >= 0 ? args.slice(0, dashAt) : args;
  if (names.length === 0 && flags.list('filename').length === 0) fail('NAME or filename is required for debug');
  const policy = flags.string('image-pull-policy');
  if (!PULL_POLICIES.includes(policy)) fail(`invalid image pull policy: ${policy}`);
  if (target !== '' && copy !== '') fail('--target is incompatible with --copy-to. Use --share-processes instead.');
  if (target !== '' && !flags.bool('quiet')) {
    kubectl.out(
      `Targeting container ${quote(target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
    );
  }
  if (flags.bool('tty') && !flags.bool('stdin')) fail('-i/--stdin is required for containers with -t/--tty=true');
}

export function checkDebug(kubectl: Kubectl): void {
  const { flags, args, dashAt, process } = kubectl;
  const profile = flags.string('profile');
  if (!DEBUG_PROFILES.includes(profile)) fail(`unknown profile: ${profile}`);
  const custom = flags.string('custom');
  if (custom !== '' && process.files.read(custom) === undefined)
    fail(`must pass a container spec json file for custom profile: open ${custom}: no such file or directory`);
  validateDebug(kubectl);
  if (profile === 'legacy') kubectl.err(LEGACY);
  const names = dashAt >= 0 ? args.slice(0, dashAt) : args;
  const words = names.every((name) => name.includes('/')) ? names : ['pods', ...names];
  const { targets, errors } = select(kubectl, { args: names.length > 0 ? words : [], files: fileNames(kubectl), latest: true });
  throwAll(errors.slice(0, 1));
  for (const { type } of targets) {
    if (type.kind !== 'Pod' && type.kind !== 'Node')
      fail(`"${type.group}/${type.version}, Kind=${type.kind}" not supported by debug`);
  }
}
