/**
 * Names of kube-proxy's chains: a hash of the service port (and endpoint), so that they stay under iptables' 28 characters.
 * Models k8s.io/kubernetes v1.32 pkg/proxy/iptables/proxier.go (portProtoHash, servicePortEndpointChainName).
 */
import { base32, sha256 } from '../../net/sha256.ts';

export type Protocol = 'tcp' | 'udp';

/** `yaobank/customer:http`; an unnamed port has no colon. */
export function portName(key: string, port: string | undefined): string {
  return port ? `${key}:${port}` : key;
}

/** The 16 characters shared by a service port's SVC, SVL, EXT and FW chains. */
export function servicePortHash(name: string, protocol: Protocol): string {
  return hash(name + protocol);
}

/** @param endpoint `10.48.0.134:80` */
export function endpointChain(name: string, protocol: Protocol, endpoint: string): string {
  return `KUBE-SEP-${hash(name + protocol + endpoint)}`;
}

/** Chains that belong to one service and are deleted with it (isServiceChainName). */
export function isServiceChain(name: string): boolean {
  return /^KUBE-(SVC|SVL|SEP|FW|EXT)-/.test(name);
}

const encoder = new TextEncoder();

const hashes = new Map<string, string>();
const MAX_HASHES = 20_000;

/** Remembered by the text itself: a service's chains keep their names however often they are written. */
function hash(text: string): string {
  const known = hashes.get(text);
  if (known !== undefined) return known;
  const made = base32(sha256(encoder.encode(text))).slice(0, 16);
  if (hashes.size >= MAX_HASHES) hashes.clear();
  hashes.set(text, made);
  return made;
}
