/** `kubectl apply edit-last-applied`: what was applied last in the editor, and what came of it back into the annotation. */
import type { Kubectl } from '../context.ts';
import { CommandError, StatusError, throwAll } from '../errors.ts';
import { LAST_APPLIED, lastApplied } from '../lastapplied.ts';
import { fileNames } from '../manifests.ts';
import { verbPrinter } from '../printers/objects.ts';
import { objectPath, select, type Target } from '../selection.ts';
import { equal, goJson, put, sorted, text, type Value } from '../value.ts';
import { fieldValidation } from './create/finish.ts';
import { checkNamespace, editFormat, editSession, saveEach, stored } from './edit.ts';

const HEADER = `# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
`;

export async function editLastApplied(kubectl: Kubectl): Promise<number> {
  const format = editFormat(kubectl);
  const { targets, errors } = select(kubectl, {
    args: kubectl.args,
    files: fileNames(kubectl),
    latest: true,
    allowEmptySelector: true,
  });
  throwAll(errors);
  const applied = targets.flatMap((target) => {
    const recorded = lastApplied(target.object!);
    return recorded === '' ? [] : [{ ...target, object: JSON.parse(recorded) as Value }];
  });
  if (applied.length === 0) {
    throw new CommandError(
      'no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`',
    );
  }
  return editSession(kubectl, format, {
    header: HEADER,
    targets: applied,
    save: (edited, file) => saveEach(kubectl, applied, edited, (target, object) => annotate(kubectl, target, object, file)),
  });
}

/** An object that names no namespace is of the one in force. */
function placed(kubectl: Kubectl, target: Target, object: Value): Value {
  if (!target.type.namespaced || text(object, 'metadata', 'namespace') !== '') return object;
  return put(object, ['metadata', 'namespace'], kubectl.namespace);
}

function annotate(kubectl: Kubectl, target: Target, edited: Value, file: string): string {
  const object = placed(kubectl, target, edited);
  checkNamespace(kubectl, target, object, file);
  if (equal(target.object!, object)) {
    kubectl.out(verbPrinter(kubectl, 'skipped')(object));
    return '';
  }
  const recorded = `${goJson(sorted(object))}\n`;
  try {
    kubectl.client.send({
      method: 'PATCH',
      path: objectPath({ ...target, namespace: kubectl.namespace, name: text(object, 'metadata', 'name') }),
      query: { fieldManager: kubectl.flags.string('field-manager'), fieldValidation: fieldValidation(kubectl) },
      contentType: 'application/merge-patch+json',
      body: { metadata: { annotations: { [LAST_APPLIED]: recorded } } },
    });
  } catch (error) {
    if (error instanceof StatusError) stored(kubectl, file);
    throw error;
  }
  kubectl.out(verbPrinter(kubectl, 'edited')(object));
  return '';
}
