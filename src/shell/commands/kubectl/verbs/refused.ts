/** Commands that need what the lab does not simulate: the real usage errors first, then one honest line. */
import type { Kubectl, Verb } from '../context.ts';
import { Exit, fail } from '../errors.ts';

type Check = (kubectl: Kubectl) => void;

const CHECKS: Readonly<Record<string, Check>> = {
  attach: (kubectl) => {
    if (kubectl.args.length === 0) fail('at least 1 argument is required for attach');
    if (kubectl.args.length > 2)
      kubectl.usage(
        `expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${kubectl.args.length}: [${kubectl.args.join(' ')}]`,
      );
  },
  'port-forward': (kubectl) => {
    if (kubectl.args.length < 2) kubectl.usage('TYPE/NAME and list of ports are required for port-forward');
  },
  cp: (kubectl) => {
    if (kubectl.args.length !== 2) fail('source and destination are required');
  },
  debug: (kubectl) => {
    if (kubectl.args.length === 0 && kubectl.flags.list('filename').length === 0) fail('NAME or filename is required for debug');
    if (kubectl.flags.string('image') === '' && kubectl.flags.string('copy-to') === '')
      fail('you must specify --image when not using --copy-to or --target.');
  },
  autoscale: (kubectl) => {
    const { flags } = kubectl;
    if (flags.int('max') < 1) fail(`--max=MAXPODS is required and must be at least 1, max: ${flags.int('max')}`);
    if (flags.int('max') < flags.int('min')) {
      fail(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${flags.int('max')}, min: ${flags.int('min')}`);
    }
  },
  'create token': (kubectl) => {
    if (kubectl.args.length !== 1) kubectl.usage(`exactly one NAME is required, got ${kubectl.args.length}`);
  },
};

const NAMED = [
  'clusterrole',
  'clusterrolebinding',
  'cronjob',
  'ingress',
  'poddisruptionbudget',
  'priorityclass',
  'quota',
  'role',
  'rolebinding',
];

function refuse(path: string): Verb {
  return (kubectl) => {
    CHECKS[path]?.(kubectl);
    if (NAMED.some((name) => path === `create ${name}`)) {
      const count = kubectl.dashAt >= 0 ? kubectl.dashAt : kubectl.args.length;
      if (count !== 1) kubectl.usage(`exactly one NAME is required, got ${count}`);
    }
    throw new Exit(1, `kubectl ${path}: not simulated in this lab`);
  };
}

const PATHS = [
  'attach',
  'auth reconcile',
  'autoscale',
  'certificate approve',
  'certificate deny',
  'cp',
  'create secret docker-registry',
  'create secret tls',
  'create token',
  'debug',
  'kustomize',
  'port-forward',
  'proxy',
  'set subject',
  'apply edit-last-applied',
  'apply set-last-applied',
  ...NAMED.map((name) => `create ${name}`),
];

export const refused: Readonly<Record<string, Verb>> = Object.fromEntries(PATHS.map((path) => [path, refuse(path)]));

export function alpha(kubectl: Kubectl): number {
  kubectl.err('No alpha commands are available in this version of kubectl\n');
  return 0;
}

export function pluginList(kubectl: Kubectl): number {
  kubectl.err('error: unable to find any kubectl plugins in your PATH\n');
  return 1;
}

const SHELLS = ['bash', 'fish', 'powershell', 'zsh'];

/** The lab's shell completes by itself; the script only has to be harmless to source. */
export function completion(kubectl: Kubectl): number {
  const { args } = kubectl;
  if (args.length === 0) kubectl.usage('Shell not specified.');
  if (args.length > 1) kubectl.usage('Too many arguments. Expected only the shell type.');
  if (!SHELLS.includes(args[0]!)) kubectl.usage(`Unsupported shell type ${JSON.stringify(args[0])}.`);
  kubectl.out(`# ${args[0]} completion for kubectl: this lab's shell already completes kubectl's commands.\n`);
  return 0;
}
