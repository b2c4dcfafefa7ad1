/** Requests as -v=8 tells them; the texts are those of the real v1.32.5 but for what its transport adds. */
import { expect, test } from 'vitest';
import { createSim, loadWorld } from '../../../engine/index.ts';
import { worlds } from '../../../worlds/index.ts';
import { testSession } from '../../testing.ts';

const booted = loadWorld(worlds.yaobank!).world();
const log = async (line: string) => {
  const { stderr } = await testSession(createSim(booted), 'host1').type(line);
  return stderr
    .replace(/^I\d{4} [\d:.]+ +\d+ /gm, '')
    .replace(/^loader.*\n/m, '')
    .replace(/^discovery_client\.go:(?:253|319)[\s\S]*?"Response Body" .*\n/gm, '');
};

test('a patch: its body, the headers of both sides, the refusal on lines of its own', async () => {
  const text = await log(`kubectl patch svc customer -n yaobank -p '{"spec":{"type":"Nope"}}' -v=8`);
  expect(text.slice(text.indexOf('helper.go:269'))).toBe(
    `helper.go:269] "Request Body" body="{\\"spec\\":{\\"type\\":\\"Nope\\"}}"
round_trippers.go:470] PATCH https://10.0.1.20:6443/api/v1/namespaces/yaobank/services/customer?fieldManager=kubectl-patch
round_trippers.go:476] Request Headers:
round_trippers.go:480]     Accept: application/json
round_trippers.go:480]     Content-Type: application/strategic-merge-patch+json
round_trippers.go:480]     User-Agent: kubectl/v1.32.5 (linux/amd64) kubernetes/9894294
round_trippers.go:581] Response Status: 422 Unprocessable Entity in 1 milliseconds
round_trippers.go:584] Response Headers:
round_trippers.go:587]     Cache-Control: no-cache, private
round_trippers.go:587]     Content-Length: 503
round_trippers.go:587]     Content-Type: application/json
round_trippers.go:587]     Date: Tue, 17 Jun 2025 14:02:00 GMT
helper.go:269] "Response Body" body=<
	{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Service \\"customer\\" is invalid: spec.type: Unsupported value: \\"Nope\\": supported values: \\"ClusterIP\\", \\"ExternalName\\", \\"LoadBalancer\\", \\"NodePort\\"","reason":"Invalid","details":{"name":"customer","kind":"Service","causes":[{"reason":"FieldValueNotSupported","message":"Unsupported value: \\"Nope\\": supported values: \\"ClusterIP\\", \\"ExternalName\\", \\"LoadBalancer\\", \\"NodePort\\"","field":"spec.type"}]},"code":422}
 >
The Service "customer" is invalid: spec.type: Unsupported value: "Nope": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"
`,
  );
});

test('a long body is cut after 1024 characters', async () => {
  const text = await log('kubectl get svc -n yaobank -o name -v=8');
  const body = /helper\.go:113\] "Response Body" body="(.*) \[truncated \d+ chars\]"\n/.exec(text)![1]!;
  expect(JSON.parse(`"${body}"`)).toHaveLength(1024);
});
