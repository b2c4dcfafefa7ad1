/** The NAT rules of one service on one node, as the tree kube-proxy hung them in. */
import type { Host, Rule, Service, World } from '../../engine/index.ts';
import { objectsOf } from '../../engine/index.ts';
import { screen } from '../store/screen.ts';
import { useScreen } from '../store/use.ts';
import styles from './Inspector.module.css';
import { type ChainTree, natTree, ruleText } from './nat.ts';
import { HostPicker, useInspected } from './RoutesTab.tsx';

const hasNat = (host: Host) => host.kind === 'node';

/** The service a learner most likely means: one that is open to the outside, of a namespace that is not the cluster's own. */
function likely(services: readonly (readonly [string, Service])[]): readonly [string, Service] | undefined {
  const own = services.filter(([key]) => !/^(kube-|calico-|tigera-|ingress-|default\/kubernetes)/.test(key));
  return own.find(([, service]) => service.spec.externalTrafficPolicy !== undefined) ?? own[0] ?? services[0];
}

export function NatTab({ world }: { readonly world: World }) {
  const host = useInspected(world, hasNat);
  const chosen = useScreen((state) => state.service);
  if (!host) return null;
  const services = Object.values(world.clusters).flatMap((cluster) => Object.entries(objectsOf<Service>(cluster.api, 'services')));
  const withAddress = services.filter(([, service]) => service.spec.clusterIP && service.spec.clusterIP !== 'None');
  const key = (withAddress.find(([each]) => each === chosen) ?? likely(withAddress))?.[0];
  if (!key) return <p className={styles.muted}>No service has an address here.</p>;
  const trees = natTree(host.netns['']?.netfilter.tables.nat, key);
  return (
    <>
      <div className={styles.pickers}>
        <HostPicker world={world} host={host} fits={hasNat} brief />
        <label className={styles.picker}>
          <span className="visually-hidden">Service</span>
          <select value={key} onChange={(event) => screen.setState({ service: event.target.value })}>
            {withAddress.map(([each]) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      </div>
      {trees.length ? (
        trees.map((tree) => <Branch key={tree.id} tree={tree} service={key} />)
      ) : (
        <p className={styles.muted}>
          {host.name} has no NAT rule for {key}.
        </p>
      )}
    </>
  );
}

function Branch({ tree, service }: { readonly tree: ChainTree; readonly service: string }) {
  return (
    <div className={styles.branch}>
      <RuleLine rule={tree.rule} service={service} />
      {tree.below.map((each) => (
        <Branch key={each.id} tree={each} service={service} />
      ))}
    </div>
  );
}

function RuleLine({ rule, service }: { readonly rule: Rule; readonly service: string }) {
  const { when, act, comment, chain } = ruleText(rule, service);
  return (
    <p className={styles.rule}>
      {when && <code>{when}</code>}{' '}
      {chain ? <code className={styles.chain}>{chain}</code> : <b data-nat={/^(DNAT|MASQ|SNAT)/.test(act) || undefined}>{act}</b>}
      {comment && <span>{comment}</span>}
    </p>
  );
}
