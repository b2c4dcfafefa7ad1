/** Requests made as another user; the words are kube-apiserver's. */
import { expect, test } from 'vitest';
import { kindOf } from '../kinds/index.ts';
import { authorize, userOf } from './impersonate.ts';

const refusal = (headers: Record<string, string>, wanted: Omit<Parameters<typeof authorize>[1], 'kind'>, resource = 'pods') => {
  try {
    authorize(userOf(headers), { kind: kindOf(resource), ...wanted });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

test('the kubeconfig and system:masters may do all', () => {
  expect(refusal({}, { verb: 'list' })).toBeUndefined();
  expect(refusal({ 'impersonate-user': 'alice', 'impersonate-group': 'dev, system:masters' }, { verb: 'list' })).toBeUndefined();
});

test('anyone else is told what they may not do', () => {
  const alice = { 'impersonate-user': 'alice' };
  expect(refusal(alice, { verb: 'list', namespace: 'yaobank' })).toBe(
    'pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "yaobank"',
  );
  expect(refusal(alice, { verb: 'get', name: 'x', namespace: 'yaobank', subresource: 'log' })).toBe(
    'pods "x" is forbidden: User "alice" cannot get resource "pods/log" in API group "" in the namespace "yaobank"',
  );
  expect(refusal(alice, { verb: 'list' }, 'nodes')).toBe(
    'nodes is forbidden: User "alice" cannot list resource "nodes" in API group "" at the cluster scope',
  );
});

test('everyone known may ask what they may do; strangers may not', () => {
  const review = 'selfsubjectaccessreviews.authorization.k8s.io';
  expect(refusal({ 'impersonate-user': 'alice' }, { verb: 'create' }, review)).toBeUndefined();
  expect(refusal({ 'impersonate-user': 'system:anonymous' }, { verb: 'create' }, review)).toContain('is forbidden');
  expect(userOf({ 'impersonate-user': 'alice', 'impersonate-group': 'dev' }).groups).toEqual(['dev', 'system:authenticated']);
});
