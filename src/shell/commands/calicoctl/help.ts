/** Help texts by command (`ipam show`), as calicoctl v3.30 prints them: recorded by e2e/real/record-calicoctl-help.mjs. */
import texts from './help.json';

const HELP: Readonly<Record<string, string>> = texts;

/** @param path `get`, `ipam show`; '' is calicoctl itself */
export function helpOf(path: string): string {
  return HELP[path] ?? '';
}

/** Commands below one, in the order of their help: `show` and others below `ipam`. */
export function commandsBelow(path: string): readonly string[] {
  const depth = path === '' ? 0 : path.split(' ').length;
  return Object.keys(HELP)
    .filter((each) => each !== '' && each.split(' ').length === depth + 1 && (path === '' || each.startsWith(`${path} `)))
    .map((each) => each.split(' ')[depth] ?? '');
}
