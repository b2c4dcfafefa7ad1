/** What -w shows while another command changes things; the texts are those of the real v1.32.5 against the served world. */
import { expect, test } from 'vitest';
import { createSim, loadWorld } from '../../../../engine/index.ts';
import { worlds } from '../../../../worlds/index.ts';
import { testSession } from '../../../testing.ts';

const booted = loadWorld(worlds.yaobank!).world();
const typed = (line: string) => testSession(createSim(booted), 'host1').type(line);
const during = (watch: string, change: string) => typed(`( timeout 3 ${watch} & sleep 1; ${change} > /dev/null; wait )`);

test('a watched table goes on in its columns, with ages', async () => {
  const { stdout } = await during('kubectl get cm -n default -w', 'kubectl create cm one');
  expect(stdout).toBe('NAME               DATA   AGE\nkube-root-ca.crt   1      21d\none                0      0s\n');
});

test('events of a watch in one line of JSON, by name, and as a table', async () => {
  const { stdout } = await during(
    `kubectl get ns default -w --output-watch-events -o json | cut -c1-46`,
    'kubectl label ns default a=b',
  );
  expect(stdout).toBe(`{"type":"ADDED","object":{"apiVersion":"v1","k\n{"type":"MODIFIED","object":{"apiVersion":"v1"\n`);
  const names = await during('kubectl get ns default -w --output-watch-events -o name', 'kubectl label ns default a=b');
  expect(names.stdout).toBe('namespace/default\nnamespace/default\n');
});

test('kubectl events --watch tells what happens from now on', async () => {
  const { stdout } = await during('kubectl events -w --for rs/web', 'kubectl create deploy web --image=nginx --replicas=0');
  expect(stdout).toBe('');
  const made = await during('kubectl events -w --for deploy/web', 'kubectl create deploy web --image=nginx');
  expect(made.stdout.replace(/web-\w+/, 'web-x')).toBe(
    'LAST SEEN   TYPE     REASON              OBJECT           MESSAGE\n' +
      '0s          Normal   ScalingReplicaSet   Deployment/web   Scaled up replica set web-x from 0 to 1\n',
  );
});
