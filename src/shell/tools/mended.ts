/** jq, and gettext's envsubst. */

import { type Invocation, stdin } from '../bash/execution.ts';
import { emptySource, readAll } from '../bash/streams.ts';
import { print, type Tool } from './tool.ts';

/** jq 1.6 comes with its first use. */
const jq: Tool['run'] = async (invocation) => (await import('./jq/index.ts')).jq(invocation);

async function envsubst(invocation: Invocation): Promise<number> {
  const source = stdin(invocation.x) ?? emptySource();
  const only = invocation.args[0]
    ? new Set([...invocation.args[0].matchAll(/\$\{?(\w+)\}?/g)].map((found) => found[1]!))
    : undefined;
  const text = await readAll(source);
  print(
    invocation,
    text.replace(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (all, braced?: string, plain?: string) => {
      const name = (braced ?? plain)!;
      return only && !only.has(name) ? all : (invocation.env.get(name) ?? '');
    }),
  );
  return 0;
}

export const mendedTools: Readonly<Record<string, Tool>> = {
  jq: { summary: 'Query JSON', run: jq },
  envsubst: { summary: 'Put variables into a text', run: envsubst },
};
