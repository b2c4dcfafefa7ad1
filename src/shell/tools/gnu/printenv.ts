/** printenv: GNU coreutils 9.1. */
import type { Invocation } from '../../bash/execution.ts';
import { print } from '../tool.ts';
import { readOptions } from './options.ts';

export function printenv(invocation: Invocation): number {
  const given = readOptions(invocation, { short: '0', long: { null: '0' }, status: 2 });
  if (typeof given === 'number') return given;
  const end = given.has('0') ? '\0' : '\n';
  if (given.operands.length === 0) {
    for (const [name, value] of invocation.env) if (!name.startsWith('BASH_FUNC_')) print(invocation, `${name}=${value}${end}`);
    return 0;
  }
  let status = 0;
  for (const name of given.operands) {
    const value = invocation.env.get(name);
    if (value === undefined) status = 1;
    else print(invocation, value + end);
  }
  return status;
}
