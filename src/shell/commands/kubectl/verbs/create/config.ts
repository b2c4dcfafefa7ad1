/** Generators: configmap, secret generic: data from literals, files, directories and env files. */
import type { Kubectl } from '../../context.ts';
import { encodeBase64 } from '../../encode.ts';
import { fail } from '../../errors.ts';
import type { Doc, Value } from '../../value.ts';
import { enforcedNamespace, finish, nameArgument } from './finish.ts';
import { nameWithHash } from './hash.ts';
import { set, typed } from './typed.ts';

function keyErrors(key: string): string[] {
  const errors: string[] = [];
  if (key.length > 253) errors.push('must be no more than 253 characters');
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
    errors.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  }
  if (key === '.') errors.push("must not be '.'");
  else if (key === '..') errors.push("must not be '..'");
  else if (key.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

interface Sink {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly data: Map<string, string>;
}

function add(sink: Sink, key: string, value: string): void {
  const errors = keyErrors(key);
  if (errors.length > 0) fail(`"${key}" is not a valid key name for a ${sink.kind}: ${errors.join(',')}`);
  if (sink.data.has(key)) {
    const where = sink.kind === 'ConfigMap' ? ` in Data for ConfigMap "${sink.name}"` : '';
    fail(
      sink.kind === 'ConfigMap'
        ? `cannot add key "${key}", another key by that name already exists${where}`
        : `cannot add key ${key}, another key by that name already exists`,
    );
  }
  sink.data.set(key, value);
}

function literals(sink: Sink, sources: readonly string[]): void {
  for (const source of sources) {
    const equals = source.indexOf('=');
    if (equals === 0) fail(`invalid literal source ${source}, expected key=value`);
    if (equals < 0) fail(`invalid literal source ${source}, expected key=value`);
    const value = source.slice(equals + 1);
    const quoted = /^(["'])(.*)\1$/s.exec(value);
    add(sink, source.slice(0, equals), quoted ? quoted[2]! : value);
  }
}

function fileSource(source: string): { readonly key: string; readonly path: string } {
  const parts = source.split('=');
  if (source === '') return fail('invalid source format: "", expected key=path');
  if (parts.length === 1) return { key: source.split('/').at(-1)!, path: source };
  if (parts.length === 2 && source.startsWith('=')) return fail(`key name for file path ${parts[1]} missing`);
  if (parts.length === 2 && source.endsWith('=')) return fail(`file path for key name ${parts[0]} missing`);
  if (parts.length > 2) return fail("key names or file paths cannot contain '='");
  return { key: parts[0]!, path: parts[1]! };
}

function files(kubectl: Kubectl, sink: Sink, sources: readonly string[]): void {
  const host = kubectl.process.files;
  for (const source of sources) {
    const { key, path } = fileSource(source);
    const content = host.read(path);
    if (content !== undefined) {
      add(sink, key, content);
      continue;
    }
    if (!host.isDirectory(path)) fail(`error reading ${path}: no such file or directory`);
    if (source.includes('=')) fail('cannot give a key name for a directory path');
    for (const name of [...(host.list(path) ?? [])].sort()) {
      if (!name.endsWith('/')) add(sink, name, host.read(`${path.replace(/\/$/, '')}/${name}`) ?? '');
    }
  }
}

function envFiles(kubectl: Kubectl, sink: Sink, sources: readonly string[]): void {
  for (const path of sources) {
    const content = kubectl.process.files.read(path);
    if (content === undefined) {
      if (kubectl.process.files.isDirectory(path)) fail('env config file cannot be a directory');
      fail(`error reading ${path}: no such file or directory`);
    }
    for (const line of content!.split('\n')) {
      const trimmed = line.replace(/\r$/, '').trimStart();
      if (trimmed === '' || trimmed.startsWith('#')) continue;
      const equals = trimmed.indexOf('=');
      const key = equals < 0 ? trimmed : trimmed.slice(0, equals);
      if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(key)) {
        fail(
          `"${key}" is not a valid key name: a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')`,
        );
      }
      // A name alone takes its value from the environment.
      const value = equals < 0 ? kubectl.process.env(key) : trimmed.slice(equals + 1);
      if (value !== undefined) add(sink, key, value);
    }
  }
}

/** The data of the flags. */
export function collect(kubectl: Kubectl, kind: Sink['kind'], name: string): Sink {
  const { flags } = kubectl;
  if (name === '') fail('name must be specified');
  const [fromFile, fromLiteral, fromEnv] = [flags.list('from-file'), flags.list('from-literal'), flags.list('from-env-file')];
  if (fromEnv.length > 0 && (fromFile.length > 0 || fromLiteral.length > 0)) {
    fail('from-env-file cannot be combined with from-file or from-literal');
  }
  const sink: Sink = { kind, name, data: new Map() };
  files(kubectl, sink, fromFile);
  literals(sink, fromLiteral);
  envFiles(kubectl, sink, fromEnv);
  return sink;
}

function ordered(data: ReadonlyMap<string, string>, encode: (value: string) => string): Doc {
  const out: Record<string, Value> = {};
  for (const key of [...data.keys()].sort()) out[key] = encode(data.get(key)!);
  return out;
}

/** A Secret's data. */
export function encoded(data: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return ordered(data, encodeBase64) as Readonly<Record<string, string>>;
}

export function configmap(kubectl: Kubectl): number {
  const name = nameArgument(kubectl);
  const { data } = collect(kubectl, 'ConfigMap', name);
  const plain = ordered(data, (value) => value);
  const values = set({ data: plain });
  const full = kubectl.flags.bool('append-hash') ? nameWithHash(name, { data: plain, kind: 'ConfigMap' }) : name;
  const { kind, apiVersion, metadata } = typed('v1', 'ConfigMap', { name: full, namespace: enforcedNamespace(kubectl) }, {});
  return finish(kubectl, { kind: kind!, apiVersion: apiVersion!, metadata: metadata!, ...values }, 'failed to create configmap');
}

export function secret(kubectl: Kubectl): number {
  const name = nameArgument(kubectl);
  const { data } = collect(kubectl, 'Secret', name);
  return makeSecret(kubectl, name, kubectl.flags.string('type'), encoded(data));
}

/** Every sort of secret ends here. */
export function makeSecret(kubectl: Kubectl, name: string, type: string, data: Readonly<Record<string, string>>): number {
  const full = kubectl.flags.bool('append-hash') ? nameWithHash(name, { data, kind: 'Secret', type }) : name;
  const draft = typed('v1', 'Secret', { name: full, namespace: enforcedNamespace(kubectl) }, set({ data, type }));
  return finish(kubectl, draft, 'failed to create secret ');
}
