/** The list of verbs: a command's path in the tree and the function that runs it. Adding one: a file in this folder and a line here. */
import type { Verb } from '../context.ts';
import { configmap, secret } from './create/config.ts';
import { create } from './create/index.ts';
import { clusterip, externalname, loadbalancer, nodeport } from './create/service.ts';
import { deployment, job, namespace, serviceaccount } from './create/workloads.ts';
import { describe } from './describe.ts';
import { get } from './get.ts';
import { annotate, label } from './label.ts';
import { patch } from './patch.ts';

export const verbs: Readonly<Record<string, Verb>> = {
  annotate,
  create,
  'create configmap': configmap,
  'create deployment': deployment,
  'create job': job,
  'create namespace': namespace,
  'create secret generic': secret,
  'create service clusterip': clusterip,
  'create service externalname': externalname,
  'create service loadbalancer': loadbalancer,
  'create service nodeport': nodeport,
  'create serviceaccount': serviceaccount,
  describe,
  get,
  label,
  patch,
};
