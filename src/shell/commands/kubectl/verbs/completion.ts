/**
 * `kubectl completion`: the scripts as the real kubectl v1.32 prints them (completions.json, recorded), read when they are first asked
 * for. The lab's shell sources the one for bash as any script; what Tab offers there comes from complete.ts.
 */
import type { Kubectl } from '../context.ts';

const SHELLS = ['bash', 'fish', 'powershell', 'zsh'] as const;

export async function completion(kubectl: Kubectl): Promise<number> {
  const { args } = kubectl;
  if (args.length === 0) kubectl.usage('Shell not specified.');
  if (args.length > 1) kubectl.usage('Too many arguments. Expected only the shell type.');
  const shell = SHELLS.find((name) => name === args[0]);
  if (shell === undefined) kubectl.usage(`Unsupported shell type ${JSON.stringify(args[0])}.`);
  const { default: scripts } = await import('../completions.json');
  kubectl.out(scripts[shell!]);
  return 0;
}
