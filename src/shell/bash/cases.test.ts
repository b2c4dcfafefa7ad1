/** Lines and what bash 5.2 with GNU tools answered to them, held against this shell. */
import { expect, test } from 'vitest';
import { testSession } from '../testing.ts';
import { smallSim } from '../testing-world.ts';
import recorded from './cases.json' with { type: 'json' };
import type { Program } from './execution.ts';
import { readAll } from './streams.ts';

interface Case {
  readonly line: string;
  readonly stdout: string;
  readonly exitCode: number;
}

const PODS = `NAME       READY   STATUS    RESTARTS   AGE
customer   1/1     Running   0          5m
database   1/1     Running   0          5m
summary    0/1     Pending   2          5m
`;
const JSON_LIST =
  '{"items":[{"metadata":{"name":"a","labels":{"app":"x"}},"status":{"podIP":"10.48.0.1"}},{"metadata":{"name":"b","labels":{"app":"y"}},"status":{"podIP":"10.48.0.2"}}]}\n';

/** The stubs the cases were recorded with. */
const kubectl: Program = async ({ args, x, env }) => {
  const out = (text: string) => x.fds.get(1)?.sink?.write(text);
  const source = x.fds.get(0)?.source;
  switch (args[0]) {
    case 'get':
      out(
        args[1] === 'svc'
          ? 'customer   NodePort   10.49.104.2   <none>        80:30180/TCP   166m\n'
          : args[1] === 'json'
            ? JSON_LIST
            : PODS,
      );
      return 0;
    case 'apply':
      out(`applied ${(source ? await readAll(source) : '').split('\n').length - 1} lines\n`);
      return 0;
    case 'stdin':
      out(source ? await readAll(source) : '');
      return 0;
    case 'args':
      out(args.map((arg) => `[${arg}]\n`).join(''));
      return 0;
    case 'env':
      out(`KC=${env.get('KUBECONFIG') ?? ''}\n`);
      return 0;
    default:
      x.fds.get(2)?.sink?.write('Error from server (NotFound): pods "x" not found\n');
      return 1;
  }
};
const curl: Program = ({ args, x }) => {
  x.fds.get(1)?.sink?.write(`curl:${args.join(' ')}\n`);
  return 0;
};

async function answer(line: string): Promise<{ stdout: string; exitCode: number }> {
  const session = testSession(smallSim(), 'host1', { settle: false });
  const { platform } = session.shell().x;
  const { program } = platform;
  Object.assign(platform, { program: (name: string) => (name === 'kubectl' ? kubectl : name === 'curl' ? curl : program(name)) });
  session.shell().state.variables.set('LINE', { value: line });
  session.shell().state.variables.set('HOME', { value: '/home/user', exported: true });
  const { stdout, exitCode } = await session.type('bash -c "$LINE"');
  return { stdout, exitCode };
}

/** Tools these cases wait for. */
const pending = new Set([160]);
const numbered = (recorded.cases as Case[]).map((each, index) => [index, each.line, each] as const);

test.each(numbered.filter(([index]) => !pending.has(index)))('bash %i: %s', async (_index, line, { stdout, exitCode }) => {
  expect(await answer(line)).toEqual({ stdout, exitCode });
});
