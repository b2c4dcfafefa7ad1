/** What a name means: alias, keyword, function, builtin or file. `type`, `command -v`, `which`. */

import type { Execution } from '../execution.ts';
import { functionText as textOf } from '../function-text.ts';
import { type Builtin, type BuiltinCall, fail, print, splitOptions } from './builtin.ts';
import { builtins } from './index.ts';

export const KEYWORDS = new Set(
  'if then else elif fi case esac for select while until do done in function time { } ! [[ ]] coproc'.split(' '),
);

/** Where a program would be found on the path. */
export function pathOf(name: string): string {
  if (/^(kubectl|calicoctl|bird|birdc|birdcl)$/.test(name)) return `/usr/local/bin/${name}`;
  return /^(ip|ss|iptables|iptables-save|sysctl|conntrack|ipset|arp)$/.test(name) ? `/usr/sbin/${name}` : `/usr/bin/${name}`;
}

export function functionText(name: string, x: Execution): string {
  const { node, source } = x.shell.functions.get(name)!;
  return textOf(name, node, source);
}

/** @param form `path` as `command -v`, `sentence` as `type`, `kind` as `type -t`. @returns undefined: not found */
export function describeCommand(name: string, x: Execution, form: 'path' | 'sentence' | 'kind'): string | undefined {
  const choose = (kind: string, path: string, sentence: string) => (form === 'kind' ? kind : form === 'path' ? path : sentence);
  const alias = x.shell.aliases.get(name);
  if (alias !== undefined) return choose('alias', `alias ${name}='${alias}'`, `${name} is aliased to \`${alias}'`);
  if (KEYWORDS.has(name)) return choose('keyword', name, `${name} is a shell keyword`);
  if (x.shell.functions.has(name))
    return form === 'sentence' ? `${name} is a function\n${functionText(name, x)}` : choose('function', name, '');
  if (Object.hasOwn(builtins, name)) return choose('builtin', name, `${name} is a shell builtin`);
  if (name.includes('/')) {
    const stat = x.platform.files.stat(name);
    return stat?.type === 'file' ? choose('file', name, `${name} is ${name}`) : undefined;
  }
  if (!x.platform.program(name)) return undefined;
  return choose('file', pathOf(name), `${name} is ${pathOf(name)}`);
}

/** `type -a`: what else the name means; /bin is /usr/bin by another name. */
function others(name: string, kind: string, x: Execution): string {
  const more: string[] = [];
  if (kind !== 'builtin' && kind !== 'file' && Object.hasOwn(builtins, name)) more.push(`${name} is a shell builtin\n`);
  const path = x.platform.program(name) || ALSO_FILES.has(name) ? pathOf(name) : undefined;
  if (path && kind !== 'file') more.push(`${name} is ${path}\n`);
  if (path?.startsWith('/usr/bin/')) more.push(`${name} is ${path.slice(4)}\n`);
  return more.join('');
}

/** Builtins that are programs too. */
const ALSO_FILES: ReadonlySet<string> = new Set(['echo', 'printf', 'test', '[', 'true', 'false', 'pwd', 'kill']);

export const type: Builtin = (call: BuiltinCall) => {
  const options = splitOptions(call, 'afptP', 'type [-afptP] name [name ...]');
  if (!options) return 2;
  let status = 0;
  for (const name of options.rest) {
    const kind = describeCommand(name, call.x, 'kind');
    if (kind === undefined) {
      status = 1;
      if (options.flags.size === 0 || options.flags.has('a')) fail(call, `${name}: not found`);
    } else if (options.flags.has('t')) print(call, `${kind}\n`);
    else if (options.flags.has('p') || options.flags.has('P')) print(call, kind === 'file' ? `${pathOf(name)}\n` : '');
    else {
      print(call, `${describeCommand(name, call.x, 'sentence')}\n`);
      if (options.flags.has('a')) print(call, others(name, kind, call.x));
    }
  }
  return status;
};
