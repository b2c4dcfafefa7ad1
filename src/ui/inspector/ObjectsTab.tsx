/** API objects: by kind, and one of them in full. */
import { type ApiObject, objectsOf, type World } from '../../engine/index.ts';
import { screen } from '../store/screen.ts';
import { useScreen } from '../store/use.ts';
import styles from './Inspector.module.css';
import { yamlText } from './yaml.ts';

/** Shown first; what else exists follows by name. */
const ORDER = [
  'services',
  'endpoints',
  'pods',
  'nodes',
  'deployments.apps',
  'bgpconfigurations.projectcalico.org',
  'bgppeers.projectcalico.org',
  'ippools.projectcalico.org',
];
const rank = (resource: string) => (ORDER.includes(resource) ? ORDER.indexOf(resource) : ORDER.length);

export function ObjectsTab({ world }: { readonly world: World }) {
  const chosen = useScreen((state) => state.object);
  const [cluster, resource, key] = chosen?.split(' ') ?? [];
  const object =
    cluster && resource && key
      ? objectsOf(world.clusters[cluster]?.api ?? Object.values(world.clusters)[0]!.api, resource)[key]
      : undefined;
  if (chosen && key) return <OneObject object={object} name={`${resource} ${key}`} />;
  return (
    <>
      {Object.values(world.clusters).map((each) => (
        <div key={each.name}>
          {Object.keys(each.api.objects)
            .filter((name) => Object.keys(each.api.objects[name]!).length > 0)
            .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
            .map((name) => (
              <Kind key={name} cluster={each.name} resource={name} objects={each.api.objects[name]!} open={rank(name) < 3} />
            ))}
        </div>
      ))}
    </>
  );
}

interface KindProps {
  readonly cluster: string;
  readonly resource: string;
  readonly objects: Readonly<Record<string, ApiObject>>;
  readonly open: boolean;
}

const MAX_LISTED = 200;

function Kind({ cluster, resource, objects, open }: KindProps) {
  const keys = Object.keys(objects).sort();
  return (
    <details className={styles.kind} open={open}>
      <summary>
        {resource.split('.')[0]} <span>{keys.length}</span>
      </summary>
      <ul>
        {keys.slice(0, MAX_LISTED).map((key) => (
          <li key={key}>
            <button type="button" onClick={() => screen.setState({ object: `${cluster} ${resource} ${key}` })}>
              {key}
            </button>
          </li>
        ))}
        {keys.length > MAX_LISTED && <li className={styles.muted}>and {keys.length - MAX_LISTED} more</li>}
      </ul>
    </details>
  );
}

function OneObject({ object, name }: { readonly object: ApiObject | undefined; readonly name: string }) {
  return (
    <>
      <button type="button" className={styles.back} onClick={() => screen.setState({ object: undefined })}>
        ← All objects
      </button>
      {object ? (
        <>
          <h3 className={styles.heading}>
            {object.kind} {object.metadata.name}
          </h3>
          <pre className={styles.yaml}>{yamlText(shown(object))}</pre>
        </>
      ) : (
        <p className={styles.muted}>{name} is no more.</p>
      )}
    </>
  );
}

/** Without the bookkeeping nobody reads. */
function shown(object: ApiObject): unknown {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
