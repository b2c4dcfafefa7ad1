/** What a pod's spec may be, in a Pod or a template. Models ValidatePodSpec of pkg/apis/core/validation (v1.32): the parts people get wrong. */
import { equal } from '../equal.ts';
import type { Container, PodSpec, Probe, Toleration } from '../objects.ts';
import { duplicate, type FieldError, forbidden, invalid, notFound, notSupported, required } from '../validation/field.ts';
import { validateLabels } from '../validation/metadata.ts';
import { configMapKey, dns1123Label, dns1123Subdomain, envName, portName, portNumber } from '../validation/names.ts';
import { compareQuantities } from './quantity.ts';

const sentences = (field: string, value: unknown, texts: readonly string[]) => texts.map((text) => invalid(field, value, text));

const NOT_NEGATIVE = 'must be greater than or equal to 0';

export const notNegative = (field: string, value: number | undefined): FieldError[] =>
  value !== undefined && value < 0 ? [invalid(field, value, NOT_NEGATIVE)] : [];

interface VolumeMount {
  readonly name?: string;
  readonly mountPath?: string;
}

interface EnvVar {
  readonly name?: string;
  readonly value?: string;
  readonly valueFrom?: Readonly<Record<string, unknown>>;
}

function portErrors(container: Container, at: string, ports: Set<string>): FieldError[] {
  const names = new Set<string>();
  return (container.ports ?? []).flatMap((port, i) => {
    const field = `${at}.ports[${i}]`;
    const errors: FieldError[] = [];
    if (port.name) {
      const wrong = sentences(`${field}.name`, port.name, portName(port.name));
      errors.push(...wrong);
      if (wrong.length === 0 && names.has(port.name)) errors.push(duplicate(`${field}.name`, port.name));
      names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(`${field}.containerPort`));
    else errors.push(...sentences(`${field}.containerPort`, port.containerPort, portNumber(port.containerPort)));
    if (port.hostPort) {
      errors.push(...sentences(`${field}.hostPort`, port.hostPort, portNumber(port.hostPort)));
      const key = `${port.protocol} ${port.hostPort}`;
      if (ports.has(key)) errors.push(duplicate(`${field}.hostPort`, `${port.protocol}//${port.hostPort}`));
      ports.add(key);
    }
    if (!['TCP', 'UDP', 'SCTP'].includes(port.protocol ?? '')) {
      errors.push(notSupported(`${field}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']));
    }
    return errors;
  });
}

const SOURCES = ['configMapKeyRef', 'fieldRef', 'resourceFieldRef', 'secretKeyRef'];

function envErrors(container: Container, at: string): FieldError[] {
  return ((container.env ?? []) as readonly EnvVar[]).flatMap((entry, i) => {
    const field = `${at}.env[${i}]`;
    const errors: FieldError[] = entry.name
      ? sentences(`${field}.name`, entry.name, envName(entry.name))
      : [required(`${field}.name`)];
    if (!entry.valueFrom) return errors;
    const given = SOURCES.filter((source) => entry.valueFrom?.[source] !== undefined);
    if (given.length === 0) {
      const all = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
      errors.push(invalid(`${field}.valueFrom`, '', all));
    } else if (entry.value) errors.push(invalid(`${field}.valueFrom`, '', 'may not be specified when `value` is not empty'));
    else if (given.length > 1)
      errors.push(invalid(`${field}.valueFrom`, '', 'may not have more than one field specified at a time'));
    for (const source of ['configMapKeyRef', 'secretKeyRef'] as const) {
      const reference = entry.valueFrom[source] as { readonly name?: string; readonly key?: string } | undefined;
      if (!reference) continue;
      if (!reference.name) errors.push(required(`${field}.valueFrom.${source}.name`));
      if (!reference.key) errors.push(required(`${field}.valueFrom.${source}.key`));
      else errors.push(...sentences(`${field}.valueFrom.${source}.key`, reference.key, configMapKey(reference.key)));
    }
    return errors;
  });
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const;

function probePort(port: number | string | undefined, field: string): FieldError[] {
  return typeof port === 'string' ? sentences(field, port, portName(port)) : sentences(field, port ?? 0, portNumber(port ?? 0));
}

function probeErrors(probe: Probe | undefined, at: string, isLiveness: boolean): FieldError[] {
  if (!probe) return [];
  const given = HANDLERS.filter((name) => (probe as Readonly<Record<string, unknown>>)[name] !== undefined);
  const errors: FieldError[] = [];
  if (given.length === 0) errors.push(required(at, 'must specify a handler type'));
  for (const extra of given.slice(1)) errors.push(forbidden(`${at}.${extra}`, 'may not specify more than 1 handler type'));
  if (probe.httpGet) {
    if (!probe.httpGet.path) errors.push(required(`${at}.httpGet.path`));
    errors.push(...probePort(probe.httpGet.port, `${at}.httpGet.port`));
    const { scheme } = probe.httpGet;
    if (scheme !== 'HTTP' && scheme !== 'HTTPS') errors.push(notSupported(`${at}.httpGet.scheme`, scheme, ['HTTP', 'HTTPS']));
  }
  if (probe.tcpSocket) errors.push(...probePort(probe.tcpSocket.port, `${at}.tcpSocket.port`));
  if (probe.exec && (probe.exec.command ?? []).length === 0) errors.push(required(`${at}.exec.command`));
  for (const name of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
    errors.push(...notNegative(`${at}.${name}`, probe[name]));
  }
  if (isLiveness && probe.successThreshold !== undefined && probe.successThreshold !== 1) {
    errors.push(invalid(`${at}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  return errors;
}

type Quantities = Readonly<Record<string, string>>;

function resourceErrors(container: Container, at: string): FieldError[] {
  const { limits = {}, requests = {} } = (container.resources ?? {}) as {
    readonly limits?: Quantities;
    readonly requests?: Quantities;
  };
  return Object.entries(requests).flatMap(([name, request]) => {
    const limit = limits[name];
    if (limit === undefined || compareQuantities(request, limit) <= 0) return [];
    return [invalid(`${at}.resources.requests`, request, `must be less than or equal to ${name} limit of ${limit}`)];
  });
}

function mountErrors(container: Container, at: string, volumes: ReadonlySet<string>): FieldError[] {
  const paths = new Set<string>();
  return ((container.volumeMounts ?? []) as readonly VolumeMount[]).flatMap((mount, i) => {
    const field = `${at}.volumeMounts[${i}]`;
    const errors: FieldError[] = [];
    if (!mount.name) errors.push(required(`${field}.name`));
    else if (!volumes.has(mount.name)) errors.push(notFound(`${field}.name`, mount.name));
    if (!mount.mountPath) errors.push(required(`${field}.mountPath`));
    else if (paths.has(mount.mountPath)) errors.push(invalid(`${field}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath ?? '');
    return errors;
  });
}

interface PodWide {
  readonly names: Set<string>;
  readonly hostPorts: Set<string>;
  readonly volumes: ReadonlySet<string>;
}

function containerErrors(container: Container, at: string, pod: PodWide): FieldError[] {
  const errors: FieldError[] = [];
  const { name, image } = container;
  if (!name) errors.push(required(`${at}.name`));
  else {
    errors.push(...sentences(`${at}.name`, name, dns1123Label(name)));
    if (pod.names.has(name)) errors.push(duplicate(`${at}.name`, name));
    pod.names.add(name);
  }
  if (!image) errors.push(required(`${at}.image`));
  else if (image !== image.trim()) errors.push(invalid(`${at}.image`, image, 'must not have leading or trailing whitespace'));
  const policies = ['Always', 'IfNotPresent', 'Never'];
  if (!policies.includes(container.imagePullPolicy ?? '')) {
    errors.push(notSupported(`${at}.imagePullPolicy`, container.imagePullPolicy, policies));
  }
  return [
    ...errors,
    ...probeErrors(container.livenessProbe, `${at}.livenessProbe`, true),
    ...probeErrors(container.readinessProbe, `${at}.readinessProbe`, false),
    ...probeErrors(container.startupProbe as Probe | undefined, `${at}.startupProbe`, true),
    ...portErrors(container, at, pod.hostPorts),
    ...envErrors(container, at),
    ...mountErrors(container, at, pod.volumes),
    ...resourceErrors(container, at),
  ];
}

interface Volume {
  readonly name?: string;
  readonly [source: string]: unknown;
}

function volumeErrors(volumes: readonly Volume[], at: string): FieldError[] {
  const names = new Set<string>();
  return volumes.flatMap((volume, i) => {
    const field = `${at}[${i}]`;
    const errors: FieldError[] = [];
    if (!volume.name) errors.push(required(`${field}.name`));
    else {
      errors.push(...sentences(`${field}.name`, volume.name, dns1123Label(volume.name)));
      if (names.has(volume.name)) errors.push(duplicate(`${field}.name`, volume.name));
      names.add(volume.name);
    }
    const sources = Object.keys(volume).filter((key) => key !== 'name');
    for (const extra of sources.slice(1)) errors.push(forbidden(`${field}.${extra}`, 'may not specify more than 1 volume type'));
    return errors;
  });
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function tolerationErrors(tolerations: readonly Toleration[], at: string): FieldError[] {
  return tolerations.flatMap((toleration, i) => {
    const field = `${at}[${i}]`;
    const errors: FieldError[] = [];
    const { key, operator, value, effect, tolerationSeconds } = toleration;
    if (key) errors.push(...validateLabels({ [key]: '' }, `${field}.key`));
    else if (operator !== 'Exists')
      errors.push(
        invalid(
          `${field}.operator`,
          operator ?? '',
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.push(invalid(`${field}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    if (operator === 'Exists' && value) {
      errors.push(
        invalid(
          `${field}.operator`,
          {
            go: `core.Toleration{Key:"${key ?? ''}", Operator:"Exists", Value:"${value}", Effect:"${effect ?? ''}", TolerationSeconds:(*int64)(nil)}`,
          },
          "value must be empty when `operator` is 'Exists'",
        ),
      );
    }
    if (operator && operator !== 'Exists' && operator !== 'Equal')
      errors.push(notSupported(`${field}.operator`, operator, ['Equal', 'Exists']));
    if (effect && !EFFECTS.includes(effect)) errors.push(notSupported(`${field}.effect`, effect, EFFECTS));
    return errors;
  });
}

/** @param at `spec` of a Pod, `spec.template.spec` of a template */
export function validatePodSpec(spec: PodSpec, at: string): FieldError[] {
  const volumes = (spec.volumes ?? []) as readonly Volume[];
  const pod: PodWide = { names: new Set(), hostPorts: new Set(), volumes: new Set(volumes.map(({ name }) => name ?? '')) };
  const errors = volumeErrors(volumes, `${at}.volumes`);
  if ((spec.containers ?? []).length === 0) errors.push(required(`${at}.containers`));
  const inits = spec.initContainers ?? [];
  for (const [i, container] of inits.entries()) errors.push(...containerErrors(container, `${at}.initContainers[${i}]`, pod));
  for (const [i, container] of (spec.containers ?? []).entries())
    errors.push(...containerErrors(container, `${at}.containers[${i}]`, pod));
  const restarts = ['Always', 'OnFailure', 'Never'];
  if (!restarts.includes(spec.restartPolicy ?? '')) errors.push(notSupported(`${at}.restartPolicy`, spec.restartPolicy, restarts));
  const dns = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
  if (!dns.includes((spec.dnsPolicy as string) ?? '')) errors.push(notSupported(`${at}.dnsPolicy`, spec.dnsPolicy, dns));
  errors.push(...validateLabels(spec.nodeSelector, `${at}.nodeSelector`));
  if (spec.serviceAccountName) {
    errors.push(...sentences(`${at}.serviceAccountName`, spec.serviceAccountName, dns1123Subdomain(spec.serviceAccountName)));
  }
  if (spec.nodeName) errors.push(...sentences(`${at}.nodeName`, spec.nodeName, dns1123Subdomain(spec.nodeName)));
  errors.push(...tolerationErrors(spec.tolerations ?? [], `${at}.tolerations`));
  return [...errors, ...notNegative(`${at}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds)];
}

const UPDATE_RULE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** A running pod is nearly immutable. Upstream's message goes on with a diff of Go structs, which is left out. */
export function validatePodUpdate(next: PodSpec, old: PodSpec): FieldError[] {
  if ((next.containers ?? []).length !== old.containers.length)
    return [forbidden('spec.containers', 'pod updates may not add or remove containers')];
  if ((next.initContainers ?? []).length !== (old.initContainers ?? []).length) {
    return [forbidden('spec.initContainers', 'pod updates may not add or remove containers')];
  }
  const kept = (old.tolerations ?? []).every((it) => (next.tolerations ?? []).some((other) => equal(other, it)));
  const image = (mine: readonly Container[] | undefined, theirs: readonly Container[] | undefined) =>
    mine?.map((container, i) => ({ ...container, image: theirs?.[i]?.image ?? '' }));
  const comparable: PodSpec = {
    ...next,
    containers: image(next.containers, old.containers) ?? [],
    ...(next.initContainers ? { initContainers: image(next.initContainers, old.initContainers) } : {}),
    ...(kept ? { tolerations: old.tolerations } : {}),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
  };
  return equal(comparable, old) ? [] : [forbidden('spec', UPDATE_RULE)];
}
