/** What kubectl refuses before it reaches into a pod, and of templates and sorting; texts are those of the real v1.32.5. */
import { expect, test } from 'vitest';
import { createSim, loadWorld } from '../../../../engine/index.ts';
import { worlds } from '../../../../worlds/index.ts';
import { testSession } from '../../../testing.ts';

const booted = loadWorld(worlds.yaobank!).world();
const typed = (line: string) => testSession(createSim(booted), 'host1').type(line);

test.each([
  ['port-forward svc/customer 8080:81 -n yaobank', 'error: Service customer does not have a service port 81\n'],
  ['port-forward svc/customer web -n yaobank', "error: Service 'customer' does not have a named port 'web'\n"],
  [
    'port-forward svc/customer x:80 -n yaobank',
    `error: error parsing local port 'x': strconv.ParseUint: parsing "x": invalid syntax\n`,
  ],
  ['port-forward svc/customer 8080:80 -n yaobank', 'kubectl port-forward: not simulated in this lab\n'],
  ['cp nosuch.yaml x:/tmp', "error: nosuch.yaml doesn't exist in local filesystem\n"],
  ['cp a/b/c:/x y', 'error: filespec must match the canonical format: [[namespace/]pod:]file/path\n'],
  ['debug x --image=busybox --replace', 'error: --replace may only be used with --copy-to.\n'],
  ["debug x --image='bad image'", 'error: invalid image name "bad image": invalid reference format\n'],
  ['debug deploy/customer -n yaobank --image=a --profile=general', 'error: "apps/v1, Kind=Deployment" not supported by debug\n'],
  [
    'attach svc/kubernetes',
    `error: cannot attach to *v1.Service: invalid service 'kubernetes': Service is defined without a selector\n`,
  ],
  ["get ns -o go-template='{{$x}}'", 'error: error parsing template {{$x}}, template: output:1: undefined variable "$x"\n'],
  ["get ns -o go-template='{{.a-b}}'", "error: error parsing template {{.a-b}}, template: output:1: bad character U+002D '-'\n"],
  ["get ns -o go-template='{{(.a}}'", 'error: error parsing template {{(.a}}, template: output:1: unclosed left paren\n'],
])('kubectl %s', async (line, stderr) => {
  expect(await typed(`kubectl ${line}`)).toEqual({ stdout: '', stderr, exitCode: 1 });
});

test('what has no value is sorted before the rest, in reverse', async () => {
  const { stdout } = await typed('kubectl get svc -n yaobank --sort-by=.spec.ports[0].nodePort -o custom-columns=N:.metadata.name');
  expect(stdout).toBe('N\nsummary\ndatabase\ncustomer\n');
});

test('what has no order ends kubectl', async () => {
  const { stderr, exitCode } = await typed('kubectl get svc -n yaobank --sort-by=.metadata.labels -o name');
  expect([stderr.replace(/^F\S+ \S+ +\d+ /, ''), exitCode]).toEqual([
    'sorter.go:329] Field {.metadata.labels} in *unstructured.Unstructured is an unsortable type: interface, err: unsortable type: map[string]interface {}\n',
    1,
  ]);
});
