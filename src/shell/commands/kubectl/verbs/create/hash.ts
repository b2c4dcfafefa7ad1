/** `--append-hash`: the suffix that tells versions of a ConfigMap or Secret apart. Models k8s.io/kubectl/pkg/util/hash. */
import { sha256 } from '../../../../../engine/index.ts';
import { type Doc, goJson, sorted } from '../../value.ts';

/** Digits and vowels that could make a word are replaced. */
const REPLACED: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };

/** @param content what counts: kind, name, data and, of a Secret, its type */
export function nameWithHash(name: string, content: Doc): string {
  const digest = sha256(new TextEncoder().encode(goJson(sorted({ ...content, name }))));
  const hex = [...digest.slice(0, 5)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${name}-${hex.replace(/[013ae]/g, (digit) => REPLACED[digit]!)}`;
}
