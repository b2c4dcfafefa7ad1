/**
 * The objects of projectcalico.org/v3 as the CRDs that store them, crd.projectcalico.org/v1: what calicoctl and Calico's own daemons read
 * and write. A view of the same objects. Models libcalico-go/lib/backend/k8s/resources (v3.30): labels, annotations and the creation time lie
 * in one annotation, a policy's name carries its tier, uids are the same bits in another order. Calico's validation is not run here: it is
 * the clients' own.
 */
import { age } from '../age.ts';
import { columns, defineKind, type Kind } from '../kind.ts';
import type { ApiObject, ObjectMeta } from '../objects.ts';

const METADATA = 'projectcalico.org/metadata';
const GROUP = 'crd.projectcalico.org';

/** Kinds whose names carry their tier in the CRD. */
const TIERED = /^(Staged)?(Global)?NetworkPolicy$/;
const TIER = 'default.';

const reversedByte = (byte: number): number => {
  let out = 0;
  for (let bit = 0; bit < 8; bit++) out |= ((byte >> bit) & 1) << (7 - bit);
  return out;
};

/** conversion.ConvertUID: every byte's bits reversed but for those that name version and variant. Its own inverse. */
export function convertUid(uid: string): string {
  const bytes = uid.replaceAll('-', '').match(/../g) ?? [];
  const kept = (at: number) => at === 6 || at === 8;
  const hex = bytes
    .map((byte, at) => (kept(at) ? byte : reversedByte(Number.parseInt(byte, 16)).toString(16).padStart(2, '0')))
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Labels and annotations that Calico owns stay where Kubernetes sees them too. */
const isOurs = (key: string): boolean => key.includes('projectcalico.org/') || key.includes('operator.tigera.io/');
type Texts = Readonly<Record<string, string>>;
const ours = (texts: Texts = {}): Texts => Object.fromEntries(Object.entries(texts).filter(([key]) => isOurs(key)));
const given = (texts: Texts): Texts | undefined => (Object.keys(texts).length > 0 ? texts : undefined);

/** CRD kind and resource of a kind: they differ for one. */
function crdNames({ kind, plural }: Kind): { readonly kind: string; readonly plural: string } {
  return kind === 'IPAMConfiguration' ? { kind: 'IPAMConfig', plural: 'ipamconfigs' } : { kind, plural };
}

function fromStored(kind: Kind, object: ApiObject): ApiObject {
  const { labels, annotations, name, uid, creationTimestamp, ...rest } = object.metadata;
  const tiered = TIERED.test(kind.kind);
  const inner = { ...(tiered && { name }), creationTimestamp, ...(labels && { labels }), ...(annotations && { annotations }) };
  const metadata = {
    ...rest,
    name: crdName(kind, name),
    uid: convertUid(uid),
    creationTimestamp,
    ...(given(ours(labels)) && { labels: ours(labels) }),
    annotations: { ...ours(annotations), [METADATA]: JSON.stringify(inner) },
  } as ObjectMeta;
  return { ...object, apiVersion: `${GROUP}/v1`, kind: crdNames(kind).kind, metadata };
}

function toStored(kind: Kind, object: ApiObject): ApiObject {
  const { annotations: outer = {}, labels: outerLabels, ...rest } = object.metadata;
  const { [METADATA]: text, ...own } = outer;
  const inner = readMetadata(text);
  const labels = given({ ...outerLabels, ...inner.labels });
  const annotations = given({ ...own, ...inner.annotations });
  const name = inner.name || storedName(kind, rest.name);
  const metadata = { ...rest, name, uid: convertUid(rest.uid), ...(labels && { labels }), ...(annotations && { annotations }) };
  return { ...object, apiVersion: 'projectcalico.org/v3', kind: kind.kind, metadata };
}

function readMetadata(text: string | undefined): Partial<ObjectMeta> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Partial<ObjectMeta>) : {};
  } catch {
    return {};
  }
}

const crdName = (kind: Kind, name: string): string => (TIERED.test(kind.kind) && !name.includes('.') ? TIER + name : name);
const storedName = (kind: Kind, name: string): string =>
  TIERED.test(kind.kind) && name.startsWith(TIER) ? name.slice(TIER.length) : name;

/** The CRD that stores a kind of projectcalico.org/v3. */
export function crdView(kind: Kind): Kind {
  return defineKind({
    ...crdNames(kind),
    group: GROUP,
    version: 'v1',
    namespaced: kind.namespaced,
    custom: true,
    storedAs: kind.resource,
    storedName: (name) => storedName(kind, name),
    validateName: kind.validateName,
    columns: columns('Name', 'Age'),
    row: ({ metadata }, now) => [metadata.name, age(metadata.creationTimestamp, now)],
    fromStored: (object) => fromStored(kind, object),
    toStored: (object) => toStored(kind, object),
  });
}
