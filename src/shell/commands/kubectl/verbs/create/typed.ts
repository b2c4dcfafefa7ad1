/**
 * Objects that kubectl makes itself, as Go would marshal them: fields in struct order, empty ones left out, and the zero values that
 * Go's encoder cannot leave out (`creationTimestamp: null`, `status: {}`).
 */
import type { Doc, Value } from '../../value.ts';

type Draft = Readonly<Record<string, Value | undefined>>;

function empty(value: Value | undefined): boolean {
  if (value === undefined || value === '' || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** The fields that are set (Go's omitempty). */
export function set(draft: Draft): Doc {
  const out: Record<string, Value> = {};
  for (const [key, value] of Object.entries(draft)) if (!empty(value)) out[key] = value!;
  return out;
}

export interface Meta {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function meta({ name, namespace, labels, annotations }: Meta): Doc {
  return {
    ...set({ name, namespace }),
    creationTimestamp: null,
    ...set({ labels: labels as Doc, annotations: annotations as Doc }),
  };
}

/** An object in the order of Go's structs. */
export function typed(apiVersion: string, kind: string, metadata: Meta, rest: Doc): Doc {
  return { kind, apiVersion, metadata: meta(metadata), ...rest };
}

export interface ContainerDraft {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports?: readonly Value[];
  readonly env?: readonly Value[];
  readonly imagePullPolicy?: string;
  readonly extra?: Doc;
}

export function container(draft: ContainerDraft): Doc {
  const { name, image, command, args, ports, env, imagePullPolicy, extra } = draft;
  return {
    name,
    ...set({ image, command, args, ports, env }),
    resources: {},
    ...set({ imagePullPolicy }),
    ...extra,
  };
}
