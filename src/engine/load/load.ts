/**
 * A world's folder → a settled Sim: hosts boot, nodes join, manifests are applied at their age, time passes between, until `start`.
 * Reads WorldSource; writes through the same doors as everybody else, so nothing in a starting world could not have come to be.
 */
import { parseAllDocuments } from 'yaml';
import type { Draft } from '../api/kind.ts';
import type { ApiObject } from '../api/objects.ts';
import { emptyApi } from '../api/storage.ts';
import { timestamp } from '../api/time.ts';
import { createObject } from '../api/write.ts';
import { formatAddress, toPrefix } from '../net/address.ts';
import { createSim, type Sim } from '../sim.ts';
import { type Cluster, type Host, type World, withApi } from '../world.ts';
import { bootstrapObjects } from './bootstrap.ts';
import { calicoObjects } from './calico.ts';
import { bootHost } from './host.ts';
import { kindOfManifest, manifestPath } from './manifest.ts';
import { nodeObject } from './node.ts';
import { membersOf, parseWorld, WorldError } from './parse.ts';
import { durationMs, type WorldFile } from './schema.ts';
import type { WorldSource } from './source.ts';

/**
 * @param booted the settled world of an earlier load of the same source, to save the boot
 * @throws WorldError naming file, line and field
 */
export function loadWorld(source: WorldSource, booted?: World): Sim {
  if (booted) {
    const sim = createSim(booted);
    sim.settle();
    return sim;
  }
  const text = source.files['world.yaml'];
  if (text === undefined) throw new WorldError([`${source.id}: no world.yaml`]);
  const file = parseWorld(text);
  const start = Date.parse(file.start);
  const events = timeline(source, file);
  const began = start - Math.max(0, ...events.map((event) => event.ageMs));
  const sim = createSim(emptyWorld(source, file, began));
  for (const event of events) {
    sim.advance(Math.max(0, start - event.ageMs - sim.world().now));
    event.run(sim);
    sim.settle();
  }
  sim.advance(Math.max(0, start - sim.world().now));
  sim.settle();
  // The past is no journal of the learner's: what follows is replayed from here. Nor is it his to be shown as the writer. Watches
  // cannot go back there either: etcd is compacted every five minutes.
  sim.load(withoutPast(sim.world()), []);
  sim.settle();
  return sim;
}

function withoutPast(world: World): World {
  const clusters = Object.fromEntries(
    Object.entries(world.clusters).map(([name, cluster]) => [
      name,
      { ...cluster, api: { ...cluster.api, log: [], writtenBy: {} } },
    ]),
  );
  return { ...world, inputs: 0, flows: [], clusters };
}

interface Event {
  readonly ageMs: number;
  run(sim: Sim): void;
}

/** Joins and manifests, oldest first; at the same age nodes join before anything is applied. */
function timeline(source: WorldSource, file: WorldFile): Event[] {
  const applies: Event[] = file.apply.map(({ age, files }) => ({
    ageMs: durationMs(age),
    run: (sim) => {
      for (const name of files) applyManifest(sim, source, name);
    },
  }));
  const oldest = Math.max(1, ...applies.map((event) => event.ageMs));
  const joins = Object.keys(file.clusters).flatMap((cluster): Event[] =>
    membersOf(file, cluster).map((name, index) => {
      const { joined } = file.hosts[name]!;
      return { ageMs: joined === undefined ? oldest : durationMs(joined), run: (sim) => join(sim, file, cluster, name, index) };
    }),
  );
  return [...joins, ...applies].sort((a, b) => b.ageMs - a.ageMs);
}

function emptyWorld(source: WorldSource, file: WorldFile, now: number): World {
  const clusters: Record<string, Cluster> = {};
  for (const [name, { podCidr, serviceCidr, apiHost, asNumber }] of Object.entries(file.clusters)) {
    clusters[name] = { name, podCidr, serviceCidr, apiHost, asNumber, api: emptyApi };
  }
  const hosts: Record<string, Host> = {};
  for (const [name, host] of Object.entries(file.hosts)) {
    const cluster = Object.keys(file.clusters).find((c) => membersOf(file, c).includes(name)) ?? host.kubeconfig;
    hosts[name] = bootHost(file, name, { now, ...(cluster === undefined ? {} : { cluster }), files: folderFiles(source, name) });
    if (Object.values(clusters).some((c) => c.apiHost === name)) hosts[name] = withApiServer(hosts[name]);
  }
  const segments = Object.fromEntries(Object.entries(file.segments).map(([name, { cidr }]) => [name, { name, cidr }]));
  let world: World = { id: source.id, seed: file.seed, now, inputs: 0, hosts, segments, clusters, flows: [] };
  for (const name of Object.keys(clusters)) {
    for (const [resource, draft] of bootstrapObjects(file, name)) world = create(world, name, resource, draft);
  }
  return world;
}

/** The API server is a static pod: the kubelet starts it from a file, before there is an API to ask. */
function withApiServer(host: Host): Host {
  const own = host.netns['']!;
  const socket = { proto: 'tcp', address: '0.0.0.0', port: 6443, process: 'kube-apiserver' } as const;
  return { ...host, netns: { ...host.netns, '': { ...own, sockets: [...own.sockets, socket] } } };
}

function folderFiles(source: WorldSource, host: string): Record<string, string> {
  const prefix = `files/${host}/`;
  const found = Object.entries(source.files).filter(([path]) => path.startsWith(prefix));
  return Object.fromEntries(found.map(([path, text]) => [`/${path.slice(prefix.length)}`, text]));
}

function join(sim: Sim, file: WorldFile, cluster: string, name: string, index: number): void {
  const { podCidr } = file.clusters[cluster]!;
  const share = `${formatAddress(toPrefix(podCidr).address + index * 256)}/24`;
  let world = sim.world();
  world = create(world, cluster, 'nodes', nodeObject(file, name, share, timestamp(world.now)));
  for (const [resource, draft] of calicoObjects(file, cluster)) world = create(world, cluster, resource, draft);
  sim.load(world, sim.journal());
}

function create(world: World, cluster: string, resource: string, draft: unknown): World {
  const { api } = createObject(world.clusters[cluster]!.api, resource, draft as Draft, { now: world.now, seed: world.seed });
  return withApi(world, cluster, api);
}

/** Sends every document of a manifest to the API server, which defaults and validates it like anybody's. */
function applyManifest(sim: Sim, source: WorldSource, name: string): void {
  const text = source.files[name];
  if (text === undefined) throw new WorldError([`world.yaml: apply: no file ${name} in the world’s folder`]);
  parseAllDocuments(text).forEach((document, i) => {
    const where = `${name}: document ${i + 1}`;
    if (document.errors.length > 0) throw new WorldError([`${where}: ${document.errors[0]!.message.split('\n')[0]}`]);
    const object = document.toJS() as ApiObject | null;
    if (object === null) return;
    const kind = kindOfManifest(object);
    if (kind === undefined) throw new WorldError([`${where}: ${object.kind ?? 'an object without a kind'} is not simulated`]);
    for (const cluster of Object.keys(sim.world().clusters)) {
      // Calico's IPAM writes its own kinds; no client may.
      if (kind.internal) sim.load(create(sim.world(), cluster, kind.resource, object), sim.journal());
      else post(sim, cluster, manifestPath(kind, object), object, where);
    }
  });
  sim.settle();
}

function post(sim: Sim, cluster: string, path: string, object: ApiObject, where: string): void {
  const headers = { 'content-type': 'application/json' };
  const result = sim.dispatch({ type: 'api', cluster, request: { method: 'POST', path, headers, body: JSON.stringify(object) } });
  if ('networkError' in result) throw new WorldError([`${where}: ${result.message}`]);
  if (result.status >= 300) throw new WorldError([`${where}: ${(result.body as { message?: string }).message ?? result.status}`]);
}
