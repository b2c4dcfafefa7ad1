/** The images there are, and how a reference to one is read. Models github.com/distribution/reference and containerd's pull errors. */
import { kubeProxyHealth } from '../daemons/kube-proxy/health.ts';
import { coredns } from './coredns.ts';
import { agnhost, echoserver, helloApp, httpEcho, whoami } from './echo.ts';
import type { Image } from './image.ts';
import { httpd, nginx } from './nginx.ts';
import { pause, shells, stores } from './shells.ts';
import { system } from './system.ts';
import { yaobankCustomer, yaobankDatabase, yaobankSummary } from './yaobank.ts';

/** A line per family. */
export const images: readonly Image[] = [
  yaobankCustomer,
  yaobankSummary,
  yaobankDatabase,
  nginx,
  httpd,
  agnhost,
  echoserver,
  whoami,
  httpEcho,
  helloApp,
  coredns,
  pause,
  ...shells,
  ...stores,
  ...system,
  kubeProxyHealth,
];

const byName = new Map(images.map((image) => [image.name, image]));
const byRepository = new Map(images.flatMap((image) => image.repositories.map((repository) => [repository, image] as const)));

/** A family by its name, as `Socket.app` carries it. */
export function imageNamed(name: string): Image | undefined {
  return byName.get(name);
}

export interface Reference {
  /** `docker.io/library/nginx` */
  readonly repository: string;
  readonly tag: string;
  /** `docker.io/library/nginx:latest` */
  readonly full: string;
}

/** Reads `nginx`, `calico/node:v3.30.0`, `registry.k8s.io/pause:3.10`. undefined: no valid reference. */
export function parseReference(text: string): Reference | undefined {
  const match =
    /^((?:[a-zA-Z0-9.-]+(?::\d+)?\/)?(?:[a-z0-9]+(?:[._-]+[a-z0-9]+)*\/)*[a-z0-9]+(?:[._-]+[a-z0-9]+)*)(?::(\w[\w.-]{0,127}))?(@sha256:[0-9a-f]{64})?$/.exec(
      text,
    );
  if (!match) return undefined;
  const [, name = '', tag, digest] = match;
  const first = name.split('/')[0]!;
  const hasDomain = name.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const repository = hasDomain ? name : name.includes('/') ? `docker.io/${name}` : `docker.io/library/${name}`;
  return { repository, tag: tag ?? 'latest', full: `${repository}${digest ?? `:${tag ?? 'latest'}`}` };
}

export type Found =
  | { readonly image: Image; readonly reference: Reference }
  | { readonly error: string; readonly reason: 'ErrImagePull' | 'InvalidImageName' };

/** Looks an image up as a pull would. The error is containerd's (the kubelet's for a name that is none). */
export function findImage(text: string): Found {
  const reference = parseReference(text);
  if (!reference) {
    const error = `Failed to apply default image tag "${text}": couldn't parse image name "${text}": invalid reference format`;
    return { error, reason: 'InvalidImageName' };
  }
  const image = byRepository.get(reference.repository);
  if (image && (image.tags === undefined || image.tags.test(reference.tag))) return { image, reference };
  const head = `failed to pull and unpack image "${reference.full}": failed to resolve reference "${reference.full}": `;
  if (image) return { error: `rpc error: code = NotFound desc = ${head}${reference.full}: not found`, reason: 'ErrImagePull' };
  const hub = reference.repository.startsWith('docker.io/');
  const tail = hub
    ? 'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'
    : `${reference.full}: not found`;
  return { error: `${hub ? '' : 'rpc error: code = NotFound desc = '}${head}${tail}`, reason: 'ErrImagePull' };
}
