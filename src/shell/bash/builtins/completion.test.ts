/** The completion script of the real kubectl in our bash, and what `complete` then knows; texts are those of bash 5.2. */
import { expect, test } from 'vitest';
import { createSim, loadWorld } from '../../../engine/index.ts';
import { worlds } from '../../../worlds/index.ts';
import scripts from '../../commands/kubectl/completions.json';
import { testSession } from '../../testing.ts';

const booted = loadWorld(worlds.yaobank!).world();

test('sourcing kubectl completion is silent and registers kubectl', async () => {
  const session = testSession(createSim(booted), 'host1');
  expect(await session.type('source <(kubectl completion bash)')).toEqual({ stdout: '', stderr: '', exitCode: 0 });
  const asked = await session.type('complete -p kubectl; complete -o default -F __start_kubectl k; compopt -o nospace k; complete');
  expect(asked).toEqual({
    stdout:
      'complete -o default -F __start_kubectl kubectl\n' +
      'complete -o default -F __start_kubectl kubectl\ncomplete -o default -o nospace -F __start_kubectl k\n',
    stderr: '',
    exitCode: 0,
  });
});

test.each(['bash', 'fish', 'powershell', 'zsh'] as const)('kubectl completion %s prints the recorded script', async (shell) => {
  const session = testSession(createSim(booted), 'host1');
  expect(await session.type(`kubectl completion ${shell}`)).toEqual({ stdout: scripts[shell], stderr: '', exitCode: 0 });
});
