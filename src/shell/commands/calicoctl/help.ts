/**
 * Usage texts. The `Usage:` and `Options:` sections are those of calicoctl v3.30, because they decide what is accepted and what every
 * mistake prints; the descriptions are ours and short.
 */
import { resourceList } from './kinds.ts';

const INTRO = `Set the Calico datastore access information in the environment variables or
supply details in a config file.

`;

const HELP = '  -h --help                    Show this screen.\n';
const CONFIG = `  -c --config=<CONFIG>         Path to the file containing connection
                               configuration in YAML or JSON format.
                               [default: /etc/calico/calicoctl.cfg]
`;
const NAMESPACE = `  -n --namespace=<NS>          Namespace of the resource.
                               Only applicable to NetworkPolicy, StagedNetworkPolicy,
                               StagedKubernetesNetworkPolicy, NetworkSet, and WorkloadEndpoint.
                               Uses the default namespace if not specified.
`;
const CONTEXT = '     --context=<context>       The name of the kubeconfig context to use.\n';
const MISMATCH = '     --allow-version-mismatch  Allow client and cluster versions mismatch.\n';
const RECURSIVE = '  -R --recursive               Process the filename specified in -f or --filename recursively.\n';
const SKIP_EMPTY = `     --skip-empty              Do not error if any files or directory specified using -f or --filename contain no
                               data.
`;
const TAIL = '[--context=<context>] [--allow-version-mismatch]';

const filename = (verb: string): string => `  -f --filename=<FILENAME>     Filename to use to ${verb} the resource.  If set to
                               "-" loads from stdin. If filename is a directory, this command is
                               invoked for each .json .yaml and .yml file within that directory,
                               terminating after the first failure.
`;

const types = (): string => `  Valid resource types are:

${resourceList()}`;

const SKIP_EXISTS = `     --skip-exists             Skip over and treat as successful any attempts to
                               create an entry that already exists.
`;

function change(verb: 'apply' | 'create' | 'replace', usage: string, extra: string, description: string): string {
  return `${INTRO}Usage:
${usage}

Options:
${HELP}${filename(verb)}${RECURSIVE}${SKIP_EMPTY}${extra}${CONFIG}${NAMESPACE}${CONTEXT}${MISMATCH}
Description:
  ${description}

${types()}`;
}

export const MAIN = `Usage:
  calicoctl [options] <command> [<args>...]

    create       Create a resource by file, directory or stdin.
    replace      Replace a resource by file, directory or stdin.
    apply        Apply a resource by file, directory or stdin.  This creates a resource
                 if it does not exist, and replaces a resource if it does exists.
    patch        Patch a preexisting resource in place.
    delete       Delete a resource identified by file, directory, stdin or resource type and
                 name.
    get          Get a resource identified by file, directory, stdin or resource type and
                 name.
    label        Add or update labels of resources.
    convert      Convert config files between different API versions.
    ipam         IP address management.
    node         Calico node management.
    version      Display the version of this binary.
    datastore    Calico datastore management.

Options:
  -h --help                    Show this screen.
  -l --log-level=<level>       Set the log level (one of panic, fatal, error,
                               warn, info, debug) [default: panic]
     --context=<context>       The name of the kubeconfig context to use.
     --allow-version-mismatch  Allow client and cluster versions mismatch.

Description:
  The calicoctl command line tool is used to manage Calico network and security
  policy, to view and manage endpoint configuration, and to manage a Calico
  node instance.

  See 'calicoctl <command> --help' to read about a specific subcommand.
`;

export const APPLY = change(
  'apply',
  `  calicoctl apply --filename=<FILENAME> [--recursive] [--skip-empty]
                  [--config=<CONFIG>] [--namespace=<NS>] ${TAIL}`,
  '',
  'Creates the resources of a file, or replaces those that exist: the whole spec, not only the fields given.',
);

export const CREATE = change(
  'create',
  `  calicoctl create --filename=<FILENAME> [--recursive] [--skip-empty]
                   [--skip-exists] [--config=<CONFIG>] [--namespace=<NS>] ${TAIL}`,
  SKIP_EXISTS,
  'Creates the resources of a file. One that exists already is an error unless --skip-exists is given.',
);

export const REPLACE = change(
  'replace',
  `  calicoctl replace --filename=<FILENAME> [--recursive] [--skip-empty]
                    [--config=<CONFIG>] [--namespace=<NS>] ${TAIL}`,
  '',
  'Replaces the whole spec of resources that exist. One that does not exist is an error.',
);

export const DELETE = `${INTRO}Usage:
  calicoctl delete ( (<KIND> [<NAME>...]) |
                   --filename=<FILE> [--recursive] [--skip-empty] )
                   [--skip-not-exists] [--config=<CONFIG>] [--namespace=<NS>] ${TAIL}

Options:
${HELP}  -s --skip-not-exists         Skip over and treat as successful, resources that
                               don't exist.
${filename('delete')}${RECURSIVE}${SKIP_EMPTY}${CONFIG}${NAMESPACE}${CONTEXT}${MISMATCH}
Description:
  Deletes resources by file, or by type and names.

${types()}`;

export const GET = `${INTRO}Usage:
  calicoctl get ( (<KIND> [<NAME>...]) |
                --filename=<FILENAME> [--recursive] [--skip-empty] )
                [--output=<OUTPUT>] [--config=<CONFIG>] [--namespace=<NS>] [--all-namespaces] [--export] ${TAIL}

Options:
${HELP}${filename('get')}${RECURSIVE}${SKIP_EMPTY}  -o --output=<OUTPUT FORMAT>  Output format.  One of: yaml, json, ps, wide,
                               custom-columns=..., go-template=...,
                               go-template-file=...   [Default: ps]
${CONFIG}${NAMESPACE}  -A --all-namespaces          If present, list the requested object(s) across all namespaces.
     --export                  If present, returns the requested object(s) stripped of
                               cluster-specific information. This flag will be ignored
                               if <NAME> is not specified.
${CONTEXT}${MISMATCH}
Description:
  Shows resources by file, or by type and names; all of a type when no name is given.

${types()}`;

export const PATCH = `${INTRO}Usage:
  calicoctl patch <KIND> <NAME> --patch=<PATCH> [--type=<TYPE>] [--config=<CONFIG>] [--namespace=<NS>] ${TAIL}

Options:
${HELP}  -p --patch=<PATCH>           Spec to use to patch the resource.
  -t --type=<TYPE>             Format of patch type:
                                  strategic   Strategic merge patch (default)
                                  json        JSON Patch, RFC 6902 (not yet implemented)
                                  merge       JSON Merge Patch, RFC 7386 (not yet implemented)
${CONFIG}${NAMESPACE}${CONTEXT}${MISMATCH}
Description:
  Changes some fields of one resource. Lists are replaced as a whole.

${types()}`;

export const LABEL = `${INTRO}Usage:
  calicoctl label (<KIND> <NAME>
  	              ( <key>=<value> [--overwrite] |
  	                <key> --remove )
                  [--config=<CONFIG>] [--namespace=<NS>] [--context=<context>]) [--allow-version-mismatch]

Options:
${HELP}${CONFIG}${NAMESPACE}     --overwrite               If true, overwrite the value when the key is already
                               present in labels. Otherwise reports error when the
                               labeled resource already have the key in its labels.
                               Cannot be used with --remove.
     --remove                  If true, remove the specified key in labels of the
                               resource. Reports error when specified key does not
                               exist. Cannot be used with --overwrite.
${CONTEXT}${MISMATCH}
Description:
  Adds, changes or removes a label of a resource.

${types()}`;

export const VERSION = `Usage:
  calicoctl version [--config=<CONFIG>] [--poll=<POLL>] [--allow-version-mismatch] [--client]

Options:
${HELP}${CONFIG}     --poll=<POLL>             Poll for changes to the cluster information at a frequency specified using POLL duration
                               (e.g. 1s, 10m, 2h etc.). A value of 0 (the default) disables polling.
${MISMATCH}     --client                  Display the client version only.
 }

Description:
  Display the version of calicoctl.
`;

export const NODE = `Usage:
  calicoctl node <command> [<args>...]

    run          Run the Calico node container image.
    status       View the current status of a Calico node.
    diags        Gather a diagnostics bundle for a Calico node.
    checksystem  Verify the compute host is able to run a Calico node instance.

Options:
  -h --help      Show this screen.

Description:
  Node specific commands for calicoctl.  These commands must be run directly on
  the compute host running the Calico node instance.

  See 'calicoctl node <command> --help' to read about a specific subcommand.
`;

export const NODE_STATUS = `Usage:
  calicoctl node status [--allow-version-mismatch]

Options:
${HELP}${MISMATCH}
Description:
  Check the status of the Calico node instance.  This includes the status and
  uptime of the node instance, and BGP peering states.
`;

export const IPAM = `Usage:
  calicoctl ipam <command> [<args>...]

    check            Check the integrity of the IPAM datastructures.
    release          Release a Calico assigned IP address.
    show             Show details of a Calico configuration,
                     assigned IP address, or of overall IP usage.
    split            Split the IP pool specified by the CIDR into
                     the specified number of smaller IPPools.
    configure        Configure IPAM

Options:
  -h --help      Show this screen.

Description:
  IP address management commands for Calico.

  See 'calicoctl ipam <command> --help' to read about a specific subcommand.
`;

export const IPAM_SHOW = `${INTRO}Usage:
  calicoctl ipam show [--ip=<IP> | --show-blocks | --show-borrowed | --show-configuration] [--config=<CONFIG>] [--allow-version-mismatch]

Options:
${HELP}     --ip=<IP>                 Report whether this specific IP address is in use.
     --show-blocks             Show detailed information for IP blocks as well as pools.
     --show-borrowed           Show detailed information for "borrowed" IP addresses.
     --show-configuration      Show current Calico IPAM configuration.
${CONFIG}${MISMATCH}
Description:
  Prints whether an address is in use, or how much of each pool is.
`;

export const IPAM_CHECK = `${INTRO}Usage:
  calicoctl ipam check [--config=<CONFIG>] [--show-all-ips] [--show-problem-ips] [-o <FILE>] [--kubeconfig <KUBECONFIG>] [--allow-version-mismatch]

Options:
${HELP}  -o --output=<FILE>           Path to output report file.
     --show-all-ips            Print all IPs that are checked.
     --show-problem-ips        Print all IPs that are leaked or not allocated properly.
${CONFIG}     --kubeconfig=<KUBECONFIG> Path to Kubeconfig file
${MISMATCH}
Description:
  Checks the addresses handed out against the pods that there are.
`;

export const IPAM_RELEASE = `${INTRO}Usage:
  calicoctl ipam release [--ip=<IP>] [--from-report=<REPORT>]... [--config=<CONFIG>] [--force] [--allow-version-mismatch]

Options:
${HELP}     --ip=<IP>                 IP address to release.
     --from-report=<REPORT>    Release all leaked addresses from the report.
     --force                   Force release of leaked addresses.
${CONFIG}${MISMATCH}
Description:
  Takes an address back that was handed out, whether or not something still uses it.
`;
