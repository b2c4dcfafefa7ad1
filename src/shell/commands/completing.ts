/** Candidates that several commands offer to Tab. Models bash-completion's _known_hosts. */
import { objectsOf, type Service } from '../../engine/index.ts';
import type { Completion, Process } from '../command.ts';

/** The machines a person here would name. */
export const hostNames = (process: Process): readonly Completion[] =>
  Object.keys(process.sim.world().hosts).map((text) => ({ text }));

/** Hosts, or a command's options once a dash is typed. */
export function hostsOr(options: string): (process: Process, words: readonly string[], index: number) => readonly Completion[] {
  return (process, words, index) =>
    words[index]?.startsWith('-') ? options.split(' ').map((text) => ({ text })) : hostNames(process);
}

/** What the cluster's DNS knows: `customer.yaobank.svc.cluster.local`. */
export const serviceNames = (process: Process): readonly Completion[] =>
  Object.values(process.sim.world().clusters)
    .flatMap(({ api }) => Object.values(objectsOf<Service>(api, 'services')))
    .map(({ metadata }) => ({ text: `${metadata.name}.${metadata.namespace}.svc.cluster.local` }));
