/** Commands that need what the lab does not simulate: the real usage errors first, then one honest line. */
import type { Kubectl, Verb } from '../context.ts';
import { Exit, fail, throwAll } from '../errors.ts';
import { fileNames, refuseKustomize } from '../manifests.ts';
import { select } from '../selection.ts';
import { requireFiles } from './create/index.ts';
import { checkAttach, checkCp, checkDebug, checkPortForward } from './podaccess.ts';

type Check = (kubectl: Kubectl) => void | Promise<void>;

const CHECKS: Readonly<Record<string, Check>> = {
  attach: checkAttach,
  'port-forward': checkPortForward,
  cp: checkCp,
  debug: checkDebug,
  'auth reconcile': (kubectl) => {
    requireFiles(kubectl);
    throwAll(select(kubectl, { args: [], files: fileNames(kubectl) }).errors);
  },
  'certificate approve': (kubectl) => csr(kubectl),
  'certificate deny': (kubectl) => csr(kubectl),
  kustomize: (kubectl) => {
    if (kubectl.args.length > 1) fail(`specify one path to kustomization.yaml`);
    refuseKustomize(kubectl, kubectl.args[0] ?? '.');
  },
  'set subject': (kubectl) => {
    select(kubectl, { args: kubectl.args, files: fileNames(kubectl), all: kubectl.flags.bool('all') });
  },
  'create token': (kubectl) => {
    if (kubectl.args.length !== 1) kubectl.usage(`exactly one NAME is required, got ${kubectl.args.length}`);
  },
};

/** There are no requests: whatever is named is not found. */
const csr: Check = (kubectl) => {
  const { args, flags } = kubectl;
  if (args.length === 0 && flags.list('filename').length === 0) {
    fail('one or more CSRs must be specified as <name> or -f <filename>');
  }
  const names = args.map((name) => `certificatesigningrequests/${name}`);
  throwAll(select(kubectl, { args: names, files: fileNames(kubectl) }).errors);
};

const named = (kubectl: Kubectl) => {
  const count = kubectl.dashAt >= 0 ? kubectl.dashAt : kubectl.args.length;
  if (count !== 1) kubectl.usage(`exactly one NAME is required, got ${count}`);
};

/** Generators of kinds the lab does not have: the refusals of their Validate. */
const GENERATORS: Readonly<Record<string, Check>> = {
  clusterrole: ({ flags }) => {
    if (flags.list('verb').length === 0 && flags.list('aggregation-rule').length === 0) fail('at least one verb must be specified');
    if (flags.list('resource').length === 0 && flags.list('non-resource-url').length === 0) {
      fail('one of resource or nonResourceURL must be specified');
    }
  },
  clusterrolebinding: () => undefined,
  role: ({ flags }) => {
    if (flags.list('verb').length === 0) fail('at least one verb must be specified');
    if (flags.list('resource').length === 0) fail('at least one resource must be specified');
  },
  rolebinding: ({ flags }) => {
    if ((flags.string('clusterrole') === '') === (flags.string('role') === '')) {
      fail('exactly one of clusterrole or role must be specified');
    }
  },
};

function refuse(path: string): Verb {
  return async (kubectl) => {
    await CHECKS[path]?.(kubectl);
    throw new Exit(1, `kubectl ${path}: not simulated in this lab`);
  };
}

const PATHS = [
  'attach',
  'auth reconcile',
  'certificate approve',
  'certificate deny',
  'cp',
  'create token',
  'debug',
  'kustomize',
  'port-forward',
  'proxy',
  'set subject',
];

function generator(name: string, check: Check): readonly [string, Verb] {
  const path = `create ${name}`;
  return [
    path,
    async (kubectl) => {
      named(kubectl);
      await check(kubectl);
      throw new Exit(1, `kubectl ${path}: not simulated in this lab`);
    },
  ];
}

export const refused: Readonly<Record<string, Verb>> = Object.fromEntries([
  ...PATHS.map((path) => [path, refuse(path)] as const),
  ...Object.entries(GENERATORS).map(([name, check]) => generator(name, check)),
]);

export function alpha(kubectl: Kubectl): number {
  kubectl.err('No alpha commands are available in this version of kubectl\n');
  return 0;
}

export function pluginList(kubectl: Kubectl): number {
  kubectl.err('error: unable to find any kubectl plugins in your PATH\n');
  return 1;
}
