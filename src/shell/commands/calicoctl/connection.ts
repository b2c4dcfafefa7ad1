/**
 * Where calicoctl's datastore is: a config file, else the environment, else the kubeconfig. Models calicoctl/commands/clientmgr,
 * commands/common/version_mismatch.go and libcalico-go/lib/apiconfig, v3.30. An etcd datastore is not simulated.
 */
import { VERSIONS } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import { home } from '../kubectl/kubeconfig.ts';
import { parseYaml } from '../kubectl/manifests.ts';
import { calicoClient } from './client.ts';
import type { Arguments } from './docopt.ts';
import { kindNamed } from './kinds.ts';
import { CalicoError } from './resource.ts';

const DEFAULT_CONFIG = '/etc/calico/calicoctl.cfg';

/** No client can be made of the settings. */
export class NoClient extends Error {}

/** The command ends here, with what is wrong on standard output. */
export class Ended extends Error {}

interface Settings {
  readonly datastoreType: string;
  readonly etcdEndpoints: string;
  readonly kubeconfig: string;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function fromFile(file: string, content: string): Settings {
  const bad = (why: string) => new NoClient(`syntax error in ${file}: ${why}`);
  const parsed = parseYaml(content);
  if ('error' in parsed) throw bad(`failed to parse config as YAML/JSON: error converting YAML to JSON: yaml: ${parsed.error}`);
  const config = isFields(parsed.value) ? parsed.value : {};
  const { apiVersion, kind } = config;
  if (apiVersion !== 'projectcalico.org/v3') throw bad(`invalid config file: unknown APIVersion '${textOf(apiVersion)}'`);
  if (kind !== 'CalicoAPIConfig') {
    throw bad(`invalid config file: expected kind 'CalicoAPIConfig', got '${textOf(kind)}'`);
  }
  const spec = isFields(config.spec) ? config.spec : {};
  return {
    datastoreType: textOf(spec.datastoreType),
    etcdEndpoints: textOf(spec.etcdEndpoints),
    kubeconfig: textOf(spec.kubeconfig),
  };
}

function settingsOf(process: Process, config: string): Settings {
  const content = process.files.read(config);
  if (content !== undefined) return fromFile(config, content);
  if (config !== DEFAULT_CONFIG) throw new Ended(`Error reading config file: ${config}`);
  const env = (name: string) => process.env(`CALICO_${name}`) || process.env(name) || '';
  return {
    datastoreType: env('DATASTORE_TYPE'),
    etcdEndpoints: env('ETCD_ENDPOINTS'),
    kubeconfig: env('KUBECONFIG'),
  };
}

/** Names of the contexts there are. */
function contextsOf(process: Process, kubeconfig: string): readonly string[] {
  const text = process.files.read(kubeconfig || `${home(process)}/.kube/config`) ?? '';
  const parsed = parseYaml(text);
  const contexts = 'value' in parsed && isFields(parsed.value) ? parsed.value.contexts : [];
  return (Array.isArray(contexts) ? contexts : []).map((each) => (isFields(each) ? textOf(each.name) : ''));
}

/** Finds the datastore. @throws NoClient when there is none, Ended when the command must stop at once */
export function connect(process: Process, args: Arguments, context: string | undefined): void {
  const { datastoreType, etcdEndpoints, kubeconfig } = settingsOf(process, args.value('--config') ?? DEFAULT_CONFIG);
  const type = datastoreType || (etcdEndpoints === '' ? 'kubernetes' : 'etcdv3');
  if (type === 'etcdv3')
    throw new NoClient(etcdEndpoints === '' ? 'no etcd endpoints specified' : 'etcdv3: not simulated in this lab');
  if (type !== 'kubernetes') throw new NoClient(`unknown datastore type: ${type}`);
  if (kubeconfig !== '' && !kubeconfig.includes(':') && process.files.read(kubeconfig) === undefined)
    throw new NoClient(`stat ${kubeconfig}: no such file or directory`);
  if (!process.cluster.configured) {
    throw new NoClient(
      'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable',
    );
  }
  const wanted = args.value('--context') ?? context;
  if (wanted && !contextsOf(process, kubeconfig).includes(wanted)) throw new NoClient(`context "${wanted}" does not exist`);
}

const bare = (version: string): string => version.replace(/^v/, '').split('-')[0] ?? '';

/** Why this calicoctl does not fit the cluster; undefined when it does, or nobody can say. @throws Ended */
export function versionMismatch(process: Process, args: Arguments, context: string | undefined): string | undefined {
  if (args.flag('--allow-version-mismatch')) return undefined;
  const kind = kindNamed('ClusterInformation');
  if (!kind) return undefined;
  try {
    connect(process, args, context);
    const cluster = textOf(calicoClient(process).get(kind, 'default').spec?.calicoVersion);
    if (cluster === '' || bare(cluster) === bare(VERSIONS.calico)) return undefined;
    const versions = `Client Version:   ${VERSIONS.calico}\nCluster Version:  ${bare(cluster)}`;
    return `Version mismatch.\n${versions}\nUse --allow-version-mismatch to override.\n`;
  } catch (error) {
    if (error instanceof NoClient) return undefined;
    if (!(error instanceof CalicoError)) throw error;
    if (error.sort === 'missing') return undefined;
    const why = 'Unable to get Cluster Information to verify version mismatch';
    return `${why}: ${error.message}\nUse --allow-version-mismatch to override.\n`;
  }
}
