/** declare, typeset, local, export, readonly, unset. */

import { evaluateText } from '../arithmetic.ts';
import { assign } from '../command.ts';
import type { Execution } from '../execution.ts';
import { doors } from '../expand.ts';
import type { Variable } from '../state.ts';
import { isName, makeLocal, mark, setList, setMap, setValue, unset, unsetElement } from '../variables.ts';
import { type Builtin, type BuiltinCall, fail, print } from './builtin.ts';
import { quoteShell } from './printf.ts';
import { functionText } from './type.ts';
import { usage } from './usage.ts';

interface Wanted {
  readonly on: Set<string>;
  readonly off: Set<string>;
  readonly rest: readonly string[];
}

function flagsOf(call: BuiltinCall, allowed: string): Wanted | undefined {
  const on = new Set<string>();
  const off = new Set<string>();
  let at = 0;
  for (; at < call.args.length; at++) {
    const arg = call.args[at]!;
    if (arg === '--') {
      at++;
      break;
    }
    if (!/^[-+][A-Za-z]/.test(arg)) break;
    for (const flag of arg.slice(1)) {
      if (!allowed.includes(flag)) {
        fail(call, `${arg[0]}${flag}: invalid option`, 2);
        usage(call);
        return undefined;
      }
      (arg.startsWith('-') ? on : off).add(flag);
    }
  }
  return { on, off, rest: call.args.slice(at) };
}

function describeVariable(name: string, variable: Variable): string {
  const flags = `${variable.list ? 'a' : ''}${variable.map ? 'A' : ''}${variable.integer ? 'i' : ''}${variable.fold === 'lower' ? 'l' : ''}${
    variable.nameref ? 'n' : ''
  }${variable.readonly ? 'r' : ''}${variable.fold === 'upper' ? 'u' : ''}${variable.exported ? 'x' : ''}`;
  const quoted = (text: string) => (/[\x00-\x1f\x7f]/.test(text) ? quoteShell(text) : `"${text.replace(/[\\"$`]/g, '\\$&')}"`);
  const head = `declare -${flags || '-'} ${name}`;
  const entries = variable.list ? [...variable.list].sort(([a], [b]) => a - b) : variable.map ? [...variable.map] : undefined;
  if (entries)
    return `${head}=(${entries.map(([key, value]) => `[${key}]=${quoted(value)}`).join(' ')}${variable.map && entries.length > 0 ? ' ' : ''})\n`;
  return variable.value === undefined ? `${head}\n` : `${head}=${quoted(variable.value)}\n`;
}

function listVariables(call: BuiltinCall, filter: (variable: Variable) => boolean): number {
  const all = [...call.x.shell.variables].filter(([, variable]) => filter(variable)).sort(([a], [b]) => (a < b ? -1 : 1));
  return print(call, all.map(([name, variable]) => describeVariable(name, variable)).join(''));
}

function marksOf({ on, off }: Wanted): Partial<Variable> {
  return {
    ...(on.has('x') && { exported: true }),
    ...(off.has('x') && { exported: false }),
    ...(on.has('i') && { integer: true }),
    ...(off.has('i') && { integer: false }),
    ...(on.has('l') && { fold: 'lower' as const }),
    ...(on.has('u') && { fold: 'upper' as const }),
    ...(on.has('n') && { nameref: true }),
  };
}

/** Gives a variable its kind before it gets its value. */
function shape(x: Execution, name: string, wanted: Wanted): void {
  const variable = x.shell.variables.get(name);
  if (wanted.on.has('A') && !variable?.map) setMap(x, name, new Map());
  if (wanted.on.has('a') && !variable?.list && variable?.value === undefined) setList(x, name, []);
  mark(x, name, marksOf(wanted));
}

async function declareOne(call: BuiltinCall, arg: string, wanted: Wanted, local: boolean): Promise<number> {
  const { x } = call;
  const node = call.declarations?.get(arg);
  const found = node ? undefined : /^([A-Za-z_]\w*)(\+)?(?:=([\s\S]*))?$/.exec(arg);
  const name = node?.name ?? found?.[1];
  if (name === undefined) return fail(call, `\`${arg}': not a valid identifier`);
  if (local && !makeLocal(x.shell, name)) return fail(call, 'can only be used in a function');
  if (wanted.on.size + wanted.off.size > 0) shape(x, name, wanted);
  else if (!x.shell.variables.has(name)) mark(x, name, {});
  if (node) await assign(node, x);
  else if (found?.[3] !== undefined) {
    const integer = x.shell.variables.get(name)?.integer;
    setValue(x, name, integer ? String(await evaluateText(found[3], x, doors)) : found[3]);
  }
  if (wanted.on.has('r')) mark(x, name, { readonly: true });
  return 0;
}

const declare: Builtin = async (call) => {
  const wanted = flagsOf(call, 'aAfFgiIlnprtux');
  if (!wanted) return 2;
  const { shell } = call.x;
  if (wanted.on.has('f') || wanted.on.has('F')) {
    const names = wanted.rest.length > 0 ? wanted.rest : [...shell.functions.keys()].sort();
    let status = 0;
    for (const name of names) {
      if (!shell.functions.has(name)) status = 1;
      else
        print(
          call,
          wanted.on.has('F') ? `${wanted.rest.length > 0 ? '' : 'declare -f '}${name}\n` : `${functionText(name, call.x)}\n`,
        );
    }
    return status;
  }
  if (wanted.on.has('p') || wanted.rest.length === 0) {
    if (wanted.rest.length === 0) return listVariables(call, (variable) => !wanted.on.has('x') || variable.exported === true);
    let status = 0;
    for (const name of wanted.rest) {
      const variable = shell.variables.get(name);
      if (variable) print(call, describeVariable(name, variable));
      else status = fail(call, `${name}: not found`);
    }
    return status;
  }
  let status = 0;
  const local = call.name === 'local' || (shell.locals.length > 0 && !wanted.on.has('g'));
  for (const arg of wanted.rest) status = (await declareOne(call, arg, wanted, local)) || status;
  return status;
};

const exporting: Builtin = async (call) => {
  const wanted = flagsOf(call, 'fnp');
  if (!wanted) return 2;
  // Functions cross to child shells here anyway: `bash -c` gets a copy of them all that were exported.
  if (wanted.on.has('f')) {
    for (const name of wanted.rest) {
      if (!call.x.shell.functions.has(name)) return fail(call, `${name}: not a function`);
      mark(call.x, `BASH_FUNC_${name}%%`, { value: name, exported: true });
    }
    return 0;
  }
  if (wanted.rest.length === 0)
    return listVariables(call, (variable) => variable.exported === true && variable.value !== undefined);
  let status = 0;
  for (const arg of wanted.rest) {
    const done = await declareOne(call, arg, { on: new Set(), off: new Set(), rest: [] }, false);
    status = done || status;
    if (done === 0)
      mark(call.x, call.declarations?.get(arg)?.name ?? arg.replace(/\+?=[\s\S]*$/, ''), { exported: !wanted.on.has('n') });
  }
  return status;
};

const readonly: Builtin = async (call) => {
  const wanted = flagsOf(call, 'aAfp');
  if (!wanted) return 2;
  if (wanted.rest.length === 0) return listVariables(call, (variable) => variable.readonly === true);
  let status = 0;
  for (const arg of wanted.rest)
    status = (await declareOne(call, arg, { ...wanted, on: new Set([...wanted.on, 'r']) }, false)) || status;
  return status;
};

const unsetting: Builtin = (call) => {
  const wanted = flagsOf(call, 'fnv');
  if (!wanted) return 2;
  let status = 0;
  for (const arg of wanted.rest) {
    const element = /^([A-Za-z_]\w*)\[(.+)\]$/.exec(arg);
    if (element) unsetElement(call.x, element[1]!, element[2]!);
    else if (wanted.on.has('v') && !isName(arg) && !call.x.shell.functions.has(arg))
      status = fail(call, `\`${arg}': not a valid identifier`);
    else if (wanted.on.has('f') || (!wanted.on.has('v') && !call.x.shell.variables.has(arg))) call.x.shell.functions.delete(arg);
    else {
      const why = unset(call.x, arg);
      if (why) status = fail(call, why);
    }
  }
  return status;
};

export const declarations: Readonly<Record<string, Builtin>> = {
  declare,
  typeset: declare,
  local: declare,
  export: exporting,
  readonly,
  unset: unsetting,
};
