/** Generators: deployment, job, namespace, serviceaccount. */
import type { Kubectl } from '../../context.ts';
import { fail } from '../../errors.ts';
import { select } from '../../selection.ts';
import type { Doc } from '../../value.ts';
import { enforcedNamespace, finish, nameArgument } from './finish.ts';
import { container, meta, set, typed } from './typed.ts';

/**
 * A container's name out of its image: the last part without tag. What is no DNS label is mended and gets a suffix, random upstream;
 * here it follows from the image.
 */
export function containerName(image: string): string {
  const last = image.split('/').at(-1)!.split(':')[0]!.split('@')[0]!;
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(last)) return last;
  const clean = last
    .toLowerCase()
    .replace(/[._]/g, '-')
    .replace(/[^-a-z0-9]/g, '')
    .replace(/^-+|-+$/g, '');
  return `${clean}-${suffixOf(image)}`;
}

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

function suffixOf(image: string): string {
  let hash = 7;
  for (const char of image) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0;
  let out = '';
  for (let at = 0; at < 5; at++) {
    out += SUFFIX_LETTERS[hash % SUFFIX_LETTERS.length]!;
    hash = Math.imul(hash, 1103515245) >>> 3;
  }
  return out;
}

export function deployment(kubectl: Kubectl): number {
  const name = nameArgument(kubectl);
  const images = kubectl.flags.list('image');
  const command = kubectl.args.slice(1);
  if (images.length > 1 && command.length > 0) fail('cannot specify multiple --image options and command');
  const labels = { app: name };
  const port = kubectl.flags.int('port');
  const containers = images.map((image, index) =>
    container({
      name: containerName(image),
      image,
      command,
      ports: index === 0 && port >= 0 ? [{ containerPort: port }] : [],
    }),
  );
  const draft = typed(
    'apps/v1',
    'Deployment',
    { name, namespace: enforcedNamespace(kubectl), labels },
    {
      spec: {
        replicas: kubectl.flags.int('replicas'),
        selector: { matchLabels: labels },
        template: { metadata: meta({ labels }), spec: { containers } },
        strategy: {},
      },
      status: {},
    },
  );
  return finish(kubectl, draft, 'failed to create deployment');
}

export function job(kubectl: Kubectl): number {
  const name = nameArgument(kubectl);
  const image = kubectl.flags.string('image');
  const from = kubectl.flags.string('from');
  const command = kubectl.args.slice(1);
  if ((image === '') === (from === '')) fail('either --image or --from must be specified');
  if (command.length > 0 && from !== '') fail('cannot specify --from and command');
  if (from !== '') {
    // No server of the lab has cron jobs: whatever is found is something else.
    const { targets, errors } = select(kubectl, { args: [from], allowEmptySelector: true });
    if (errors.length > 0) throw errors[0]!;
    if (targets.length !== 1) fail('from must be an existing cronjob');
    fail(`unknown object type *${targets[0]!.type.version}.${targets[0]!.type.kind}`);
  }
  const draft = typed(
    'batch/v1',
    'Job',
    { name, namespace: enforcedNamespace(kubectl) },
    {
      spec: {
        template: {
          metadata: meta({}),
          spec: { containers: [container({ name, image, command })], restartPolicy: 'Never' },
        },
      },
      status: {},
    },
  );
  return finish(kubectl, draft, 'failed to create job');
}

export function namespace(kubectl: Kubectl): number {
  return finish(kubectl, typed('v1', 'Namespace', { name: nameArgument(kubectl) }, { spec: {}, status: {} }));
}

export function serviceaccount(kubectl: Kubectl): number {
  const name = nameArgument(kubectl);
  const draft: Doc = typed('v1', 'ServiceAccount', { name, namespace: enforcedNamespace(kubectl) }, set({}));
  return finish(kubectl, draft, 'failed to create serviceaccount');
}
