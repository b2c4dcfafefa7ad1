/** `world.yaml` text → WorldFile, with every fault named by line and field. Models nothing upstream. */
import * as v from 'valibot';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { isInside } from '../net/address.ts';
import { type WorldFile, worldSchema } from './schema.ts';

/** What is wrong with a world, a line each: `world.yaml:12: hosts.worker1.address: expected an IPv4 address …`. */
export class WorldError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'WorldError';
    this.faults = faults;
  }
}

const MAX_BYTES = 1_000_000;

type Path = readonly (string | number)[];

/** @throws WorldError */
export function parseWorld(text: string, fileName = 'world.yaml'): WorldFile {
  if (text.length > MAX_BYTES) throw new WorldError([`${fileName}: larger than ${MAX_BYTES} bytes`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    const first = (message: string) => message.split('\n')[0]!.replace(/ at line .*$/, '');
    throw new WorldError(document.errors.map((e) => `${fileName}:${lines.linePos(e.pos[0]).line}: ${first(e.message)}`));
  }
  const lineOf = (path: Path): number => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const fault = (path: Path, message: string) => `${fileName}:${lineOf(path)}: ${path.join('.') || 'world'}: ${message}`;
  const parsed = v.safeParse(worldSchema, document.toJS());
  if (!parsed.success) {
    throw new WorldError(
      parsed.issues.map((issue) =>
        fault(
          (issue.path ?? []).map((item) => item.key as string | number),
          readable(issue),
        ),
      ),
    );
  }
  const wrong = relations(parsed.output);
  if (wrong.length > 0) throw new WorldError(wrong.map(([path, message]) => fault(path, message)));
  return parsed.output;
}

/** valibot says `Invalid key: Expected never but received "foo"` for an unknown field, and the like for a missing one. */
function readable(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === 'never') return 'unknown field';
  if (issue.received === 'undefined') return 'is required';
  return issue.message;
}

/** What one field asks of another: names that exist, addresses inside their segment, no address twice. */
function relations(world: WorldFile): [path: string[], message: string][] {
  const wrong: [string[], string][] = [];
  const owners = new Map<string, string>();
  for (const [name, host] of Object.entries(world.hosts)) {
    const segment = segmentOf(world, name);
    if (segment === undefined) wrong.push([['hosts', name], 'segment is required where there are several']);
    else if (!Object.hasOwn(world.segments, segment)) wrong.push([['hosts', name, 'segment'], `no segment ${segment}`]);
    else if (!isInside(host.address, world.segments[segment]!.cidr)) {
      wrong.push([['hosts', name, 'address'], `${host.address} is outside ${segment} (${world.segments[segment]!.cidr})`]);
    }
    const owner = owners.get(host.address);
    if (owner !== undefined) wrong.push([['hosts', name, 'address'], `${host.address} is already the address of ${owner}`]);
    owners.set(host.address, name);
    if (host.kubeconfig !== undefined && !Object.hasOwn(world.clusters, host.kubeconfig)) {
      wrong.push([['hosts', name, 'kubeconfig'], `no cluster ${host.kubeconfig}`]);
    }
  }
  for (const [name, cluster] of Object.entries(world.clusters)) {
    const members = membersOf(world, name);
    for (const node of members) {
      if (world.hosts[node]?.kind !== 'node') wrong.push([['clusters', name, 'nodes'], `no host ${node} of kind node`]);
    }
    if (!members.includes(cluster.apiHost))
      wrong.push([['clusters', name, 'apiHost'], `${cluster.apiHost} is not a node of ${name}`]);
  }
  return wrong;
}

/** The segment a host is plugged into; undefined when it does not say and there are several. */
export function segmentOf(world: WorldFile, host: string): string | undefined {
  const names = Object.keys(world.segments);
  return world.hosts[host]!.segment ?? (names.length === 1 ? names[0] : undefined);
}

/** A cluster's member hosts, in the order of the file. */
export function membersOf(world: WorldFile, cluster: string): readonly string[] {
  return world.clusters[cluster]!.nodes ?? Object.keys(world.hosts).filter((name) => world.hosts[name]!.kind === 'node');
}
