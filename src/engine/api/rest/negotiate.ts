/** Which form of an answer the client accepts. Models apiserver's content negotiation for JSON; protobuf and CBOR are not spoken. */
import { notAcceptable } from '../status.ts';

export type Form = 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | 'APIGroupDiscoveryList';

const OFFERED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** The first form in the `Accept` header that we speak. @throws StatusError 406 when there is none */
export function negotiate(accept: string | undefined): Form {
  if (!accept?.trim()) return 'object';
  for (const range of accept.split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    if (!['application/json', 'application/yaml', 'application/*', '*/*'].includes(type ?? '')) continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return 'object';
    if (['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList', 'APIGroupDiscoveryList'].includes(as)) return as as Form;
  }
  throw notAcceptable(OFFERED);
}
