/** `kubectl run`: one pod. Attached runs (-i, --attach) wait for it and enter it. */
import type { Kubectl } from '../context.ts';
import { CommandError, fail, StatusError } from '../errors.ts';
import { withLastApplied } from '../lastapplied.ts';
import { verbPrinter } from '../printers/objects.ts';
import { collectionPath, objectPath } from '../selection.ts';
import { type Doc, items, text, type Value } from '../value.ts';
import { enforcedNamespace, suffix } from './create/finish.ts';
import { container, set, typed } from './create/typed.ts';
import { enter } from './exec.ts';
import { overridden } from './overrides.ts';

const POLL_MS = 200;

function restartPolicy(kubectl: Kubectl): string {
  const given = kubectl.flags.string('restart');
  if (given === '') return kubectl.flags.bool('stdin') ? 'OnFailure' : 'Always';
  if (!['Always', 'OnFailure', 'Never'].includes(given)) kubectl.usage(`invalid restart policy: ${given}`);
  return given;
}

function check(kubectl: Kubectl, attach: boolean): void {
  const { flags, args, dashAt } = kubectl;
  if (args.length === 0 || dashAt === 0) kubectl.usage('NAME is required for run');
  const image = flags.string('image');
  if (image === '') fail('--image is required');
  if (
    !/^(?:[a-zA-Z0-9][-a-zA-Z0-9.]*(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$/.test(
      image,
    )
  ) {
    fail(`Invalid image name ${JSON.stringify(image)}: invalid reference format`);
  }
  if (flags.bool('tty') && !flags.bool('stdin')) kubectl.usage('-i/--stdin is required for containers with -t/--tty=true');
  if (flags.bool('expose') && flags.string('port') === '') kubectl.usage('--port must be set when exposing a service');
  restartPolicy(kubectl);
  if (!attach && flags.bool('rm')) kubectl.usage('--rm should only be used for attached containers');
  if (attach && kubectl.dryRun() !== 'none') {
    kubectl.usage("--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)");
  }
  const pull = flags.string('image-pull-policy');
  if (!['', 'Always', 'IfNotPresent', 'Never'].includes(pull)) kubectl.usage(`invalid image pull policy: ${pull}`);
}

function labels(kubectl: Kubectl, name: string): Record<string, string> {
  const spec = kubectl.flags.string('labels');
  if (spec === '') return { run: name };
  const out: Record<string, string> = {};
  for (const pair of spec.split(',')) {
    const parts = pair.split('=');
    if (parts.length !== 2) fail(`unexpected label spec: ${pair}`);
    if (parts[0] === '') fail('unexpected empty label key');
    out[parts[0]!] = parts[1]!;
  }
  return out;
}

function draft(kubectl: Kubectl): Doc {
  const { flags, args } = kubectl;
  const [name, ...words] = args as [string, ...string[]];
  const port = flags.string('port');
  if (port !== '' && !/^\d+$/.test(port)) fail(`strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax`);
  const env = flags.list('env').map((pair) => {
    const equals = pair.indexOf('=');
    if (equals <= 0) return fail(`invalid env: ${pair}`);
    return { name: pair.slice(0, equals), value: pair.slice(equals + 1) };
  });
  const annotations = Object.fromEntries(
    flags.list('annotations').map((pair) => {
      const equals = pair.indexOf('=');
      if (equals <= 0) return fail(`Invalid annotations: ${pair}`);
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
  const asCommand = flags.bool('command');
  const one = container({
    name,
    image: flags.string('image'),
    command: asCommand ? words : [],
    args: asCommand ? [] : words,
    ports: port === '' ? [] : [{ containerPort: Number(port) }],
    env,
    imagePullPolicy: flags.string('image-pull-policy'),
    extra: set({
      securityContext: flags.bool('privileged') ? { privileged: true } : undefined,
      stdin: flags.bool('stdin') || undefined,
      stdinOnce: (flags.bool('stdin') && !flags.bool('leave-stdin-open')) || undefined,
      tty: flags.bool('tty') || undefined,
    }),
  });
  return typed(
    'v1',
    'Pod',
    {
      name,
      labels: labels(kubectl, name),
      annotations,
      namespace: kubectl.dryRun() === 'client' ? enforcedNamespace(kubectl) : undefined,
    },
    { spec: { containers: [one], restartPolicy: restartPolicy(kubectl), dnsPolicy: 'ClusterFirst' }, status: {} },
  );
}

function post(kubectl: Kubectl, object: Doc, dryRun: string): Value {
  const type = kubectl.client.discovery.lookup(object.kind === 'Pod' ? 'pods' : 'services');
  const body = kubectl.flags.bool('save-config') ? withLastApplied(object, true) : object;
  return kubectl.client.send({
    method: 'POST',
    path: collectionPath(type, kubectl.namespace),
    query: {
      dryRun: dryRun === 'server' ? 'All' : undefined,
      fieldManager: kubectl.flags.string('field-manager') || 'kubectl-run',
    },
    body,
  }).body as Value;
}

function service(kubectl: Kubectl): Doc {
  const name = kubectl.args[0]!;
  const port = Number(kubectl.flags.string('port'));
  return typed(
    'v1',
    'Service',
    { name, namespace: kubectl.dryRun() === 'client' ? enforcedNamespace(kubectl) : undefined },
    {
      spec: { ports: [{ protocol: 'TCP', port, targetPort: port }], selector: labels(kubectl, name) },
      status: { loadBalancer: {} },
    },
  );
}

export async function run(kubectl: Kubectl): Promise<number> {
  const { flags } = kubectl;
  const dryRun = kubectl.dryRun();
  const attach = flags.changed('attach') ? flags.bool('attach') : flags.bool('stdin');
  const print = verbPrinter(kubectl, `created${suffix(dryRun)}`, { typed: dryRun === 'client' });
  check(kubectl, attach);
  const object = overridden(kubectl, draft(kubectl));
  const pod = dryRun === 'client' ? object : post(kubectl, object, dryRun);
  if (flags.bool('expose')) {
    const made = service(kubectl);
    kubectl.out(print(dryRun === 'client' ? made : post(kubectl, made, dryRun)));
    if (flags.string('output') === 'yaml') kubectl.out('---\n');
  }
  if (attach) return attached(kubectl, pod);
  kubectl.out(print(pod));
  return 0;
}

async function attached(kubectl: Kubectl, pod: Value): Promise<number> {
  const { flags } = kubectl;
  const target = {
    type: kubectl.client.discovery.lookup('pods'),
    namespace: kubectl.namespace,
    name: text(pod, 'metadata', 'name'),
  };
  const until = kubectl.process.now() + flags.duration('pod-running-timeout');
  let live = pod;
  for (;;) {
    live = kubectl.client.get(objectPath(target));
    const phase = text(live, 'status', 'phase');
    const ready = items(live, 'status', 'conditions').some(
      (one) => text(one, 'type') === 'Ready' && text(one, 'status') === 'True',
    );
    if (phase === 'Succeeded' || phase === 'Failed' || (phase === 'Running' && ready)) break;
    if (kubectl.process.now() >= until) throw new CommandError('timed out waiting for the condition');
    await kubectl.process.sleep(POLL_MS, `waiting for pod ${target.name} to run`);
  }
  if (text(live, 'status', 'phase') === 'Running') {
    const words = kubectl.args.slice(1);
    if (flags.bool('stdin') && kubectl.process.isTTY) kubectl.err("If you don't see a command prompt, try pressing enter.\n");
    enter(kubectl, live, target.name, words.length > 0 ? words : ['sh'], {
      stdin: flags.bool('stdin'),
      tty: flags.bool('tty') && kubectl.process.isTTY,
    });
  } else {
    const { body } = kubectl.client.send({ method: 'GET', path: objectPath(target, 'log') });
    if (typeof body === 'string') kubectl.out(body);
  }
  if (flags.bool('rm')) remove(kubectl, target);
  return 0;
}

function remove(kubectl: Kubectl, target: Parameters<typeof objectPath>[0]): void {
  try {
    kubectl.client.send({ method: 'DELETE', path: objectPath(target), body: { propagationPolicy: 'Background' } });
    if (!kubectl.flags.bool('quiet')) kubectl.out(`pod "${target.name}" deleted\n`);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
  }
}
