/** Server-side apply. */
import { isFields } from '../equal.ts';
import { mergePatch } from '../patch/merge.ts';
import { badRequest } from '../status.ts';
import { getObject } from '../storage.ts';
import { parseYaml } from './body.ts';
import { type Answer, type Call, callKey, storedIn } from './call.ts';
import { create } from './create.ts';
import { decodeDraft } from './decode.ts';
import { store } from './update.ts';

export function apply(call: Call): Answer {
  const sent = parseYaml(call.body);
  if (!isFields(sent)) throw badRequest('error decoding YAML: the patch is no object');
  const old = getObject(call.api, storedIn(call.kind), callKey(call));
  if (!old) return create({ ...call, name: undefined, headers: { ...call.headers, 'content-type': 'application/yaml' } });
  const { draft, warnings } = decodeDraft(call, mergePatch(old, sent) as typeof sent, 'update');
  return store(call, old, draft, warnings);
}
