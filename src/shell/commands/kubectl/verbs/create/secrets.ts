/** Generators: secret docker-registry, secret tls. Left out: that a certificate and its key belong together. */
import type { Kubectl } from '../../context.ts';
import { encodeBase64 } from '../../encode.ts';
import { fail } from '../../errors.ts';
import { goJson } from '../../value.ts';
import { collect, encoded, makeSecret } from './config.ts';
import { nameArgument } from './finish.ts';
import { set } from './typed.ts';

const DOCKER_HUB = 'https://index.docker.io/v1/';

export function dockerRegistry(kubectl: Kubectl): number {
  const name = nameArgument(kubectl);
  const { flags } = kubectl;
  const [server, username, password] = ['server', 'username', 'password'].map((one) => flags.string(`docker-${one}`));
  const files = flags.list('from-file').length > 0;
  if (!files && (username === '' || password === '' || server === '')) {
    fail('either --from-file or the combination of --docker-username, --docker-password and --docker-server is required');
  }
  const auth = set({
    username,
    password,
    email: flags.string('docker-email'),
    auth: encodeBase64(`${username}:${password}`),
  });
  const data = files
    ? encoded(collect(kubectl, 'Secret', name).data)
    : { '.dockerconfigjson': encodeBase64(goJson({ auths: { [server || DOCKER_HUB]: auth } })) };
  return makeSecret(kubectl, name, 'kubernetes.io/dockerconfigjson', data);
}

/** @throws CommandError with the words of Go's crypto/tls for what is no PEM */
function pem(kubectl: Kubectl, path: string): string {
  const content = kubectl.process.files.read(path);
  if (content === undefined) return fail(`Cannot read file ${path}, open ${path}: no such file or directory`);
  return content;
}

function checkPem(content: string, input: string, wanted: RegExp): void {
  const blocks = [...content.matchAll(/^-----BEGIN ([A-Z0-9 ]+)-----$/gm)].map((match) => match[1]!);
  if (blocks.length === 0) fail(`tls: failed to find any PEM data in ${input} input`);
  if (blocks.some((block) => wanted.test(block))) return;
  if (input === 'certificate' && blocks.every((block) => block.includes('PRIVATE KEY'))) {
    fail(
      'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
    );
  }
  fail(
    `tls: failed to find "CERTIFICATE" PEM block in ${input} input after skipping PEM blocks of the following types: [${blocks.join(' ')}]`,
  );
}

export function tls(kubectl: Kubectl): number {
  const name = nameArgument(kubectl);
  const { flags } = kubectl;
  const [cert, key] = [flags.string('cert'), flags.string('key')];
  if (cert === '' || key === '') fail('key and cert must be specified');
  const certificate = pem(kubectl, cert);
  const secret = pem(kubectl, key);
  checkPem(certificate, 'certificate', /^CERTIFICATE$/);
  checkPem(secret, 'key', /PRIVATE KEY$/);
  return makeSecret(kubectl, name, 'kubernetes.io/tls', { 'tls.crt': encodeBase64(certificate), 'tls.key': encodeBase64(secret) });
}
