/** `kubectl logs`. -f asks again for what is new as virtual time passes. */
import type { Kubectl } from '../context.ts';
import { CommandError, fail, isNotFound, StatusError } from '../errors.ts';
import { containerNames, defaultContainer, firstPod, goTypeName, podSelector, podsOf, resolve } from '../pods.ts';
import { objectPath, select } from '../selection.ts';
import { fields, items, text, type Value } from '../value.ts';

const USAGE =
  "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";
const FOLLOW_STEP_MS = 200;
/** Into a pipe, following must end some day. */
const UNATTENDED_STEPS = 5;

interface Source {
  readonly pod: Value;
  readonly container: string;
}

function check(kubectl: Kubectl): void {
  const { flags, args } = kubectl;
  const selector = flags.string('selector');
  if (args.length === 0 && selector === '') kubectl.usage(USAGE);
  if (args.length === 1 && selector !== '') kubectl.usage('only a selector (-l) or a POD name is allowed');
  if (args.length > 2) kubectl.usage(USAGE);
  if (flags.duration('pod-running-timeout') <= 0) fail('--pod-running-timeout must be higher than zero');
  if (flags.string('since-time') !== '' && Number.isNaN(Date.parse(flags.string('since-time')))) {
    fail(
      `parsing time "${flags.string('since-time')}" as "2006-01-02T15:04:05Z07:00": cannot parse "${flags.string('since-time')}" as "2006"`,
    );
  }
}

/** Checks that come after the object was found. */
function validate(kubectl: Kubectl): void {
  const { flags, args } = kubectl;
  if (flags.string('since-time') !== '' && flags.duration('since') !== 0) {
    fail('at most one of `sinceTime` or `sinceSeconds` may be specified');
  }
  const container = flags.string('container') || (args[1] ?? '');
  if (flags.bool('all-containers') && container !== '') {
    fail(`--all-containers=true should not be specified with container name ${container}`);
  }
  if (flags.changed('container') && args.length === 2) fail('only one of -c or an inline [CONTAINER] arg is allowed');
  if (flags.int('limit-bytes') < 0) fail('--limit-bytes must be greater than 0');
  if (flags.duration('since') < 0) fail('--since must be greater than 0');
  if (flags.int('tail') < -1) fail('--tail must be greater than or equal to -1');
}

async function pods(kubectl: Kubectl): Promise<readonly Value[]> {
  const { flags, args } = kubectl;
  const selector = flags.string('selector');
  if (args.length === 0 || selector !== '') {
    const found = podsOf(kubectl, kubectl.namespace, selector);
    if (found.length === 0) kubectl.err(`No resources found in ${kubectl.namespace} namespace.\n`);
    return found;
  }
  let object: Value;
  try {
    object = resolve(kubectl, args[0]!).object!;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new CommandError(`error from server (NotFound): ${(error as Error).message} in namespace "${kubectl.namespace}"`);
  }
  validate(kubectl);
  if (text(object, 'kind') === 'Pod') return [object];
  try {
    podSelector(object);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    fail(`cannot get the logs from *${goTypeName(object)}: ${error.message}`);
  }
  const { pod, count } = await firstPod(kubectl, object, flags.duration('pod-running-timeout'), 'logging');
  if (count > 1 && !flags.bool('all-pods')) kubectl.err(`Found ${count} pods, using pod/${text(pod, 'metadata', 'name')}\n`);
  return flags.bool('all-pods') ? podsOf(kubectl, text(object, 'metadata', 'namespace'), podSelector(object)) : [pod];
}

function sources(kubectl: Kubectl, list: readonly Value[]): readonly Source[] {
  const { flags, args } = kubectl;
  const wanted = flags.string('container') || (args[1] ?? '');
  return list.flatMap((pod): readonly Source[] => {
    if (flags.bool('all-containers')) {
      const spec = fields(pod, 'spec');
      return [...items(spec, 'initContainers'), ...items(spec, 'containers')].map((one) => ({ pod, container: text(one, 'name') }));
    }
    const container = wanted || defaultContainer(kubectl, pod, flags.bool('all-pods'));
    if (!containerNames(pod).includes(container))
      fail(`container ${container} is not valid for pod ${text(pod, 'metadata', 'name')}`);
    return [{ pod, container }];
  });
}

function query(kubectl: Kubectl): Record<string, string | number | boolean | undefined> {
  const { flags } = kubectl;
  const tail = flags.int('tail');
  const bySelector = flags.string('selector') !== '' && tail === -1 && !flags.changed('tail');
  return {
    previous: flags.bool('previous') || undefined,
    timestamps: flags.bool('timestamps') || undefined,
    tailLines: bySelector ? 10 : tail === -1 ? undefined : String(tail),
    sinceSeconds: flags.duration('since') === 0 ? undefined : Math.round(flags.duration('since') / 1000),
    sinceTime: flags.string('since-time') || undefined,
    limitBytes: flags.int('limit-bytes') || undefined,
  };
}

function read(kubectl: Kubectl, { pod, container }: Source, options: ReturnType<typeof query>): string {
  const target = {
    type: kubectl.client.discovery.lookup('pods'),
    namespace: text(pod, 'metadata', 'namespace'),
    name: text(pod, 'metadata', 'name'),
  };
  const { body } = kubectl.client.send({
    method: 'GET',
    path: objectPath(target, 'log'),
    query: { ...options, container },
    caller: 'logs.go:469',
  });
  return typeof body === 'string' ? body : '';
}

function prefixed(kubectl: Kubectl, { pod, container }: Source, lines: string): string {
  if (!kubectl.flags.bool('prefix') && !kubectl.flags.bool('all-pods')) return lines;
  return lines.replace(/^(?=.)/gm, `[pod/${text(pod, 'metadata', 'name')}/${container}] `);
}

export async function logs(kubectl: Kubectl): Promise<number> {
  check(kubectl);
  const list = await pods(kubectl);
  validate(kubectl);
  const from = sources(kubectl, list);
  const { flags } = kubectl;
  if (flags.bool('follow') && from.length > 1 && from.length > flags.int('max-log-requests')) {
    fail(
      `you are attempting to follow ${from.length} log streams, but maximum allowed concurrency is ${flags.int('max-log-requests')}, use --max-log-requests to increase the limit`,
    );
  }
  const options = query(kubectl);
  const since = kubectl.process.now();
  for (const source of from) {
    try {
      kubectl.out(prefixed(kubectl, source, read(kubectl, source, options)));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (!flags.bool('ignore-errors')) throw error;
      kubectl.out(`error: ${error.message}\n`);
    }
  }
  if (flags.bool('follow')) await follow(kubectl, from, since);
  return 0;
}

/** Polls for lines younger than those shown; the timestamps the server can add tell them apart. */
async function follow(kubectl: Kubectl, from: readonly Source[], start: number): Promise<void> {
  const shown = new Map(from.map((source) => [source, start]));
  const bounded = !kubectl.process.isTTY;
  for (let step = 0; !bounded || step < UNATTENDED_STEPS; step++) {
    await kubectl.process.sleep(FOLLOW_STEP_MS, 'following logs');
    let alive = false;
    for (const source of from) {
      const since = shown.get(source)!;
      const fresh = read(kubectl, source, { timestamps: true })
        .split('\n')
        .filter((line) => line !== '' && Date.parse(line.slice(0, line.indexOf(' '))) > since);
      if (fresh.length > 0) {
        shown.set(source, kubectl.process.now());
        const keep = kubectl.flags.bool('timestamps') ? fresh : fresh.map((line) => line.slice(line.indexOf(' ') + 1));
        kubectl.out(prefixed(kubectl, source, `${keep.join('\n')}\n`));
      }
      alive ||= stillThere(kubectl, source);
    }
    if (!alive) return;
  }
}

function stillThere(kubectl: Kubectl, { pod }: Source): boolean {
  const selection = select(kubectl, { args: ['pods', text(pod, 'metadata', 'name')], ignoreNotFound: true });
  const phase = text(selection.targets[0]?.object, 'status', 'phase');
  return phase === 'Running' || phase === 'Pending';
}
