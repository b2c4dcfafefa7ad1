import { expect, test } from 'vitest';
import { clientWith, messageOf } from '../testing.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/bank/deployments';

const container = { name: 'web', image: 'nginx:1.27' };

function deployment(spec: Readonly<Record<string, unknown>> = {}, pod: Readonly<Record<string, unknown>> = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container], ...pod } },
      ...spec,
    },
  };
}

const podIn = 'spec.template.spec';
const refusals: readonly [what: string, body: object, why: string][] = [
  [
    'a selector of other labels',
    deployment({ selector: { matchLabels: { app: 'wep' } } }),
    'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
  ],
  ['no selector', deployment({ selector: undefined }), 'spec.selector: Required value'],
  ['negative replicas', deployment({ replicas: -1 }), 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  ['no containers', deployment({}, { containers: [] }), `${podIn}.containers: Required value`],
  [
    'two containers of one name',
    deployment({}, { containers: [container, container] }),
    `${podIn}.containers[1].name: Duplicate value: "web"`,
  ],
  ['no image', deployment({}, { containers: [{ name: 'web' }] }), `${podIn}.containers[0].image: Required value`],
  [
    'a port beyond 65535',
    deployment({}, { containers: [{ ...container, ports: [{ containerPort: 80000 }] }] }),
    `${podIn}.containers[0].ports[0].containerPort: Invalid value: 80000: must be between 1 and 65535, inclusive`,
  ],
  [
    'a mount of no volume',
    deployment({}, { containers: [{ ...container, volumeMounts: [{ name: 'x', mountPath: '/x' }] }] }),
    `${podIn}.containers[0].volumeMounts[0].name: Not found: "x"`,
  ],
  [
    'a restart policy of a job',
    deployment({}, { restartPolicy: 'Never' }),
    `${podIn}.restartPolicy: Unsupported value: "Never": supported values: "Always"`,
  ],
  [
    'a probe without a handler',
    deployment({}, { containers: [{ ...container, readinessProbe: {} }] }),
    `${podIn}.containers[0].readinessProbe: Required value: must specify a handler type`,
  ],
  [
    'a request above its limit',
    deployment({}, { containers: [{ ...container, resources: { limits: { cpu: '100m' }, requests: { cpu: '1' } } }] }),
    `${podIn}.containers[0].resources.requests: Invalid value: "1": must be less than or equal to cpu limit of 100m`,
  ],
  [
    'a roll out that may never move',
    deployment({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:""}: may not be 0 when `maxSurge` is 0',
  ],
];

test.each(refusals)('%s is refused', (_what, body, why) => {
  expect(messageOf(clientWith('bank').send('POST', DEPLOYMENTS, body))).toBe(`Deployment.apps "web" is invalid: ${why}`);
});

test('the selector of a deployment stays', () => {
  const on = clientWith('bank');
  on.send('POST', DEPLOYMENTS, deployment());
  const patch = { spec: { selector: { matchLabels: { app: 'other' } }, template: { metadata: { labels: { app: 'other' } } } } };
  expect(messageOf(on.patch(`${DEPLOYMENTS}/web`, patch))).toBe(
    'Deployment.apps "web" is invalid: spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"other"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
  );
});

test('a wrong type is refused as the decoder words it', () => {
  const body = deployment({ replicas: 'three' });
  expect(messageOf(clientWith('bank').send('POST', DEPLOYMENTS, body))).toBe(
    'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  );
});

test('generation counts changes of the spec, not of labels or status', () => {
  const on = clientWith('bank');
  on.send('POST', DEPLOYMENTS, deployment());
  const generation = () => on.object<{ metadata: { generation: number } }>('GET', `${DEPLOYMENTS}/web`).metadata.generation;
  on.patch(`${DEPLOYMENTS}/web`, { metadata: { labels: { a: 'b' } } });
  on.patch(`${DEPLOYMENTS}/web/status`, { status: { replicas: 1 } });
  expect(generation()).toBe(1);
  on.patch(`${DEPLOYMENTS}/web`, { spec: { replicas: 2 } });
  expect(generation()).toBe(2);
});

test('scaling through the subresource changes the replicas alone', () => {
  const on = clientWith('bank');
  on.send('POST', DEPLOYMENTS, deployment());
  const response = on.patch(`${DEPLOYMENTS}/web/scale`, { spec: { replicas: 3 } }, 'merge-patch');
  const { uid, resourceVersion, creationTimestamp } = on.object('GET', `${DEPLOYMENTS}/web`).metadata;
  expect(response).toEqual({
    status: 200,
    body: {
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: 'web', namespace: 'bank', uid, resourceVersion, creationTimestamp },
      spec: { replicas: 3 },
      status: { replicas: 0, selector: 'app=web' },
    },
  });
});

test('a pod of an account that is missing is forbidden', () => {
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [container] } };
  expect(messageOf(clientWith('bank').send('POST', '/api/v1/namespaces/bank/pods', body))).toBe(
    'pods "p" is forbidden: error looking up service account bank/default: serviceaccount "default" not found',
  );
});
